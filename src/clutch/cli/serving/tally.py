"""Counts what passes through one serving process."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Tally:
    """The outermost layer: requests, answers of 500 and above, and open live connections."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.requests = 0
        self.errors = 0
        self.live = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._count_request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._count_live(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _count_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        failed = False

        async def watched(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start" and message["status"] >= 500:
                failed = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            failed = True
            raise
        finally:
            self.errors += failed

    async def _count_live(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.live += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.live -= 1
