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


def unmasked(frame: bytes) -> bytes:
    """The frame as a server would send it: what a client says is masked (RFC 6455, 5.3)."""
    if len(frame) < 2 or not frame[1] & 0x80:
        return frame
    head = 2 + {126: 2, 127: 8}.get(frame[1] & 0x7F, 0)
    mask, said = frame[head : head + 4], frame[head + 4 :]
    return frame[:head] + bytes(one ^ mask[at % 4] for at, one in enumerate(said))


def frame_length(begun: bytes) -> int | None:
    """The whole length of the frame that begins here; None while its head is not all there."""
    if len(begun) < 2:
        return None
    masked, short = begun[1] & 0x80, begun[1] & 0x7F
    head = 2 + {126: 2, 127: 8}.get(short, 0)
    if len(begun) < head:
        return None
    length = short if short < 126 else int.from_bytes(begun[2:head], "big")
    return head + (4 if masked else 0) + length
