"""Who follows what.

The event loop's thread changes it; the tail's thread reads what is marked so.
"""

from __future__ import annotations

from collections import Counter

from clutch.live.listener import Following
from clutch.live.rendering import Audience


class Crowd:
    """All who follow one stream. `audiences` and `size` may be read from any thread."""

    def __init__(self) -> None:
        self.followings: set[Following] = set()
        self.audiences: tuple[Audience, ...] = ()
        self._counted: Counter[Audience] = Counter()

    @property
    def size(self) -> int:
        return len(self.followings)

    def add(self, following: Following) -> None:
        self.followings.add(following)
        self._count(following.audience, 1)

    def remove(self, following: Following) -> None:
        self.followings.discard(following)
        self._count(following.audience, -1)

    def _count(self, audience: Audience, by: int) -> None:
        self._counted[audience] += by
        if self._counted[audience] == 0:
            del self._counted[audience]
        if len(self._counted) != len(self.audiences) or audience not in self._counted:
            self.audiences = tuple(self._counted)


class Crowds:
    """The crowds of all streams that anybody follows."""

    def __init__(self) -> None:
        self._crowds: dict[str, Crowd] = {}

    def find(self, stream: str) -> Crowd | None:
        """Any thread may ask."""
        return self._crowds.get(stream)

    def size(self, stream: str) -> int:
        """How many follow the stream; any thread may ask."""
        crowd = self.find(stream)
        return crowd.size if crowd else 0

    def followings(self, stream: str) -> tuple[Following, ...]:
        """All who follow the stream at this moment."""
        crowd = self.find(stream)
        return tuple(crowd.followings) if crowd else ()

    def streams(self) -> list[str]:
        """All streams that are followed; any thread may ask."""
        return list(self._crowds)

    def add(self, following: Following) -> None:
        """Replaces what the listener followed of this stream before."""
        self.remove(following.listener.follows.get(following.stream))
        following.listener.follows[following.stream] = following
        self._crowds.setdefault(following.stream, Crowd()).add(following)

    def remove(self, following: Following | None) -> None:
        if following is None or following.listener.follows.get(following.stream) is not following:
            return
        del following.listener.follows[following.stream]
        crowd = self._crowds[following.stream]
        crowd.remove(following)
        if not crowd.size:
            del self._crowds[following.stream]
