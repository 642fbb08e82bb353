"""Groups: what a stored query consists of, and that its solutions are those of the query."""

from collections import Counter
from collections.abc import Callable

import pytest

from graph.groups import Group, Table, groups_of
from graph.oxigraph import OxigraphStore
from graph.questions import find_question, list_questions

PREFIXES = (
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
    "PREFIX sam: <https://w3id.org/samenhang/def#>\n"
)
LINK = "?link rdf:predicate {} ; rdf:subject ?item ; rdf:object ?other ."


def query(*groups: str, variables: str = "?item ?role ?other ?link") -> str:
    """Return a query of these groups, laid out as stored queries are."""
    union = "\n  } UNION {\n".join(f"    {group}" for group in groups)
    return f"{PREFIXES}SELECT DISTINCT {variables} WHERE {{\n  {{\n{union}\n  }}\n}}\n"


def asking(store: OxigraphStore) -> Callable[[str], Table]:
    """Return what asks a store."""

    def ask(text: str) -> Table:
        result = store.query(text)
        return Table(result.variables, list(result.texts()))

    return ask


def named(table: Table) -> Counter[frozenset[tuple[str, str]]]:
    """Return how often each solution occurs, with the names of what it binds."""
    bound = table.bound.items()
    rows = ({*zip(table.columns, row, strict=True), *bound} for row in table.rows)
    return Counter(frozenset((name, text) for name, text in row if text) for row in rows)


def only(text: str) -> Group:
    """Return the one group of a query."""
    (group,) = groups_of(text)
    return group


@pytest.mark.parametrize("slug", [question.slug for question in list_questions()])
def test_the_groups_of_a_question_have_its_solutions(assessed: OxigraphStore, slug: str) -> None:
    """All groups together give what the query gives, and each gives a solution once."""
    question, ask = find_question(slug), asking(assessed)
    found = [named(group.solutions(ask)) for group in question.groups]
    assert set().union(*found) == set(named(ask(question.body)))
    assert {number for solutions in found for number in solutions.values()} <= {1}


def test_what_is_not_laid_out_as_a_union_is_one_group(store: OxigraphStore) -> None:
    """Any other query is asked as it stands."""
    text = "SELECT ?s WHERE { ?s a <https://w3id.org/samenhang/def#Strategy> }"
    assert only(text).queries == (text,)
    assert only(text).solutions(asking(store)).columns == ["s"]


def test_links_of_a_kind_are_the_same_query_in_every_question() -> None:
    """Neither the names of the variables nor the class of an end make another query of links."""
    one = only(query(LINK.format("sam:serves")))
    other = only(
        query(
            "?link rdf:predicate sam:serves ; rdf:subject ?other ; rdf:object ?item .\n"
            "    ?other a sam:Instrument .\n"
            '    BIND("cover" AS ?role)'
        )
    )
    assert one.queries == other.queries
    assert [*one.names.values()] == ["link", "item", "other"]
    assert [*other.names.values()] == ["link", "other", "item"]
    assert [name for name, _ in other.within] == ["other"]
    assert (one.bound, other.bound) == ({}, {"role": "cover"})


def test_the_things_of_a_class_are_the_same_query_in_every_place() -> None:
    """Things that are asked about, and things at an end of a link, are asked for alike."""
    (things,) = only(query("?item a sam:Instrument .")).queries
    link = only(query(f"{LINK.format('sam:serves')}\n    ?other a sam:Instrument ."))
    assert link.within == (("other", things),)


def test_each_kind_of_link_is_a_query_of_its_own() -> None:
    """A variable that is one of several values, and is not selected, gives a query for each."""
    values = "VALUES ?kind {{ sam:serves sam:funds }}\n    {}"
    split = only(query(values.format(LINK.format("?kind"))))
    alone = [only(query(LINK.format(kind))) for kind in ("sam:serves", "sam:funds")]
    assert split.queries == tuple(text for group in alone for text in group.queries)
    kept = only(query(values.format(LINK.format("?kind")), variables="?kind ?link"))
    assert len(kept.queries) == 1


@pytest.mark.parametrize(
    "more",
    [
        "FILTER(?item != ?other)",
        "OPTIONAL { ?other sam:funds ?role }",
        "MINUS { ?other a sam:Pillar }",
        "{ ?item a sam:Goal } UNION { ?item a sam:Pillar }",
        "?item sam:funds ?role .",
    ],
)
def test_patterns_that_say_more_stay_together(more: str) -> None:
    """Only what says what one thing is, is asked apart; all other groups stay whole."""
    group = only(query(f"{LINK.format('sam:serves')}\n    ?other a sam:Instrument .\n    {more}"))
    assert not group.within
    assert "sam:Instrument" in group.queries[0]


def test_a_text_that_is_also_asked_about_stays_in_the_query() -> None:
    """What a group binds is taken out only where nothing else in it has that variable."""
    group = only(query('?item sam:note ?role .\n    BIND("x" AS ?role)'))
    assert group.bound == {}
    assert 'BIND("x" AS ?v1)' in group.queries[0]
