"""`/metrics`: the figures of all serving processes, added up, as Prometheus reads them.

Not for everybody: for admins, for who brings CLUTCH_METRICS_TOKEN, and for the addresses of
CLUTCH_METRICS_FROM.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from types import ModuleType
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clutch.bootstrap import Site
from clutch.kernel import log, optional
from clutch.kernel.metrics import (
    BUCKETS,
    FAMILIES,
    LAG,
    POSITION,
    Family,
    Figures,
    Kind,
    Span,
    joined,
    split,
)
from clutch.kernel.metrics_files import read_all
from clutch.kernel.projections import read_cursor
from clutch.kernel.refusals import StorageUnavailable
from clutch.web.privileged import is_admin
from clutch.web.visitor import bearer_of

SOON_S = 0.2
CLOSED = (
    "The metrics are for admins, for who brings CLUTCH_METRICS_TOKEN, and for the addresses of "
    "CLUTCH_METRICS_FROM.\n"
)
ABSENT = "The package {package} is not installed: install the extra `{extra}`.\n"

# Apart from the threads of pages, all of which may hang on the database.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="metrics-read")


async def metrics(request: Request) -> Response:
    """All figures, in the format that the caller asks for."""
    site: Site = request.app.state.site
    if not await _may_read(site, request):
        return PlainTextResponse(CLOSED, 403, {"Cache-Control": "no-store"})
    prometheus = optional.load("prometheus_client")
    if not prometheus:
        said = ABSENT.format(package=prometheus.package, extra=prometheus.extra)
        return PlainTextResponse(said, 501, {"Cache-Control": "no-store"})
    site.figures.write()
    total = read_all(site.settings.run_folder)
    await _add_log(site, total)
    return _shown(prometheus, total, request.headers.get("accept", ""))


routes = [Route("/metrics", metrics)]


async def _may_read(site: Site, request: Request) -> bool:
    settings = site.settings
    token = bearer_of(request)
    if token is not None and settings.metrics_token is not None:
        own = hmac.compare_digest(token.encode(), settings.metrics_token.encode())
        if own:
            return True
    return _comes_from(site, request) or await is_admin(site, request, SOON_S)


def _comes_from(site: Site, request: Request) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in network for network in site.settings.metrics_networks)


async def _add_log(site: Site, total: Figures) -> None:
    """Where the log and its followers stand; left out when the database does not tell soon."""
    looking = asyncio.wrap_future(_threads.submit(_look, site))
    done, _ = await asyncio.wait({looking}, timeout=SOON_S)
    if done:
        total.add(looking.result())
    else:
        looking.cancel()


def _look(site: Site) -> Figures:
    try:
        with site.database.read() as conn:
            last = log.last_position(conn)
            behind = {name: last - read_cursor(conn, name) for name in site.projector.names}
    except StorageUnavailable:
        return Figures()
    lag = {joined((name,)): float(max(0, events)) for name, events in behind.items()}
    return Figures({POSITION.name: {"": float(last)}, LAG.name: lag})


def _shown(prometheus: ModuleType, total: Figures, accepted: str) -> Response:
    registry = prometheus.CollectorRegistry(auto_describe=False)
    registry.register(_Collector(prometheus, total))
    exposition = optional.load("prometheus_client.exposition")
    assert exposition
    encode, media_type = exposition.choose_encoder(accepted)
    body: bytes = encode(registry)
    return Response(body, headers={"Cache-Control": "no-store", "Content-Type": media_type})


class _Collector:
    """Hands figures to prometheus-client, which knows how they are written."""

    def __init__(self, prometheus: ModuleType, total: Figures) -> None:
        self._core = prometheus.metrics_core
        self._total = total

    def collect(self) -> Iterator[Any]:
        for family in FAMILIES:
            if family.kind is Kind.SPAN:
                yield self._span(family)
            else:
                yield self._numbers(family)

    def _numbers(self, family: Family) -> Any:
        is_count = family.kind is Kind.COUNT
        core = self._core
        make = core.CounterMetricFamily if is_count else core.GaugeMetricFamily
        made = make(family.name, family.help, labels=family.labels)
        for labels, value in sorted(self._total.numbers.get(family.name, {}).items()):
            made.add_metric(split(labels), value)
        return made

    def _span(self, family: Family) -> Any:
        made = self._core.HistogramMetricFamily(family.name, family.help, labels=family.labels)
        for labels, span in sorted(self._total.spans.get(family.name, {}).items()):
            made.add_metric(split(labels), list(_buckets(span)), span.seconds)
        return made


def _buckets(span: Span) -> Iterator[tuple[str, float]]:
    """Each bucket's upper end, and how many were at most that."""
    so_far = 0
    for end, count in zip((*map(str, BUCKETS), "+Inf"), span.counts, strict=True):
        so_far += count
        yield end, so_far
