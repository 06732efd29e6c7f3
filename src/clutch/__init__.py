"""Clutch: a self-hosted home for an esports community."""

__version__ = "0.1.0"
