"""The place of a store on disk: what is there, and the lock that one process holds."""

import os
from pathlib import Path
from typing import Final

from graph.errors import StoreError

_OURS: Final = {"lock", "journal.tmp"}


def in_use(path: Path, holder: str = "") -> StoreError:
    """Return the error of a store that another process has open."""
    which = f" (process {holder})" if holder else ""
    return StoreError(
        f"The store in {path} is open in another samenhang{which}, and only one may have it open. "
        "Stop that one first, or ask it over HTTP."
    )


def lock(path: Path) -> int:
    """Return the lock of a directory, an open file; StoreError names the process that holds it."""
    import fcntl

    file = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(file, 20).decode("ascii", "replace")
        os.close(file)
        raise in_use(path, holder) from error
    os.truncate(file, 0)
    os.write(file, str(os.getpid()).encode())
    return file


def state_of(path: Path) -> str:
    """Tell what a path is: `absent`, `store`, or why it is neither; OSError goes through."""
    if not path.exists():
        return "absent"
    if not path.is_dir():
        return "it is a file, not a directory"
    names = {entry.name for entry in path.iterdir()} - _OURS
    if "journal" in names:
        return "store"
    if not names:
        return "absent"
    if any(name.startswith("data-") for name in names):
        return "its file journal is missing; restore a backup with: samenhang restore"
    return "it holds other files; name an empty or a new directory"


def is_absent(path: Path) -> bool:
    """Tell whether a path is free for a new store: nothing is there, or an empty directory."""
    return state_of(path) == "absent"
