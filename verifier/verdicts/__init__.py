"""From measured evidence to what a check-in is: pure rules, and the one place that applies them."""
