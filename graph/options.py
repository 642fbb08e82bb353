"""Options of a strategy: which of them go together, by the cross-impact balance of scores."""

from collections.abc import Collection
from dataclasses import dataclass

from graph.assessments import find_assessments, pair_up, require_strategy
from graph.errors import ParameterError, UnknownError
from graph.library import find
from graph.measures.balance import (
    ALL,
    DRAWS,
    Balance,
    Consistent,
    Options,
    Scores,
    find_consistent,
    measure_balance,
)
from graph.store import Store
from ontology import ROOT


@dataclass(frozen=True)
class Choices:
    """The options of each descriptor of a strategy, and the medians of their scores.

    `pairs` counts the ordered pairs of options of different descriptors; those without a score
    add nothing to a balance, which is not the same as a score of zero.
    """

    options: Options
    scores: Scores
    pairs: int


@dataclass(frozen=True)
class StrategyScenarios:
    """The consistent scenarios of a strategy, of `scored` of its `pairs` of options."""

    strategy: str
    choices: Choices
    consistent: Consistent

    @property
    def scored(self) -> int:
        """The number of pairs of options with a score."""
        return len(self.choices.scores)


def _options(store: Store, strategy: str) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    for row in store.query(find(ROOT / "queries", "options").bound(strategy=strategy)).rows():
        options.setdefault(row["descriptor"].value, []).append(row["option"].value)
    return {descriptor: sorted(found) for descriptor, found in sorted(options.items())}


def choices_of(store: Store, strategy: str) -> Choices:
    """Return what can be chosen within a strategy; no options when it has no descriptors."""
    require_strategy(store, strategy)
    options = _options(store, strategy)
    owner = {option: descriptor for descriptor in options for option in options[descriptor]}
    pairs = pair_up(a for a in find_assessments(store, within=strategy) if a.of_options)
    scores = {
        (pair.from_, pair.to): pair.summary.median
        for pair in pairs
        if {pair.from_, pair.to} <= owner.keys() and owner[pair.from_] != owner[pair.to]
    }
    sizes = [len(found) for found in options.values()]
    return Choices(options, scores, sum(sizes) ** 2 - sum(size**2 for size in sizes))


def consistent_scenarios(
    store: Store, strategy: str, *, most: int = ALL, draws: int = DRAWS, seed: int = 0
) -> StrategyScenarios:
    """Return the consistent scenarios of a strategy; beyond `most` combinations, of a sample."""
    choices = choices_of(store, strategy)
    found = find_consistent(choices.options, choices.scores, most=most, draws=draws, seed=seed)
    return StrategyScenarios(strategy, choices, found)


def _chosen(options: Options, selection: Collection[str]) -> dict[str, str]:
    """Return the option of each descriptor; ParameterError when it is not exactly one of each."""
    known = {option for found in options.values() for option in found}
    for option in selection:
        if option not in known:
            raise UnknownError(f"{option} is none of the options.", "selection", sorted(known))
    chosen = {}
    for descriptor, found in options.items():
        taken = sorted(set(found) & set(selection))
        if len(taken) != 1:
            raise ParameterError(
                f"The selection has {len(taken)} options of {descriptor}; it needs exactly one.",
                "selection",
                found,
            )
        chosen[descriptor] = taken[0]
    return chosen


def balance_of(store: Store, strategy: str, selection: Collection[str]) -> Balance:
    """Return the balance of a scenario: the IRIs of one option of each descriptor.

    ParameterError names what the selection may hold when it is something else.
    """
    choices = choices_of(store, strategy)
    return measure_balance(choices.options, choices.scores, _chosen(choices.options, selection))
