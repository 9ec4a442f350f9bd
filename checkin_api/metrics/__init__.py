"""Figures for who runs the system."""
