"""Synthetic strategies, as many as are wanted, in the shape of the shipped graph.

Nothing is invented but the words. How many things of each class there are, which kinds of links
run between which classes, at which level, with how many passages: all is drawn from the templates
of the shipped graph, one strategy being as large as one of its graphs is on average. Of a class
of which there is less than one for each strategy, such as goals, a new one comes every so many
strategies, and those in between speak of the last ones, as the shipped sources do of each other:
so the links of each goal are as many as shipped. Only of strategies there is one in each.

Unlike the shipped graph, links are spread evenly over the things that they may speak of.
"""

import random
from collections.abc import Iterator
from math import ceil
from typing import Final, TextIO

from benchmarks.shapes import Ref, Shape, Template, Words, speaks
from ontology import GRAPH, ID, PREFIXES

HEAD: Final = "# Synthetic: made to measure with. It says nothing about any strategy there is."
SEED: Final = 2018

_ENDS: Final = tuple(f"<{PREFIXES['rdf']}{name}>" for name in ("subject", "predicate", "object"))
_LABEL: Final = f"<{PREFIXES['rdfs']}label>"
_SOURCE: Final = f"<{PREFIXES['dcterms']}source>"
_TEXTS: Final = {
    "nl": "dit is een gemaakte tekst om mee te meten en hij zegt niets over enig beleid",
    "en": "this is a made up text to measure with and it says nothing about any policy",
}
_LONGEST: Final = 20_000
#: How often a link is drawn again when it would run from a thing to itself.
_DRAWS: Final = 20


def _running_text(language: str) -> str:
    """Return a long text of shuffled words, of which every filler is a slice."""
    words = _TEXTS.get(language, _TEXTS["en"]).split()
    dice = random.Random(language)
    return " ".join(dice.choice(words) for _ in range(_LONGEST))


class Generator:
    """Writes the triples of one strategy after the other; each depends on seed and number only."""

    def __init__(self, shape: Shape, seed: int = SEED) -> None:
        """Prepare to write strategies of a shape; the same seed gives the same strategies."""
        self._shape = shape
        self._seed = seed
        self._texts = {language: _running_text(language) for language in ("", *_TEXTS)}

    def strategy(self, number: int) -> Iterator[str]:
        """Yield the N-Quads of a strategy, counted from 0, without repetition."""
        graph = f" <{GRAPH}synthetic-{number}> .\n"
        for triple in dict.fromkeys(_Strategy(self._shape, self._texts, number, self._seed).all()):
            yield triple + graph


class _Strategy:
    def __init__(self, shape: Shape, texts: dict[str, str], number: int, seed: int) -> None:
        self._shape = shape
        self._texts = texts
        self._number = number
        self._dice = random.Random(f"{seed}:{number}")
        self._parts = 0

    def _own(self, name: str) -> range:
        """Return the numbers of the things of a class that begin with this strategy."""
        rate = self._shape.rate(name)
        return range(ceil(self._number * rate), ceil((self._number + 1) * rate))

    def _any(self, name: str) -> str:
        """Return a thing of a class: one of this strategy, or of the last two when it has less."""
        own = self._own(name)
        first = min(own.start, max(0, own.stop - 2))
        return _iri(name, self._dice.randrange(first, own.stop))

    def all(self) -> Iterator[str]:
        """Yield every triple, without the graph and the full stop."""
        yield f"<{GRAPH}synthetic-{self._number}> {_SOURCE} {self._any('Document')}"
        for name, templates in self._shape.templates.items():
            for index in self._own(name):
                node, title = _iri(name, index), f"{name} {index} "
                if name == "Link":
                    yield from self._link(node)
                else:
                    yield from self._carried(node, self._dice.choice(templates), title)

    def _link(self, node: str) -> Iterator[str]:
        for _ in range(_DRAWS):
            template = self._dice.choice(self._shape.templates["Link"])
            ends = {
                predicate: self._term(value)
                for predicate, value in template
                if predicate in _ENDS and not isinstance(value, tuple)
            }
            subject, predicate, object_ = (ends[end] for end in _ENDS)
            if subject != object_:
                break
        if speaks(template):
            yield f"{subject} {predicate} {object_}"
        for end, term in ends.items():
            yield f"{node} {end} {term}"
        rest = tuple(pair for pair in template if pair[0] not in _ENDS)
        yield from self._carried(node, rest, "")

    def _carried(self, node: str, template: Template, title: str) -> Iterator[str]:
        for predicate, value in template:
            if isinstance(value, tuple):
                self._parts += 1
                part = f"{node[:-1]}#{self._parts}>"
                yield f"{node} {predicate} {part}"
                yield from self._carried(part, value, "")
            else:
                yield f"{node} {predicate} {self._term(value, title * (predicate == _LABEL))}"

    def _term(self, value: Ref | Words | str, title: str = "") -> str:
        if isinstance(value, Ref):
            return self._any(value.name)
        return self._words(value, title) if isinstance(value, Words) else value

    def _words(self, words: Words, title: str) -> str:
        text = self._texts.get(words.language) or self._texts[""]
        begin = self._dice.randrange(_LONGEST)
        said = title + text[begin : begin + max(1, words.length - len(title))]
        return f'"{said}"@{words.language}' if words.language else f'"{said}"'


def _iri(name: str, index: int) -> str:
    return f"<{ID}{name.lower()}/synthetic-{index}>"


def write_strategies(shape: Shape, count: int, target: TextIO, seed: int = SEED) -> int:
    """Write strategies as N-Quads, one at a time, and return the number of quads."""
    generator, written = Generator(shape, seed), 0
    target.write(f"{HEAD}\n# {count:,} strategies, seed {seed}.\n")
    for number in range(count):
        for quad in generator.strategy(number):
            target.write(quad)
            written += 1
    return written
