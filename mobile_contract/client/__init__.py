"""The reference phone: what an app has to do, small enough to read."""
