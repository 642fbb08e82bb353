"""Matrices: what scorers filled in comes out as assessments, and published results come out."""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.assessments import find_assessments, influence_of
from graph.dataset import build, collect
from graph.errors import DataError, ParameterError
from graph.files import parse_file
from graph.load import load
from graph.matrix import read_labels, read_matrix
from graph.measures.influence import Position
from graph.options import balance_of, choices_of, consistent_scenarios
from graph.oxigraph import OxigraphStore, in_memory
from graph.scoring import Scoring, convert_matrix
from graph.store import Store, open_store
from graph.validate import violations
from ontology import GRAPH, ID, ROOT

BENCHMARKS = Path(__file__).parent.parent.parent / "shared" / "benchmarks"
published = pytest.mark.skipif(
    not BENCHMARKS.is_dir(), reason="The published matrices are not beside the repository."
)
SMALL = "row_influences_col,A,B\nA,0,2\nB,,\n"
CHOICE = "row_influences_col,A1,A2,B1,B2\nA1,,,2,0\nA2,,0,,0\nB1,1,0,,\nB2,-1,3,,\n"
SCORING = Scoring(
    scorer="organization:panel",
    role="expert",
    date="2026-11-23",
    question="Does A help B?",
    reason="Judged in a workshop.",
    scorer_label="Panel",
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a writer of files: text in, path out."""

    def write(text: str, name: str = "made-matrix.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def alone(turtle: str, path: Path) -> OxigraphStore:
    """Return a store with the graph of a text, without the shipped ones."""
    path.write_text(turtle, encoding="utf-8")
    return in_memory(build([parse_file(path)], ROOT).graphs)


def test_matrix_becomes_assessments(write: Write, tmp_path: Path) -> None:
    """Each cell that is filled in becomes an assessment, zero too; an empty one becomes none."""
    made = alone(convert_matrix(write(SMALL + "\n"), SCORING), tmp_path / "made-matrix.ttl")
    (found,) = find_assessments(made)
    assert (found.from_, found.to, found.score) == (
        f"{ID}goal/made-matrix-a",
        f"{ID}goal/made-matrix-b",
        2,
    )
    assert (found.by, found.date) == (f"{ID}organization/panel", "2026-11-23")
    assert found.reason
    assert found.reason.value == "Judged in a workshop."
    influence = influence_of(made, ID + "strategy/made-matrix").influence
    assert (influence.scored, influence.pairs) == (1, 2)
    zero = alone(
        convert_matrix(write(SMALL.replace("B,,", "B,0,")), SCORING), tmp_path / "made-matrix.ttl"
    )
    assert [(a.score, a.reason is None) for a in find_assessments(zero)] == [(2, False), (0, True)]


@pytest.mark.parametrize(("text", "options"), [(SMALL, False), (CHOICE, True)])
def test_what_comes_out_passes_the_check(
    write: Write, tmp_path: Path, text: str, options: bool
) -> None:
    """The Turtle of a matrix passes every shape and check."""
    turtle = convert_matrix(write(text), SCORING, name="made", options=options)
    path = tmp_path / "made.ttl"
    path.write_text(turtle, encoding="utf-8")
    kept = (GRAPH + "made", GRAPH + "vocabulary")
    graphs = {name: quads for name, quads in collect(path).graphs.items() if name in kept}
    assert set(graphs) == set(kept)
    found = violations(graphs)
    # the forms of the glossary stand in goals and threats that are left out here
    assert [one for one in found if not one.focus.startswith(ID + "term/")] == []


def test_options_are_grouped(write: Write, tmp_path: Path) -> None:
    """A1 and A2 become options of the descriptor A, with the label before the colon."""
    labels = write(
        'code,en,nl\nA1,"Tax: high","Belasting: hoog"\nA2,Tax: low,Belasting: laag\n'
        "B1,More,Meer\nB2,Less,Minder\nB,Growth,Groei\n",
        "labels.csv",
    )
    turtle = convert_matrix(write(CHOICE), SCORING, name="made", labels=labels, options=True)
    made = alone(turtle, tmp_path / "made.ttl")
    choices = choices_of(made, ID + "strategy/made")
    assert choices.options == {
        f"{ID}descriptor/made-{d}": [f"{ID}option/made-{d}{n}" for n in (1, 2)] for d in "ab"
    }
    assert (len(choices.scores), choices.pairs) == (7, 8)
    for name, label in (("a", "Belasting"), ("b", "Groei")):
        assert made.query(
            f'ASK {{ <{ID}descriptor/made-{name}> rdfs:label "{label}"@nl }}'.replace(
                "rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>"
            )
        ).truth()


def test_second_scorer_scores_the_same_goals(write: Write, tmp_path: Path) -> None:
    """With a strategy that exists the codes name its goals, and nothing is described anew."""
    text = "row_influences_col,cyber-norms,pillar:gbvs-2018-prevent\n"
    text += "cyber-norms,,+1\npillar:gbvs-2018-prevent,−2,\n"
    scoring = Scoring(
        "person:second", "reader", "2026-11-23", "Helpt het?", "Zo.",
        context="Nederland", language="nl", strategy="strategy:gbvs-2018",
    )  # fmt: skip
    turtle = convert_matrix(write(text), scoring)
    assert "rdfs:label" not in turtle
    assert "sam:Link" not in turtle
    found = find_assessments(alone(turtle, tmp_path / "made-matrix.ttl"))
    ends = {(a.from_.removeprefix(ID), a.to.removeprefix(ID), a.score) for a in found}
    goal, pillar = "goal/gbvs-2018-cyber-norms", "pillar/gbvs-2018-prevent"
    assert ends == {(goal, pillar, 1), (pillar, goal, -2)}
    assert {a.within for a in found} == {ID + "strategy/gbvs-2018"}
    assert {a.context.language for a in found if a.context} == {"nl"}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (SMALL.replace("2", "4"), 2, "The score '4' of A on B is not allowed. A score is a whole"),
        (SMALL.replace("2", "1.5"), 2, "'1.5' of A on B"),
        (SMALL.replace("A,0", "A,1"), 2, "A on A is not allowed. Nothing is scored on itself"),
        (SMALL.replace("B,,", "B,"), 3, "'B' has 1 cells"),
        (SMALL.replace("B,,", "C,,"), 3, "'C' has 2 cells"),
        (SMALL + "B,,\n", None, "The rows are not those"),
        ("row_influences_col,A,B\nA,,\n", None, "The rows are not those"),
        (SMALL.replace("row_influences_col", "x"), 1, "not that of a matrix"),
        ("", 1, "not that of a matrix"),
        ("row_influences_col,A,a\nA,,\na,,\n", 1, "empty, or there twice"),
        ("row_influences_col,?\n?,\n", 1, "empty, or there twice"),
    ],
)  # fmt: skip
def test_wrong_matrix_is_told(write: Write, text: str, line: int | None, what: str) -> None:
    """What is wrong with a matrix is told with its line, and what to do."""
    path = write(text)
    with pytest.raises(DataError) as caught:
        read_matrix(path)
    (fault,) = caught.value.findings
    assert (fault.file, fault.line) == (str(path), line)
    assert what in fault.what
    assert fault.do


def test_all_wrong_cells_are_listed(write: Write) -> None:
    """Every wrong cell is named at once."""
    with pytest.raises(DataError) as caught:
        read_matrix(write("row_influences_col,A,B\nA,x,9\nB,much,\n"))
    assert len(caught.value.findings) == 3


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (CHOICE.replace("A1,,,", "A1,,1,"), "nor an option on one of its descriptor"),
        ("row_influences_col,A1,growth\nA1,,\ngrowth,,\n", "growth is no code of an option"),
    ],
)
def test_wrong_options_are_told(write: Write, text: str, what: str) -> None:
    """Options of one descriptor have no scores for each other, and a code names its descriptor."""
    with pytest.raises(DataError, match=what):
        read_matrix(write(text), options=True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x,y\n", "not known"),
        ("code,label\nA\n", "one cell for each column"),
        ("code,label\nA,\n", "one cell for each column"),
    ],
)
def test_wrong_labels_are_told(write: Write, text: str, what: str) -> None:
    """Labels in another form are told."""
    with pytest.raises(DataError, match=what):
        read_labels(write(text))


def test_missing_label_is_told(write: Write) -> None:
    """A table of labels has one for every code."""
    labels = write("code,label\nA,One\n", "labels.csv")
    with pytest.raises(DataError, match="Without a label: B"):
        convert_matrix(write(SMALL), SCORING, labels=labels)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_unreadable_matrix_is_told(tmp_path: Path, content: bytes | None) -> None:
    """A file that is no text, and one that is not there, are clear errors."""
    path = tmp_path / "x.csv"
    if content:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"no table|Cannot be read"):
        read_matrix(path)


def test_date_is_written_in_full(write: Write, tmp_path: Path) -> None:
    """A date in the short form of ISO 8601 becomes one that XML Schema has."""
    scoring = replace(SCORING, date="20261123")
    made = alone(convert_matrix(write(SMALL), scoring), tmp_path / "made-matrix.ttl")
    assert [found.date for found in find_assessments(made)] == ["2026-11-23"]


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("scorer", "Jansen", "person:... or organization:..."),
        ("scorer", "goal:jansen", "person:..."),
        ("role", " ", "The role is empty"),
        ("question", "", "The question is empty"),
        ("reason", "", "needs a reason"),
        ("date", "today", "write it as 2026-11-23"),
        ("language", "fr", "there are: nl, en"),
        ("strategy", "gbvs", "strategy:..."),
    ],
)
def test_wrong_parameter_is_named(write: Write, parameter: str, value: str, told: str) -> None:
    """What cannot be recorded is told by the name of its parameter, with what is allowed."""
    scoring = Scoring(**(vars(SCORING) | {parameter: value}))
    with pytest.raises(ParameterError, match=told) as caught:
        convert_matrix(write(SMALL), scoring)
    assert caught.value.parameter == parameter
    assert caught.value.allowed


def test_name_of_nothing_is_refused(write: Write) -> None:
    """A name without letters and digits names no graph."""
    with pytest.raises(ParameterError, match="The name is empty"):
        convert_matrix(write(SMALL), SCORING, name="?")


# The published matrices, through the importer and a store on disk


def loaded(folder: Path, **files: str) -> Store:
    """Return a store on disk into which files of Turtle were loaded, checked."""
    (folder / "in").mkdir()
    for name, turtle in files.items():
        (folder / "in" / f"{name}.ttl").write_text(turtle, encoding="utf-8")
    url = f"oxigraph:{folder / 'store'}"
    load(folder / "in", url, lambda _: None)
    return open_store(url)


@pytest.fixture(scope="module")
def benchmarks(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Give a store with the published matrices, imported and loaded as any others."""
    folder = tmp_path_factory.mktemp("published")
    with (BENCHMARKS / "sdg_sweden_weitz" / "published.csv").open(encoding="utf-8") as file:
        names = [(row["target"], row["name"]) for row in csv.DictReader(file)]
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("code", "label"), *names])
    shutil.copy(BENCHMARKS / "cib_somewhereland" / "states.csv", folder)
    sweden = convert_matrix(
        BENCHMARKS / "sdg_sweden_weitz" / "matrix.csv",
        SCORING,
        name="sweden",
        labels=folder / "labels.csv",
    )
    somewhereland = convert_matrix(
        BENCHMARKS / "cib_somewhereland" / "matrix.csv",
        SCORING,
        name="somewhereland",
        labels=folder / "states.csv",
        options=True,
    )
    return loaded(folder, sweden=sweden, somewhereland=somewhereland)


