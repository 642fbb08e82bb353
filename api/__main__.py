"""The command line: serve, check, query, export, convert; what asks and what keeps a store."""

import gc
import os
import signal
import socket
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from api import ask, cite, keep
from api.command import FAULTY, StoreOption, app, clear_errors, say
from api.settings import Settings, read_settings
from graph.errors import SamenhangError
from ontology import ROOT

__all__ = ["app", "ask", "cite", "keep", "main"]


@app.command()
def serve(
    store: StoreOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Serve the pages, SPARQL and JSON over HTTP."""
    import uvicorn

    from api.access import Log
    from api.app import create_app
    from api.connections import guarded
    from graph.limits import Limits, share_arenas
    from graph.snapshot import opened

    with clear_errors(), ExitStack() as stack:
        settings = read_settings(store=store, host=host, port=port)
        _check_port(settings.host, settings.port)
        _prepare(settings)
        limits = Limits(
            seconds=settings.query_seconds,
            memory=settings.query_memory,
            size=settings.max_result,
            queue_seconds=settings.queue_seconds,
        )
        signal.signal(signal.SIGTERM, _end)
        share_arenas()
        partners = settings.services.split()
        parts = stack.enter_context(opened(settings.store, limits, settings.readers, partners))
        log = Log(sys.stdout.fileno(), settings.log_level)
        stack.callback(log.flush)
        application = create_app(settings, *parts, log)
        gc.freeze()  # what is there stays, so nobody need look again whether it is used
        say(f"Samenhang is at http://{settings.host}:{settings.port}/ (stop it with Ctrl+C)")
        uvicorn.run(
            application,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            http=guarded(settings, application),
            ws="none",
            h11_max_incomplete_event_size=2 * settings.max_head,  # the guard is stricter
            proxy_headers=bool(settings.proxy),
            forwarded_allow_ips=settings.proxy,
        )


def _end(number: int, _: object) -> NoReturn:
    """End as a signal asks, but let go of everything first."""
    raise SystemExit(128 + number)


def _prepare(settings: Settings) -> None:
    """Begin to log; SamenhangError when a setting is faulty."""
    from api.clients import read_networks
    from api.disclosure import check_disclosure
    from api.logs import start_logging

    for name in ("proxy", "metrics"):
        read_networks(settings, name)
    start_logging(settings.log_level)
    check_disclosure(settings, datetime.now(UTC))


def _check_port(host: str, port: int) -> None:
    """Raise SamenhangError when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SamenhangError(
                f"Cannot listen on {host}:{port}: {error.strerror}. Give another with --port."
            ) from error


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="An ontology folder, or a data file.")] = ROOT,
) -> None:
    """Load everything, run the shapes and checks, find every quotation; print what there is."""
    from api.tallies import print_tallies
    from graph.check import check as run

    say(f"Checking {path} ...")
    with clear_errors():
        report = run(path)
    if report.tallies:
        print_tallies(report.tallies)
    for finding in report.findings:
        typer.echo(str(finding))
    typer.echo(f"{len(report.findings)} failure{'' if len(report.findings) == 1 else 's'}")
    if report.findings:
        raise typer.Exit(FAULTY)


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A file with a query, or - for standard input.")],
    store: StoreOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="json, xml, csv, tsv; turtle, jsonld ...")
    ] = None,
) -> None:
    """Run a SPARQL query and write the result to standard output."""
    from graph.results import Form, format_named
    from graph.store import open_store

    with clear_errors():
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SamenhangError(f"The query in {file} cannot be read: {error}.") from error
        result = open_store(read_settings(store=store).store).query(text)
        default = {Form.BINDINGS: "csv", Form.BOOLEAN: "json", Form.GRAPH: "turtle"}[result.form]
        _write(result.write(format_named(format_ or default, result.form)))


