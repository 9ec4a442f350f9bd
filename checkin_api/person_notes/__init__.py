"""What those who work with a person write down: calls, visits, impressions; nobody changes it."""
