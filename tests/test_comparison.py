"""Two editions: aligned first, by links; only then counted, and called better only by dominance."""

from dataclasses import replace

import pytest

from graph.alignment import Alignment, align, read_edition
from graph.comparison import Better, Comparison, best_of, compare_editions
from graph.errors import ParameterError
from graph.inquiry import Inquiry
from graph.oxigraph import OxigraphStore
from graph.profile import DIMENSIONS
from graph.scope import Scope
from ontology import GRAPH, ID, PREFIXES
from sketch import sketch

EDITIONS = (
    "strategy:old hasPillar pillar:p",
    "pillar:p hasGoal goal:a",
    "pillar:p hasGoal goal:b",
    "pillar:p hasGoal goal:c",
    "strategy:new hasPillar pillar:q @two",
    "pillar:q hasGoal goal:x @two",
    "pillar:q hasGoal goal:y @two",
)


def aligned(*lines: str, level: int = 2) -> Alignment:
    """Align the two small editions, with these links beside what they hold."""
    inquiry = Inquiry(sketch(*EDITIONS, *lines))
    statements = inquiry.ground.statements
    old, new = (
        read_edition(statements, edition, inquiry.members(edition), level)
        for edition in (ID + "strategy/old", ID + "strategy/new")
    )
    return align(statements, old, new, level)


def fates(alignment: Alignment) -> dict[str, str]:
    """Return what became of each goal of both editions."""
    found = {fate.item: fate.state for fate in (*alignment.earlier, *alignment.later)}
    return {
        item.removeprefix(ID + "goal/"): state for item, state in found.items() if "/goal/" in item
    }


def test_what_nobody_says_is_unknown() -> None:
    """Without links nothing is kept, gone or new: it is not known."""
    found = aligned()
    assert set(fates(found).values()) == {"unknown"}
    assert not found.groups


@pytest.mark.parametrize(
    ("line", "item", "state"),
    [
        ("goal:a continuesAs goal:x", "a", "kept"),
        ("goal:a renamedAs goal:x", "x", "kept"),
        ("goal:a mergedInto goal:x", "a", "kept"),
        ("goal:x splitFrom goal:a", "a", "kept"),
        ("goal:a droppedIn strategy:new", "a", "gone"),
        ("goal:a headingDroppedIn strategy:new", "a", "unknown"),
        ("goal:x newComparedWith strategy:old", "x", "new"),
        ("goal:a notComparableWith goal:x", "x", "not_comparable"),
        ("goal:a continuesAs goal:x denied", "a", "unknown"),
        ("goal:a continuesAs goal:x hypothetical", "a", "unknown"),
        ("goal:x continuesAs goal:a", "a", "unknown"),
        ("goal:x droppedIn strategy:old", "x", "unknown"),
    ],
)
def test_each_kind_of_link_says_what_became_of_an_item(line: str, item: str, state: str) -> None:
    """A link says so in its own direction, unless it denies it or is only supposed."""
    assert fates(aligned(line))[item] == state


def test_a_heading_may_go_while_its_content_stays() -> None:
    """An item whose heading went, and one whose heading is new, may go on all the same."""
    found = aligned(
        "goal:a mergedInto goal:x",
        "goal:a headingDroppedIn strategy:new",
        "goal:x newComparedWith strategy:old",
    )
    headings = {fate.item: (fate.state, fate.heading) for fate in found.earlier + found.later}
    assert headings[ID + "goal/a"] == headings[ID + "goal/x"] == ("kept", True)


def test_many_become_many() -> None:
    """Items that hang together are one group, with its shape and its links."""
    found = aligned(
        "goal:a mergedInto goal:x", "goal:b mergedInto goal:x", "goal:y splitFrom goal:b"
    )
    (group,) = found.groups
    assert group.shape == "many_to_many"
    assert [len(side) for side in (group.earlier, group.later, group.links)] == [2, 2, 3]
    shapes = [
        [group.shape for group in aligned(*lines).groups]
        for lines in (
            ("goal:a continuesAs goal:x", "goal:b continuesAs goal:y"),
            ("goal:a mergedInto goal:x", "goal:b mergedInto goal:x"),
            ("goal:x splitFrom goal:a", "goal:y splitFrom goal:a"),
        )
    ]
    assert shapes == [["one_to_one"] * 2, ["many_to_one"], ["one_to_many"]]


