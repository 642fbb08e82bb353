"""The command that asks a question: what it prints in each format, and its exit code."""

import csv
import io
import json

import pytest
from rdflib import Graph
from rdflib.namespace import RDF, SH

from commands import WRONG, run
from graph.library import LANGUAGES
from graph.questions import list_questions

NONE, GAPS, NOTHING, FAILED = 0, 1, 2, 3


def test_questions_are_listed() -> None:
    """Without a question the questions are listed in the language asked for."""
    for language in LANGUAGES:
        lines = run("ask", "--lang", language).stdout.splitlines()
        assert [line.partition("  ")[2] for line in lines] == [
            question.says("question", language) for question in list_questions()
        ]


def test_table_says_question_fraction_rows_and_caveats(kept: str) -> None:
    """The table has the question, verdict and fraction, each gap with a quotation, and caveats."""
    result = run("ask", "q01", "--store", kept, "--level", "quoted", "--lang", "nl")
    assert result.exit_code == GAPS
    question, verdict, *rows = result.stdout.splitlines()
    assert question == list_questions()[0].says("question", "nl")
    assert verdict == "hiaten gevonden: 13 van 13 doelen (geciteerd)"
    assert sum(row.startswith("hiaat  gemiddeld ") for row in rows) == 13
    text = " ".join(" ".join(rows).split())
    assert text.count("(een stap lager: één bron noemt dit)") == 13
    assert text.count("(Kamerbrief bij de GBVS (2018))") == 13
    assert "niet gevonden in wat is gelezen (aantal documenten: 1)" in text


def test_table_says_each_figure_with_its_fraction(kept: str) -> None:
    """A figure has its fraction before its value, or says why there is none."""
    lines = run("ask", "Q03", "--store", kept, "--lang", "nl").stdout.splitlines()
    direct = "doelen waarvoor een departement direct verantwoordelijk is"
    assert f"{direct}: 0 / 13 = 0,00" in lines
    tension = "share of the assessed pairs with tension: there is nothing to take a share of"
    assert tension in run("ask", "Q25", "--store", kept).stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["Q18"], NONE, "describes, does not judge ("),
        (["Q25"], NONE, "no gaps found: 0 of "),
        (["Q24"], GAPS, "gaps found"),
        (["Q27"], NOTHING, "not assessable"),
        (["Q24", "--source", "derived"], NOTHING, "not assessable"),
    ],
)
def test_exit_code_is_the_verdict(kept: str, arguments: list[str], code: int, says: str) -> None:
    """A script can tell the verdict by the exit code."""
    result = run("ask", *arguments, "--store", kept)
    assert result.exit_code == code
    assert result.stdout.splitlines()[1].startswith(says)


def test_json_is_that_of_the_service(kept: str) -> None:
    """As JSON the answer has the shape of the service's."""
    body = json.loads(run("ask", "Q24", "--store", kept, "--format", "json").stdout)
    assert (body["verdict"], body["numerator"], len(body["rows"])) == ("gaps_found", 5, 5)
    assert all(row["evidence"][0]["quote"] and row["why"]["nl"] for row in body["rows"])


def test_csv_has_a_line_for_each_row(kept: str) -> None:
    """As CSV each row is a line, with its sentence and first quotation."""
    result = run("ask", "Q24", "--store", kept, "--format", "csv", "--lang", "nl")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["gap"] for row in rows] == ["true"] * 5
    assert all(row["why"] and row["entity"] and row["quote"] for row in rows)
    assert all("one_source" in row["severityReason"] for row in rows)


def test_turtle_is_a_validation_report(kept: str) -> None:
    """As Turtle the gaps are the results of a SHACL validation report."""
    report = Graph().parse(data=run("ask", "Q24", "--store", kept, "--format", "ttl").stdout)
    assert len(list(report.subjects(RDF.type, SH.ValidationReport))) == 1
    assert len(list(report.subjects(RDF.type, SH.ValidationResult))) == 5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Q99"], "Q01"),
        (["Q01", "--level", "certain"], "quoted, cited"),
        (["Q01", "--source", "nowhere"], "nowhere"),
        (["Q01", "--edition", "nowhere"], "gbvs-2018"),
        (["Q16", "--parameter", "theta=2"], "0.1 to 1"),
        (["Q16", "--parameter", "theta"], "name=number"),
        (["Q16", "--parameter", "size=2"], "theta"),
    ],
)
def test_what_is_not_there_is_told(kept: str, arguments: list[str], says: str) -> None:
    """A name or value that there is not ends with code 3, and says what there is."""
    result = run("ask", *arguments, "--store", kept)
    assert result.exit_code == FAILED
    assert says in result.stderr
    assert result.stdout == ""


def test_unknown_language_is_told(kept: str) -> None:
    """A language other than Dutch and English is refused, and prints no empty lines."""
    for arguments in ([], ["Q01", "--store", kept]):
        result = run("ask", *arguments, "--lang", "fr")
        assert result.exit_code == WRONG
        assert result.stdout == ""
