"""Backup and restore: a copy of a store on disk, with the hash that a restored one must have."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from graph.disk import FAULTS
from graph.errors import StoreError
from graph.journal import sync, write_whole
from graph.oxigraph import OxigraphStore, open_directory
from graph.place import is_absent

_ABOUT: Final = "backup.json"


@dataclass(frozen=True)
class Backup:
    """What a backup holds: the revision, its graphs, the number of quads, their hash, the time."""

    revision: int
    graphs: int
    quads: int
    hash: str
    time: str


def digest(store: OxigraphStore) -> tuple[str, int]:
    """Return the SHA-256 of all quads and their number.

    The graphs in the order of their names, of each the N-Triples in the order of the text. Blank
    nodes go by the labels that they have in the store, which a backup keeps.
    """
    total, hash_ = 0, sha256()
    for name in store.graphs():
        quads = store.quads_of(name)
        text = ox.serialize((q.triple for q in quads), format=ox.RdfFormat.N_TRIPLES) or b""
        lines = sorted(text.splitlines(keepends=True))
        total += len(lines)
        hash_.update(f"<{name}>\n".encode())
        hash_.update(b"".join(lines))
    return hash_.hexdigest(), total


def backup(store: OxigraphStore, target: Path) -> Backup:
    """Copy an open store into a new directory while it goes on answering; StoreError if it fails.

    The copy is one whole revision. A write waits while the engine's files are linked, no longer.
    """
    if store.disk is None:
        raise StoreError("A store in memory has nothing to back up; export it instead.")
    if not is_absent(target):
        raise StoreError(f"{target} is not empty: name a new directory for the backup.")
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        revision = store.disk.copy(partial / "store")
        copied = open_directory(partial / "store")
        hash_, quads = digest(copied)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        about = Backup(revision, len(copied.graphs()), quads, hash_, time)
        _close(copied)
        write_whole(partial / _ABOUT, json.dumps(asdict(about), indent=1).encode())
        _sync_all(partial)
        os.rename(partial, target)
        sync(target.parent)
    except FAULTS as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StoreError(f"No backup was made in {target}: {error}") from error
    return about


def restore(source: Path, path: Path) -> Backup:
    """Make a store of a backup, in a new or empty place; StoreError when it is not the same.

    The store is there only when the hash of its content is the one that the backup was made with.
    """
    if not is_absent(path):
        raise StoreError(f"{path} is not empty: restore into a new directory.")
    try:
        about = Backup(**json.loads((source / _ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{source} holds no backup that can be read: {error}") from error
    partial = path.with_name(f".{path.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source / "store", partial)
        found = open_directory(partial)
        hash_, quads = digest(found)
        _close(found)
        if (hash_, quads) != (about.hash, about.quads):
            raise StoreError(
                f"The backup in {source} is damaged: it holds {quads:,} quads with the hash "
                f"{hash_}, and was made of {about.quads:,} with {about.hash}."
            )
        _sync_all(partial)
        os.rename(partial, path)
        sync(path.parent)
    except FAULTS as error:
        raise StoreError(f"Nothing was restored to {path}: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return about


def _close(store: OxigraphStore) -> None:
    if store.disk:
        store.disk.close()


def _sync_all(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        sync(path)
