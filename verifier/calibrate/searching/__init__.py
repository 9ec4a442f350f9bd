"""Measuring up to which distance a search among the enrolled may name somebody."""
