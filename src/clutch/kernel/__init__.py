"""What every context stands on: clock, ids, settings, refusals, database, log, write path.

The kernel knows nothing of tournaments, of people or of HTTP.
"""
