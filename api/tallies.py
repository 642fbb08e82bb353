"""The counts of a check, as the command line prints them."""

import sys
from collections import Counter

import typer
from rich.console import Console
from rich.table import Table

from graph.links import LEVELS
from graph.tally import Tally


def print_tallies(tallies: dict[str, Tally]) -> None:
    """Print what each source holds, the largest first: table, kinds, what was left out."""

    def cells(levels: Counter[str], read: int, loaded: int) -> list[str]:
        numbers = [*(levels[level] for level in LEVELS), levels.total(), read, loaded]
        return [str(number or "") for number in numbers]

    table = Table("source", *LEVELS, "links", "read", "loaded", box=None)
    ordered = sorted(tallies.items(), key=lambda item: (-item[1].levels.total(), item[0]))
    for name, tally in ordered:
        table.add_row(name, *cells(tally.levels, tally.read, len(tally.loaded)))
    every = list(tallies.values())
    levels = sum((tally.levels for tally in every), Counter[str]())
    read, loaded = sum(tally.read for tally in every), sum(len(tally.loaded) for tally in every)
    table.add_row("all", *cells(levels, read, loaded), style="bold")
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    typer.echo("\nKinds of link")
    for name, tally in ordered:
        kinds = ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common())
        typer.echo(f" {name}: {kinds}")
    typer.echo("\nFacts that were read and gave no link")
    for name, tally in ordered:
        for reason, facts in tally.left_out.items():
            typer.echo(f" {name}: {len(facts)}, {reason}")
    typer.echo("")
