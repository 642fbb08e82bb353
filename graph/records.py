"""Records: assessments as somebody sends them, checked against a store and written as Turtle."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from graph.assessments import check_date, check_score, check_texts
from graph.editions import things_of
from graph.errors import ParameterError
from graph.store import Store
from graph.terms import prefixed, spoken, statement, to_slug
from ontology import GRAPH, ID

#: How sure a scorer may be.
CONFIDENCE: Final = ("high", "medium", "low")
#: Who scores.
_SCORERS: Final = ("Person", "Organization", "Department")
#: The longest list of names that an error gives.
_MOST: Final = 100


@dataclass(frozen=True)
class Record:
    """One score, see `graph.assessments.Assessment`; things by class/slug or IRI.

    The texts are in `language`; without a `date` it is of today.
    """

    from_: str
    to: str
    score: int
    within: str
    by: str
    role: str
    guiding_question: str
    reason: str = ""
    context: str = ""
    date: str = ""
    language: str = "en"
    confidence: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """Records as Turtle, for a graph, with the IRIs that they have there."""

    graph: str
    turtle: str
    iris: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    """What a store has that a record may name."""

    store: Store

    @cached_property
    def things(self) -> frozenset[str]:
        """What can be scored."""
        return things_of(self.store, "Thing")

    @cached_property
    def strategies(self) -> frozenset[str]:
        """Where it is scored."""
        return things_of(self.store, "Strategy")

    @cached_property
    def scorers(self) -> frozenset[str]:
        """Who scores."""
        return frozenset[str]().union(*(things_of(self.store, class_) for class_ in _SCORERS))

    @cached_property
    def passages(self) -> frozenset[str]:
        """What may bear a score out."""
        return things_of(self.store, "Passage")


def _named(parameter: str, name: str, known: Collection[str]) -> str:
    """Return the IRI of what is named; ParameterError lists what is like it, if anything is."""
    iri = name if name.startswith(ID) else ID + name
    if iri in known:
        return iri
    names = sorted(found.removeprefix(ID) for found in known)
    fellows = [n for n in names if n.startswith(name.removeprefix(ID).partition("/")[0] + "/")]
    classes = sorted({found.partition("/")[0] + "/..." for found in names})
    allowed = fellows if 0 < len(fellows) <= _MOST else classes
    raise ParameterError.unknown(parameter, name, allowed)


def check_records(store: Store, records: Sequence[Record]) -> list[Record]:
    """Return records with full IRIs and dates; ParameterError names what is wrong with the first.

    All are of one scorer, and none scores a pair twice.
    """
    known, checked = _Known(store), list[Record]()
    for number, record in enumerate(records, 1):
        try:
            checked.append(_checked(known, record))
            _fit(checked)
        except ParameterError as error:
            if len(records) == 1:
                raise
            message = f"Record {number} of {len(records)}: {error}"
            raise ParameterError(message, error.parameter, error.allowed) from error
    return checked


def _checked(known: _Known, record: Record) -> Record:
    named = replace(
        record,
        from_=_named("from", record.from_, known.things),
        to=_named("to", record.to, known.things),
        within=_named("within", record.within, known.strategies),
        by=_named("by", record.by, known.scorers),
        evidence=tuple(_named("evidence", name, known.passages) for name in record.evidence),
        date=check_date(record.date or datetime.now(UTC).date().isoformat()),
    )
    check_score(named.from_, named.to, named.score, named.reason)
    check_texts({"role": record.role, "guidingQuestion": record.guiding_question}, record.language)
    if record.confidence and record.confidence not in CONFIDENCE:
        raise ParameterError.unknown("confidence", record.confidence, CONFIDENCE)
    return named


def _fit(records: Sequence[Record]) -> None:
    """Raise ParameterError when the last record does not go with those before it."""
    *before, last = records
    if before and last.by != before[0].by:
        message = "The records are of several scorers; send those of each apart."
        raise ParameterError(message, "by", (before[0].by.removeprefix(ID),))
    said = (last.from_, last.to, last.within)
    if any((one.from_, one.to, one.within) == said for one in before):
        message = "The pair is scored twice; one scorer scores it once."
        raise ParameterError(message, "to", ("a pair that is not scored yet",))


def write_records(records: Sequence[Record], now: datetime) -> Recorded:
    """Return checked records as Turtle for the graph of their scorer.

    The moment is in their names, so that of two on the same date the later one counts.
    """
    by = records[0].by
    stem = f"assessments-{to_slug(by.removeprefix(ID))}"
    moment = f"{now.astimezone(UTC):%Y%m%d%H%M%S%f}"
    iris = tuple(f"{ID}assessment/{stem}-{moment}-{n:04}" for n in range(1, len(records) + 1))
    head = statement(f"graph:{stem} prov:wasAttributedTo <{by}>")
    blocks = [_block(iri, record) for iri, record in zip(iris, records, strict=True)]
    return Recorded(GRAPH + stem, prefixed(stem, head + "".join(blocks)), iris)


def _block(iri: str, record: Record) -> str:
    texts: Mapping[str, str] = {
        "guidingQuestion": record.guiding_question,
        "role": record.role,
        "context": record.context,
        "reason": record.reason,
    }
    return statement(
        f"<{iri}> a sam:Assessment",
        f"sam:within <{record.within}> ; sam:from <{record.from_}> ; sam:to <{record.to}>",
        f"sam:score {record.score}",
        *spoken(texts, record.language),
        *[f"sam:confidence confidence:{record.confidence}"] * bool(record.confidence),
        *(f"sam:evidence <{passage}>" for passage in record.evidence),
        f'prov:wasAttributedTo <{record.by}> ; prov:generatedAtTime "{record.date}"^^xsd:date',
    )
