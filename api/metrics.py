"""The figures of the service, for who watches it (Prometheus, OpenMetrics)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.disclosure import read_disclosure
from api.library import Library

#: What a path that leads nowhere, and a method that HTTP does not have, is counted as.
OTHER: Final = "other"
METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
#: The bounds of the durations, in seconds.
_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NAMES: Final = (*map(str, _BOUNDS), "+Inf")


class Metrics(Collector):
    """What is counted from the start of the service on, and measured when somebody asks.

    A label has no more values than there are routes, methods, statuses or limits. To count costs
    next to nothing. For the event loop, where nobody else counts meanwhile.
    """

    def __init__(self, version: str) -> None:
        """Begin to count for a version of the service."""
        self._version = version
        self._now: tuple[Library, int | None] | None = None
        self._running = 0
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._durations: dict[str, _Durations] = {}
        self._limits: Counter[str] = Counter()
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def begin(self) -> None:
        """Count a request that is under way."""
        self._running += 1

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._running -= 1
        self._requests[method if method in METHODS else OTHER, route, status] += 1
        durations = self._durations.get(route)
        if not durations:
            durations = self._durations[route] = _Durations()
        durations.counts[bisect_left(_BOUNDS, seconds)] += 1
        durations.total += seconds

    def refuse(self, status: int) -> None:
        """Count a connection that was refused before it had made a request."""
        self._requests[OTHER, OTHER, status] += 1

    def pass_limit(self, limit: str) -> None:
        """Count a request that passed a limit."""
        self._limits[limit] += 1

    def text(self, library: Library, statements: int | None, accept: str) -> tuple[bytes, str]:
        """Return all figures in a format that is accepted, with the media type.

        The library is what is served now; the number of its statements is left out when unknown.
        """
        self._now = library, statements
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Metric]:
        """Yield all figures but those of the process; called by the registry."""
        yield GaugeMetricFamily("http_requests_in_progress", "Requests under way.", self._running)
        requests = CounterMetricFamily(
            "http_requests", "Requests.", labels=["method", "route", "status"]
        )
        for (method, route, status), count in self._requests.items():
            requests.add_metric([method, route, str(status)], count)
        yield requests
        durations = HistogramMetricFamily(
            "http_request_duration_seconds",
            "How long requests took, until their answer was written.",
            labels=["route"],
        )
        for route, one in self._durations.items():
            buckets = list(zip(_NAMES, accumulate(one.counts), strict=True))
            durations.add_metric([route], buckets, one.total)
        yield durations
        said = "Requests that passed a limit of time, memory or size, or found nobody free (busy)."
        yield _by(CounterMetricFamily, "samenhang_limits_passed", said, "limit", self._limits)
        yield _by(
            GaugeMetricFamily, "samenhang_info", "The version.", "version", {self._version: 1}
        )
        if self._now:
            yield from _measure(*self._now)


class _Durations:
    """How many durations lie below each bound and above the one before it, and their sum."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts, self.total = [0] * len(_NAMES), 0.0


def _by(
    family: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    said: str,
    label: str,
    values: Mapping[str, int],
) -> Metric:
    """Return a figure for each value of a label."""
    made = family(name, said, labels=[label])
    for value, figure in values.items():
        made.add_metric([value], figure)
    return made


def _measure(library: Library, statements: int | None) -> Iterator[Metric]:
    """Yield what a library holds now."""
    yield GaugeMetricFamily("samenhang_revision", "The revision shown.", library.revision)
    said = "Statements in the merge of all graphs."
    if statements is not None:
        yield GaugeMetricFamily("samenhang_statements", said, statements)
    said = "Queries by whether their answer was kept, at this revision."
    found = {"hit": library.cache.hits, "miss": library.cache.misses}
    yield _by(CounterMetricFamily, "samenhang_cache_lookups", said, "result", found)
    if library.readers:
        load = library.readers.load
        states = {"busy": load.busy, "idle": load.idle}
        yield _by(GaugeMetricFamily, "samenhang_readers", "Readers.", "state", states)
        said = "Queries that wait for a reader."
        yield GaugeMetricFamily("samenhang_queries_waiting", said, load.waiting)
    if disclosure := read_disclosure(library.settings):
        name = "samenhang_security_txt_expires_timestamp_seconds"
        said = "Until when the contact in security.txt holds."
        yield GaugeMetricFamily(name, said, disclosure.expires.timestamp())