def test_what_both_hold_is_kept() -> None:
    """An item that both editions hold under one name needs no link."""
    assert fates(aligned("pillar:q hasGoal goal:a @two"))["a"] == "kept"


def test_what_only_an_alignment_names_belongs_to_neither() -> None:
    """An item of a third edition, aligned with both by their own texts, is an item of neither."""
    store = sketch(
        *EDITIONS,
        "strategy:third hasIssue issue:m @three",
        "goal:a continuesAs issue:m",
        "issue:m continuesAs goal:x @two",
    )
    version = PREFIXES["dcterms"] + "isVersionOf"
    texts = (("one", "old"), ("two", "new"))
    said = " ".join(f"<{ID}document/{d}> <{version}> <{ID}strategy/{s}> ." for d, s in texts)
    store.engine.update(f"INSERT DATA {{ GRAPH <{GRAPH}things> {{ {said} }} }}")
    found = compare_editions(Inquiry(store), "old", "new", Scope("cited")).alignment
    assert not found.links
    assert ID + "issue/m" not in [fate.item for fate in (*found.earlier, *found.later)]


def test_the_level_counts() -> None:
    """At a stronger level our own reading aligns nothing."""
    line = "goal:a continuesAs goal:x assessed"
    assert fates(aligned(line))["a"] == "kept"
    assert fates(aligned(line, level=4))["a"] == "unknown"


def compared(*lines: str) -> Comparison:
    """Compare the two small editions."""
    return compare_editions(Inquiry(sketch(*EDITIONS, *lines)), "old", "new", Scope("cited"))


def test_figures_keep_both_denominators() -> None:
    """One of three goals is covered before, one of two after: more, by the share."""
    found = compared("instrument:i serves goal:a", "instrument:i serves goal:x @two")
    pair = next(f for f in found.figures if f.earlier.declared.name == "goals_with_instrument")
    sides = [side.reading.figure for side in (pair.earlier, pair.later)]
    assert [(f.numerator, f.denominator) for f in sides] == [(1, 3), (1, 2)]
    assert pair.reason == ""
    assert pair.difference == pytest.approx(1 / 6)
    assert pair.better == "later"


def test_other_detail_is_not_compared() -> None:
    """Goals and lines of action are not counted against each other."""
    found = compare_editions(
        Inquiry(sketch(*EDITIONS, "strategy:third hasLine line:m")), "old", "third", Scope("cited")
    )
    pair = next(f for f in found.figures if f.earlier.declared.name == "goals_with_instrument")
    assert (pair.reason, pair.difference, pair.better) == ("detail_differs", None, "not_comparable")
    assert found.dimensions["coverage"] == "not_comparable"


def test_what_a_link_sets_apart_is_not_compared() -> None:
    """A figure that counts two items which cannot be compared is not compared either."""
    found = compared("goal:a notComparableWith goal:x")
    pair = next(f for f in found.figures if f.earlier.declared.name == "goals_with_instrument")
    assert pair.reason == "not_comparable"


def test_a_figure_without_a_value_is_not_compared() -> None:
    """With no value on one side there is nothing to compare."""
    store = sketch(*EDITIONS, "strategy:third hasPillar pillar:r")
    found = compare_editions(Inquiry(store), "old", "third", Scope("cited"))
    pair = next(f for f in found.figures if f.earlier.declared.name == "goals_with_instrument")
    assert pair.reason == "no_value"


@pytest.mark.parametrize(
    ("verdicts", "better"),
    [
        (["later", "equal"], "later"),
        (["equal", "earlier", "earlier"], "earlier"),
        (["later", "earlier"], "neither"),
        (["later", "neither"], "neither"),
        (["equal", "equal"], "equal"),
        (["later", "not_comparable"], "not_comparable"),
        ([], "not_comparable"),
    ],
)
def test_better_is_worse_in_nothing(verdicts: list[Better], better: Better) -> None:
    """One is better when it is worse in nothing and better in something; else neither is."""
    assert best_of(verdicts) == better


def test_dominance_is_by_dimension() -> None:
    """Each dimension has its verdict, and the whole follows from all of them."""
    found = compared("instrument:i serves goal:a", "instrument:i serves goal:x @two")
    assert set(found.dimensions) == set(DIMENSIONS)
    assert found.dominance == best_of(list(found.dimensions.values()))
    fewer = compared("instrument:i serves goal:a")
    assert next(iter(fewer.figures)).better == "earlier"


