"""Severity: a finding is less severe when little bears it out, and more when others rest on it."""

import pytest

from graph.oxigraph import OxigraphStore
from ontology import ID
from sketch import add, answer, score, sketch

#: A strategy that names a goal in two documents.
TWICE = ("strategy:s hasGoal goal:a @one", "strategy:s hasGoal goal:a @two")
#: A policy to which a strategy is coupled as it follows from two links.
DERIVED = ("strategy:s coupledTo instrument:i derived",)
PREMISES = "link:l1 prov:wasDerivedFrom link:x, link:y ."


def rated(store: OxigraphStore, question: str, level: str = "cited") -> tuple[str, tuple[str, ...]]:
    """Return the severity of the one gap that a question finds, and the reasons for it."""
    (gap,) = (finding for finding in answer(store, question, level).findings if finding.gap)
    return gap.severity, gap.severity_reasons


def premise(name: str, *documents: str, more: str = "") -> str:
    """Return a link in Turtle that documents state, and that says nothing of the instrument."""
    said = f"link:{name} sam:level level:cited {more} ."
    for document in documents:
        passage = f"passage:{name}-{document}"
        said += (
            f" link:{name} sam:evidence {passage} . {passage} oa:hasSource document:{document} ."
        )
    return said


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (TWICE, ("high", ())),
        (TWICE[:1], ("medium", ("one_source",))),
        ((TWICE[0] + " open",), ("medium", ("open_list",))),
        ((TWICE[0] + " open", TWICE[1]), ("high", ())),
        ((*TWICE, "goal:b dependsOn goal:a"), ("critical", ("precondition",))),
        ((TWICE[0] + " assessed",), ("medium", ("no_source",))),
    ],
)
def test_weak_support_is_a_step_and_need_is_one(
    lines: tuple[str, ...], expected: tuple[str, tuple[str, ...]]
) -> None:
    """One source, an open list or no source at the level is a step less, a precondition one more.

    A goal without an instrument is of high severity.
    """
    store = sketch(*lines, "instrument:i serves goal:b")
    assert rated(store, "Q01") == expected


def test_versions_of_one_work_are_one_source() -> None:
    """Two documents that are stated to be versions of one work say it once."""
    versions = "document:one dcterms:isVersionOf strategy:s . document:two dcterms:isVersionOf "
    assert rated(add(sketch(*TWICE), versions + "strategy:s ."), "Q01")[1] == ("one_source",)
    assert rated(add(sketch(*TWICE), versions + "strategy:t ."), "Q01")[1] == ()


def test_copy_of_a_document_is_no_other_source() -> None:
    """A document that is stated to be a version of another says nothing that this did not."""
    copy = "document:two dcterms:isVersionOf document:one ."
    assert rated(add(sketch(*TWICE), copy), "Q01")[1] == ("one_source",)


@pytest.mark.parametrize(
    ("premises", "reasons"),
    [
        (premise("x", "one", "two") + premise("y", "one", "two"), ()),
        (premise("x", "one", "two") + premise("y", "three"), ("one_source",)),
        (premise("x", "one") + premise("y", "two"), ("one_source",)),
        (premise("x", "one", "two", more="; sam:openList true") + premise("y"), ("open_list",)),
        (premise("x", "one", "two") + premise("y"), ("no_source",)),
    ],
)
def test_what_is_derived_is_as_firm_as_its_weakest_premise(
    premises: str, reasons: tuple[str, ...]
) -> None:
    """A derived link has the support of the weaker of the links from which it follows."""
    store = add(sketch(*DERIVED), PREMISES + premises)
    assert rated(store, "Q02", "derived")[1] == reasons


def test_scorers_are_sources() -> None:
    """A tension that one scorer sees rests on one source; that two see it, on two."""
    drawn = sketch("strategy:s hasGoal goal:a", "strategy:s hasGoal goal:b")
    assert rated(score(drawn, "goal:a goal:b -1 x"), "Q25")[1] == ("one_source",)
    assert rated(score(drawn, "goal:a goal:b -1 x", "goal:a goal:b -2 y"), "Q25")[1] == ()


def test_white_paper_on_trade_stands_in_an_open_list(store: OxigraphStore) -> None:
    """The letter couples the strategy to that policy in a list that it leaves open (waaronder).

    That the paper in which it is laid down is coupled too follows from that list.
    """
    found = answer(store, "Q02", "derived", edition="gbvs-2018").findings
    (paper,) = (finding for finding in found if finding.item == ID + "instrument/bhos-nota-2018")
    assert (paper.severity, paper.severity_reasons) == ("low", ("open_list",))
