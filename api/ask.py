"""The command that asks a coherence question: as a table, JSON, CSV or RDF, with an exit code."""

import csv
import io
import sys
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import typer

from api.answers import Author, FindingModel
from api.command import StoreOption, app, say
from api.settings import read_settings
from graph.errors import ParameterError, SamenhangError
from graph.inquiry import Answer, Inquiry
from graph.links import find_links
from graph.names import read_names
from graph.questions import list_questions, number
from graph.report import report
from graph.store import open_store

Language = Literal["nl", "en"]

#: Exit codes by verdict, for scripts; when something goes wrong it is FAILED.
CODES: Final = {"none_found": 0, "gaps_found": 1, "not_assessable": 2}
FAILED: Final = 3

_COLUMNS: Final = (
    "entity",
    "other",
    "gap",
    "severity",
    "disappearsAtLevel",
    "why",
    "quote",
    "document",
)
_WIDTH: Final = 120


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question, such as Q01.")] = "",
    level: Annotated[str, typer.Option(help="The weakest level that counts.")] = "cited",
    source: Annotated[list[str] | None, typer.Option(help="Only this source; repeatable.")] = None,
    edition: Annotated[str, typer.Option(help="A strategy by its slug, or every.")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option(help="One of the question's own, as name=number.")
    ] = None,
    format_: Annotated[
        Literal["table", "json", "csv", "ttl"], typer.Option("--format", help="How to print.")
    ] = "table",
    lang: Annotated[Language, typer.Option(help="The language.")] = "en",
    store: StoreOption = None,
) -> None:
    """Answer a coherence question; without one, list them.

    The exit code is 0 when no gaps were found, 1 when there are, 2 when nothing could be judged,
    and 3 when something is wrong.
    """
    if not question:
        for known in list_questions():
            typer.echo(f"{number(known)}  {known.says('question', lang)}")
        return
    try:
        opened = open_store(read_settings(store=store).store)
        inquiry = Inquiry(opened)
        scope = inquiry.scope(level, source or (), edition)
        answer = inquiry.ask(question, scope, _numbers(parameter or ()))
    except SamenhangError as error:
        say(str(error))
        raise typer.Exit(FAILED) from error
    links = {link.iri: link for link in find_links(opened)}
    names = read_names(opened)
    author = Author(names, links)
    if format_ == "json":
        typer.echo(author.answer(answer).model_dump_json(by_alias=True, indent=2))
    elif format_ == "csv":
        _print_csv(author, answer, lang)
    elif format_ == "ttl":
        sys.stdout.buffer.write(report([answer], names))
    else:
        _print_table(author, answer, lang)
    raise typer.Exit(CODES[answer.verdict])


def _numbers(given: Sequence[str]) -> dict[str, float]:
    """Return the parameters that are said as name=number."""
    values = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            values[name] = float(value)
        except ValueError as error:
            wrong = f"A parameter is name=number, not {text!r}."
            raise ParameterError(wrong, "parameter", ("name=number",)) from error
    return values


def _print_csv(author: Author, answer: Answer, language: str) -> None:
    """Print a line for each row, with its first passage."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for finding in answer.findings:
        row = author.finding(answer.question, finding)
        first = row.evidence[0] if row.evidence else None
        writer.writerow(
            (
                row.entity.id,
                row.other.id if row.other else "",
                str(row.gap).lower(),
                row.severity or "",
                row.disappears_at_level or "",
                row.why[language],
                (first.quote or "") if first else "",
                first.document if first else "",
            )
        )
    typer.echo(out.getvalue(), nl=False)


def _print_table(author: Author, answer: Answer, language: str) -> None:
    """Print the question, the fraction, the rows with their first quotation, and the caveats."""
    from rich.console import Console
    from rich.table import Table

    written = author.answer(answer)
    typer.echo(written.question.question[language])
    edition = author.names.of(answer.scope.edition).in_language(language)
    asked = ", ".join(filter(None, (answer.scope.level, *answer.scope.sources, edition)))
    typer.echo(f"{answer.verdict}: {answer.numerator} / {answer.denominator} ({asked})")
    table = Table("", "severity", "closes at", "finding", box=None, pad_edge=False)
    for row in written.rows:
        sign = "gap" if row.gap else ""
        closes = row.disappears_at_level or ""
        table.add_row(sign, row.severity or "", closes, _told(row, author, language))
    if written.rows:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH, markup=False)
        console.print(table)
    for figure in written.figures:
        value = figure.reason.text[language] if figure.reason else f"{figure.value:.4g}"
        typer.echo(f"{figure.label[language]}: {value}")
    for caveat in written.caveats:
        typer.echo(f"* {caveat.text[language]}")


def _told(row: FindingModel, author: Author, language: str) -> str:
    """Return why a row is there, and the first quotation that says so."""
    quoted = next((passage for passage in row.evidence if passage.quote), None)
    if not quoted:
        return row.why[language]
    document = author.names.of(quoted.document).in_language(language)
    return f"{row.why[language]}\n“{quoted.quote}” ({document})"
