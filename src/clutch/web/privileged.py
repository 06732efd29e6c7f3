"""Whether an admin asks, for answers that have to come soon whatever hangs."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request

from clutch.accounts.policy import require_admin
from clutch.bootstrap import Site
from clutch.kernel.refusals import Refusal
from clutch.web import cookies
from clutch.web.visitor import bearer_of, token_holder, visitor_of

# Threads of its own: those of pages may all hang on the database.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="privileged")


async def is_admin(site: Site, request: Request, seconds: float) -> bool:
    """Whether the session or the personal token is an admin's; no when that can't be found out
    in time.
    """
    if bearer_of(request) is None and cookies.read_secret(cookies.SESSION, request) is None:
        return False
    looking = asyncio.wrap_future(_threads.submit(_look, site, request))
    done, _ = await asyncio.wait({looking}, timeout=seconds)
    if not done:
        looking.cancel()
        return False
    return looking.result()


def _look(site: Site, request: Request) -> bool:
    bearer = bearer_of(request)
    try:
        visitor = visitor_of(site, request) if bearer is None else token_holder(site, bearer)
        require_admin(visitor.actor)
    except Refusal:
        return False
    return True
