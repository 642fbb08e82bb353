"""Replies: what a reader does for one request, and what it tells of it.

A request is a head and a body. It asks a query, has a change worked out that is then written by the
service, or wants a fingerprint.
"""

import io
from typing import Any, Protocol

import pyoxigraph as ox

from graph.answers import answer
from graph.change import Change
from graph.difference import undone
from graph.documents import Documents, drop_graph, write_graph
from graph.errors import FormatError, NotFoundError, QueryError
from graph.evaluation import work_out
from graph.fingerprint import Asked, fingerprint
from graph.limits import MB, Limits
from graph.oxigraph import OxigraphStore
from graph.results import Form
from graph.update import read_update


class Source(Protocol):
    """Opens the newest snapshot of a store on disk, in each new reader."""

    def open(self) -> OxigraphStore:
        """Open it to be read."""
        ...

    def copy(self) -> ox.Store:
        """Open a copy that may be written to, and is thrown away."""
        ...


#: A store in memory, which every reader has as it was when it was forked, or what opens one.
Snapshot = OxigraphStore | Source
Head = dict[str, Any]
Reply = tuple[Head, bytes | memoryview]


class TooLargeError(Exception):
    """The result has more bytes than it may have."""


class Page(io.BytesIO):
    """Bytes in memory, up to a limit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any, /) -> int:
        """Take the bytes, or refuse them when they are too many."""
        if self.tell() + len(data) > self._most:
            raise TooLargeError
        return super().write(data)


def failed(error: str, *arguments: str | int | None) -> Reply:
    """Return what is told of an error: its name, and what it is made with."""
    return {"error": error, "args": arguments}, b""


def reply(
    snapshot: Snapshot, store: OxigraphStore, request: Head, sent: bytes, limits: Limits
) -> Reply:
    """Do what a request asks; the head tells about the body, or what went wrong."""
    asks = "formats" in request or "fingerprint" in request
    try:
        if "formats" in request:
            head, body = _answer(store, request, sent.decode(errors="surrogatepass"), limits)
        elif "fingerprint" in request:
            head, body = _fingerprint(store, request["fingerprint"], sent, limits)
        else:
            head, body = _work_out(snapshot, store, request, sent)
    except QueryError as error:
        return failed("query", str(error), error.line, error.column)
    except (FormatError, NotFoundError) as error:
        return failed("format" if isinstance(error, FormatError) else "name", str(error))
    except TooLargeError:
        return {"limit": "size"}, b""
    except MemoryError:
        return {"limit": "memory"}, b""
    except (ValueError, RuntimeError) as error:  # from the engine
        what = "The query cannot be run" if asks else "This cannot be written"
        return failed("query", f"{what}: {error}.")
    return ({"limit": "size"}, b"") if len(body) > limits.size * MB else (head, body)


def _answer(store: OxigraphStore, request: Head, text: str, limits: Limits) -> Reply:
    """Answer a query: the head says the form and the format."""
    formats = {Form(form): name for form, name in request["formats"].items()}
    asked = (text, request["default_graphs"], request["named_graphs"], formats)
    found = answer(store, *asked, request["rows"], Page(limits.size * MB))
    return {"form": found.form.value, "format": found.format, "tag": found.tag}, found.body


def _fingerprint(store: OxigraphStore, asked: Head, sent: bytes, limits: Limits) -> Reply:
    """Take the fingerprint of the snapshot, or of what it was before the change that is sent."""
    text, packed = sent[: asked["length"]].decode(errors="surrogatepass"), sent[asked["length"] :]
    past = undone(store, Change.unpack(asked["change"], packed)) if asked["change"] else store
    query = Asked(text, asked["default_graphs"], asked["named_graphs"])
    found = fingerprint(past, query if text else None, asked["known"], Page(limits.size * MB))
    head = {"dataset": found.dataset, "answer": found.answer, "form": found.form}
    return head, found.body


def _work_out(snapshot: Snapshot, store: OxigraphStore, request: Head, sent: bytes) -> Reply:
    """Work out an update, or what a document changes in a graph; the change is not made."""
    if "update" in request:
        operations = read_update(request["update"], request["using"], request["using_named"])
        copy = store.engine if isinstance(snapshot, OxigraphStore) else snapshot.copy()
        change = work_out(copy, operations)
    elif "drop" in request:
        change = drop_graph(store.engine, request["drop"])
    else:
        change = write_graph(store.engine, Documents(**request["documents"]), sent)
    change.check()
    return change.pack()
