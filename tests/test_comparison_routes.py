"""Editions over HTTP: alignment with its evidence, what became of each item, and both figures."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.comparison import Comparison, compare_editions
from graph.inquiry import Inquiry
from graph.links import Link
from graph.oxigraph import OxigraphStore
from ontology import ID

EDITIONS = {"earlier": "gbvs-2018", "later": "vkk-2023"}


@pytest.fixture(scope="module")
def found(store: OxigraphStore) -> Comparison:
    """Give the comparison of 2018 and 2023 as the engine makes it."""
    return compare_editions(Inquiry(store), EDITIONS["earlier"], EDITIONS["later"])


@pytest.fixture(scope="module")
def body(client: TestClient) -> Any:
    """Give the same over HTTP."""
    answer = client.get("/v1/comparisons", params=EDITIONS)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_alignment_comes_with_its_evidence(
    body: Any, found: Comparison, links: dict[str, Link]
) -> None:
    """Each link of the alignment has its ends, kind, level, agreement and passages."""
    assert [one["link"] for one in body["alignment"]] == [s.link for s in found.alignment.links]
    assert body["alignment"]
    for one in body["alignment"]:
        link = links[one["link"]]
        ends = (one["subject"]["id"], one["kind"]["id"], one["object"]["id"], one["level"])
        assert ends == (link.subject, link.kind, link.object, link.level)
        assert [p["document"] for p in one["evidence"]] == [p.document for p in link.passages]
        assert one["subject"]["label"]["nl"]
    assert {one["agreement"] for one in body["alignment"]} >= {"strong", "partial"}


def test_fates_are_those_of_the_engine(body: Any, found: Comparison) -> None:
    """Each item of both editions has its state, its counterparts and the links that say so."""
    for name, fates in (
        ("earlierItems", found.alignment.earlier),
        ("laterItems", found.alignment.later),
    ):
        assert [
            (one["item"]["id"], one["state"], [c["id"] for c in one["counterparts"]], one["links"])
            for one in body[name]
        ] == [(f.item, f.state, list(f.counterparts), list(f.links)) for f in fates]


def test_classes_add_up(body: Any) -> None:
    """Of thirteen goals and of twelve lines of action each is counted once, in its edition."""
    classes = {one["name"]: one for one in body["classes"]}
    assert classes["goal"]["earlier"]["total"] == 13
    assert classes["line"]["earlier"] is None
    assert classes["line"]["later"]["total"] == 12
    for counts in (side for one in classes.values() for side in (one["earlier"], one["later"])):
        states = ("kept", "gone", "new", "notComparable", "unknown")
        assert counts is None or sum(counts[state] for state in states) == counts["total"]


def test_many_to_many_is_shown(body: Any, found: Comparison) -> None:
    """Items that go on as each other are one group, with its shape."""
    groups = [
        (one["shape"], [t["id"] for t in one["earlier"]], [t["id"] for t in one["later"]])
        for one in body["groups"]
    ]
    wanted = [(g.shape, list(g.earlier), list(g.later)) for g in found.alignment.groups]
    assert groups == wanted
    assert any(shape != "one_to_one" for shape, *_ in groups)


def test_figures_have_both_denominators(body: Any, found: Comparison) -> None:
    """Each figure stands with both fractions, and says why where it cannot be compared."""
    for one, pair in zip(body["figures"], found.figures, strict=True):
        for name, side in (("earlier", pair.earlier), ("later", pair.later)):
            figure = side.reading.figure
            fraction = (figure.value, figure.numerator, figure.denominator)
            assert tuple(one[name][k] for k in ("value", "numerator", "denominator")) == fraction
        assert (one["reason"] or {"code": ""})["code"] == pair.reason
        assert (one["difference"], one["better"]) == (pair.difference, pair.better)
    goals = next(f for f in body["figures"] if f["earlier"]["name"] == "goals_with_instrument")
    assert goals["reason"]["code"] == "detail_differs"
    assert goals["reason"]["text"]["nl"]
    assert (goals["earlier"]["denominator"], goals["later"]["denominator"]) == (13, 12)


def test_neither_edition_is_better(body: Any, found: Comparison) -> None:
    """Dominance is by dimension; where one cannot be compared, no edition is called better."""
    verdicts = {one["dimension"]["code"]: one["better"] for one in body["dimensions"]}
    assert verdicts == found.dimensions
    assert body["dominance"] == found.dominance == "not_comparable"
    assert "detail" in [caveat["code"] for caveat in body["caveats"]]


def test_no_text_aligns_goals(client: TestClient) -> None:
    """At a stronger level our own reading counts no more: then it is not known."""
    asked = {**EDITIONS, "level": "cited"}
    body = client.get("/v1/comparisons", params=asked).json()
    goals = [one for one in body["earlierItems"] if one["item"]["id"].startswith(ID + "goal/")]
    assert {one["state"] for one in goals} == {"unknown"}
    assert "unknown_fate" in [caveat["code"] for caveat in body["caveats"]]


@pytest.mark.parametrize(
    ("change", "wrong", "told"),
    [
        ({"earlier": "gbvs-1918"}, "earlier", "gbvs-2018"),
        ({"later": "gbvs-1918"}, "later", "gbvs-2018"),
        ({"later": "gbvs-2018"}, "later", "not with itself"),
        ({"later": None}, "later", "required"),
        ({"level": "certain"}, "level", "quoted"),
    ],
)
def test_bad_parameter_is_named(
    client: TestClient, change: dict[str, str | None], wrong: str, told: str
) -> None:
    """A parameter that is wrong or missing is named, and what it may be."""
    asked = {k: v for k, v in {**EDITIONS, **change}.items() if v is not None}
    answer = client.get("/v1/comparisons", params=asked)
    assert answer.status_code in (400, 404)
    assert answer.json()["parameter"] == wrong
    assert told in answer.json()["detail"]
