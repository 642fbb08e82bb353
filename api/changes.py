"""Changes as other systems read them: revisions, and what differs between two of them."""

from collections import Counter
from typing import Final

import pyoxigraph as ox
from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from api.answers import Author, EvidenceModel, Model
from api.paging import PageModel
from api.texts import Texts
from graph.change import Change
from graph.difference import Difference, Kind, LinkChange, Told
from graph.history import History
from graph.journal import Entry
from graph.library import LANGUAGES
from graph.links import Link
from graph.names import shorten

#: The most graphs of which a difference is counted one by one.
GRAPHS: Final = 500


class RevisionModel(Model):
    """A revision: a write that was made, with the graphs that it names.

    `added` and `removed` count statements, graph by graph; null where they were not counted. `kept`
    tells whether it is still known which.
    """

    number: int
    time: str
    graphs: list[str]
    added: int | None
    removed: int | None
    kept: bool


class RevisionsModel(PageModel[RevisionModel]):
    """A page of revisions, the newest first; from `oldest` on all changes are kept."""

    oldest: int


class TermModel(Model):
    """A term as in the SPARQL Query Results JSON Format; a triple term by its N-Triples."""

    type: str
    value: str
    language: str | None = None
    datatype: str | None = None


class StatementModel(Model):
    """A statement that was added to a graph or removed from it."""

    change: Kind
    graph: str
    subject: TermModel
    predicate: str
    object: TermModel


class ChangedModel(Model):
    """How much came and how much went."""

    added: int
    removed: int


class LinkCountModel(ChangedModel):
    """How many links came, went, and are not what they were."""

    changed: int


class GraphModel(ChangedModel):
    """A graph with the number of its statements that came and went."""

    graph: str


class StateModel(Model):
    """A link as it was, or as it became; of object and value it has one.

    `said` holds the other things that are said of the link, by name.
    """

    subject: str
    predicate: str
    object: str | None
    value: str | None
    level: str
    polarity: str | None
    source: str
    said: dict[str, str]
    evidence: list[EvidenceModel]
    follows_from: list[str]


class LinkChangeModel(Model):
    """A link that came, went or changed, itself or a passage that states it.

    `reads` is its sentence, as it became or else as it was; `differs` names what is not the same.
    What cannot be read as a link is null.
    """

    id: str
    change: Kind
    reads: Texts
    differs: list[str]
    before: StateModel | None
    after: StateModel | None


class _Between(Model):
    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name.removesuffix("_")), populate_by_name=True
    )

    from_: int
    to: int


class ChangesModel(PageModel[LinkChangeModel], _Between):
    """What changed between two revisions: counts, and a page of the links.

    `graphs` holds the first 500 that changed, of `graphs_total`.
    """

    statements: ChangedModel
    graphs: list[GraphModel]
    graphs_total: int
    links: LinkCountModel


class StatementsModel(PageModel[StatementModel], _Between):
    """A page of the statements that came and went between two revisions."""


def revision_model(entry: Entry, history: History) -> RevisionModel:
    """Return a revision, as it is written."""
    return RevisionModel(
        number=entry.revision,
        time=entry.time,
        graphs=entry.graphs,
        added=entry.added,
        removed=entry.removed,
        kept=entry.revision in history.kept,
    )


def term_model(term: object) -> TermModel:
    """Return a term, as it is written."""
    if isinstance(term, ox.Literal):
        language = term.language or None
        datatype = None if language else term.datatype.value
        return TermModel(type="literal", value=term.value, language=language, datatype=datatype)
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return TermModel(
            type="uri" if isinstance(term, ox.NamedNode) else "bnode", value=term.value
        )
    return TermModel(type="triple", value=str(term))


def statement_model(kind: Kind, quad: ox.Quad) -> StatementModel:
    """Return a statement that came or went, as it is written."""
    return StatementModel(
        change=kind,
        graph=quad.graph_name.value,  # type: ignore[union-attr]
        subject=term_model(quad.subject),
        predicate=quad.predicate.value,
        object=term_model(quad.object),
    )


def _graphs(change: Change) -> list[GraphModel]:
    counts = [
        Counter(quad.graph_name.value for quad in quads)  # type: ignore[union-attr]
        for quads in (change.removed, change.added)
    ]
    return [
        GraphModel(graph=name, removed=counts[0][name], added=counts[1][name])
        for name in change.graphs
    ]


def counts_of(difference: Difference) -> dict[str, object]:
    """Return what a difference comes to, as the fields of a page of it."""
    change, graphs = difference.change, _graphs(difference.change)
    kinds = Counter(kind for _, kind in difference.links)
    return {
        "statements": ChangedModel(added=len(change.added), removed=len(change.removed)),
        "graphs": graphs[:GRAPHS],
        "graphs_total": len(graphs),
        "links": LinkCountModel(
            added=kinds["added"], removed=kinds["removed"], changed=kinds["changed"]
        ),
    }


def link_models(told: Told) -> list[LinkChangeModel]:
    """Return what became of links, as it is written."""
    return [_link_model(told, change) for change in told.changes]


def _link_model(told: Told, change: LinkChange) -> LinkChangeModel:
    link = change.after or change.before
    return LinkChangeModel(
        id=change.iri,
        change=change.kind,
        reads={lang: told.readings.read(link, lang) for lang in LANGUAGES} if link else {},
        differs=[to_camel(name) for name in change.differs],
        before=_state(told, change.before),
        after=_state(told, change.after),
    )


def _state(told: Told, link: Link | None) -> StateModel | None:
    if link is None:
        return None
    return StateModel(
        subject=link.subject,
        predicate=shorten(link.kind),
        object=None if link.is_value else link.object,
        value=link.object if link.is_value else None,
        level=link.level,
        polarity="denied" if link.denied else None,
        source=link.graph,
        said={name: text.value for name, text in link.said.items()},
        evidence=Author(told.names, {link.iri: link}).evidence([link.iri]),
        follows_from=list(link.follows_from),
    )
