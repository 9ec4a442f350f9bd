"""Accounts, districts and offices, as administrators keep them; of people and cases nothing."""
