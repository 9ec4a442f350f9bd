"""Every route, tried as everybody: what the permission table says, seen through the door."""
