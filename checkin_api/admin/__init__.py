"""`python -m checkin_api.admin`: what an administrator does at a terminal."""
