"""Near-duplicates: things whose names are so alike that a person should say whether they are one.

A pair is settled when the graph says that it is two: by owl:AllDifferent with the reason
(OWL 2, section 9.6.2), or by a link between the two. A pair that is one is settled by merging.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process, utils

from graph.library import find
from graph.results import language_of
from graph.store import Store
from ontology import ROOT

#: From this likeness of two names on (0 to 100), a person has to look.
THRESHOLD: Final = 90.0


@dataclass(frozen=True, order=True)
class Pair:
    """Two things with the two names that are most alike, and how alike those are (0 to 100)."""

    likeness: float
    one: str
    other: str
    names: tuple[str, str]


def _names(store: Store) -> dict[str, list[tuple[str, str]]]:
    """Return thing and name of all things, by language."""
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in store.query(find(ROOT / "queries", "labels").text).rows():
        names[language_of(row["label"])].append((row["thing"].value, row["label"].value))
    return names


def _settled(store: Store) -> set[frozenset[str]]:
    rows = store.query(find(ROOT / "queries", "distinct").text).rows()
    return {frozenset((row["one"].value, row["other"].value)) for row in rows}


def find_pairs(store: Store, threshold: float = THRESHOLD) -> list[Pair]:
    """Return the pairs that nobody has settled, the most alike first.

    Names are compared within a language by their words, in any order, letter case and
    punctuation aside (the token sort ratio).
    """
    settled = _settled(store)
    best: dict[frozenset[str], Pair] = {}
    for names in _names(store).values():
        plain = [utils.default_process(name) for _, name in names]
        for i, (one, name) in enumerate(names):
            like = process.extract(
                plain[i],
                plain[i + 1 :],
                scorer=fuzz.token_sort_ratio,
                score_cutoff=threshold,
                limit=None,
            )
            for _, likeness, offset in like:
                other, other_name = names[i + 1 + offset]
                key = frozenset((one, other))
                if one == other or key in settled:
                    continue
                pair = Pair(likeness, one, other, (name, other_name))
                best[key] = max(pair, best.get(key, pair))
    return sorted(best.values(), key=lambda p: (-p.likeness, p.one, p.other))
