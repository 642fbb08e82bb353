"""The command that asks a coherence question: as a table, JSON, CSV or RDF, with an exit code."""

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

import typer

from api.answers import Author, FindingModel
from api.command import StoreOption, app, say
from api.settings import read_settings
from graph.errors import ParameterError, SamenhangError
from graph.inquiry import Answer, Inquiry
from graph.links import find_links
from graph.measures.figures import Figure
from graph.names import Names, read_names
from graph.questions import list_questions, number
from graph.report import report
from graph.store import open_store
from graph.wording import say as said
from graph.wording import sentence

Language = Literal["nl", "en"]

#: Exit codes by verdict, for scripts; when something goes wrong it is FAILED.
CODES: Final = {"none_found": 0, "gaps_found": 1, "not_assessable": 2}
FAILED: Final = 3

_COLUMNS: Final = (
    "entity",
    "other",
    "gap",
    "severity",
    "severityReason",
    "disappearsAtLevel",
    "why",
    "quote",
    "document",
)
#: What stands in the columns of the table.
_HEADS: Final = ("gap", "severity", "closes", "finding")
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
                " ".join(reason.code for reason in row.severity_reason),
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

    from api.templating import TEXTS

    t = {name: text[language] for name, text in TEXTS.items()}
    written = author.answer(answer)
    typer.echo(written.question.question[language])
    edition = author.names.of(answer.scope.edition).in_language(language)
    level = t[f"level_{answer.scope.level}"]
    asked = ", ".join(filter(None, (level, *answer.scope.sources, edition)))
    typer.echo(f"{_outcome(answer, t, language)} ({asked})")
    gap, *heads = (sentence("column", name, language) for name in _HEADS)
    table = Table("", *heads, box=None, pad_edge=False)
    for row in written.rows:
        sign = gap if row.gap else ""
        severity = t[f"severity_{row.severity}"] if row.severity else ""
        closes = t[f"level_{row.disappears_at_level}"] if row.disappears_at_level else ""
        table.add_row(sign, severity, closes, _told(row, author, language))
    if written.rows:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH, markup=False)
        console.print(table)
    for figure in answer.figures:
        typer.echo(f"{sentence('figure', figure.name, language)}: {_amount(figure, language)}")
    for caveat in written.caveats:
        typer.echo(f"* {caveat.text[language]}")


def _outcome(answer: Answer, texts: Mapping[str, str], language: str) -> str:
    """Return what an answer comes to: its verdict and fraction, or that it only describes."""
    if answer.verdict == "none_found" and answer.question.says("severity") == "info":
        return texts["verdict_describes"]
    share = f"{answer.numerator} {texts['of']} {answer.denominator}"
    verdict, counted = f"verdict_{answer.verdict}", answer.question.says("counted", language)
    return f"{texts[verdict]}: {share} {counted}"


def _told(row: FindingModel, author: Author, language: str) -> str:
    """Return why a row is there, what moved its severity, and the first quotation that says so."""
    told = [row.why[language]]
    if row.severity_reason:
        told.append(f"({'; '.join(reason.text[language] for reason in row.severity_reason)})")
    if quoted := next((passage for passage in row.evidence if passage.quote), None):
        document = author.names.of(quoted.document).in_language(language)
        told.append(f"“{quoted.quote}” ({document})")
    return "\n".join(told)


def _amount(figure: Figure, language: str) -> str:
    """Return a figure, its fraction first, or the reason why it has no value."""
    if figure.reason or figure.value is None:
        return sentence("reason", figure.reason, language)
    value, *parts = (
        said(number, Names({}), language)
        for number in (figure.value, figure.numerator, figure.denominator)
        if number is not None
    )
    return f"{' / '.join(parts)} = {value}" if parts else value
