"""Phones: activated by an officer's code, kept signed in by their registration."""
