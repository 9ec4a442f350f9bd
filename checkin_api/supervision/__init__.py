"""The supervision of a person: when it begins, pauses and ends, and which office has it."""
