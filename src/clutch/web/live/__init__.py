"""The transports of live updates: one module each, the same frames on all of them."""
