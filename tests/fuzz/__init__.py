"""`make fuzz`: thousands of broken photos and bodies against the real upload route."""
