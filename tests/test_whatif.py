"""What if: what a scenario does to answers and profile, and that the base is not touched."""

from dataclasses import replace

import pytest

from graph.errors import NotFoundError, ParameterError
from graph.inquiry import Inquiry
from graph.oxigraph import OxigraphStore
from graph.scenario import Addition, Scenario
from graph.scope import Scope
from graph.whatif import Effect, WhatIf, compare
from ontology import ID
from sketch import sketch

SUPPOSED = Scope("hypothetical", supposes=True)


@pytest.fixture
def inquiry() -> Inquiry:
    """Give the questions of a strategy with two goals, of which one is covered."""
    return Inquiry(
        sketch(
            "strategy:s hasPillar pillar:p",
            "pillar:p hasGoal goal:a",
            "pillar:p hasGoal goal:b",
            "instrument:i serves goal:a",
            things="instrument:k",
        )
    )


def names(findings: tuple[object, ...]) -> list[str]:
    """Name the things that findings are about."""
    return [finding.item.removeprefix(ID) for finding in findings]  # type: ignore[attr-defined]


def effect(result: WhatIf) -> Effect:
    """Return what happens to the only question."""
    (found,) = result.effects
    return found


def test_a_gap_opens(inquiry: Inquiry) -> None:
    """Without its instrument a goal is a gap: before, after, difference and the row."""
    found = effect(compare(inquiry, Scenario("x", things=("instrument/i",)), ["Q01"], Scope()))
    assert (found.before.numerator, found.after.numerator, found.difference) == (1, 2, 1)
    assert names(found.appeared) == ["goal/a"]
    assert not found.closed
    assert not found.gone


def test_a_gap_closes_only_where_it_is_supposed(inquiry: Inquiry) -> None:
    """An addition moves no answer at a level of evidence."""
    added = Scenario("x", additions=(Addition("instrument/k", "serves", "goal/b", "it could"),))
    assert effect(compare(inquiry, added, ["Q01"], Scope("assessed"))).difference == 0
    found = effect(compare(inquiry, added, ["Q01"], SUPPOSED))
    assert names(found.closed) == ["goal/b"]
    assert found.difference == -1


def test_a_gap_that_is_dropped_is_not_closed(inquiry: Inquiry) -> None:
    """A gap about what is not there any more is gone, which is not that it closed."""
    found = effect(compare(inquiry, Scenario("x", things=("goal/b",)), ["Q01"], Scope()))
    assert names(found.gone) == ["goal/b"]
    assert not found.closed


def test_what_leaves_the_edition_is_gone(inquiry: Inquiry) -> None:
    """A goal that no link ties to the edition any more is not asked about there."""
    scope = Scope(edition=ID + "strategy/s")
    found = effect(compare(inquiry, Scenario("x", links=("link/l3",)), ["Q01"], scope))
    assert names(found.gone) == ["goal/b"]


def test_the_profile_shifts(inquiry: Inquiry) -> None:
    """Each figure is given before and after, for the whole and for each pillar that stays."""
    result = compare(inquiry, Scenario("x", things=("instrument/i",)), ["Q01"], Scope())
    shifts = {(s.before.declared.name, s.before.pillar): s for s in result.shifts}
    for pillar in ("", ID + "pillar/p"):
        shift = shifts["goals_with_instrument", pillar]
        assert (shift.before.value, shift.after.value, shift.difference) == (0.5, 0, -0.5)
    left = compare(inquiry, Scenario("x", things=("pillar/p",)), ["Q01"], Scope())
    assert {shift.before.pillar for shift in left.shifts} == {""}


def test_a_figure_without_a_value_has_no_difference(inquiry: Inquiry) -> None:
    """Where nothing can be counted any more there is no difference, not one of minus all."""
    gone = Scenario("x", things=("goal/a", "goal/b"))
    shifts = compare(inquiry, gone, ["Q01"], Scope()).shifts
    shift = next(s for s in shifts if s.before.declared.name == "goals_with_instrument")
    assert shift.after.reading.figure.reason == "empty_denominator"
    assert shift.difference is None


def test_nothing_supposed_changes_nothing(inquiry: Inquiry) -> None:
    """A scenario without changes gives the same answers."""
    result = compare(inquiry, Scenario("x"), [], SUPPOSED)
    assert len(result.effects) > 1
    for found in result.effects:
        assert found.before == replace(found.after)
        assert not found.appeared + found.closed + found.gone
    assert not any(shift.difference for shift in result.shifts)


def test_the_base_is_not_touched(store: OxigraphStore) -> None:
    """The canonical hash of the shipped graph is the same before and after a scenario."""
    inquiry = Inquiry(store)
    result = compare(inquiry, Scenario("x", sources=("gbvs-2018-en",)), ["Q01"])
    assert len(result.base_before) == 64
    assert result.base_before == result.base_after
    again = compare(inquiry, Scenario("y", levels=("assessed",)), ["Q01"])
    assert again.base_before == result.base_before


def test_what_we_would_know_without_the_strategy(store: OxigraphStore) -> None:
    """Without the text of 2018, border management has an instrument by our reading only.

    All nine cited links of the kind "serves" to that goal stand in gbvs-2018-en and rest on it
    alone. Two assessed ones do so too: h626 rests on the strategy, a008-1 on the Defensienota as
    well, so that it stays.
    """
    inquiry = Inquiry(store)
    without = Scenario("without the strategy", sources=("gbvs-2018-en",))
    border = "goal/gbvs-2018-border-management"
    assert border in names(effect(compare(inquiry, without, ["Q01"])).appeared)
    found = effect(compare(inquiry, without, ["Q01"], inquiry.scope("assessed")))
    assert border not in names(found.appeared)


def test_what_cannot_be_is_refused(inquiry: Inquiry) -> None:
    """A bad scenario and an unknown question are told before anything is worked out."""
    with pytest.raises(ParameterError, match="goal/z"):
        compare(inquiry, Scenario("x", things=("goal/z",)), ["Q01"])
    with pytest.raises(NotFoundError, match="Q99"):
        compare(inquiry, Scenario("x"), ["Q99"])
