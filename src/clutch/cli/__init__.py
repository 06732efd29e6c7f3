"""`clutch ...` for people at a terminal."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]


def is_in_checkout() -> bool:
    """Whether this is run from a checkout or a release; else pip installed it."""
    return (_ROOT / "bin" / "clutch").is_file()
