"""What the README says is true: its commands, its tables and its examples run."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.__main__ import app
from api.app import create_app
from api.settings import PREFIX, Settings
from folders import folder_of
from graph.check import check
from graph.limits import Limits
from graph.links import LEVELS
from graph.snapshot import opened
from graph.turtle import convert
from ontology import ID, PREFIXES, SAM

REPOSITORY = Path(__file__).parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


TABLE, SCORES = re.findall(r"```csv\n(.*?)```", README, re.DOTALL)


def _blocks() -> Iterator[str]:
    """Yield the blocks that are in no language: commands."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    yield from (block for language, block in fenced if not language)


def _commands(first: str) -> list[str]:
    lines = [line for block in _blocks() for line in block.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.startswith(first + " ")]


def _curls(*about: str) -> list[list[str]]:
    blocks = (block for block in _blocks() if block.startswith("curl "))
    return [shlex.split(block) for block in blocks if any(word in block for word in about)]


def test_make_targets_exist() -> None:
    """Every make target that the README names is in the Makefile."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert [line for line in _commands("make") if f"\n{line.split()[1]}:" not in makefile] == []


def test_settings_table_is_the_settings() -> None:
    """The table of settings names each setting with its default and its help."""
    rows = re.findall(rf"^\| ({PREFIX}\w+) \| (.*?) \| (.*?) \|$", README, re.MULTILINE)
    told = [(PREFIX + f.name.upper(), str(f.default), f.metadata["help"]) for f in fields(Settings)]
    assert rows == told


def test_levels_table_names_every_level() -> None:
    """The table of levels names them all, strongest first."""
    table = README.partition("| level | what it means |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (\w+) \|", table, re.MULTILINE) == list(LEVELS)


def test_paths_exist() -> None:
    """Every file and folder that the README names is there."""
    named = re.findall(r"`?((?:ontology|graph|api|notebooks|\.readme)/[\w./-]*)", README)
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("command", _commands("samenhang"))
def test_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the README runs as it stands there."""
    (tmp_path / "question.rq").write_text("ASK { ?s ?p ?o }")
    (tmp_path / "reading.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "scores.csv").write_text(SCORES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    arguments = shlex.split(command)[1:]
    result = CliRunner().invoke(app, [*arguments, "--help"] if "serve" in arguments else arguments)
    assert result.exit_code in ({0, 1} if arguments[0] == "ask" else {0}), result.output


@pytest.mark.parametrize("curl", _curls("query", "/v1"), ids=lambda curl: urlsplit(curl[2]).path)
def test_requests_answer(curl: list[str], client: TestClient) -> None:
    """Every request of the README is answered with something."""
    url = urlsplit(curl[2])
    headers = dict(h.split(": ", 1) for flag, h in pairwise(curl) if flag == "-H")
    data = dict(d.split("=", 1) for flag, d in pairwise(curl) if flag == "--data-urlencode")
    (sent,) = [json.loads(d) for flag, d in pairwise(curl) if flag == "--json"] or [None]
    target = url.path + (f"?{url.query}" if url.query else "")
    method = "POST" if data or sent else "GET"
    answer = client.request(method, target, headers=headers, data=data or None, json=sent)
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) > 1 or answer.json().get("total", 1) > 0


def test_write_is_made() -> None:
    """The request of the README that writes is answered with what it wrote."""
    (curl,) = _curls("update=")
    headers = {"Authorization": "Bearer secret"}
    assert f"Authorization: {headers['Authorization']}" in [
        word.replace("$SAMENHANG_TOKEN", "secret") for word in curl
    ]
    data = dict(word.split("=", 1) for word in curl if word.startswith("update="))
    with (
        opened("memory:", Limits(), 1) as parts,
        TestClient(create_app(Settings(token="secret"), *parts)) as client,
    ):
        answer = client.post(urlsplit(curl[2]).path, headers=headers, data=data)
    assert answer.json() == {"revision": 1, "inserted": 1, "deleted": 0}


def test_example_link_is_sound(copy_of_letter: Path) -> None:
    """The link that the README writes passes the check in the file of the letter."""
    example = re.findall(r"```turtle\n(.*?)```", README, re.DOTALL)[0]
    added = example.replace("p:overlap", "p:example").replace("l:overlap", "l:example")
    with (copy_of_letter / "data" / "kamerbrief-gbvs-2018.ttl").open("a", encoding="utf-8") as file:
        file.write(added)
    report = check(copy_of_letter)
    assert [str(finding) for finding in report.findings] == []
    assert report.tallies["kamerbrief-gbvs-2018"].kinds["overlapsWith"] == 2


def test_example_table_is_sound(tmp_path: Path) -> None:
    """The table that the README writes becomes a file that passes the check, with all its facts."""
    table = tmp_path / "example-2030.csv"
    table.write_text(TABLE, encoding="utf-8")
    file = table.with_suffix(".ttl")
    described = f"""<{ID}document/example-2030> a <{SAM}Document> ;
        <{PREFIXES["foaf"]}page> <urn:x> ;
        <{PREFIXES["rdfs"]}label> "Example of 2030"@en, "Voorbeeld van 2030"@nl .\n"""
    turtle = convert(table, "organization:samenhang", "2026-11-23")
    file.write_text(turtle + described, encoding="utf-8")
    report = check(folder_of(tmp_path / "ontology", file))
    assert [str(finding) for finding in report.findings] == []
    tally = report.tallies["example-2030"]
    assert tally.levels == {"cited": 2, "assessed": 1}
    assert (tally.read, tally.loaded) == (4, {"x1", "x2", "x3"})
    assert tally.left_out == {"describes the layout": ["x4"]}


def test_example_scores_are_sound(tmp_path: Path) -> None:
    """The matrix that the README writes becomes a file that passes the check."""
    (command,) = [c for c in _commands("samenhang") if "scores.csv" in c]
    matrix = tmp_path / "scores.csv"
    matrix.write_text(SCORES, encoding="utf-8")
    arguments = [str(matrix) if a == "scores.csv" else a for a in shlex.split(command)[1:]]
    result = CliRunner().invoke(app, arguments)
    file = matrix.with_suffix(".ttl")
    file.write_text(result.stdout, encoding="utf-8")
    assert [str(finding) for finding in check(file).findings] == []
    assert result.stdout.count("a sam:Assessment") == 2
