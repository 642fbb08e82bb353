"""A witness: asks a question or a query of the newest revision, or of an earlier one."""

import json
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final

import pyoxigraph as ox
from anyio import to_thread

from api.endpoint import checked
from api.intake import Turns
from api.library import UNKNOWN, Library
from api.operation import Operation
from api.seals import Given, GivenQuery, GivenQuestion
from api.texts import written_in
from graph.cache import is_fleeting
from graph.change import Change
from graph.describe import diagnose
from graph.difference import undone
from graph.errors import LimitError, NotFoundError, ParameterError, QueryError
from graph.fingerprint import Asked, Fingerprint, fingerprint
from graph.limits import MB
from graph.oxigraph import OxigraphStore
from graph.questions import find_question, parameters_of
from graph.seals import Said

#: What answers: it is named in every seal.
ENGINE: Final = f"samenhang {version('samenhang')}, pyoxigraph {ox.__version__}"
#: The longest answer to a query that is sealed, in MB.
LARGEST: Final = 1

_FLEETING: Final = "The query asks for the time, chance or another service; it cannot be sealed."

_TOO_LARGE: Final = f"An answer of more than {LARGEST} MB is not sealed. Ask for less."


@dataclass(frozen=True)
class Witness:
    """Asks one revision of a store, and what it was before a change."""

    library: Library
    turns: Turns

    @property
    def store(self) -> OxigraphStore:
        """The store; NotFoundError when the engine is elsewhere, and its revisions not known."""
        if not isinstance(self.library.store, OxigraphStore):
            raise NotFoundError(UNKNOWN)
        return self.library.store

    def settle(self, given: Given) -> Given:
        """Return what is asked with everything named, so that no default can become another.

        Errors are those of asking.
        """
        if isinstance(given, GivenQuery):
            return given
        question = find_question(given.question)
        scope = self.library.inquiry.scope(given.level, given.sources, given.edition)
        values = parameters_of(question, given.parameters)
        known = {"question": question.slug, "level": scope.level, "sources": scope.sources}
        edition = scope.edition or "every"
        return GivenQuestion.model_validate({**known, "edition": edition, "parameters": values})

    async def say(self, given: Given, change: Change | None = None) -> Said:
        """Return what the revision says, or said before a change; errors are those of asking.

        There is no answer where the question names what there is not in that revision.
        """
        if isinstance(given, GivenQuery):
            if is_fleeting(given.query):
                raise QueryError(_FLEETING)
            return await self._query(given.query, change)
        dataset = (await self._fingerprint(None, change)).dataset
        async with self.turns.take():
            return await to_thread.run_sync(partial(self._question, given, dataset, change))

    async def _query(self, text: str, change: Change | None) -> Said:
        run, default, named = checked(Operation(text, None, {}), self.library.settings.max_query)
        try:
            found = await self._fingerprint(Asked(run, default, named), change)
        except QueryError as error:
            raise diagnose(text, run, error) from error
        if len(found.body) > LARGEST * MB:
            raise LimitError(_TOO_LARGE, "size")
        parts = await to_thread.run_sync(found.parts)
        return Said(found.dataset, found.answer, parts)

    async def _fingerprint(self, asked: Asked | None, change: Change | None) -> Fingerprint:
        """Take a fingerprint: by a reader that its limits bind, or here when there are none."""
        known = "" if change else self.library.hashes.get(self.library.revision, "")
        if self.library.readers:
            found = await self.library.readers.fingerprint(asked, known, change)
        else:
            store = self.store

            def here() -> Fingerprint:
                return fingerprint(undone(store, change) if change else store, asked, known)

            found = await to_thread.run_sync(here)
        if not change:
            self.library.hashes[self.library.revision] = found.dataset
        return found

    def _question(self, given: GivenQuestion, dataset: str, change: Change | None) -> Said:
        library = self.library
        if change:
            past = undone(self.store, change)
            library = replace(library, store=past, readers=None, writer=None)
        try:
            scope = library.inquiry.scope(given.level, given.sources, given.edition)
        except ParameterError:
            return Said(dataset, "")
        found = library.inquiry.ask(given.question, scope, given.parameters)
        with written_in(""):
            body = library.author.answer(found).model_dump_json(by_alias=True)
        rows: list[Any] = json.loads(body)["rows"]
        parts = frozenset(json.dumps(row) for row in rows)
        return Said(dataset, sha256(body.encode()).hexdigest(), parts)
