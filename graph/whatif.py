"""What if: the answers before and after a scenario, and the rows that come and go."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from graph.findings import Finding
from graph.inquiry import Answer, Inquiry
from graph.overlay import Removal, overlay
from graph.profile import Profile, ProfileFigure, take_profile
from graph.questions import list_questions
from graph.scenario import Scenario
from graph.scope import Scope


@dataclass(frozen=True)
class Effect:
    """What a scenario does to the answer to one question.

    `appeared` are the gaps that it opens, `closed` those that it closes, and `gone` those about
    things that are not asked about any more.
    """

    before: Answer
    after: Answer
    appeared: tuple[Finding, ...]
    closed: tuple[Finding, ...]
    gone: tuple[Finding, ...]

    @property
    def difference(self) -> int:
        """How many gaps more there are."""
        return self.after.numerator - self.before.numerator


@dataclass(frozen=True)
class Shift:
    """A figure of the profile before and after; `difference` is None where either has no value."""

    before: ProfileFigure
    after: ProfileFigure

    @property
    def difference(self) -> float | None:
        """How much the value grows."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


@dataclass(frozen=True)
class WhatIf:
    """A scenario with full IRIs, what it takes away, and what that does to answers and profile.

    `base_before` and `base_after` are canonical hashes of the base graph, which a scenario never
    writes.
    """

    scenario: Scenario
    removal: Removal
    scope: Scope
    effects: tuple[Effect, ...]
    shifts: tuple[Shift, ...]
    base_before: str
    base_after: str


def compare(
    inquiry: Inquiry, scenario: Scenario, questions: Sequence[str], scope: Scope | None = None
) -> WhatIf:
    """Ask questions (all, when none is named) of a store and of it under a scenario.

    Both are asked in the same scope. What a scenario adds counts only in one that supposes, at
    the level hypothetical. ParameterError for a scenario that cannot be, NotFoundError for an
    unknown question.
    """
    scope, base = scope or inquiry.scope(), inquiry.ground
    before = base.hash
    supposed = overlay(base, scenario)
    after, dropped = Inquiry(supposed.store), supposed.removal.things | supposed.removal.links
    names = questions or [question.slug for question in list_questions()]
    return WhatIf(
        supposed.scenario,
        supposed.removal,
        scope,
        tuple(_effect(inquiry, after, name, scope, dropped) for name in names),
        _shifts(
            take_profile(inquiry, base.statements, scope),
            take_profile(after, supposed.statements, scope),
        ),
        before,
        base.hash_now(),
    )


def _effect(
    inquiry: Inquiry, supposed: Inquiry, name: str, scope: Scope, dropped: Set[str]
) -> Effect:
    before, after = inquiry.ask(name, scope), supposed.ask(name, scope)
    was, is_ = ({f.key: f for f in answer.findings if f.gap} for answer in (before, after))
    lost = [gap for key, gap in was.items() if key not in is_]
    within = supposed.members(scope.edition, scope.supposes) if scope.edition else None

    def asked(gap: Finding) -> bool:
        if not dropped.isdisjoint((gap.item, gap.other)):
            return False
        return within is None or gap.item in within

    return Effect(
        before,
        after,
        tuple(gap for key, gap in is_.items() if key not in was),
        tuple(gap for gap in lost if asked(gap)),
        tuple(gap for gap in lost if not asked(gap)),
    )


def _shifts(before: Profile, after: Profile) -> tuple[Shift, ...]:
    """Return the figures of both profiles in pairs; a pillar that is dropped has none."""
    later = {(f.declared.name, f.pillar): f for f in after.figures}
    pairs = ((f, later.get((f.declared.name, f.pillar))) for f in before.figures)
    return tuple(Shift(figure, other) for figure, other in pairs if other)
