"""An inquiry: the coherence questions, asked of one revision of a store.

One query of a question selects the facts of every level of evidence; the measure that its head
names makes rows of those that count. Asked again for the weaker levels, it tells at which level
a gap would disappear.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Final, Literal, TypeVar

from cachetools import LRUCache

from graph.editions import members
from graph.facts import Fact, Facts, read_facts
from graph.findings import Finding, Judgement
from graph.ground import SCENARIO, Ground, read_ground
from graph.groups import Table
from graph.judgements import JUDGES
from graph.library import Query, find
from graph.links import STRENGTH
from graph.measures.figures import Figure
from graph.oxigraph import OxigraphStore
from graph.questions import find_question, iri_of, list_questions, number, parameters_of
from graph.results import Result
from graph.scope import Scope, make_scope
from graph.severity import SEVERITIES, Support, rate, read_support
from graph.store import Store
from ontology import GRAPH, PREFIXES, ROOT

#: Graphs without statements of a source: they always count.
ALWAYS: Final = ("vocabulary", "things", "derived")


#: How many copies of chosen graphs are kept.
_PARTS: Final = 2
#: How many rows of answers are kept, of facts, and of tables: some tens of megabytes in all.
_ROWS: Final = 100_000
#: What is kept for an answer, however few rows it has, in rows.
_LEAST: Final = 100

_T = TypeVar("_T")


Verdict = Literal["gaps_found", "none_found", "not_assessable"]


@dataclass(frozen=True)
class Answer:
    """The answer to a question: verdict, fraction, rows, figures, and what to bear in mind.

    The denominator counts what could have been a gap; the verdict is not_assessable when nothing
    could. `read` is the number of documents that were read for it.
    """

    question: Query
    scope: Scope
    parameters: Mapping[str, float]
    verdict: Verdict
    numerator: int
    denominator: int
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]
    caveats: tuple[str, ...]
    read: int


class Inquiry:
    """The questions of one revision of a store; what it has read or answered, it keeps."""

    def __init__(self, store: Store) -> None:
        """Ask this store; nothing is read before it is needed."""
        self.store = store
        self._lock = Lock()
        self._facts: LRUCache[Hashable, Facts] = LRUCache(
            _ROWS, lambda facts: _LEAST + len(facts.rows)
        )
        self._answers: LRUCache[Hashable, Answer] = LRUCache(
            _ROWS, lambda answer: _LEAST + len(answer.findings)
        )
        self._tables: LRUCache[Hashable, Table] = LRUCache(
            _ROWS, lambda table: _LEAST + len(table.rows)
        )
        self._parts: LRUCache[Hashable, OxigraphStore] = LRUCache(_PARTS)
        self._supports: dict[str, Support] = {}
        self._members: dict[tuple[str, bool], frozenset[str]] = {}

    def scope(self, level: str = "cited", sources: Sequence[str] = (), edition: str = "") -> Scope:
        """Return a scope; ParameterError for a level, source or edition that is not there."""
        return make_scope(self.store, level, sources, edition)

    def ask(
        self, name: str, scope: Scope | None = None, parameters: Mapping[str, float] | None = None
    ) -> Answer:
        """Answer a question by number or name.

        NotFoundError for an unknown question, ParameterError for a parameter it does not take.
        """
        question, scope = find_question(name), scope or self.scope()
        values = parameters_of(question, parameters or {})
        key = (question.slug, scope, tuple(sorted(values.items())))
        return self._kept(self._answers, key, lambda: self._answer(question, scope, values))

    def members(self, edition: str, supposes: bool = False) -> frozenset[str]:
        """Return what belongs to an edition; what is hypothetical, where somebody supposes it."""
        key = edition, supposes
        if key not in self._members:
            self._members[key] = members(self.store, edition, supposes)
        return self._members[key]

    @cached_property
    def ground(self) -> Ground:
        """What scenarios are worked out from."""
        return read_ground(self.store)

    def facts(self, question: Query, scope: Scope) -> Facts:
        """Return the facts of every level that the query of a question selects.

        Questions with one and the same query share what is read.
        """
        key = (question.body, scope.sources, scope.edition, scope.supposes)
        return self._kept(self._facts, key, lambda: self._read(question, scope))

    def _kept(self, cache: LRUCache[Hashable, _T], key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what is kept under a key, and make it first when nothing is.

        What is larger than all that may be kept is not kept.
        """
        with self._lock:
            found = cache.get(key)
        if found is None:
            found = make()
            with self._lock, suppress(ValueError):
                cache[key] = found
        return found

    def _read(self, question: Query, scope: Scope) -> Facts:
        within = self.members(scope.edition, scope.supposes) if scope.edition else None

        def ask(text: str) -> Table:
            return self._table(text, scope)

        tables = (group.solutions(ask) for group in question.groups)
        return read_facts(tables, within, self._beyond(scope.sources))

    def _table(self, text: str, scope: Scope) -> Table:
        """Return the answer to a query; questions may share what they ask."""

        def ask() -> Table:
            result = self._query(text, scope)
            return Table(result.variables, list(result.texts()))

        return self._kept(self._tables, (text, scope.sources, scope.supposes), ask)

    def _query(self, text: str, scope: Scope) -> Result:
        """Ask the graphs that count; where they are chosen, and held here, a copy of them."""
        graphs = _graphs(scope)
        if not graphs or not isinstance(self.store, OxigraphStore):
            return self.store.query(text, default_graphs=graphs)
        store = self.store
        part = self._kept(self._parts, tuple(graphs), lambda: store.only(graphs))
        return part.query(text)

    def _answer(self, question: Query, scope: Scope, values: Mapping[str, float]) -> Answer:
        facts, judge = self.facts(question, scope), JUDGES[question.says("measure")]
        if needs := question.says("needs") == "answers":
            facts = Facts(facts.items, (*facts.rows, *self._gaps_elsewhere(scope)))
        judged = judge(facts.at_least(scope.least), values)
        closing = {} if needs else self._closing(judged, facts, scope, question, values)
        rated = self._rated(judged.findings, closing, question, scope)
        gaps = sum(finding.gap for finding in rated)
        able = len(rated) if judged.assessable is None else judged.assessable
        verdict: Verdict = "not_assessable" if not able else "gaps_found" if gaps else "none_found"
        return Answer(
            question,
            scope,
            values,
            verdict,
            gaps,
            able,
            tuple(sorted(rated, key=lambda f: (not f.gap, f.key))),
            judged.figures,
            _caveats(question, verdict, rated),
            self._read_in(scope),
        )

    def _gaps_elsewhere(self, scope: Scope) -> Iterator[Fact]:
        """Yield the gaps of the other questions, for a measure whose head says that it needs them.

        Each is a fact about its item in the role `answer`, one for each of its links, whatever
        their levels: `other` is the question, and `level` is that at which the gap disappears.
        """
        for question in list_questions():
            if question.says("needs"):
                continue
            for finding in self.ask(question.slug, scope).findings:
                said = {"number": number(question)}
                if finding.disappears_at:
                    said["level"] = PREFIXES["level"] + finding.disappears_at
                for link in (finding.links or ("",)) if finding.gap else ():
                    other = iri_of(question)
                    yield Fact(finding.item, "answer", other, link, max(STRENGTH.values()), said)

    def _closing(
        self,
        judged: Judgement,
        facts: Facts,
        scope: Scope,
        question: Query,
        values: Mapping[str, float],
    ) -> dict[tuple[str, str], str]:
        """Return the strongest weaker level at which each gap is none, by item and other."""
        open_ = {(f.item, f.other) for f in judged.findings if f.gap}
        closing: dict[tuple[str, str], str] = {}
        for level in scope.levels[1:]:
            if not open_ or STRENGTH[level] not in facts.strengths:
                continue
            weaker = JUDGES[question.says("measure")](facts.at_least(STRENGTH[level]), values)
            still = {(f.item, f.other) for f in weaker.findings if f.gap} | weaker.still
            closing |= dict.fromkeys(open_ - still, level)
            open_ &= still
        return closing

    def _rated(
        self,
        findings: Sequence[Finding],
        closing: Mapping[tuple[str, str], str],
        question: Query,
        scope: Scope,
    ) -> list[Finding]:
        """Return the findings with the level that closes them, their severity and its reasons."""
        base = SEVERITIES.index(question.says("severity"))
        if question.says("rated") == "alike":
            return [replace(f, severity=SEVERITIES[base]) if f.gap else f for f in findings]
        support = self._support({link for f in findings if f.gap for link in f.links})
        needed = self._preconditions(scope)
        return [rate(f, closing, base, support, f.item in needed) if f.gap else f for f in findings]

    def _support(self, links: Set[str]) -> Mapping[str, Support]:
        """Return the support of each link, of those that were not asked for before as well."""
        self._supports |= read_support(self.store, links - self._supports.keys())
        return self._supports

    def _preconditions(self, scope: Scope) -> frozenset[str]:
        """Return the things on which others rest, by links that count."""
        least = scope.least
        return frozenset(thing for thing, strength in self._resting if strength >= least)

    @cached_property
    def _resting(self) -> frozenset[tuple[str, int]]:
        found = self.store.query(find(ROOT / "queries", "preconditions").text)
        return frozenset((thing, int(strength)) for thing, strength in found.texts())

    def _read_in(self, scope: Scope) -> int:
        """Return the number of documents that were read, or of those among the sources."""
        graphs = _graphs(scope) or self._documents
        return len({self._documents[graph] for graph in graphs if graph in self._documents})

    @cached_property
    def _documents(self) -> dict[str, str]:
        rows = self.store.query(find(ROOT / "queries", "documents").text).rows()
        return {row["graph"].value: row["document"].value for row in rows}

    def _beyond(self, sources: tuple[str, ...]) -> frozenset[str]:
        """Return the derived links that do not follow from these sources alone."""
        if not sources:
            return frozenset()
        chosen = {GRAPH + source for source in sources}
        return frozenset(link for link, graph in self._premises if graph not in chosen)

    @cached_property
    def _premises(self) -> list[tuple[str, str]]:
        rows = self.store.query(find(ROOT / "queries", "premises").text).rows()
        return [(row["link"].value, row["graph"].value) for row in rows]


def _graphs(scope: Scope) -> list[str]:
    """Return the graphs that count, none for all; what is supposed has no source."""
    if not scope.sources:
        return []
    supposed = [SCENARIO] if scope.supposes else []
    return [GRAPH + name for name in (*ALWAYS, *scope.sources)] + supposed


def _caveats(question: Query, verdict: Verdict, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the codes of what to bear in mind: those of the question, and those of its rows.

    The head names those that go with one verdict only under `caveats-<verdict>`.
    """
    reasons = {reason for finding in findings for reason in finding.severity_reasons}
    gaps = any(finding.gap for finding in findings)
    first = question.says(f"caveats-{verdict}").split()
    own = [code for code in question.says("caveats").split() if gaps or code != "not_found"]
    moved = [code for code in ("open_list", "one_source", "no_source") if code in reasons]
    return tuple(dict.fromkeys((*first, *own, *moved, "effects")))
