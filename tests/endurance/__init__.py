"""`make faults`: many check-ins, many faults at once, and afterwards nothing is missing."""
