"""Languages of labels: are a Dutch and an English text the wrong way round?"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import pyoxigraph as ox
from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from graph.errors import Finding
from graph.files import DataFile
from graph.library import LANGUAGES

#: How much more Dutch the English text must look than the Dutch one, on a scale of 0 to 1.
MARGIN: Final = 0.3


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(Language.DUTCH, Language.ENGLISH).build()


def swapped(dutch: str, english: str) -> bool:
    """Tell whether the texts were given each other's language.

    Names that are the same in both languages tell nothing and are never called swapped.
    """
    detector = _detector()
    confidence = detector.compute_language_confidence
    return confidence(english, Language.DUTCH) - confidence(dutch, Language.DUTCH) > MARGIN


def _pairs(file: DataFile) -> Iterator[tuple[str, str, str]]:
    """Yield subject, Dutch and English text of each property given once in both languages."""
    texts: dict[tuple[str, str], dict[str, str]] = {}
    for quad in file.quads:
        if not (isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)):
            continue
        if quad.object.language in LANGUAGES:
            key = (quad.subject.value, quad.predicate.value)
            texts.setdefault(key, {})[quad.object.language] = quad.object.value
    for (subject, _), pair in texts.items():
        if len(pair) == len(LANGUAGES):
            yield subject, pair["nl"], pair["en"]


def find_swapped(files: Iterable[DataFile]) -> list[Finding]:
    """Return a finding for each pair of texts of one property that stand the wrong way round."""
    return [
        Finding(
            f"“{dutch}” is marked Dutch and “{english}” English: the two seem to be swapped.",
            "Exchange @nl and @en.",
            str(file.path),
            file.line_of(subject),
        )
        for file in files
        for subject, dutch, english in _pairs(file)
        if swapped(dutch, english)
    ]
