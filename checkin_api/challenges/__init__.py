"""Movement challenges: handed out to the phones that ask."""
