"""Signing in to the console: by password, the first time by a one-time set-up code."""
