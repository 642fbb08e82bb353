"""The page to try a query: it shows what a program gets, and text stays text."""

import json
from urllib.parse import parse_qs, quote, urlsplit

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore
from ways import GRAPH_OF_LABELS, LABELS, by_get, literal, values

PAGE = {"Accept": "text/html"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></code></pre><script>alert(1)</script>",
    "&lt;b&gt; &amp; {{ 7 * 7 }} {% raw %}",
    "' onmouseover='alert(1)",
    'comma, "quote", tab\t, line\nend',
    "ünïcödé ✓ 𝔊 \u202e",
)


def page(client: TestClient, query: str, status: int = 200) -> BeautifulSoup:
    """Return the page that shows the answer to a query."""
    answer = client.get(f"/sparql?query={quote(query)}", headers=PAGE)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    return BeautifulSoup(answer.text, "html.parser")


def test_page_shows_the_solutions(client: TestClient) -> None:
    """A browser sees the rows that a program gets, under the names of their columns."""
    table = page(client, LABELS).select_one("table")
    assert table
    assert [cell.text for cell in table.select("th")] == ["pillar", "label"]
    shown = [cell.text for cell in table.select("td")][1::2]
    assert shown == values(by_get(client, LABELS))[1::2]


def test_page_shows_truth_and_graph(client: TestClient) -> None:
    """A browser sees a truth value as a word and a graph as Turtle that reads back."""
    verdict = page(client, "ASK { FILTER(false) }").select_one(".verdict")
    code = page(client, GRAPH_OF_LABELS).select_one("pre code")
    assert verdict
    assert verdict.text == "false"
    assert code
    triples = {str(q.triple) for q in ox.parse(code.text, format=ox.RdfFormat.TURTLE)}
    answer = by_get(client, GRAPH_OF_LABELS)
    assert triples == {str(q.triple) for q in ox.parse(answer.content, format=ox.RdfFormat.TURTLE)}


def test_page_says_when_rows_are_left_out(store: OxigraphStore) -> None:
    """A page shows at most the greatest number of rows and says so, while data are complete."""
    small = TestClient(create_app(Settings(max_rows=3), store))
    query = "SELECT ?s { ?s ?p ?o } LIMIT 10"
    shown = page(small, query)
    assert len(shown.select("tbody tr")) == 3
    assert "3" in shown.select("section p")[0].text
    assert len(values(by_get(small, query))) == 10


def test_page_shows_the_fault(client: TestClient) -> None:
    """A browser sees what is wrong with a query and where, and the query is kept."""
    query = "SELECT <b>&amp;</textarea>"
    shown = page(client, query, 400)
    alert, area = shown.select_one("[role=alert]"), shown.select_one("textarea")
    assert alert
    assert "1:" in alert.text
    assert area
    assert area.text == query


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(client: TestClient, text: str) -> None:
    """Text in a result, a graph, a fault or the query is shown as text, never as markup."""
    table = f"SELECT ({literal(text)} AS ?text) {{}}"
    triples = f"CONSTRUCT {{ <urn:s> <urn:p> {literal(text)} }} {{}}"
    fault = f"SELECT {text}"
    plain = page(client, "ASK {}").find_all(["script", "img", "b"])
    for query, status in ((table, 200), (triples, 200), (fault, 400)):
        shown = page(client, query, status)
        assert len(shown.find_all(["script", "img", "b"])) == len(plain)
        assert not [tag for tag in shown.find_all() for name in tag.attrs if name.startswith("on")]
        area = shown.select_one("textarea")
        assert area
        assert area.text == query
    cell = page(client, table).select_one("td")
    assert cell
    assert cell.text == text


def test_hostile_addresses_are_no_links(client: TestClient) -> None:
    """An IRI in a result is a link only when it is ours or a well-known one."""
    query = "SELECT (<javascript:alert(1)> AS ?a) ('javascript:alert(1)' AS ?b) {}"
    links = page(client, query).select("td a")
    assert links == []


def test_examples_of_the_page_run(client: TestClient) -> None:
    """Every example that the page offers is a query that runs."""
    offered = [link["href"] for link in page(client, "ASK {}").select("ul.doors a")]
    assert offered
    for address in offered:
        query = parse_qs(urlsplit(str(address)).query)["query"][0]
        answer = by_get(client, query)
        assert answer.status_code == 200, query
        assert json.loads(answer.content)["head"]["vars"]


def test_downloads_of_the_page(client: TestClient) -> None:
    """Every format that the page offers for download is given."""
    for query in (LABELS, GRAPH_OF_LABELS):
        offered = [
            str(a["href"]) for a in page(client, query).select("p a") if "format=" in a["href"]
        ]
        assert len(offered) == 4
        assert [client.get(address).status_code for address in offered] == [200] * 4
