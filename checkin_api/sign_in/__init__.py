"""Signing in to the console in two steps, the first time by a one-time set-up code."""
