"""Sentences of the engine in both languages: caveats, reasons, and the why of a row."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Final

from graph.findings import Finding, Value
from graph.library import Query
from graph.names import Names
from ontology import BASE, ROOT

_FILE: Final = ROOT / "questions" / "wording.toml"
#: A smaller number is not said as zero: it keeps its first digit.
_LEAST: Final = 0.005
_AND: Final = {"nl": " en ", "en": " and "}

Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


@cache
def wording() -> Texts:
    """Return the sentences by group (caveat, reason, severity, figure), code and language."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def sentence(group: str, code: str, language: str, **values: Value) -> str:
    """Return the sentence of a code in a language, with the values that it names filled in."""
    return _filled(wording()[group][code][language], values, Names({}), language)


def explain(question: Query, finding: Finding, names: Names, language: str) -> str:
    """Return why a row is in the answer, in one sentence.

    The head of the question says it under `why-<key>` where the row has a key, under `covered`
    where the row is no gap, and else under `why`.
    """
    covered = "" if finding.gap else question.says("covered", language)
    keyed = question.says(f"why-{finding.why}", language) if finding.why else ""
    template = keyed or covered or question.says("why", language)
    values = {"item": finding.item, "other": finding.other, **finding.values}
    return _filled(template, values, names, language)


def say(value: Value, names: Names, language: str) -> str:
    """Return a value in words: a thing by its name, a number with two decimals if not whole.

    Several things are a list, in quotation marks when a name has commas or semicolons of its own.
    """
    if isinstance(value, tuple):
        parts = [say(part, names, language) for part in value]
        if len(parts) > 1 and any(sign in part for part in parts for sign in ",;"):
            parts = [f"“{part}”" for part in parts]
        return _AND[language].join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
    if isinstance(value, float):
        text = f"{value:.2f}" if not value or abs(value) >= _LEAST else f"{value:.1g}"
        return text.replace(".", ",") if language == "nl" else text
    text = str(value)
    named = text.startswith(BASE) or text in names.by_iri
    return names.of(text).in_language(language) if named else text


def _filled(template: str, values: Mapping[str, Value], names: Names, language: str) -> str:
    for key, value in values.items():
        if f"{{{key}}}" in template:
            template = template.replace(f"{{{key}}}", say(value, names, language))
    return template
