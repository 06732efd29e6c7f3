"""`clutch ...` for people at a terminal."""
