"""Supervised people: what they read of themselves, what officers see of them."""