def read(*path: str) -> list[dict[str, str]]:
    """Return the rows of a published table."""
    with BENCHMARKS.joinpath(*path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@published
def test_published_influence_comes_out(benchmarks: Store) -> None:
    """Of the 34 targets for Sweden every derived column is as published, and so the first seven."""
    found = influence_of(benchmarks, ID + "strategy/sweden").influence
    items = {item.id.rpartition("sweden-")[2].replace("-", "."): item for item in found.items}
    rows = read("sdg_sweden_weitz", "published.csv")
    assert len(rows) == len(items) == 34
    assert (found.scored, found.pairs) == (34 * 33, 34 * 33)
    for row in rows:
        item = items[row["target"]]
        sums = (item.positive, item.negative, item.direct, item.second, item.total)
        columns = ("pos", "neg", "sum_first_order", "second_order", "total")
        assert [sum_.value for sum_ in sums if sum_] == [float(row[name]) for name in columns]
        if place := row["rank_top7"]:
            assert item.position == Position(int(place), int(place))
    assert [code for code, i in items.items() if i.total and i.total.value < 0] == ["17.11"]


@published
def test_published_scenarios_come_out(benchmarks: Store) -> None:
    """Of the 486 combinations of Somewhereland exactly the ten published ones are consistent."""
    found = consistent_scenarios(benchmarks, ID + "strategy/somewhereland")
    rows = read("cib_somewhereland", "published_consistent_scenarios.csv")
    wanted = {tuple(option(row[name]) for name in "ABCDEF") for row in rows}
    assert len(wanted) == len(found.consistent.scenarios) == 10
    assert set(found.consistent.scenarios) == wanted
    assert (found.consistent.combinations, found.consistent.sampled) == (486, False)


@published
def test_published_balance_comes_out(benchmarks: Store) -> None:
    """The published row of balances comes out, for every option."""
    selection = [option(code) for code in ("A2", "B1", "C3", "D1", "E1", "F1")]
    (row,) = read("cib_somewhereland", "published_balance_A2_B1_C3_D1_E1_F1.csv")
    found = balance_of(benchmarks, ID + "strategy/somewhereland", selection)
    assert found.balances == {option(code): int(value) for code, value in row.items()}


def option(code: str) -> str:
    """Return the IRI of an option of Somewhereland."""
    return f"{ID}option/somewhereland-{code.lower()}"


# The same, asked over HTTP


@pytest.fixture(scope="module")
def served(benchmarks: Store) -> Iterator[TestClient]:
    """Give a client of the service on the published matrices."""
    app = create_app(Settings(client_seconds=0, client_errors=0), benchmarks)
    with TestClient(app) as client:
        yield client


@published
def test_published_influence_is_served(served: TestClient) -> None:
    """Over HTTP all derived columns of all 34 targets are as published, and so the first seven."""
    body = served.get("/v1/assessments", params={"edition": "sweden"}).json()
    share = body["assessedShare"]
    assert (share["numerator"], share["denominator"], share["value"]) == (1122, 1122, 1)
    items = {i["item"]["id"].rpartition("sweden-")[2].replace("-", "."): i for i in body["items"]}
    rows = read("sdg_sweden_weitz", "published.csv")
    assert len(rows) == len(items) == 34
    columns = {
        "positive": "pos",
        "negative": "neg",
        "direct": "sum_first_order",
        "second": "second_order",
        "total": "total",
    }
    for row in rows:
        item = items[row["target"]]
        for name, column in columns.items():
            assert item[name]["value"] == float(row[column])
        if place := row["rank_top7"]:
            assert item["position"] == {"first": int(place), "last": int(place)}
    assert sum(bool(row["rank_top7"]) for row in rows) == 7
    assert [code for code, item in items.items() if item["total"]["value"] < 0] == ["17.11"]


@published
def test_published_balance_is_served(served: TestClient) -> None:
    """Over HTTP exactly the ten published scenarios are consistent, and the row is as published."""
    selection = [option(code) for code in ("A2", "B1", "C3", "D1", "E1", "F1")]
    asked = {"edition": "somewhereland", "option": selection}
    body = served.get("/v1/balances", params=asked).json()
    rows = read("cib_somewhereland", "published_consistent_scenarios.csv")
    wanted = {tuple(option(row[name]) for name in "ABCDEF") for row in rows}
    found = body["consistent"]
    assert (len(wanted), found["found"], found["combinations"]) == (10, 10, 486)
    assert set(map(tuple, found["scenarios"])) == wanted
    assert not found["sampled"]
    (row,) = read("cib_somewhereland", "published_balance_A2_B1_C3_D1_E1_F1.csv")
    balances = {
        one["option"]["id"]: one["balance"]
        for descriptor in body["selection"]["descriptors"]
        for one in descriptor["options"]
    }
    assert balances == {option(code): int(value) for code, value in row.items()}
    assert body["selection"]["consistent"] is (tuple(selection) in wanted)
