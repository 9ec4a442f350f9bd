"""Looking a receipt (回执) up by the short code that a person reads out."""
