"""Recusal (回避): an officer who has nothing to do with a case, and sees nothing of it."""
