"""Tournaments: from the draft to the trophies."""
