"""Results: rows, truth values and triples, and every format they can be written in."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic
from rdflib.query import Result as Answers

from graph.errors import NotFoundError
from graph.oxigraph import OxigraphStore, in_memory
from graph.results import FORMATS, Form, Result, export, format_named, formats_for, language_of
from ontology import GRAPH, PREFIXES, SAM

TERMS = """SELECT ?iri ?plain ?tagged ?typed ?unbound {
  VALUES (?iri ?plain ?tagged ?typed ?unbound) {
    (<urn:a> "a, \\"b\\"\\n<c> & é" "hoi"@nl 7 UNDEF)
    (<urn:b> "" "x"@en true UNDEF)
  }
}"""
GOALS = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s a <{SAM}Goal> ; ?p ?o }}"
QUERIES = {Form.BINDINGS: TERMS, Form.BOOLEAN: "ASK { ?s ?p ?o }", Form.GRAPH: GOALS}
READERS = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
READERS |= {"trig": "trig", "nquads": "nquads"}
PAIRS = [(format_.name, form) for format_ in FORMATS for form in format_.forms]


def written(store: OxigraphStore, name: str, form: Form) -> bytes:
    """Run the query of a form and write its result."""
    return store.query(QUERIES[form]).write(format_named(name, form))


@pytest.mark.parametrize("form", Form)
def test_first_format_is_the_standard_one(form: Form) -> None:
    """The default of a table or truth value is SPARQL JSON, that of a graph is Turtle."""
    wanted = "turtle" if form is Form.GRAPH else "json"
    assert formats_for(form)[0].name == wanted


@pytest.mark.parametrize("name", ["json", "xml", "tsv"])
def test_table_is_read_back(store: OxigraphStore, name: str) -> None:
    """A table in JSON, XML or TSV, read by rdflib, has every term that the store gave."""
    content = io.BytesIO(written(store, name, Form.BINDINGS))
    if name == "tsv":
        header, *lines = content.getvalue().decode().splitlines()
        assert header.split("\t") == ["?iri", "?plain", "?tagged", "?typed", "?unbound"]
        assert lines[0].split("\t")[0] == "<urn:a>"
        assert lines[0].split("\t")[2:] == ['"hoi"@nl', "7", ""]
        return
    answers = Answers.parse(content, format=name)
    rows: list[Any] = [tuple(row) for row in answers]  # type: ignore[arg-type]
    assert rows[0] == (
        rdflib.URIRef("urn:a"),
        rdflib.Literal('a, "b"\n<c> & é'),
        rdflib.Literal("hoi", lang="nl"),
        rdflib.Literal(7),
        None,
    )
    assert rows[1][3] == rdflib.Literal(True)


def test_csv_is_read_back(store: OxigraphStore) -> None:
    """A table in CSV has its values quoted as CSV readers expect, and ends its lines as they do."""
    content = written(store, "csv", Form.BINDINGS).decode()
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[0] == ["iri", "plain", "tagged", "typed", "unbound"]
    assert rows[1] == ["urn:a", 'a, "b"\n<c> & é', "hoi", "7", ""]
    assert content.endswith("\r\n")


@pytest.mark.parametrize("name", ["json", "xml"])
def test_truth_value_is_read_back(store: OxigraphStore, name: str) -> None:
    """A truth value in JSON or XML is read as true."""
    content = written(store, name, Form.BOOLEAN)
    if name == "json":
        assert json.loads(content)["boolean"] is True
    else:
        assert Answers.parse(io.BytesIO(content), format="xml").askAnswer is True


@pytest.mark.parametrize("name", READERS)
def test_graph_is_read_back(store: OxigraphStore, name: str) -> None:
    """A graph in any syntax, read by rdflib, has the triples that the store gave."""
    expected = rdflib.Graph().parse(data=written(store, "ntriples", Form.GRAPH), format="nt")
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=written(store, name, Form.GRAPH), format=READERS[name])
    found = rdflib.Graph()
    for triple in dataset.triples((None, None, None)):
        found.add(triple)
    assert len(expected) > len(list(store.query(f"SELECT ?g {{ ?g a <{SAM}Goal> }}").rows()))
    assert isomorphic(found, expected)


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_every_format_writes_every_form_it_names(
    store: OxigraphStore, name: str, form: Form
) -> None:
    """What the table of formats promises is written."""
    assert written(store, name, form)


def test_names_are_those_of_the_store(store: OxigraphStore) -> None:
    """Turtle of a query shortens IRIs with our prefixes."""
    text = written(store, "turtle", Form.GRAPH).decode()
    assert "@prefix goal: <https://w3id.org/samenhang/id/goal/> ." in text
    assert "\ngoal:" in text


@pytest.mark.parametrize("key", ["turtle", "text/turtle", "ttl"])
def test_format_has_three_names(key: str) -> None:
    """A format is found by its short name, its media type and its extension."""
    assert format_named(key, Form.GRAPH).media_type == "text/turtle"


@pytest.mark.parametrize(
    ("name", "form"), [("csv", Form.GRAPH), ("turtle", Form.BINDINGS), ("pdf", Form.BOOLEAN)]
)
def test_unfit_format_is_refused(name: str, form: Form) -> None:
    """A format that cannot hold the result gives NotFoundError, which lists those that can."""
    with pytest.raises(NotFoundError) as caught:
        format_named(name, form)
    assert all(f.name in str(caught.value) for f in formats_for(form))


def test_media_types_are_different() -> None:
    """No two formats share a name, a media type or an extension."""
    for key in ("name", "media_type", "extension"):
        values = [getattr(format_, key) for format_ in FORMATS]
        assert len(values) == len(set(values))


@pytest.mark.parametrize("form", Form)
def test_each_form_is_read_its_own_way(store: OxigraphStore, form: Form) -> None:
    """Rows, truth and triples are given for their own form, and refused for the others."""
    readers: dict[Form, Callable[[Result], object]] = {
        Form.BINDINGS: lambda result: list(result.rows()),
        Form.BOOLEAN: lambda result: result.truth(),
        Form.GRAPH: lambda result: list(result.triples()),
    }
    for own, read in readers.items():
        result = store.query(QUERIES[form])
        assert result.form is form
        if own is form:
            assert read(result)
        else:
            with pytest.raises(TypeError, match="Only the result of"):
                read(result)
    assert bool(store.query(QUERIES[form]).variables) is (form is Form.BINDINGS)


def test_triple_term_is_given_as_text() -> None:
    """A row can hold a triple term (RDF 1.2), and shows it as text."""
    query = "SELECT ?t { BIND(TRIPLE(<urn:a>, <urn:b>, 1) AS ?t) }"
    (row,) = in_memory({}).query(query).rows()
    assert isinstance(row["t"], ox.Literal)
    assert "<urn:b>" in row["t"].value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_value_survives_json_and_csv(value: str) -> None:
    """A value, whatever its characters, is the same after JSON, and after CSV."""
    store = in_memory({GRAPH + "x": [quad("urn:s", "urn:p", ox.Literal(value))]})
    for name in ("json", "csv"):
        content = store.query("SELECT ?o { ?s ?p ?o }").write(format_named(name, Form.BINDINGS))
        if name == "json":
            found = json.loads(content)["results"]["bindings"][0]["o"]["value"]
        else:
            rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
            found = (rows[1] or [""])[0]
        assert found == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_value_is_a_text(value: str) -> None:
    """The texts of solutions are the values themselves, alone or beside others."""
    store = in_memory({GRAPH + "x": [quad("urn:s", "urn:p", ox.Literal(value))]})
    assert list(store.query("SELECT ?o { ?s ?p ?o }").texts()) == [[value]]
    assert list(store.query("SELECT ?s ?o { ?s ?p ?o }").texts()) == [["urn:s", value]]


@pytest.mark.parametrize("text", ["plain", "quoted, as it holds a comma"])
def test_texts_are_empty_where_nothing_is_bound(text: str) -> None:
    """Every solution has as many texts as there are columns; no solution is no text."""
    values = f"VALUES (?a ?b) {{ ('{text}' UNDEF) (UNDEF 'b') (UNDEF UNDEF) }}"
    store = in_memory({})
    assert list(store.query(f"SELECT * {{ {values} }}").texts()) == [
        [text, ""],
        ["", "b"],
        ["", ""],
    ]
    assert list(store.query(f"SELECT ?a {{ {values} }}").texts()) == [[text], [""], [""]]
    assert list(store.query(f"SELECT * {{ {values} FILTER(false) }}").texts()) == []


def test_a_text_may_be_long() -> None:
    """No length is too much for a text, with or without what has to be quoted."""
    for text in ("x" * 300_000, "x," * 150_000):
        found = in_memory({}).query(f"SELECT ?a {{ VALUES ?a {{ '{text}' }} }}").texts()
        assert list(found) == [[text]]


def test_a_blank_node_has_a_text_of_its_own() -> None:
    """A blank node is told from an IRI and from a literal by how its text begins."""
    ((text,),) = in_memory({}).query("SELECT ?a { BIND(BNODE() AS ?a) }").texts()
    assert text.startswith("_:")


def quad(subject: str, predicate: str, value: ox.Literal, graph: str = GRAPH + "x") -> ox.Quad:
    """Return a quad of a value."""
    nodes = ox.NamedNode(subject), ox.NamedNode(predicate)
    return ox.Quad(*nodes, value, ox.NamedNode(graph))


def test_language_of_a_term() -> None:
    """The language of a term is that of its literal, and empty for anything else."""
    assert language_of(ox.Literal("hoi", language="nl")) == "nl"
    assert language_of(ox.Literal("hoi")) == ""
    assert language_of(ox.NamedNode("urn:a")) == ""


QUADS = [quad("urn:s", "urn:p", ox.Literal("1"), GRAPH + name) for name in ("a", "b")]


@pytest.mark.parametrize("name", ["trig", "nquads", "jsonld"])
def test_export_keeps_graphs(name: str) -> None:
    """An export in a format with graphs says which graph each triple is in."""
    engine = format_named(name, Form.GRAPH).engine
    assert isinstance(engine, ox.RdfFormat)
    assert set(ox.parse(export(QUADS, name), format=engine)) == set(QUADS)


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml"])
def test_export_merges_graphs(name: str) -> None:
    """An export in a format without graphs gives each triple once."""
    engine = format_named(name, Form.GRAPH).engine
    assert isinstance(engine, ox.RdfFormat)
    found = list(ox.parse(export(QUADS, name), format=engine))
    assert [quad.triple for quad in found] == [QUADS[0].triple]


def test_export_in_an_unknown_format() -> None:
    """An export in a format for tables gives NotFoundError."""
    with pytest.raises(NotFoundError):
        export(QUADS, "csv")


def test_prefixes_are_different() -> None:
    """No prefix stands for two namespaces, and no namespace has two prefixes."""
    assert len(set(PREFIXES.values())) == len(PREFIXES)
