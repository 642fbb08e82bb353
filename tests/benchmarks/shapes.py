"""The shape of a graph: how many things it has of each class, and what each of them carries."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import pyoxigraph as ox

from ontology import ID, PREFIXES, SAM

#: The triples of one strategy: what one of the shipped graphs has on average.
STRATEGY: Final = 840
#: Stands for every address of another site.
ELSEWHERE: Final = "<https://example.org/>"

_RDF: Final = PREFIXES["rdf"]
_STRING: Final = PREFIXES["xsd"] + "string"
#: A plain string of this length or less is a code, such as that of a language, and is kept.
_CODE: Final = 3


@dataclass(frozen=True)
class Ref:
    """Stands for a thing of a class."""

    name: str


@dataclass(frozen=True)
class Words:
    """Stands for a text: its number of characters and its language, empty when it has none."""

    length: int
    language: str


#: What a thing carries: predicate and value; a template in a template is a part of the thing, with
#: an IRI that has a fragment, such as a selector of a passage.
Template = tuple[tuple[str, "Value"], ...]
Value = Ref | Words | str | Template


@dataclass(frozen=True)
class Shape:
    """What was counted: a template of every thing by its class, and the triples of all."""

    templates: Mapping[str, list[Template]] = field(repr=False)
    triples: int

    def rate(self, name: str) -> Fraction:
        """Return how many things of a class belong to one strategy; of strategies, one."""
        if name == "Strategy":
            return Fraction(1)
        return Fraction(len(self.templates[name]) * STRATEGY, self.triples)

    def per_goal(self) -> float:
        """Return the number of links that begin or end at a goal, for each goal."""
        ends = (_RDF + "subject", _RDF + "object")
        touching = sum(
            any(predicate[1:-1] in ends and value == Ref("Goal") for predicate, value in link)
            for link in self.templates["Link"]
        )
        return touching / len(self.templates["Goal"])


class _Reader:
    """Makes templates of the triples of a graph."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.about: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
        for triple in dict.fromkeys(triples):
            self.about[triple.subject][triple.predicate.value].append(triple.object)
        self.classes = {
            node: min(names)
            for node, carried in self.about.items()
            if (
                names := [
                    value.value.removeprefix(SAM)
                    for value in carried.get(_RDF + "type", [])
                    if isinstance(value, ox.NamedNode) and value.value.startswith(SAM)
                ]
            )
        }
        self.direct = {
            tuple(carried[_RDF + name][0] for name in ("subject", "predicate", "object"))
            for node, carried in self.about.items()
            if self.classes.get(node) == "Link"
        }

    def things(self) -> dict[str, list[object]]:
        """Return what has an IRI of ours and a class of ours, by class; both in order."""
        found: dict[str, list[object]] = defaultdict(list)
        for node, name in sorted(self.classes.items(), key=lambda item: (item[1], str(item[0]))):
            if isinstance(node, ox.NamedNode) and node.value.startswith(ID):
                found[name].append(node)
        return found

    def value(self, term: object) -> Value:
        if isinstance(term, ox.NamedNode) and term.value.startswith(ID) and "#" in term.value:
            return self.template(term)
        if isinstance(term, ox.NamedNode) and term.value.startswith(ID) and term in self.classes:
            return Ref(self.classes[term])
        if isinstance(term, ox.Literal) and term.language:
            return Words(len(term.value), term.language)
        if isinstance(term, ox.Literal) and term.datatype.value == _STRING:
            return Words(len(term.value), "") if len(term.value) > _CODE else str(term)
        if isinstance(term, ox.NamedNode) and not term.value.startswith(tuple(PREFIXES.values())):
            return ELSEWHERE
        return str(term)

    def template(self, node: object) -> Template:
        """Return what a node carries, in order, without the triples that follow from links."""
        carried = (
            (f"<{predicate}>", self.value(term))
            for predicate, terms in self.about[node].items()
            for term in terms
            if (node, ox.NamedNode(predicate), term) not in self.direct
        )
        return tuple(sorted(carried, key=repr))


def speaks(link: Template) -> bool:
    """Tell whether a link gives a direct triple: it is neither denied nor hypothetical."""
    silent = (f"<{PREFIXES['polarity']}denied>", f"<{PREFIXES['level']}hypothetical>")
    return not any(value in silent for _, value in link)


def _size(template: Template) -> int:
    return sum(1 + (_size(value) if isinstance(value, tuple) else 0) for _, value in template)


def measure_shape(quads: Iterable[ox.Quad]) -> Shape:
    """Count the things of our classes, and note what each carries; the vocabulary has none."""
    reader = _Reader(quad.triple for quad in quads)
    templates = {
        name: [reader.template(node) for node in nodes] for name, nodes in reader.things().items()
    }
    held = sum(_size(template) for those in templates.values() for template in those)
    direct = sum(speaks(link) for link in templates["Link"])
    return Shape(templates, held + direct)


def sizes(shape: Shape) -> Counter[str]:
    """Return the number of things of each class."""
    return Counter({name: len(those) for name, those in shape.templates.items()})
