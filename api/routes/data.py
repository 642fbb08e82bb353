"""The JSON interface: links with their evidence, questions with their answers, views."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.library import Library, LibraryDep
from api.negotiate import language
from api.routes.pages import picture
from graph import questions as asking
from graph.findings import Finding
from graph.inquiry import Answer
from graph.library import LANGUAGES
from graph.links import STRENGTH, Link, find_links
from graph.names import shorten
from graph.wording import explain
from ontology import GRAPH, ID, PREFIXES

router = APIRouter(
    prefix="/v1",
    responses={
        "4XX": {
            "description": "A problem document (RFC 9457).",
            "content": {"application/problem+json": {}},
        }
    },
)


class Model(BaseModel):
    """The base of all JSON shapes: camel case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class PassageModel(Model):
    """A place in a document; start and end count characters of the stored text."""

    id: str
    document: str
    quotation: str | None
    locator: str | None
    lines: str | None
    start: int | None
    end: int | None


class LinkModel(Model):
    """A link with its evidence; `reads` is its sentence in each language.

    The polarity is denied when the source says that the link does not hold, else null.
    """

    id: str
    subject: str
    predicate: str
    object: str | None
    value: str | None
    level: str
    polarity: Literal["denied"] | None
    open_list: bool
    source: str
    reads: dict[str, str]
    said: dict[str, str]
    evidence: list[PassageModel]
    follows_from: list[str]


class LinksModel(Model):
    """A page of links, strongest first; `total` counts all that fit. It reads as JSON-LD too."""

    context: str = Field(default="/def/context.jsonld", alias="@context")
    total: int
    offset: int
    items: list[LinkModel]


class QuestionModel(Model):
    """A question: its number and name, title and wording."""

    id: str
    title: dict[str, str]
    question: dict[str, str]
    layer: str
    severity: str


class FindingModel(Model):
    """One row of an answer."""

    item: str
    other: str | None
    gap: bool
    why: dict[str, str] | None
    links: list[str]
    cover: list[str]
    disappears_at_level: str | None


class AnswerModel(Model):
    """The answer to a question at a level of evidence, from some or all sources."""

    question: QuestionModel
    level: str
    sources: list[str]
    verdict: str
    numerator: int
    denominator: int
    rows: list[FindingModel]


def _link(library: Library, link: Link) -> LinkModel:
    return LinkModel(
        id=link.iri,
        subject=link.subject,
        predicate=shorten(link.kind),
        object=None if link.is_value else link.object,
        value=link.object if link.is_value else None,
        level=link.level,
        polarity="denied" if link.denied else None,
        open_list=link.open_list,
        source=link.graph,
        reads={lang: library.readings.read(link, lang) for lang in LANGUAGES},
        said={name: text.value for name, text in link.said.items()},
        evidence=[
            PassageModel(
                id=p.iri,
                document=p.document,
                quotation=p.quotation.value if p.quotation else None,
                locator=p.locator or None,
                lines=p.lines or None,
                start=p.start,
                end=p.end,
            )
            for p in link.passages
        ],
        follows_from=list(link.follows_from),
    )


def _full(name: str) -> str:
    """Return the IRI of `class/slug` or of a prefixed kind of link."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    return name if name.startswith("http") else ID + name


@router.get("/links", tags=["links"])
def list_links(
    library: LibraryDep,
    subject: Annotated[str | None, Query(description="A thing, as class/slug.")] = None,
    object_: Annotated[
        str | None, Query(alias="object", description="A thing, as class/slug.")
    ] = None,
    kind: Annotated[str | None, Query(description="A kind of link, as sam:addresses.")] = None,
    level: Annotated[str | None, Query(pattern=f"^({'|'.join(STRENGTH)})$")] = None,
    source: Annotated[str | None, Query(description="A source, by the name of its graph.")] = None,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> LinksModel:
    """List links with their evidence."""
    named = {
        "subject": subject and _full(subject),
        "object": object_ and _full(object_),
        "kind": kind and _full(kind),
        "level": level and PREFIXES["level"] + level,
        "graph": source and GRAPH + source,
    }
    links = find_links(library.store, **{key: iri for key, iri in named.items() if iri})
    items = [_link(library, link) for link in links[offset : offset + limit]]
    return LinksModel(total=len(links), offset=offset, items=items)


def _question(question: Any) -> QuestionModel:
    return QuestionModel(
        id=question.slug,
        title=dict(question.title),
        question=dict(question.head["question"]),
        layer=question.says("layer"),
        severity=question.says("severity"),
    )


@router.get("/questions", tags=["questions"])
def list_questions() -> list[QuestionModel]:
    """List the coherence questions."""
    return [_question(question) for question in asking.list_questions()]


def _why(library: Library, answer: Answer, finding: Finding) -> dict[str, str]:
    return {lang: explain(answer.question, finding, library.names, lang) for lang in LANGUAGES}


@router.get("/questions/{name}", tags=["questions"])
def answer_question(
    library: LibraryDep,
    name: Annotated[str, Path(description="A question, by number or name.")],
    level: Annotated[str, Query(pattern=f"^({'|'.join(STRENGTH)})$")] = "cited",
    source: Annotated[list[str] | None, Query(description="Only these sources.")] = None,
    edition: Annotated[str, Query(description="A strategy by its slug, or every.")] = "",
) -> AnswerModel:
    """Answer a question with the links that bear each row out."""
    answer = library.inquiry.ask(name, library.inquiry.scope(level, source or (), edition))
    return AnswerModel(
        question=_question(answer.question),
        level=answer.scope.level,
        sources=list(answer.scope.sources),
        verdict=answer.verdict,
        numerator=answer.numerator,
        denominator=answer.denominator,
        rows=[
            FindingModel(
                item=finding.item,
                other=finding.other or None,
                gap=finding.gap,
                why=_why(library, answer, finding) if finding.gap or finding.other else None,
                links=list(finding.links),
                cover=list(finding.cover),
                disappears_at_level=finding.disappears_at or None,
            )
            for finding in answer.findings
        ],
    )


@router.get("/views/{name}", tags=["views"])
def draw(request: Request, library: LibraryDep, name: str, thing: str = "") -> dict[str, Any]:
    """Give the nodes and edges of a network view, with their positions in pixels."""
    return picture(library, name, library.iri_of(thing) if thing else "", language(request))
