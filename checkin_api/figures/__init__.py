"""Figures of districts and offices: counts, never names, and none that point at somebody."""
