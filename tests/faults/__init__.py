"""Faults laid on a running site, and checkers that read what came of it: docs/reliability.md."""
