"""Long lists in parts: a statement takes only so many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_parts(all_of_it: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """One part after another, of `most` things or, at the end, fewer."""
    for start in range(0, len(all_of_it), most):
        yield all_of_it[start : start + most]
