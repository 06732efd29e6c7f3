"""WebSocket frames cut out of a stream of bytes, whole and unchanged."""

from __future__ import annotations


class FrameSplitter:
    """Takes bytes as they come and gives whole frames, with their heads."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, some: bytes) -> list[bytes]:
        self._rest += some
        found = []
        while (length := frame_length(self._rest)) is not None and len(self._rest) >= length:
            found.append(self._rest[:length])
            self._rest = self._rest[length:]
        return found


def text_of(frame: bytes) -> bytes:
    """What stands in a whole frame; what a client says is masked (RFC 6455, 5.3)."""
    head = _head_of(frame)
    if not frame[1] & 0x80:
        return frame[head:]
    mask, said = frame[head : head + 4], frame[head + 4 :]
    return bytes(one ^ mask[at % 4] for at, one in enumerate(said))


def frame_length(begun: bytes) -> int | None:
    """The whole length of the frame that begins here; None while its head is not all there."""
    if len(begun) < 2:
        return None
    masked, short = begun[1] & 0x80, begun[1] & 0x7F
    head = _head_of(begun)
    if len(begun) < head:
        return None
    length = short if short < 126 else int.from_bytes(begun[2:head], "big")
    return head + (4 if masked else 0) + length


def _head_of(begun: bytes) -> int:
    return 2 + {126: 2, 127: 8}.get(begun[1] & 0x7F, 0)
