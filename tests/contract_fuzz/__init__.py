"""`make contract-fuzz`: requests generated from our own openapi.json, as each caller."""
