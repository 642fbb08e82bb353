"""Cross-impact balances as other systems read them: options, and which of them go together."""

from collections.abc import Mapping

from api.answers import Author, CodeModel, FigureModel, Model, ThingModel, code, figure_model
from graph.measures.balance import Balance, Consistent
from graph.measures.figures import fraction
from graph.options import Choices


class DescriptorModel(Model):
    """A descriptor and its options, of which a scenario chooses one."""

    descriptor: ThingModel
    options: list[ThingModel]


class ConsistentModel(Model):
    """The consistent scenarios, each with the IRI of an option of each descriptor.

    `found` counts them; the first thousand are listed. When `sampled`, only what `examined`
    random starts led to was looked at, and there may be more; else all combinations were.
    """

    found: int
    combinations: int
    examined: int
    sampled: bool
    seed: int | None
    scenarios: list[list[str]]


class OptionBalanceModel(Model):
    """The balance of an option in a scenario: what the chosen options of the others give it."""

    option: ThingModel
    balance: float
    chosen: bool


class DescriptorBalanceModel(Model):
    """The balances of the options of a descriptor.

    It is consistent when no option has a higher balance than the chosen one; else `better` are
    those of highest balance, by IRI.
    """

    descriptor: ThingModel
    options: list[OptionBalanceModel]
    consistent: bool
    better: list[str]


class SelectionModel(Model):
    """The balance row of the options that were asked for."""

    consistent: bool
    descriptors: list[DescriptorBalanceModel]


class BalanceModel(Model):
    """The options of a strategy, the assessed share of their pairs, and what goes together.

    `selection` is the row of the options that were asked for, null when none were.
    """

    assessed_share: FigureModel
    strategy: ThingModel
    descriptors: list[DescriptorModel]
    consistent: ConsistentModel
    selection: SelectionModel | None
    caveats: list[CodeModel]


def _descriptor(author: Author, descriptor: str, options: list[str]) -> DescriptorModel:
    return DescriptorModel(
        descriptor=author.thing(descriptor), options=[author.thing(option) for option in options]
    )


def _balance(
    author: Author, descriptor: str, options: list[str], found: Balance
) -> DescriptorBalanceModel:
    return DescriptorBalanceModel(
        descriptor=author.thing(descriptor),
        options=[
            OptionBalanceModel(
                option=author.thing(option),
                balance=found.balances[option],
                chosen=found.chosen[descriptor] == option,
            )
            for option in options
        ],
        consistent=descriptor not in found.better,
        better=list(found.better.get(descriptor, ())),
    )


def _selection(author: Author, options: Mapping[str, list[str]], found: Balance) -> SelectionModel:
    return SelectionModel(
        consistent=found.consistent,
        descriptors=[_balance(author, *entry, found) for entry in options.items()],
    )


def balance_model(
    author: Author, strategy: str, choices: Choices, found: Consistent, balance: Balance | None
) -> BalanceModel:
    """Return what goes together within a strategy, as it is written."""
    options: Mapping[str, list[str]] = {d: list(o) for d, o in choices.options.items()}
    caveats = ["unscored", "ordinal_sums", *["sampled"] * found.sampled, "effects"]
    return BalanceModel(
        assessed_share=figure_model(fraction("assessed_share", len(choices.scores), choices.pairs)),
        strategy=author.thing(strategy),
        descriptors=[_descriptor(author, *entry) for entry in options.items()],
        consistent=ConsistentModel(
            found=found.found,
            combinations=found.combinations,
            examined=found.examined,
            sampled=found.sampled,
            seed=found.seed,
            scenarios=[list(scenario) for scenario in found.scenarios],
        ),
        selection=_selection(author, options, balance) if balance else None,
        caveats=[code("caveat", name) for name in caveats],
    )
