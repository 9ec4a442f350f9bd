"""Error rates and thresholds from labelled photos or from the enrolled ones. Heavy."""