@app.command()
def duplicates(
    store: StoreOption = None,
    threshold: Annotated[float, typer.Option(help="Likeness from 0 to 100.", min=0, max=100)] = 90,
) -> None:
    """List things with names so alike that they may be one, and that nobody has settled."""
    from graph.duplicates import find_pairs
    from graph.store import open_store
    from ontology import ID

    with clear_errors():
        pairs = find_pairs(open_store(read_settings(store=store).store), threshold)
    for pair in pairs:
        one, other = pair.one.removeprefix(ID), pair.other.removeprefix(ID)
        typer.echo(f"{pair.likeness:3.0f}  {one} “{pair.names[0]}”  {other} “{pair.names[1]}”")
    typer.echo(f"{len(pairs)} pair{'' if len(pairs) == 1 else 's'} to settle")


@app.command()
def convert(
    table: Annotated[Path, typer.Argument(help="A table in CSV: links, or things.")],
    by: Annotated[str, typer.Option(help="Who read the document.")] = "organization:samenhang",
    date: Annotated[str, typer.Option(help="When, as 2026-11-23; today without it.")] = "",
    language: Annotated[str, typer.Option(help="The language of the document.")] = "en",
) -> None:
    """Make Turtle of a table that a reader filled in, a row a fact; print it."""
    from graph.turtle import convert as run

    with clear_errors():
        _write(run(table, by, date or datetime.now(UTC).date().isoformat(), language).encode())


@app.command("convert-matrix")
def convert_matrix(
    matrix: Annotated[Path, typer.Argument(help="A square table in CSV: row_influences_col.")],
    scorer: Annotated[str, typer.Option(help="Who scored, as person:... or organization:...")],
    role: Annotated[str, typer.Option(help="In which role.")],
    question: Annotated[str, typer.Option(help="The question that a score answers.")],
    reason: Annotated[str, typer.Option(help="Why the scores other than 0 are so.")] = "",
    date: Annotated[str, typer.Option(help="When, as 2026-11-23; today without it.")] = "",
    context: Annotated[str, typer.Option(help="The place or period that was judged.")] = "",
    language: Annotated[Literal["nl", "en"], typer.Option(help="Of these texts.")] = "en",
    strategy: Annotated[str, typer.Option(help="One that is described; else a new one is.")] = "",
    name: Annotated[str, typer.Option(help="Of the file to be; without it, of the table.")] = "",
    title: Annotated[str, typer.Option(help="The label of a new strategy.")] = "",
    scorer_label: Annotated[str, typer.Option(help="The name of a new scorer.")] = "",
    labels: Annotated[Path | None, typer.Option(help="A table: code,label or code,en,nl.")] = None,
    options: Annotated[bool, typer.Option("--options", help="A1, A2 are options of A.")] = False,
) -> None:
    """Make Turtle of a matrix of scores from -3 to 3, an empty cell not assessed; print it."""
    from graph.scoring import Scoring
    from graph.scoring import convert_matrix as run

    with clear_errors():
        scoring = Scoring(
            scorer, role, date or datetime.now(UTC).date().isoformat(), question, reason,
            context, language, strategy, title, scorer_label,
        )  # fmt: skip
        _write(run(matrix, scoring, name=name, labels=labels, options=options).encode())


@app.command()
def export(
    store: StoreOption = None,
    format_: Annotated[str, typer.Option("--format", help="trig, nquads, turtle ...")] = "trig",
    output: Annotated[Path | None, typer.Option(help="A file; standard output without it.")] = None,
) -> None:
    """Write the whole store: named graphs in trig and nquads, their union in other formats."""
    from graph.results import export as write
    from graph.store import open_store

    with clear_errors():
        content = write(open_store(read_settings(store=store).store).quads(), format_)
        if output is None:
            _write(content)
            return
        partial = output.with_name(output.name + ".part")
        try:
            partial.write_bytes(content)
            partial.replace(output)
        except OSError as error:
            raise SamenhangError(f"{output} cannot be written: {error.strerror}.") from error
        say(f"Wrote {len(content):,} bytes to {output}.")


def _write(content: bytes) -> None:
    """Write to standard output; a reader that stops early is no error."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
