"""Outages from outside that a district declares, such as a carrier's."""
