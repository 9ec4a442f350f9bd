"""Exemptions (免除) from the photo of the face: entered and ended by officers, on record."""
