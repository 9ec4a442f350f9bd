"""What law or a district decides: numbers and tables with their defaults."""
