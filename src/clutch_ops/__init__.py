"""The operator's commands: standard library only, so that they work when all else is broken."""
