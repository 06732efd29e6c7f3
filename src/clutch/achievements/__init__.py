"""Achievements: what players and teams have done, told from the plain tables of what was played."""
