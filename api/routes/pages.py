"""Pages: the start page, the questions and the network views."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.library import Library, LibraryDep
from graph import network
from graph.links import LEVELS, Link
from graph.questions import find_question, list_questions
from ontology import GRAPH, ID, SAM

router = APIRouter(include_in_schema=False)

#: Ready choices of sources and lowest level, by name.
CHOICES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "all": ("assessed", ()),
    "documents": ("cited", ()),
    "letter": ("quoted", ("kamerbrief-gbvs-2018", "assessments")),
}


def _choices(library: Library) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the choices whose sources the store holds."""
    held = set(library.store.graphs())
    return {
        name: (level, sources)
        for name, (level, sources) in CHOICES.items()
        if held.issuperset(GRAPH + source for source in sources)
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
        questions=list_questions(),
        views=network.list_views(),
    )


@router.get("/questions")
def questions(request: Request, library: LibraryDep) -> Response:
    """List the questions with the verdict of each at every choice of sources."""
    inquiry = library.inquiry
    scopes = {name: inquiry.scope(*choice) for name, choice in _choices(library).items()}
    answers = [
        (question, {name: inquiry.ask(question.slug, scope) for name, scope in scopes.items()})
        for question in list_questions()
    ]
    return library.page(request, "questions.html", answers=answers)


@router.get("/questions/{name}")
def question(
    request: Request,
    library: LibraryDep,
    name: str,
    choice: Annotated[str, Query(pattern=f"^({'|'.join(CHOICES)})$")] = "documents",
) -> Response:
    """Answer one question, with the evidence of each row."""
    asked = find_question(name)
    answer = library.inquiry.ask(asked.slug, library.inquiry.scope(*CHOICES[choice]))
    return library.page(
        request,
        "question.html",
        answer=answer,
        links=library.links,
        choice=choice,
        choices=list(_choices(library)),
    )


@router.get("/network/{name}")
def view(request: Request, library: LibraryDep, name: str, thing: str = "") -> Response:
    """Draw a view, with the same links as a list beside it."""
    iri = library.iri_of(thing) if thing else ""
    query = next((v for v in network.list_views() if v.slug == name), None)
    links = network.view_links(library.store, library.links, name, iri)
    return library.page(request, "network.html", view=query, thing=iri, links=links)


def picture(library: Library, name: str, thing: str, language: str) -> dict[str, Any]:
    """Return the model of a view for the page to draw."""
    from graph import drawing  # loads slowly, and is not needed to start

    links = network.view_links(library.store, library.links, name, thing)
    whole = network.build_network(links, library.names)
    shown = network.nearest_first(whole, thing)
    place = drawing.around(shown, thing) if thing else drawing.layered(shown)
    model: dict[str, Any] = drawing.model(shown, place, language)
    return model | {"hidden": whole.number_of_nodes() - shown.number_of_nodes()}
