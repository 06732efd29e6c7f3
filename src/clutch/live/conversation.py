"""What a client says over a two-way transport, and what is done about it."""

from __future__ import annotations

import msgspec

from clutch.live.frames import (
    STREAMS_A_LISTENER,
    Heartbeat,
    Ping,
    Subscribe,
    Unsubscribe,
    encode,
    read_message,
)
from clutch.live.hub import Hub
from clutch.live.limits import Patience
from clutch.live.listener import Listener
from clutch.live.refusals import MessageUnreadable, TooManyMessages, TooManyStreams
from clutch.live.watch import heads_of


class Conversation:
    """One listener's side of the protocol; messages are heard one after another."""

    def __init__(self, hub: Hub, listener: Listener) -> None:
        self._hub = hub
        self._listener = listener
        self._patience = Patience()

    async def hear(self, text: str | bytes, now: float) -> None:
        """Do what a message asks for; who says too much is dismissed.

        `now`: seconds of a steady clock.
        """
        if not self._patience.hears(now):
            self._hub.dismiss(self._listener, TooManyMessages())
            return
        try:
            message = read_message(text)
        except (msgspec.DecodeError, RecursionError):
            self._listener.refuse(None, MessageUnreadable())
            return
        match message:
            case Subscribe():
                await self._subscribe(message)
            case Unsubscribe():
                for stream in message.streams:
                    self._hub.unfollow(self._listener, stream)
            case Ping():
                known = heads_of(self._listener, {})
                self._listener.answer(encode(Heartbeat(self._hub.epoch, known)))

    async def _subscribe(self, message: Subscribe) -> None:
        if len(message.streams) > STREAMS_A_LISTENER:
            self._listener.refuse(None, TooManyStreams(limit=STREAMS_A_LISTENER))
            return
        await self._hub.follow(self._listener, message.streams)
