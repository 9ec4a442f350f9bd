"""Threshold sets: laid in by a command, put in force by two people."""
