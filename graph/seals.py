"""Seals: what was asked of a revision and what was answered, as a text that can be cited.

A seal holds all of it, so that nothing is stored: the question or query, the revision, the hashes
of the dataset and of the answer, the engine and the time. Its text has a checksum (Adler-32, RFC
1950), which tells of accident, not of forgery: anybody can write a seal. What holds is what the
service finds when it asks again.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyoxigraph as ox

from graph.change import Change
from graph.errors import UnknownError

#: What may be found when it is asked again.
Verdict = Literal["identical", "unaffected", "changed", "unexplained", "not_reproduced"]

_VERSION: Final = 1
#: The most bytes that a seal holds: one that is longer was made to burst.
_LONGEST: Final = 1 << 17
_WRONG: Final = "This is no seal, or a part of it was lost."


@dataclass(frozen=True)
class Seal:
    """What was asked, of which revision, and the hashes (hexadecimal) of dataset and answer."""

    asked: Mapping[str, Any]
    revision: int
    dataset: str
    answer: str
    engine: str
    time: str

    def text(self) -> str:
        """Return the seal as a text that can stand in an address."""
        hashes = [_short(bytes.fromhex(hash_)) for hash_ in (self.dataset, self.answer)]
        said = [_VERSION, self.asked, self.revision, *hashes, self.engine, self.time]
        written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return _short(zlib.compress(written.encode(errors="surrogatepass"), 9))


def _short(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _long(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read_seal(text: str) -> Seal:
    """Return the seal of a text; UnknownError when it is none, or not whole."""
    wrong = UnknownError(_WRONG, "seal", ("the text of a seal",))
    try:
        reading = zlib.decompressobj()
        said = json.loads(reading.decompress(_long(text), _LONGEST))
        version, asked, revision, dataset, answer, engine, time = said
        hashes = _long(dataset).hex(), _long(answer).hex()
    except (ValueError, TypeError, zlib.error, RecursionError) as error:
        raise wrong from error
    texts = isinstance(engine, str) and isinstance(time, str) and isinstance(asked, dict)
    whole = reading.eof and not reading.unused_data and {*map(len, hashes)} == {64}
    if version != _VERSION or not (whole and texts) or type(revision) is not int:
        raise wrong
    seal = Seal(asked, revision, *hashes, engine, time)
    if seal.text() != text:
        raise wrong  # one seal has one text
    return seal


@dataclass(frozen=True)
class Said:
    """What a revision says: the hashes of the dataset and of the answer, and the answer's parts."""

    dataset: str
    answer: str
    parts: frozenset[str] = frozenset()


def judge(seal: Seal, now: Said, then: Said | None) -> Verdict:
    """Return the verdict on a seal; `then` is what its revision says, where that can be known.

    identical: dataset and answer are the same. unaffected: the dataset is another, the answer the
    same. changed: both are others, and its revision answers as sealed. not_reproduced: the same
    dataset gives another answer. unexplained: the answer is another, and its revision is not known.
    """
    if now.dataset == seal.dataset:
        return "identical" if now.answer == seal.answer else "not_reproduced"
    if now.answer == seal.answer:
        return "unaffected"
    if then is None or then.dataset != seal.dataset:
        return "unexplained"
    return "changed" if then.answer == seal.answer else "not_reproduced"


def reasons(
    change: Change, now: Said, then: Said
) -> list[tuple[Literal["added", "removed"], ox.Quad]]:
    """Return the statements of a change that the differing parts of two answers speak of.

    All of them where none does.
    """
    said: list[tuple[Literal["added", "removed"], ox.Quad]] = [
        ("removed", quad) for quad in change.removed
    ]
    said += [("added", quad) for quad in change.added]
    terms = {text for part in now.parts ^ then.parts for text in _texts(json.loads(part))}
    return [one for one in said if _speaks_of(one[1], terms)] or said


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Collection):
        for part in value:
            yield from _texts(part)


def _speaks_of(quad: ox.Quad, terms: Collection[str]) -> bool:
    ends = (quad.subject, quad.object)
    return any(not isinstance(end, ox.Triple) and end.value in terms for end in ends)
