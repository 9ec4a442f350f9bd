"""When a person is due, as the phone reads it."""
