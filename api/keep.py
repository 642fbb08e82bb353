"""Commands that keep a store: load, backup, restore, and qualify an engine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.command import FAULTY, StoreOption, app, clear_errors, say
from api.settings import read_settings
from graph.errors import SamenhangError
from ontology import ROOT


@app.command()
def load(
    path: Annotated[Path, typer.Argument(help="An ontology folder, or data files.")] = ROOT,
    store: StoreOption = None,
    unchecked: Annotated[
        bool, typer.Option(help="As they are, without checks; of any size.")
    ] = False,
) -> None:
    """Check files and put them into a store: all of them or, when one is faulty, none."""
    from rich.console import Console
    from rich.progress import Progress

    from graph import load as loading

    with clear_errors(), Progress(console=Console(stderr=True), transient=True) as progress:
        progress.disable = not sys.stderr.isatty()
        url = read_settings(store=store).store
        if unchecked:
            loaded = loading.load_unchecked(path, url, say, lambda file: progress.open(file, "rb"))
        else:
            loaded = loading.load(path, url, say)
        say(f"Loaded {loaded.statements:,} statements in {loaded.graphs} graphs.")
        if url == "memory:":
            say("A store in memory ends with this command; give --store oxigraph:PATH to keep it.")


def _directory(store: str | None) -> Path:
    scheme, _, place = read_settings(store=store).store.partition(":")
    if scheme != "oxigraph" or not place:
        raise SamenhangError("Only a store on disk has backups: give --store oxigraph:PATH.")
    return Path(place)


@app.command()
def backup(target: Path, store: StoreOption = None) -> None:
    """Copy a store on disk that nobody serves into a new directory."""
    from graph.backup import backup as run
    from graph.oxigraph import open_directory

    with clear_errors():
        made = run(open_directory(_directory(store)), target)
    say(f"Backed up revision {made.revision}: {made.quads:,} statements, SHA-256 {made.hash}.")


@app.command()
def restore(source: Path, store: StoreOption = None) -> None:
    """Make a store on disk of a backup, in a new place; check that it is the same."""
    from graph.backup import restore as run

    with clear_errors():
        made = run(source, _directory(store))
    say(f"Restored revision {made.revision}: {made.quads:,} statements, SHA-256 {made.hash}.")


@app.command()
def qualify(
    url: Annotated[str, typer.Argument(help="A store, or the query address of an engine.")],
) -> None:
    """Try the contract of a store on an engine; print what fits and what does not."""
    from graph.qualify import open_apart
    from graph.qualify import qualify as run

    fits = True
    with clear_errors():
        for outcome in run(open_apart(url)):
            typer.echo(str(outcome))
            fits = fits and outcome.fits is not False
    if not fits:
        raise typer.Exit(FAULTY)
