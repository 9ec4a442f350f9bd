"""Single cases that a city supervisor opens, with a stated reason and for a day."""
