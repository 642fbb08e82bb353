"""The profile: each figure with its fraction, rows and interval, and no single number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.composite import compose
from graph.errors import ParameterError
from graph.inquiry import Inquiry
from graph.measures.figures import fraction
from graph.oxigraph import OxigraphStore, in_memory
from graph.profile import (
    DIMENSIONS,
    SHARES,
    Profile,
    ProfileFigure,
    Reading,
    declarations,
    take_profile,
)
from graph.scope import Scope
from ontology import ID
from sketch import add, sketch

LINES = (
    "strategy:s hasPillar pillar:p",
    "strategy:s hasPillar pillar:q",
    "pillar:p hasGoal goal:a",
    "pillar:p hasGoal goal:b",
    "pillar:q hasGoal goal:c",
    "instrument:i serves goal:a quoted",
    "instrument:j serves goal:b assessed",
    "instrument:j serves goal:c denied",
)


def taken(store: OxigraphStore, scope: Scope) -> Profile:
    """Take the profile of a store."""
    inquiry = Inquiry(store)
    return take_profile(inquiry, inquiry.ground.statements, scope)


def one(profile: Profile, name: str, pillar: str = "") -> ProfileFigure:
    """Return a figure that is there."""
    found = profile.of(name, pillar and ID + pillar)
    assert found
    return found


def short(iris: tuple[str, ...]) -> list[str]:
    """Name things by class and slug."""
    return [iri.removeprefix(ID) for iri in iris]


def test_every_dimension_has_figures() -> None:
    """Figures are declared once each, in the five dimensions, with labels in both languages."""
    names = [declared.name for declared in declarations()]
    assert len(names) == len(set(names))
    assert {declared.dimension for declared in declarations()} == set(DIMENSIONS)
    assert {declared.items for declared in declarations()} <= {*names, "none"}
    for declared in declarations():
        assert declared.label["nl"] != declared.label["en"]
        assert declared.better in ("", "more", "less")


def test_every_figure_has_a_value(store: OxigraphStore) -> None:
    """On the shipped data what a declaration takes is among the figures of its question."""
    inquiry = Inquiry(store)
    for declared in declarations():
        if declared.question and declared.take not in ("rest", "gaps"):
            answer = inquiry.ask(declared.question, inquiry.scope("assessed"))
            assert declared.take in [figure.name for figure in answer.figures]


def test_a_figure_has_fraction_rows_and_interval() -> None:
    """One of three goals is covered by what is cited: it, the others, and both ends of levels."""
    found = one(taken(sketch(*LINES), Scope("cited")), "goals_with_instrument")
    figure = found.reading.figure
    assert (figure.numerator, figure.denominator) == (1, 3)
    assert found.value == pytest.approx(1 / 3)
    assert short(found.reading.rows) == ["goal/a"]
    assert short(found.reading.others) == ["goal/b", "goal/c"]
    assert found.quoted == pytest.approx(1 / 3)
    assert found.assessed == pytest.approx(2 / 3)


def test_a_pillar_has_its_own_figures() -> None:
    """The goals of a pillar alone are counted for it, and what counts no goals is for the whole."""
    profile = taken(sketch(*LINES), Scope("cited"))
    p, q = (one(profile, "goals_with_instrument", f"pillar/{name}") for name in "pq")
    assert (p.reading.figure.numerator, p.reading.figure.denominator) == (1, 2)
    assert (q.reading.figure.numerator, q.reading.figure.denominator) == (0, 1)
    assert short(p.reading.rows) == ["goal/a"]
    assert profile.of("links_at_level", ID + "pillar/p") is None


def test_only_pillars_of_the_edition_are_there() -> None:
    """The profile of one edition has no figures of the pillars of another."""
    store = sketch(*LINES, "strategy:t hasPillar pillar:r", "pillar:r hasGoal goal:d")
    profile = taken(store, Scope("cited", edition=ID + "strategy/t"))
    assert {f.pillar for f in profile.figures} == {"", ID + "pillar/r"}
    assert one(profile, "goals_with_instrument").reading.figure.denominator == 1


def test_links_are_counted_by_level() -> None:
    """Of seven links that deny nothing, one is quoted, five are cited and one is assessed."""
    found = one(taken(sketch(*LINES), Scope("cited")), "links_at_level")
    figure = found.reading.figure
    assert (figure.numerator, figure.denominator) == (6, 7)
    assert found.quoted == pytest.approx(1 / 7)
    assert found.assessed == 1
    assert short(found.reading.others) == ["link/l7"]


def test_what_two_documents_state_is_shared() -> None:
    """Both links of what two documents say are shared; of one document, or its copy, none is."""
    lines = (
        "instrument:i serves goal:a @one",
        "instrument:i serves goal:a @two",
        "goal:a hasTheme theme:t",
    )
    found = one(taken(sketch(*lines), Scope("cited")), "links_shared")
    assert short(found.reading.rows) == ["link/l1", "link/l2"]
    assert found.value == pytest.approx(2 / 3)
    alone = one(taken(sketch(*lines), Scope("cited", ("one",))), "links_shared")
    assert (alone.value, alone.reading.figure.denominator) == (0, 2)
    copy = add(sketch(*lines), "document:two dcterms:isVersionOf document:one .")
    assert one(taken(copy, Scope("cited")), "links_shared").value == 0


def test_an_empty_store_has_no_values() -> None:
    """Where there is nothing to count there is a reason, not a zero."""
    profile = taken(in_memory({}), Scope("cited"))
    for figure in profile.figures:
        assert figure.value is figure.quoted is figure.assessed is None
        assert figure.reading.figure.reason


def test_weaker_links_never_lower_a_coverage(store: OxigraphStore) -> None:
    """On the shipped data the interval of a coverage begins where only quotations count."""
    inquiry = Inquiry(store)
    profile = take_profile(inquiry, inquiry.ground.statements, inquiry.scope("cited"))
    for found in profile.figures:
        if found.declared.dimension == "coverage" and found.value is not None:
            assert found.quoted is not None
            assert found.assessed is not None
            assert found.quoted <= found.value <= found.assessed


def made(**values: float) -> Profile:
    """Make a profile of shares by hand."""
    known = {declared.name: declared for declared in declarations()}
    figures = (
        ProfileFigure(known[name], "", Reading(fraction(name, round(value * 100), 100)), None, None)
        for name, value in values.items()
    )
    return Profile(Scope(), tuple(figures))


HALVES = {"goals_with_instrument": 0.5, "links_shared": 0.5}


def test_both_means_are_given() -> None:
    """Of 0.9 and 0.4 with equal weights the means are 0.65 and 0.6, and the parts are shown."""
    found = compose(made(goals_with_instrument=0.9, links_shared=0.4), HALVES)
    assert found.arithmetic.value == pytest.approx(0.65)
    assert found.geometric.value == pytest.approx(0.6)
    assert found.parts["links_shared"] == (0.4, 0.5)


def test_the_range_is_over_weights_a_fifth_up_and_down() -> None:
    """At its least the good part weighs 0.4 and the bad 0.6; at its most the other way round."""
    found = compose(made(goals_with_instrument=0.9, links_shared=0.4), HALVES).arithmetic
    assert found.least == pytest.approx(0.4 * 0.9 + 0.6 * 0.4)
    assert found.most == pytest.approx(0.6 * 0.9 + 0.4 * 0.4)


def test_a_part_of_zero_makes_the_geometric_mean_zero() -> None:
    """What is nowhere cannot be made good elsewhere by the geometric mean."""
    found = compose(made(goals_with_instrument=0.9, links_shared=0), HALVES)
    assert (found.geometric.value, found.geometric.most) == (0, 0)


NAMES = ("goals_with_instrument", "links_at_level", "links_shared")


@given(
    st.lists(st.integers(0, 100), min_size=3, max_size=3),
    st.lists(st.floats(0.8, 1.2), min_size=3, max_size=3),
)
def test_no_weights_in_the_range_pass_its_ends(parts: list[int], moved: list[float]) -> None:
    """The mean by any weights up to a fifth up or down lies in the range that is given."""
    values = {name: value / 100 for name, value in zip(NAMES, parts, strict=True)}
    weights = dict(zip(NAMES, (0.5, 0.3, 0.2), strict=True))
    found = compose(made(**values), weights)
    other = [weights[name] * move for name, move in zip(NAMES, moved, strict=True)]
    mean = sum(w * values[n] for n, w in zip(NAMES, other, strict=True)) / sum(other)
    for tried in (found.arithmetic, found.geometric):
        assert tried.least - 1e-9 <= tried.value <= tried.most + 1e-9
        assert math.isfinite(tried.value)
    assert found.arithmetic.least - 1e-9 <= mean <= found.arithmetic.most + 1e-9


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({}, "add up to 0"),
        ({"goals_with_instrument": 0.5}, "add up to 0.5"),
        ({"goals_with_instrument": 1.5, "links_shared": -0.5}, "above 0"),
        ({"coherence": 1}, "No weights 'coherence'"),
        ({"goals_with_instrument": 0.5, "links_at_level": 0.5}, "no value: links_at_level"),
    ],
)
def test_a_composite_needs_weights_and_values(weights: dict[str, float], said: str) -> None:
    """Without weights that add up to 1, or without a part, there is none; the error says which."""
    with pytest.raises(ParameterError, match=said) as caught:
        compose(made(goals_with_instrument=0.9, links_shared=0.4), weights)
    assert caught.value.parameter == "weights"
    assert "coherence" not in caught.value.allowed


def test_only_shares_have_a_weight() -> None:
    """A figure that is no share, or that only describes, cannot be part of a composite."""
    for declared in declarations():
        if declared.take not in SHARES or not declared.better:
            with pytest.raises(ParameterError, match=declared.name):
                compose(made(goals_with_instrument=1), {declared.name: 1})
