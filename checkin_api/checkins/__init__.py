"""Check-ins from phones: taken in, answered the same for ever, read back."""
