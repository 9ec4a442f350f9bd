"""Inspection: what procurators read of a district beside its cases, and what they write to it."""
