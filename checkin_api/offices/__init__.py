"""What waits for an office or a district: the list that an officer's day begins with."""
