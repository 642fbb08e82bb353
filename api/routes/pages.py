"""Pages: the start page, the questions and the network views."""

from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from api.library import Library, LibraryDep
from graph import network
from graph.editions import editions
from graph.errors import NotFoundError
from graph.findings import Finding
from graph.inquiry import Answer
from graph.library import Query as StoredQuery
from graph.links import LEVELS, Link
from graph.questions import find_question, iri_of, list_questions
from graph.scope import EVERY, Scope
from graph.severity import SEVERITIES
from ontology import GRAPH, ID, SAM

router = APIRouter(include_in_schema=False)

#: Ready choices of sources and lowest level, by name.
CHOICES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "all": ("assessed", ()),
    "documents": ("cited", ()),
    "letter": ("quoted", ("kamerbrief-gbvs-2018", "assessments")),
}

#: At most so many rows of an answer stand on one page.
ROWS: Final = 25


@dataclass(frozen=True)
class Asked:
    """What counts in the answers of a page: a choice of sources, and an edition by its slug."""

    choice: str
    edition: str
    scope: Scope

    @property
    def query(self) -> str:
        """What a link to a page of answers says to keep both."""
        return urlencode({"choice": self.choice, "edition": self.edition})

    @property
    def data(self) -> str:
        """What a link to the same answer as JSON says."""
        sources = [("source", name) for name in self.scope.sources]
        return urlencode([("level", self.scope.level), *sources, ("edition", self.edition)])


def asked_of(
    library: LibraryDep,
    choice: Annotated[str, Query(pattern=f"^({'|'.join(CHOICES)})$")] = "documents",
    edition: Annotated[str, Query()] = "",
) -> Asked:
    """Return what a request for a page says that counts; the default edition when it says none."""
    scope = library.inquiry.scope(*CHOICES[choice], edition)
    return Asked(choice, _slug(scope.edition) or EVERY, scope)


AskedDep = Annotated[Asked, Depends(asked_of)]


def _slug(edition: str) -> str:
    return edition.rpartition("/")[2]


def _offered(library: Library) -> dict[str, Any]:
    """Return what a page of answers lets a reader choose from: what the store holds."""
    held = set(library.store.graphs())
    choices = [
        name
        for name, (_, sources) in CHOICES.items()
        if held.issuperset(GRAPH + source for source in sources)
    ]
    return {
        "choices": choices,
        "editions": {_slug(iri): iri for iri in editions(library.store)},
        "every": EVERY,
    }


def _count(links: list[Link]) -> dict[str, int]:
    return {level: sum(link.level == level for link in links) for level in LEVELS}


def _pillars(library: Library, links: list[Link]) -> list[dict[str, Any]]:
    """Return each pillar with its goals, in the order of their numbers."""

    def number(iri: str) -> tuple[int, str]:
        return library.names.of(iri).number or 0, iri

    goals: dict[str, set[str]] = {}
    for link in links:
        if link.kind == SAM + "hasGoal" and link.subject.startswith(ID + "pillar/"):
            goals.setdefault(link.subject, set()).add(link.object)
    return [
        {"pillar": pillar, "goals": sorted(goals[pillar], key=number)}
        for pillar in sorted(goals, key=number)
    ]


def _editions(library: Library) -> list[str]:
    """Return the strategies that are ordered by something else than pillars."""
    kinds = {SAM + name for name in ("hasFocus", "hasIssue", "hasObjective")}
    links = library.links.values()
    found = {link.subject for link in links if link.kind in kinds}
    return sorted(iri for iri in found if iri.startswith(ID + "strategy/"))


def _by_layer() -> list[tuple[str, list[StoredQuery]]]:
    """Return the questions of each layer, in the order of their numbers."""
    layers = groupby(list_questions(), key=lambda question: question.says("layer"))
    return [(layer, list(found)) for layer, found in layers]


@router.get("/")
def start(request: Request, library: LibraryDep) -> Response:
    """Say in one screen what this is, how much it holds, and where to go."""
    links = list(library.links.values())
    return library.page(
        request,
        "start.html",
        counts=_count(links),
        total=len(links),
        sources=len(library.documents),
        pillars=_pillars(library, links),
        editions=_editions(library),
        layers=_by_layer(),
        views=network.list_views(),
    )


@router.get("/questions")
def questions(request: Request, library: LibraryDep, asked: AskedDep) -> Response:
    """List the questions by layer, with the verdict of each for what is chosen."""
    return library.page(
        request,
        "questions.html",
        asked=asked,
        layers=_by_layer(),
        answers={q.slug: library.inquiry.ask(q.slug, asked.scope) for q in list_questions()},
        **_offered(library),
    )


def _severest_first(answer: Answer) -> list[Finding]:
    """Return the rows of an answer: the gaps, severest first, and what is none."""
    rank = {name: -step for step, name in enumerate(SEVERITIES)}
    return sorted(answer.findings, key=lambda found: (not found.gap, rank.get(found.severity, 0)))


def _evidence(finding: Finding, links: dict[str, Link]) -> list[Link]:
    """Return the links of a row, each once, those with a quotation first.

    What says where the thing stands comes before what covers it, unless a thing is covered and
    alone in its row.
    """
    stands = finding.gap or finding.other
    ordered = (*finding.links, *finding.cover) if stands else (*finding.cover, *finding.links)
    known = [links[iri] for iri in dict.fromkeys(ordered) if iri in links]
    return sorted(known, key=lambda link: not any(place.quotation for place in link.passages))


@router.get("/questions/{name}")
def question(
    request: Request,
    library: LibraryDep,
    asked: AskedDep,
    name: str,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Answer one question, with the evidence of each row; a long answer on several pages."""
    answer = library.inquiry.ask(find_question(name).slug, asked.scope)
    findings = _severest_first(answer)
    last = max(-(-len(findings) // ROWS), 1)
    if page > last:
        raise NotFoundError(f"The answer has no page {page}; the last is {last}.")
    shown = findings[(page - 1) * ROWS : page * ROWS]
    rows = [(finding, _evidence(finding, library.links)) for finding in shown]
    return library.page(
        request,
        "question.html",
        asked=asked,
        answer=answer,
        rows=rows,
        first=(page - 1) * ROWS + 1,
        page=page,
        last=last,
        links=library.links,
        questions={iri_of(one): one for one in list_questions()},
        **_offered(library),
    )


@router.get("/network/{name}")
def view(request: Request, library: LibraryDep, name: str, thing: str = "") -> Response:
    """Draw a view, with the same links as a list beside it."""
    iri = library.iri_of(thing) if thing else ""
    query = next((v for v in network.list_views() if v.slug == name), None)
    links = network.view_links(library.store, library.links, name, iri)
    return library.page(request, "network.html", view=query, thing=iri, links=links)
