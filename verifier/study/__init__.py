"""What became of a person's work through a study module (学习记录)."""
