"""Verifications: what is found when it is asked again what a seal says was asked."""

from typing import Final

from api.answers import Model
from api.changes import StatementModel, statement_model
from api.library import Library
from api.seals import SealModel, read_given, seal_model
from api.texts import Texts
from api.witness import ENGINE, Witness
from graph.change import Change
from graph.difference import between
from graph.errors import NotFoundError
from graph.history import History
from graph.library import LANGUAGES
from graph.seals import Verdict, judge, reasons
from graph.wording import sentence

#: The most statements that are given as reasons.
REASONS: Final = 100


class KeptModel(Model):
    """The revisions between which every change is known."""

    oldest: int
    newest: int


class VerificationModel(Model):
    """What is found when a sealed question or query is asked again, of the newest revision.

    `answer` is null when it cannot be asked any more, as of a source that is gone.
    `because` holds the first 100 of `because_total` statements that came or went since, and of
    which the differing part of the answer speaks; `changes` is the address of all.
    """

    seal: SealModel
    verdict: Verdict
    text: Texts
    revision: int
    dataset: str
    answer: str | None
    engine: str
    kept: KeptModel | None
    because: list[StatementModel]
    because_total: int
    changes: str | None


async def verify(witness: Witness, text: str) -> VerificationModel:
    """Return what is found when it is asked again; errors are those of asking."""
    library = witness.library
    seal, given = read_given(text)
    now = await witness.say(given)
    change, then = None, None
    if now.dataset != seal.dataset and now.answer != seal.answer:
        change = _since(library, seal.revision)
        then = await witness.say(given, change) if change else None
    verdict = judge(seal, now, then)
    because = reasons(change, now, then) if verdict == "changed" and change and then else []
    span = f"from={seal.revision}&to={library.revision}"
    return VerificationModel(
        seal=seal_model(seal, given, library.settings.base_url),
        verdict=verdict,
        text={lang: sentence("seal", verdict, lang) for lang in LANGUAGES},
        revision=library.revision,
        dataset=now.dataset,
        answer=now.answer or None,
        engine=ENGINE,
        kept=_kept(library.history),
        because=[statement_model(*one) for one in because[:REASONS]],
        because_total=len(because),
        changes=f"/v1/changes?{span}" if because else None,
    )


def _since(library: Library, revision: int) -> Change | None:
    """Return what changed since a revision; None where that is not known."""
    if library.history is None:
        return None
    try:
        return between(library.history, revision, library.revision)
    except NotFoundError:
        return None


def _kept(history: History | None) -> KeptModel | None:
    return KeptModel(oldest=history.oldest, newest=history.newest) if history else None
