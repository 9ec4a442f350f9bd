"""Windows by an officer's hand: ordered, excused, confirmed as missed, settled by a contact."""
