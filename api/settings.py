"""Every setting: its name, default and what it is for, read once from the environment."""

from dataclasses import dataclass, fields
from dataclasses import field as _field
from typing import Any

from starlette.config import Config

from graph.errors import SamenhangError

PREFIX = "SAMENHANG_"


def _setting(default: Any, help_: str) -> Any:
    return _field(default=default, metadata={"help": help_})


@dataclass(frozen=True)
class Settings:
    """The settings of the service; each may be given as SAMENHANG_<NAME> in the environment."""

    store: str = _setting("memory:", "The store to serve: memory: or oxigraph:PATH.")
    host: str = _setting("127.0.0.1", "The address to listen on.")
    port: int = _setting(8000, "The port to listen on.")
    base_url: str = _setting(
        "https://w3id.org/samenhang", "The address under which the service is published."
    )
    contact: str = _setting(
        "webmaster@localhost.localdomain", "The e-mail address of who runs the service (RFC 2142)."
    )
    token: str = _setting("", "The bearer token that writes need; without one nobody writes.")
    services: str = _setting("", "The endpoints that SERVICE may call, with spaces between them.")
    max_upload: int = _setting(10, "The largest documents that are written at once, in MB.")
    max_query: int = _setting(65536, "The longest query that is read, in bytes.")
    query_seconds: float = _setting(10.0, "How long a query may take, in seconds.")
    query_memory: int = _setting(1000, "The memory that a query may take, in MB.")
    max_result: int = _setting(50, "The largest result of a query, in MB.")
    cache: int = _setting(
        64, "How much is kept of answers to queries, and of others, in MB; 0 keeps none."
    )
    readers: int = _setting(2, "How many queries are answered at the same time.")
    queue_seconds: float = _setting(1.0, "How long a query waits for its turn, in seconds.")
    client_seconds: float = _setting(
        60.0, "How long the queries of one client may take a minute, in seconds; 0 sets no limit."
    )
    client_errors: int = _setting(
        30, "How many errors the queries of one client may give a minute; 0 sets no limit."
    )
    proxy: str = _setting(
        "", "The reverse proxies whose word on the client is taken: addresses, with commas."
    )
    max_head: int = _setting(
        65536, "The longest head of a request: its address and headers, in bytes."
    )
    head_seconds: float = _setting(10.0, "How long the head of a request may take, in seconds.")
    body_seconds: float = _setting(
        20.0, "How long its body may take, in seconds, and one more for each 100 kB."
    )
    send_seconds: float = _setting(
        30.0, "How often to see that a client takes its answer, at 10 kB/s or faster, in seconds."
    )
    max_waiting: int = _setting(
        512, "How much of answers may wait for clients to take it, in MB; the slowest are cut."
    )
    connections: int = _setting(500, "How many connections there may be.")
    client_connections: int = _setting(
        100, "How many of them one client may have; 0, or a proxy, sets no limit."
    )
    max_rows: int = _setting(
        1000, "The most rows that a page of results shows; data have no limit."
    )
    publisher: str = _setting(
        "", "Who publishes the data: a name, and an IRI in angle brackets if there is one."
    )
    log_level: str = _setting(
        "info",
        "What is logged: debug, info (all requests), warning (4xx), error (5xx) or critical.",
    )
    metrics: str = _setting(
        "127.0.0.1,::1", "Who may read /metrics: addresses and networks, with commas."
    )
    security_contact: str = _setting(
        "", "Whom security.txt names: mailto:, https: or tel:, with spaces between them."
    )
    security_expires: str = _setting(
        "", "Until when they hold: a day as 2027-06-30, at most a year ahead."
    )


def read_settings(**given: Any) -> Settings:
    """Return the settings: what is given, else the environment, else the default."""
    config = Config(env_prefix=PREFIX)
    try:
        values = {
            f.name: config(f.name.upper(), cast=type(f.default), default=f.default)
            for f in fields(Settings)
        }
    except ValueError as error:
        raise SamenhangError(str(error)) from error
    return Settings(**{**values, **{k: v for k, v in given.items() if v is not None}})
