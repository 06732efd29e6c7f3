"""Statistics: what the results of players and teams add up to."""
