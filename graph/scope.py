"""What counts in an answer: the weakest level, the sources, and the edition that is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.editions import default_edition, editions
from graph.errors import ParameterError
from graph.links import STRENGTH
from graph.store import Store
from ontology import GRAPH, ID

#: The edition that stands for every edition there is.
EVERY: Final = "every"

_HYPOTHETICAL: Final = "hypothetical"


@dataclass(frozen=True)
class Scope:
    """Links of `level` or stronger count, from these sources (names of graphs; none means all).

    `edition` is the IRI of a strategy, or empty when every edition is asked about. What is
    hypothetical counts where somebody `supposes` it, in a scenario, and nowhere else.
    """

    level: str = "cited"
    sources: tuple[str, ...] = ()
    edition: str = ""
    supposes: bool = False

    @property
    def least(self) -> int:
        """The strength of the weakest link that counts."""
        return STRENGTH[self.level] if self.supposes else max(STRENGTH[self.level], 2)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels from this one down, weaker each time, as far as they may count."""
        floor = 1 if self.supposes else 2
        return tuple(n for n, value in STRENGTH.items() if floor <= value <= self.least)


def make_scope(
    store: Store, level: str = "cited", sources: Sequence[str] = (), edition: str = ""
) -> Scope:
    """Return a scope whose names this store knows.

    Without an edition it is the one that the data name as the default, or else every edition.
    ParameterError for an unknown level, source or edition, with those there are.
    """
    if level not in STRENGTH:
        raise ParameterError.unknown("level", level, STRENGTH)
    known = [iri.removeprefix(GRAPH) for iri in store.graphs()]
    for source in sources:
        if source not in known:
            raise ParameterError.unknown("source", source, known)
    return Scope(level, tuple(dict.fromkeys(sources)), _edition(store, edition))


def _edition(store: Store, name: str) -> str:
    if name == EVERY:
        return ""
    if not name:
        return default_edition(store)
    found = {iri.removeprefix(ID + "strategy/"): iri for iri in editions(store)}
    if name not in found and name not in found.values():
        raise ParameterError.unknown("edition", name, (EVERY, *found))
    return found.get(name, name)
