"""What a person asks the office for, and what an officer answers."""
