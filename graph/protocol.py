"""The HTTP side of a remote engine: its addresses, credentials, time-outs and faults."""

import re
import time
import weakref
from collections.abc import Generator
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2

from graph.errors import QueryError, StoreError

CONNECT: Final = 5.0  # seconds
ANSWER: Final = 60.0  # seconds for a whole answer
WRITE: Final = 600.0  # seconds for a write
LIMIT: Final = 256 * 2**20  # bytes of an answer
WAITS: Final = (0.1, 0.4)  # seconds before a read is tried again

_CUT: Final = ("x-sparql-maxrows", "x-sparql-anytime")  # Virtuoso: not all of the answer


def endpoints(url: httpx2.URL) -> tuple[str, str, str]:
    """Return the addresses of query, update and graph store, from that of the query.

    `/sparql` is Virtuoso's: `/sparql-auth` and `/sparql-graph-crud-auth` when there is a user,
    else `/sparql` and `/sparql-graph-crud`. `/query` has `/update` and `/store` beside it
    (Oxigraph); `/repositories/NAME` has `/statements` and `/rdf-graphs/service` below it (RDF4J,
    GraphDB). Anything else, as Fuseki's dataset, answers all three itself. A fragment says
    otherwise: `#update=/path&store=/path`.
    """
    base = url.copy_with(username=None, password=None, fragment=None)
    path, secured = url.path, "-auth" if url.username else ""
    update = store = path
    if path.endswith("/sparql"):
        update, store = path + secured, f"{path}-graph-crud{secured}"
    elif path.endswith("/query"):
        update, store = (path.removesuffix("query") + name for name in ("update", "store"))
    elif re.search(r"/repositories/[^/]+$", path):
        update, store = f"{path}/statements", f"{path}/rdf-graphs/service"
    given = dict(parse_qsl(url.fragment))
    paths = path, given.get("update", update), given.get("store", store)
    query, update, store = (str(base.copy_with(path=name)) for name in paths)
    return query, update, store


class _Credentials(httpx2.Auth):
    """Basic or digest authentication (RFC 7617, 7616): what the engine asks for."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx2.BasicAuth(user, password)
        self._digest = httpx2.DigestAuth(user, password)
        self._chosen: httpx2.Auth | None = None

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self._chosen is None:
            response = yield request
            if response.status_code != 401:
                return
            asked = response.headers.get("www-authenticate", "").lower()
            self._chosen = self._digest if asked.startswith("digest") else self._basic
        yield from self._chosen.auth_flow(request)


class Protocol:
    """The three operations of an engine over HTTP; it follows no redirects."""

    def __init__(self, url: str, answer: float = ANSWER, limit: int = LIMIT) -> None:
        """Take the address of the query operation; nothing is called yet.

        `answer` are the seconds, and `limit` the bytes, that an answer may take.
        """
        try:
            address = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise StoreError("The address of the engine is no URL.") from error
        if address.scheme not in ("http", "https") or not address.host:
            raise StoreError("The address of an engine is as in https://example.org/sparql.")
        self.host = address.netloc.decode()
        self.query, self.update, self.store = endpoints(address)
        self._url, self._answer, self._limit = url, answer, limit
        user = _Credentials(address.username, address.password) if address.username else None
        self._client = httpx2.Client(
            auth=user,
            headers={"Accept-Encoding": "identity", "User-Agent": "samenhang"},
            trust_env=False,
        )
        weakref.finalize(self, self._client.close)

    def within(self, seconds: float) -> "Protocol":
        """Return the same engine with another time-out."""
        return Protocol(self._url, seconds, self._limit)

    def _receive(self, response: httpx2.Response, until: float) -> bytes:
        """Return the whole body; StoreError when it is too long or takes too long."""
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._limit:
                said = f"is longer than {self._limit:,} bytes; ask for less"
                raise StoreError(f"The engine at {self.host} gives an answer that {said}.")
            if time.monotonic() > until:
                raise StoreError(f"The engine at {self.host} takes too long to answer.")
        return bytes(body)

    def _call(
        self, method: str, url: str, answer: float, **request: Any
    ) -> tuple[httpx2.Response, bytes]:
        """Call once; StoreError when there is no whole answer."""
        until, limits = time.monotonic() + answer, httpx2.Timeout(answer, connect=CONNECT)
        with self._client.stream(method, url, timeout=limits, **request) as response:
            return response, self._receive(response, until)

    def read(self, method: str, url: str, **request: Any) -> bytes:
        """Call for an answer; again when the engine broke off before there was one."""
        until = time.monotonic() + self._answer
        for wait in (*WAITS, None):
            try:
                return self._judge(*self._call(method, url, self._answer, **request))
            except httpx2.TimeoutException as error:
                raise StoreError(f"The engine at {self.host} does not answer in time.") from error
            except httpx2.HTTPError as error:
                if wait is None or time.monotonic() + wait > until:
                    lost = isinstance(error, httpx2.ConnectError)
                    said = "cannot be reached" if lost else "breaks off its answer"
                    raise StoreError(f"The engine at {self.host} {said}: {error}.") from error
            time.sleep(wait)
        raise AssertionError

    def write(self, method: str, url: str, **request: Any) -> None:
        """Call once for a change; StoreError tells when its fate is unknown."""
        try:
            self._judge(*self._call(method, url, WRITE, **request))
        except httpx2.ConnectError as error:
            raise StoreError(f"The engine at {self.host} cannot be reached: {error}.") from error
        except httpx2.HTTPError as error:
            said = f"broke off ({type(error).__name__}): look whether it wrote"
            raise StoreError(f"The engine at {self.host} {said}.") from error

    def _judge(self, response: httpx2.Response, body: bytes) -> bytes:
        """Return the body of a good and whole answer; raise what the others mean."""
        status, said = response.status_code, body.decode(errors="replace")
        if "html" in response.headers.get("content-type", ""):
            said = re.sub(r"</?\w+\b[^<>:]*>|<!DOCTYPE[^>]*>", " ", said)  # leaves <urn:x>
        said = " ".join(said.split())[:600]
        if status in (400, 422):
            raise QueryError(f"The engine at {self.host} refuses this: {said}")
        if status in (401, 403):
            raise StoreError(f"The engine at {self.host} refuses the credentials ({status}).")
        if response.is_redirect:
            raise StoreError(
                f"The engine at {self.host} is elsewhere ({status}); give its address."
            )
        if not response.is_success:
            raise StoreError(f"The engine at {self.host} answers with {status}: {said}")
        if cut := [name for name in _CUT if name in response.headers]:
            said = f"gives only a part of the answer ({cut[0]}): raise its limits, or ask for less"
            raise StoreError(f"The engine at {self.host} {said}.")
        return body
