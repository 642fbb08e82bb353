"""The command that asks a sealed question or query again."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from fastapi import HTTPException

from api.command import FAULTY, StoreOption, app, clear_errors, say
from api.settings import read_settings
from graph.errors import SamenhangError

#: Verdicts under which the answer is still the one that was sealed.
_SAME = ("identical", "unaffected")


@app.command()
def verify(
    seal: Annotated[str, typer.Argument(help="A file with a seal, its address, or its text.")],
    store: StoreOption = None,
    lang: Annotated[Literal["nl", "en"], typer.Option(help="The language.")] = "en",
) -> None:
    """Ask a sealed question or query again, of a store; say whether the answer is the same.

    The exit code is 0 when it is, 1 when it is another, and 2 when it cannot be asked.
    """
    from api.intake import Turns
    from api.library import Library
    from api.verification import verify as run
    from api.witness import Witness
    from graph.oxigraph import OxigraphStore
    from graph.store import open_store

    with clear_errors():
        settings = read_settings(store=store)
        opened = open_store(settings.store)
        disk = opened.disk if isinstance(opened, OxigraphStore) else None
        library = Library(opened, settings, revision=disk.revision if disk else 0)
        witness = Witness(library, Turns(settings.queue_seconds))
        try:
            found = asyncio.run(run(witness, _text(seal)))
        except HTTPException as error:
            raise SamenhangError(str(error.detail)) from error
    typer.echo(f"{found.verdict}: {found.text[lang]}")
    for one in found.because:
        terms = (one.graph, one.subject.value, one.predicate, one.object.value)
        typer.echo(" ".join(("+" if one.change == "added" else "-", *terms)))
    if found.because_total > len(found.because):
        say(f"The first {len(found.because)} of {found.because_total:,} statements are shown.")
    if found.verdict not in _SAME:
        raise typer.Exit(FAULTY)


def _text(seal: str) -> str:
    """Return the text of a seal, which is the last part of its address."""
    try:
        address = str(json.loads(Path(seal).read_bytes())["id"]) if _is_file(seal) else seal
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SamenhangError(f"The seal in {seal} cannot be read.") from error
    return address.strip().removesuffix("/verification").rpartition("/")[2]


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:  # longer than a name may be
        return False
