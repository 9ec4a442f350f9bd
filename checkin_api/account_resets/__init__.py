"""Resets of accounts whose owner lost password or second factor: two people, neither the owner."""
