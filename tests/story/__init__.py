"""The story that `make demo` plays: a phone, an officer and an editor on a running system."""
