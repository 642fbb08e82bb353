"""What the routes share: the open store with its names and readings, and the page templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from threading import Lock
from typing import Annotated, Any, Final

from cachetools import LRUCache
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from api.answers import Author
from api.negotiate import language
from api.settings import Settings
from api.templating import TEXTS, pages
from graph.absences import Absence, find_absences
from graph.cache import Cache
from graph.difference import Difference, compare
from graph.dumps import Dump, make_dumps, names_of
from graph.errors import NotFoundError, QueryError
from graph.history import History
from graph.inquiry import Inquiry
from graph.library import LANGUAGES, find
from graph.limits import MB
from graph.links import Link, Readings, find_links, read_readings
from graph.names import Names, read_names
from graph.neighbours import Surroundings, surroundings_of
from graph.oxigraph import OxigraphStore
from graph.passages import Passages, read_passages
from graph.readers import Readers
from graph.results import Row
from graph.search import Search, read_search
from graph.selection import LinkIndex
from graph.slugs import slugs_of
from graph.store import Store
from graph.things import Things, read_things
from graph.writer import Writer
from ontology import GRAPH, ID, PREFIXES, ROOT, SAM

UNKNOWN: Final = "The revisions of the engine behind this service are not known."
_NOT_IN_IRI: Final = frozenset(' <>"{}|\\^`')


@dataclass(frozen=True)
class Library:
    """An open store, and what was read from one revision of it.

    `written` is the day on which the revision was found (ISO 8601), empty for the one at the start.
    """

    store: Store
    settings: Settings
    readers: Readers | None = None
    writer: Writer | None = None
    revision: int = 0
    written: str = ""
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    def newest(self) -> "Library":
        """Return the library of what is shown now: itself, unless something was written."""
        if not self.writer or self.revision == self.writer.shown:
            return self
        today = datetime.now(UTC).date().isoformat()
        return replace(self, revision=self.writer.shown, written=today)

    @cached_property
    def cache(self) -> Cache:
        """Answers of the readers; an engine elsewhere may change without our knowing."""
        return Cache(self.settings.cache if self.readers else 0)

    @cached_property
    def kept(self) -> LRUCache[Any, Any]:
        """Answers of the JSON interface, least recently used first to go; as few as of readers."""
        size = self.settings.cache * MB if self.readers else 0
        return LRUCache(size, getsizeof=lambda answer: answer.size)

    @property
    def history(self) -> History | None:
        """What the last revisions changed; of an engine elsewhere that is not known."""
        if self.writer:
            return self.writer.history
        disk = self.store.disk if isinstance(self.store, OxigraphStore) else None
        return disk.history if disk else None

    @cached_property
    def hashes(self) -> dict[int, str]:
        """The canonical hashes of the dataset, by revision, that were worked out."""
        return {}

    @cached_property
    def difference(self) -> Callable[[int, int], Difference]:
        """How two revisions differ; the last pairs that were asked for are kept."""
        if self.history is None or not isinstance(self.store, OxigraphStore):
            raise NotFoundError(UNKNOWN)
        return lru_cache(2)(partial(compare, self.store, self.history, self.revision))

    @cached_property
    def names(self) -> Names:
        """The names of things."""
        return read_names(self.store)

    @cached_property
    def readings(self) -> Readings:
        """The readings of the kinds of link."""
        return read_readings(self.store, self.names)

    @cached_property
    def described(self) -> dict[str, list[Row]]:
        """Rows of stored queries that descriptions need, by the name of the query."""
        return {}

    @cached_property
    def links(self) -> dict[str, Link]:
        """Every link of the store by its IRI, strongest first."""
        return {link.iri: link for link in find_links(self.store)}

    @cached_property
    def surroundings(self) -> Surroundings:
        """What is linked with what."""
        return surroundings_of(self.links.values())

    @cached_property
    def search(self) -> Search:
        """The texts that are searched."""
        return read_search(self.store, self.names)

    @cached_property
    def classes(self) -> list[str]:
        """The names of the classes of the vocabulary."""
        of_class = PREFIXES["owl"] + "Class"
        named = (iri for iri, name in self.names.by_iri.items() if name.class_ == of_class)
        return sorted(iri.removeprefix(SAM) for iri in named if iri.startswith(SAM))

    @cached_property
    def link_index(self) -> LinkIndex:
        """Every link of the store, to select from."""
        return LinkIndex(tuple(self.links.values()))

    @cached_property
    def link_slugs(self) -> dict[str, str]:
        """The slug of each link, by its IRI."""
        return slugs_of(self.links, "link")

    @cached_property
    def link_by_slug(self) -> dict[str, Link]:
        """Every link by its slug."""
        return {slug: self.links[iri] for iri, slug in self.link_slugs.items()}

    @cached_property
    def things(self) -> Things:
        """Every thing of the store, with what is stated of it."""
        return read_things(self.store, self.links.values())

    @cached_property
    def passages(self) -> Passages:
        """Every passage of the store."""
        return read_passages(self.store, self.links.values())

    @cached_property
    def inquiry(self) -> Inquiry:
        """The coherence questions, with the answers that were given."""
        return Inquiry(self.store)

    @cached_property
    def author(self) -> Author:
        """Who writes answers out."""
        return Author(self.names, self.links)

    @cached_property
    def size(self) -> int:
        """The number of statements, in the merge of all graphs."""
        return len(self.store)

    @cached_property
    def modified(self) -> str:
        """The day of the last change (ISO 8601): of a write, or the newest that the data name."""
        if isinstance(self.store, OxigraphStore) and self.store.disk:
            return self.store.disk.recent[-1].time[:10]
        if self.written:
            return self.written
        (row,) = self.store.query(find(ROOT / "queries", "newest").text).rows()
        return row["newest"].value if "newest" in row else ""

    @property
    def dumps(self) -> Mapping[str, Dump]:
        """All that the store holds as files, by name, made when first asked for; none of much."""
        with self._turn:
            return self._dumps

    @cached_property
    def _dumps(self) -> Mapping[str, Dump]:
        return make_dumps(self.store.quads()) if names_of(self.size) else {}

    @cached_property
    def documents(self) -> dict[str, str]:
        """The documents that were read, by the name of the graph of each."""
        rows = self.store.query(find(ROOT / "queries", "documents").text).rows()
        return {row["graph"].value.removeprefix(GRAPH): row["document"].value for row in rows}

    @cached_property
    def sources(self) -> dict[str, str]:
        """The name of the graph of each document that was read."""
        return {document: graph for graph, document in reversed(self.documents.items())}

    @cached_property
    def absences(self) -> list[Absence]:
        """What was looked for in a document and not found there."""
        return find_absences(self.store)

    @cached_property
    def absence_by_slug(self) -> dict[str, Absence]:
        """Every absence by its slug, in the order of their IRIs."""
        found = {absence.iri: absence for absence in self.absences}
        return {slug: found[iri] for iri, slug in slugs_of(found, "absence").items()}

    def absences_of(self, iri: str) -> list[Absence]:
        """Return the searches without a result for one thing."""
        return [absence for absence in self.absences if iri in absence.things]

    def class_of(self, iri: str) -> str:
        """Return the name of the most telling class of a thing; empty when it has none."""
        return self.names.of(iri).class_.removeprefix(SAM)

    def iri_of(self, path: str) -> str:
        """Return the IRI of `class/slug`; NotFoundError when the store says nothing about it."""
        iri = ID + path
        unknown = NotFoundError(f"Nothing goes by the name {path!r} here.")
        if _NOT_IN_IRI & set(path):
            raise unknown
        try:
            ask = f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} }}"
            known = self.store.query(ask).truth()
        except QueryError as error:  # the engine knows more that is in no IRI
            raise unknown from error
        if not known:
            raise unknown
        return iri

    def page(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """Return a page in the language of the request."""
        chosen = language(request)
        other = next(name for name in LANGUAGES if name != chosen)
        text = {key: texts[chosen] for key, texts in TEXTS.items()}
        html = (
            pages()
            .get_template(template)
            .render(
                names=self.names,
                readings=self.readings,
                absences_of=self.absences_of,
                lang=chosen,
                t=text,
                switch=f"?{request.url.include_query_params(lang=other).query}",
                other=other,
                request=request,
                **values,
            )
        )
        headers = {"Content-Language": chosen, "Vary": "Accept, Accept-Language"}
        return HTMLResponse(html, headers=headers)


def library_of(app: FastAPI) -> Library:
    """Return the library of an application, in the event loop."""
    library: Library = app.state.library.newest()
    app.state.library = library
    return library


async def _library(request: Request) -> Library:  # async: costs no thread
    return library_of(request.app)


LibraryDep = Annotated[Library, Depends(_library)]
