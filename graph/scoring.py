"""Turtle of a matrix: a strategy with what was scored, and the assessments of one scorer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.assessments import check_date, check_score, check_texts
from graph.errors import DataError, ParameterError
from graph.matrix import Matrix, group_options, read_labels, read_matrix
from graph.terms import prefixed, spoken, statement, to_slug, written
from ontology import PREFIXES

_NAME: Final = re.compile(r"([a-z]+):[a-z0-9]+(-[a-z0-9]+)*")
_SCORERS: Final = ("person", "organization", "department")
_LISTED: Final = "A row and a column of the matrix."


@dataclass(frozen=True)
class Scoring:
    """Who scored a matrix, in which role, when, on which question, and why so.

    The texts are in `language`. Without a `strategy` the matrix describes one of its own, called
    `title`; with one (strategy:gbvs-2018), its codes name goals that are described elsewhere:
    `cyber-norms` is goal:gbvs-2018-cyber-norms, and pillar:gbvs-2018-prevent is itself.
    `scorer_label` describes a scorer who is not described elsewhere.
    """

    scorer: str
    role: str
    date: str
    question: str
    reason: str = ""
    context: str = ""
    language: str = "en"
    strategy: str = ""
    title: str = ""
    scorer_label: str = ""

    def check(self) -> None:
        """Raise ParameterError for what cannot be recorded."""
        _check_name("scorer", self.scorer, _SCORERS)
        if self.strategy:
            _check_name("strategy", self.strategy, ("strategy",))
        check_texts({"role": self.role, "question": self.question}, self.language)
        check_date(self.date)


def _check_name(parameter: str, name: str, classes: tuple[str, ...]) -> None:
    match = _NAME.fullmatch(name)
    if not match or match[1] not in classes:
        allowed = [f"{class_}:..." for class_ in classes]
        message = f"The {parameter} {name!r} is no name; write {' or '.join(allowed)}."
        raise ParameterError(message, parameter, allowed)


def _labelled(name: str, labels: Mapping[str, str]) -> str:
    """Return the description of a thing: its class, that of its name, and its labels."""
    class_ = name.partition(":")[0].capitalize()
    texts = ", ".join(written(text, language) for language, text in labels.items())
    return statement(f"{name} a sam:{class_} ; rdfs:label {texts}")


def _link(slug: str, subject: str, kind: str, object_: str) -> str:
    return statement(
        f"l:{slug} a sam:Link ; sam:level level:assessed",
        f"rdf:subject {subject} ; rdf:predicate sam:{kind} ; rdf:object {object_}",
        f"sam:reason {written(_LISTED, 'en')}",
    )


@dataclass(frozen=True)
class _Names:
    """How what was scored is named: by class, strategy and code."""

    strategy: str
    class_: str

    def of(self, code: str, class_: str = "") -> str:
        """Return the name of a code; one that is a name already is itself."""
        if _NAME.fullmatch(code) and code.partition(":")[0] in PREFIXES:
            return code
        return f"{class_ or self.class_}:{self.strategy.partition(':')[2]}-{to_slug(code)}"


def _both(text: str) -> dict[str, str]:
    return dict.fromkeys(("en", "nl"), text)


def _things(matrix: Matrix, names: _Names, title: str, table: Path | None) -> Iterator[str]:
    """Yield the strategy, what was scored, and the links between them."""
    groups = group_options(matrix.codes) if names.class_ == "option" else {}
    labels = _labels(table, matrix, groups, title)
    yield _labelled(names.strategy, _both(title))
    for descriptor, options in groups.items():
        name = names.of(descriptor, "descriptor")
        heads = {lang: text.partition(": ")[0] for lang, text in labels[options[0]].items()}
        yield _labelled(name, labels.get(descriptor, heads))
        yield _link(f"has-{to_slug(descriptor)}", names.strategy, "hasDescriptor", name)
    owner = {option: d for d, options in groups.items() for option in options}
    for code in matrix.codes:
        if names.of(code) != code:  # a name is that of a thing that is described elsewhere
            yield _labelled(names.of(code), labels[code])
        if code in owner:
            subject, kind = names.of(owner[code], "descriptor"), "hasOption"
        else:
            subject, kind = names.strategy, "hasGoal"
        yield _link(f"has-{to_slug(code)}", subject, kind, names.of(code))


def _assessments(matrix: Matrix, names: _Names, stem: str, scoring: Scoring) -> Iterator[str]:
    texts = {
        "guidingQuestion": scoring.question,
        "role": scoring.role,
        "context": scoring.context,
    }
    for (row, column), score in matrix.scores.items():
        from_, to = names.of(row), names.of(column)
        check_score(from_, to, score, scoring.reason)
        yield statement(
            f"assessment:{stem}-{to_slug(row)}--{to_slug(column)} a sam:Assessment",
            f"sam:within {names.strategy} ; sam:from {from_} ; sam:to {to} ; sam:score {score}",
            *spoken(texts | {"reason": scoring.reason if score else ""}, scoring.language),
        )


def _labels(
    path: Path | None, matrix: Matrix, groups: Iterable[str], title: str
) -> dict[str, dict[str, str]]:
    """Return the labels of all codes; without a table the title and the code."""
    if path is None:
        codes = {*matrix.codes, *groups}
        return {code: _both(f"{title}: {code}") for code in codes}
    labels = read_labels(path)
    if missing := [code for code in matrix.codes if code not in labels]:
        do = "Give every code of the matrix a label."
        raise DataError.at(path, f"Without a label: {', '.join(missing)}.", do)
    return labels


def convert_matrix(
    path: Path,
    scoring: Scoring,
    *,
    name: str = "",
    labels: Path | None = None,
    options: bool = False,
) -> str:
    """Return the Turtle of a matrix, for a file called `name`.ttl: its graph is named after it.

    With `options` the codes are those of options, A1 and A2 of the descriptor A; without, those
    of goals. DataError lists the cells that are wrong, ParameterError says what else is.
    """
    scoring.check()
    stem = to_slug(name or path.stem)
    if not stem:
        raise ParameterError(
            "The name is empty; write letters, digits, hyphens.",
            "name",
            ["letters, digits and hyphens"],
        )
    title, strategy = scoring.title or stem, scoring.strategy or f"strategy:{stem}"
    matrix = read_matrix(path, options=options)
    names = _Names(strategy, "option" if options else "goal")
    blocks = [
        statement(
            f"graph:{stem} prov:wasAttributedTo {scoring.scorer}",
            f'prov:generatedAtTime "{check_date(scoring.date)}"^^xsd:date',
        )
    ]
    if scoring.scorer_label:
        blocks.append(_labelled(scoring.scorer, _both(scoring.scorer_label)))
    if not scoring.strategy:
        blocks += _things(matrix, names, title, labels)
    blocks += _assessments(matrix, names, stem, scoring)
    return prefixed(stem, "\n".join(blocks))
