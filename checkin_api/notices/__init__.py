"""What a person is told, and that it was seen."""
