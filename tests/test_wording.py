"""Wording: what the engine says by code is said in both languages."""

from typing import Any, get_args

import pytest

from graph import comparison, reciprocity, severity
from graph.library import LANGUAGES
from graph.measures import figures
from graph.names import Names
from graph.profile import DIMENSIONS
from graph.questions import list_questions
from graph.wording import say, wording

#: The codes that are declared in the code, by the group of their sentences.
DECLARED = {
    "comparison": comparison.Reason,
    "reason": figures.Reason,
    "reciprocity": reciprocity.State,
    "severity": severity.Reason,
}


@pytest.mark.parametrize("group", DECLARED)
def test_every_code_that_is_declared_is_said(group: str) -> None:
    """A code without a sentence, or a sentence without a code, is found in every group."""
    codes: Any = get_args(DECLARED[group])
    assert set(wording()[group]) == set(codes) - {""}


def test_every_dimension_is_said() -> None:
    """Each dimension of the profile has its name."""
    assert set(wording()["dimension"]) == set(DIMENSIONS)


def test_caveats_of_the_heads_are_said() -> None:
    """A caveat that the head of a question names has its sentence."""
    heads = (question.head.items() for question in list_questions())
    said = (texts[""] for head in heads for key, texts in head if key.startswith("caveats"))
    named = {code for text in said for code in text.split()}
    assert "none_compared" in named
    assert named <= set(wording()["caveat"])


@pytest.mark.parametrize("group", wording())
def test_every_sentence_is_in_both_languages(group: str) -> None:
    """No sentence is missing or empty in one of the languages."""
    for code, said in wording()[group].items():
        assert set(said) == set(LANGUAGES), code
        assert all(text.strip() for text in said.values()), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_that_describes_says_so(language: str) -> None:
    """What is said when no gap is found is true of a question that looks for none: it describes."""
    for question in list_questions():
        if question.says("severity") == "info" and question.says("measure") != "influences":
            said = question.says("otherwise", language)
            assert said.startswith({"nl": "Dit beschrijft", "en": "This describes"}[language])


def test_names_with_commas_are_kept_apart() -> None:
    """Names in a list stand in quotation marks when one has commas or semicolons of its own."""
    assert say(("a", "b", "c"), Names({}), "nl") == "a, b en c"
    assert say(("a, b", "c", "d"), Names({}), "nl") == "“a, b”, “c” en “d”"
    assert say(("a", "b; c"), Names({}), "en") == "“a” and “b; c”"
    assert say(("a, b",), Names({}), "en") == "a, b"
