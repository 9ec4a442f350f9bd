"""A lost, wiped or re-installed phone asks for a registration; an officer decides."""
