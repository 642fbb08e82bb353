"""Whether an engine fits: the contract tried on it, with an outcome for each check."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from graph.contract import ALONE, CHECKS, OWN_CHECKS, Check, empty, fill
from graph.errors import SamenhangError, StoreError
from graph.remote import SPACE, RemoteStore
from graph.store import Store, open_store

_WRITE: Final = Check("write", "Graphs may be written.", lambda store: (True, True))


@dataclass(frozen=True)
class Outcome:
    """What became of a check: it fits, it does not fit, or (None) it could not be tried."""

    check: Check
    fits: bool | None
    seen: str = ""

    def __str__(self) -> str:
        """Return a line: the verdict, the name, the promise, and what was seen instead."""
        verdict = {True: "fits", False: "does not fit", None: "not tried"}[self.fits]
        seen = f" [{self.seen}]" if self.seen else ""
        return f"{verdict:12}  {self.check.id}: {self.check.promise}{seen}"


def _try(check: Check, store: Store) -> Outcome:
    try:
        seen, wanted = check.run(store)
    except (SamenhangError, SyntaxError, ValueError) as error:
        return Outcome(check, fits=False, seen=f"error: {error}")
    if seen == wanted:
        return Outcome(check, fits=True)
    return Outcome(check, fits=False, seen=f"{seen!r} instead of {wanted!r}")


def qualify(store: Store) -> Iterator[Outcome]:
    """Yield what becomes of each check; graphs of the contract's own are written and removed.

    A store that may not be written is only asked what needs no graphs.
    """
    checks = CHECKS + (OWN_CHECKS if isinstance(store, RemoteStore) else ())
    try:
        fill(store)
    except StoreError as error:
        yield Outcome(_WRITE, fits=False, seen=str(error))
        for check in checks:
            yield _try(check, store) if check.id in ALONE else Outcome(check, fits=None)
        return
    yield Outcome(_WRITE, fits=True)
    try:
        for check in checks:
            yield _try(check, store)
    finally:
        empty(store)


def open_apart(url: str) -> Store:
    """Open a store to qualify it; behind the protocol, apart from what samenhang holds there."""
    if url.startswith(("http://", "https://")):
        return RemoteStore(url, f"{SPACE}contract/{uuid4()}/")
    return open_store(url)
