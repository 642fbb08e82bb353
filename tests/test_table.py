"""Tables: what a reader notes, a row a fact, comes out as Turtle that says the same."""

import csv
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.dataset import collect
from graph.errors import DataError
from graph.files import parse_file
from graph.table import LINKS, THINGS
from graph.turtle import convert as make
from graph.validate import violations
from ontology import GRAPH, ID, PREFIXES, SAM

GOAL, OTHER = "goal:gbvs-2018-cyber-norms", "goal:gbvs-2018-counterterrorism"
PLAIN = {
    "fact": "e1",
    "subject": "strategy:gbvs-2018",
    "kind": "sam:hasGoal",
    "object": GOAL,
    "at": "gbvs-2018-en [Goal 4] 10-12",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a writer of tables: rows in, path out."""

    def write(
        *rows: dict[str, str], name: str = "reading.csv", columns: tuple[str, ...] = LINKS
    ) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, columns)
            table.writeheader()
            table.writerows(rows)
        return path

    return write


def convert(path: Path) -> str:
    """Return the Turtle of a table that we read on one day."""
    return make(path, "organization:samenhang", "2026-11-23")


def triples(turtle: str) -> set[tuple[str, str, str]]:
    """Return the triples of a text as the values of their terms."""
    parsed = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    return {tuple(getattr(t, "value", "_") for t in quad.triple) for quad in parsed}  # type: ignore[misc]


def values(turtle: str, name: str) -> list[str]:
    """Return the values of a property, in order."""
    return sorted(o for _, p, o in triples(turtle) if p.endswith(name))


def test_a_row_is_a_link_with_its_evidence(write: Write) -> None:
    """A row becomes one link, cited unless it says otherwise, with the passage it names."""
    made = triples(convert(write(PLAIN, name="gbvs-2018-en.csv")))
    link, passage = f"{ID}link/gbvs-2018-en-e1-1", f"{ID}passage/gbvs-2018-en-10-12"
    assert (link, PREFIXES["rdf"] + "subject", ID + "strategy/gbvs-2018") in made
    assert (link, SAM + "level", ID + "evidence-level/cited") in made
    assert (link, SAM + "evidence", passage) in made
    assert (passage, SAM + "locator", "Goal 4") in made
    assert (passage, SAM + "lines", "10-12") in made


def test_several_names_in_a_cell_are_several_links(write: Write) -> None:
    """Each subject with each object is a link of its own, with the same evidence."""
    path = write(
        PLAIN
        | {
            "subject": f"{GOAL} {OTHER}",
            "kind": "sam:mentions",
            "object": "region:mali region:libya",
        }
    )
    assert len(values(convert(path), "#subject")) == 4


def test_all_that_the_row_says_is_kept(write: Write) -> None:
    """Hedge, condition, quantity, open list, denial, period, currency, note and reason are kept."""
    said = {
        "hedge": 'could "perhaps"', "condition": "if asked", "quantity": "two", "open": "such as",
        "denied": "yes", "according": "organization:nato", "from": "2018", "until": "2018-03-26",
        "currency": "EUR", "agreement": "partial", "note": "a\nnote", "reason": "because",
        "level": "assessed",
    }  # fmt: skip
    made = convert(write(PLAIN | said))
    assert values(made, "#hedge") == [said["hedge"]]
    assert values(made, "#note") == [said["note"]]
    assert values(made, "#openListMarker") == ["such as"]
    assert values(made, "#polarity") == [ID + "polarity/denied"]
    assert values(made, "#validUntil") == ["2018-03-26"]
    assert values(made, "#currency")[0].endswith("/EUR")
    assert values(made, "#agreement") == [ID + "agreement/partial"]
    assert values(made, "#level") == [ID + "evidence-level/assessed"]


def own(path: Path) -> dict[str, list[ox.Quad]]:
    """Return the graph of a file alone, with the vocabulary."""
    kept = (GRAPH + path.stem, GRAPH + "vocabulary")
    return {name: quads for name, quads in collect(path).graphs.items() if name in kept}


def test_every_fact_is_accounted_for(write: Write, tmp_path: Path) -> None:
    """Facts without a link are named with their reason, so that the check finds none missing."""
    left = [{"fact": f"e{n}", "left_out": "states no link"} for n in (2, 3)]
    path = tmp_path / "reading.ttl"
    path.write_text(convert(write(PLAIN, *left)), encoding="utf-8")
    turtle = path.read_text(encoding="utf-8")
    assert values(turtle, "#factsRead") == ["3"]
    assert values(turtle, "#fact") == ["e1", "e2", "e3"]
    assert not [fault for fault in violations(own(path)) if "accounted" in fault.what]
    path.write_text(turtle.replace("factsRead 3", "factsRead 4"), encoding="utf-8")
    (fault,) = [fault for fault in violations(own(path)) if "accounted" in fault.what]
    assert "4 read, 3 accounted for" in fault.what


def test_search_without_a_result_is_no_link(write: Write) -> None:
    """A row with sam:notFoundIn becomes an absence and no link."""
    row = PLAIN | {"kind": "sam:notFoundIn", "object": "document:gbvs-2018-en", "note": "Nothing."}
    made = triples(convert(write(row | {"subject": GOAL})))
    assert {o for _, p, o in made if p == PREFIXES["rdf"] + "type"} == {SAM + "Absence"}
    assert ID + "goal/gbvs-2018-cyber-norms" in {o for _, p, o in made if p.endswith("soughtThing")}


def test_things_are_named_and_labelled(write: Write) -> None:
    """A row of a table of things becomes a thing with its class, labels and other names."""
    row = {
        "thing": "topic:rain", "en": "rain", "nl": "regen", "translated": "nl",
        "alt": "wet weather@en | nat weer@nl", "kind": "", "definition": "",
    }  # fmt: skip
    made = convert(write(row, columns=THINGS))
    assert values(made, "#type") == [SAM + "Topic"]
    assert values(made, "altLabel") == ["nat weer", "wet weather"]
    assert values(made, "#translatedLabel") == ["nl"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"subject": "the strategy"}, "'the' is no name"),
        ({"subject": ""}, "no subject"),
        ({"subject": "x:> <y> <z> ."}, "is no name"),
        ({"kind": ""}, "no kind"),
        ({"object": '"2018'}, "cannot be read"),
        ({"object": '"a"@en . <x:a> <x:b> "c"'}, "cannot be read"),
        ({"at": "page 12"}, "The place 'page 12'"),
        ({"from": "last year"}, "from 'last year'"),
        ({"from": '2018"^^xs'}, "cannot be read"),
        ({"level": 'cited ; a "x"'}, "level"),
        ({"fact": "e 1"}, "fact"),
        ({"currency": "euro>"}, "currency"),
        ({"agreement": "quite"}, "agreement"),
    ],
)
def test_wrong_cell_is_told_with_its_line(write: Write, change: dict[str, str], what: str) -> None:
    """A cell that cannot be read gives an error with the line and the words at fault."""
    path = write(PLAIN, PLAIN | change)
    with pytest.raises(DataError) as caught:
        convert(path)
    (fault,) = caught.value.findings
    assert (fault.file, fault.line) == (str(path), 3)
    assert what in fault.what
    assert fault.do


def test_unknown_table_and_unreadable_file_are_told(tmp_path: Path) -> None:
    """A table with other columns, a file that is no text and a missing one are clear errors."""
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    for name, what in (("a.csv", "not known"), ("b.csv", "no table"), ("c.csv", "Cannot be read")):
        with pytest.raises(DataError) as caught:
            convert(tmp_path / name)
        assert what in str(caught.value)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=40).map(
    str.strip
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=TEXT, hedge=TEXT)
def test_any_text_comes_back_as_it_was(write: Write, note: str, hedge: str) -> None:
    """Whatever a reader notes is the same text in the Turtle, and nothing else is said."""
    path = write(PLAIN | {"note": note, "hedge": hedge})
    out = path.with_suffix(".ttl")
    out.write_text(convert(path), encoding="utf-8")
    found = {
        q.predicate.value: q.object.value
        for q in parse_file(out).quads
        if hasattr(q.object, "value")
    }
    assert found.get(SAM + "note", "") == note
    assert found.get(SAM + "hedge", "") == hedge
