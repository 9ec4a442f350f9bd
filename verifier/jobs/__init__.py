"""What the workers do: one bell, `drain`, and one file for each kind of work."""
