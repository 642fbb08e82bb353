"""What the commands share: the application, its options, its exit codes, how it speaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from graph.errors import DataError, SamenhangError

app = typer.Typer(
    help="Samenhang: a government strategy as links that can be read back to their passages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StoreOption = Annotated[
    str | None, typer.Option("--store", help="memory: (the shipped files) or oxigraph:PATH.")
]
#: Exit codes: what a script can tell apart.
FAULTY: Final = 1
WRONG: Final = 2


def say(text: str) -> None:
    """Say something about the work, beside the output."""
    typer.echo(text, err=True)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn our errors into a message and an exit code, without a traceback."""
    try:
        yield
    except DataError as error:
        say(str(error))
        raise typer.Exit(FAULTY) from error
    except SamenhangError as error:
        place = [getattr(error, key, None) for key in ("line", "column")]
        where = f" (line {place[0]}, column {place[1]})" if all(place) else ""
        say(f"{error}{where}")
        raise typer.Exit(WRONG) from error