@pytest.mark.parametrize(
    ("earlier", "later", "parameter"),
    [("older", "new", "earlier"), ("old", "newer", "later"), ("old", "old", "later")],
)
def test_only_editions_are_compared(earlier: str, later: str, parameter: str) -> None:
    """The error names the parameter, and lists the editions."""
    with pytest.raises(ParameterError) as caught:
        compare_editions(Inquiry(sketch(*EDITIONS)), earlier, later)
    assert caught.value.parameter == parameter


@pytest.fixture(scope="module")
def shipped(store: OxigraphStore) -> Comparison:
    """Give the comparison of the strategies of 2018 and 2023 by our reading."""
    return compare_editions(Inquiry(store), "gbvs-2018", "vkk-2023")


def count(comparison: Comparison, class_: str) -> dict[str, int]:
    """Return how many items of a class there are by state."""
    counts = (*comparison.earlier_counts, *comparison.later_counts)
    return next(dict(found.by_state) for found in counts if found.class_ == class_)


def test_thirteen_goals_and_twelve_lines(shipped: Comparison) -> None:
    """Read in alignment-of-editions: every link between items of 2018 and of 2023.

    Of thirteen goals twelve go on; border management is dropped, and three lose their heading. Of
    twelve lines ten have an earlier goal, three of which are called new all the same; crisis
    control and pandemic preparedness are new. Pillars and objectives cannot be compared, though
    one objective takes up a goal. Cross-border crime alone becomes one line by itself.
    """
    assert count(shipped, "goal") == {"kept": 12, "gone": 1}
    assert count(shipped, "line") == {"kept": 10, "new": 2}
    assert count(shipped, "pillar") == {"not_comparable": 3}
    assert count(shipped, "objective") == {"kept": 1, "not_comparable": 2}
    fate = {
        f.item.rpartition("/")[2]: f for f in (*shipped.alignment.earlier, *shipped.alignment.later)
    }
    assert fate["gbvs-2018-border-management"].state == "gone"
    headings = {name for name, found in fate.items() if found.heading and "gbvs" in name}
    assert headings == {
        "gbvs-2018-conflict-prevention",
        "gbvs-2018-disarmament-and-non-proliferation",
        "gbvs-2018-international-legal-order",
    }
    kept_and_new = {n for n, f in fate.items() if f.heading and f.state == "kept" and "vkk" in n}
    assert kept_and_new == {
        "vkk-2023-climate",
        "vkk-2023-hybrid-conflict",
        "vkk-2023-social-stability",
    }
    alone = [
        g for g in shipped.alignment.groups if g.shape == "one_to_one" and "/goal/" in g.earlier[0]
    ]
    assert [group.later[0].rpartition("/")[2] for group in alone] == [
        "vkk-2023-organised-subversive-crime"
    ]


def test_thirteen_goals_are_not_one_more_than_twelve_lines(shipped: Comparison) -> None:
    """Figures that count goals and lines are not compared, so neither edition is better."""
    pair = next(f for f in shipped.figures if f.earlier.declared.name == "goals_with_instrument")
    figures = [side.reading.figure.denominator for side in (pair.earlier, pair.later)]
    assert figures == [13, 12]
    assert pair.reason == "detail_differs"
    assert shipped.dominance == "not_comparable"


def test_every_alignment_has_evidence(shipped: Comparison) -> None:
    """Each link of the alignment names documents, and strong or partial where it pairs items."""
    for statement in shipped.alignment.links:
        assert statement.documents
        if not statement.kind.endswith(
            ("droppedIn", "DroppedIn", "ComparedWith", "notComparableWith")
        ):
            assert statement.agreement in ("strong", "partial") or statement.level != "assessed"


def test_no_text_aligns_goals(store: OxigraphStore) -> None:
    """By what the texts themselves say, it is not known of any goal what became of it."""
    inquiry = Inquiry(store)
    scope = replace(inquiry.scope("cited"), edition="")
    found = compare_editions(inquiry, "gbvs-2018", "vkk-2023", scope)
    assert count(found, "goal") == {"unknown": 13}
    assert count(found, "line") == {"unknown": 12}
