"""No query calls another host, and no harmless query is refused for it."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import QueryError, SamenhangError
from graph.limits import Limits
from graph.operation import refuse_federation
from graph.oxigraph import OxigraphStore
from graph.readers import Readers
from graph.results import Form
from graph.update import read_update

GROUP = "{ ?x ?y ?z }"
#: Queries that make some engine call <URL>; those with a trick hide the word from a careless look.
CALLING = {
    "plain": f"SELECT * {{ SERVICE <URL> {GROUP} }}",
    "lower case": f"SELECT * {{ service <URL> {GROUP} }}",
    "mixed case": f"SELECT * {{ SeRvIcE <URL> {GROUP} }}",
    "silent": f"SELECT * {{ SERVICE SILENT <URL> {GROUP} }}",
    "glued silent": f"SELECT * {{ SERVICESILENT <URL> {GROUP} }}",
    "glued address": f"SELECT * {{ SERVICE<URL>{GROUP} }}",
    "after a word": f"SELECT * {{ ?s ?p trueSERVICE<URL> {GROUP} }}",
    "after a number": f"SELECT * {{ ?s ?p 1SERVICE<URL> {GROUP} }}",
    "after a number and a dot": f"SELECT * {{ ?s ?p 1.SERVICE<URL> {GROUP} }}",
    "after a variable and a dot": f"SELECT * {{ ?s ?p ?o.SERVICE<URL> {GROUP} }}",
    "after a dollar variable": f"SELECT * {{ ?s ?p $o.SERVICE<URL> {GROUP} }}",
    "after a language": f"SELECT * {{ OPTIONAL {{ ?s ?p 'a'@en.SERVICE<URL> {GROUP} }} }}",
    "after an empty name": f"SELECT * {{ {{}} UNION {{ ?s ?p ex:.SERVICE<URL> {GROUP} }} }}",
    "after a filter": f"SELECT * {{ ?s ?p ?o FILTER(true)SERVICE<URL> {GROUP} }}",
    "after a comment": f"SELECT * {{ # no\nSERVICE <URL> {GROUP} }}",
    "after a comment and a return": f"SELECT * {{ # no\rSERVICE <URL> {GROUP} }}",
    "comment between": f"SELECT * {{ SERVICE # to\n <URL> {GROUP} }}",
    "after a string": f"SELECT * {{ ?s ?p ?o FILTER(?o != '\\'') SERVICE <URL> {GROUP} }}",
    "after a long string": f'ASK {{ ?s ?p ?o FILTER(?o != """a"" """) SERVICE <URL> {GROUP} }}',
    "in ask": f"ASK {{ SERVICE <URL> {GROUP} }}",
    "in construct": f"CONSTRUCT {GROUP} WHERE {{ SERVICE <URL> {GROUP} }}",
    "in describe": f"DESCRIBE ?x {{ SERVICE <URL> {GROUP} }}",
    "in a subquery": f"SELECT * {{ {{ SELECT * {{ SERVICE <URL> {GROUP} }} }} }}",
    "in exists": f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <URL> {GROUP} }} }}",
    "variable": f"SELECT * {{ VALUES ?e {{ <URL> }} SERVICE ?e {GROUP} }}",
    "name": f"PREFIX e: <URL> SELECT * {{ SERVICE e: {GROUP} }}",
    "glued name": f"PREFIX : <URL> SELECT * {{ SERVICE:x {GROUP} }}",
    "glued empty name": f"PREFIX : <URL> SELECT * {{ SERVICE:{GROUP} }}",
    "glued prefix": f"PREFIX a.b-c: <URL> SELECT * {{ SERVICEa.b-c:x {GROUP} }}",
    "glued name and comment": f"PREFIX : <URL> SELECT * {{ SERVICE:x # to {{\n {GROUP} }}",
    "glued name with a quote": f"PREFIX : <URL> SELECT * {{ SERVICE:x\\' {GROUP} }}",
    "glued name with a tilde": f"PREFIX : <URL> SELECT * {{ SERVICE:x\\~y {GROUP} }}",
    "quote in a name": (
        f"SELECT * {{ OPTIONAL {{ ?s ex:b\\' ?o }} SERVICE <URL> {GROUP}"
        " OPTIONAL { ?s ?p 'x' } }"
    ),
    "comment sign in a name": f"SELECT * {{ OPTIONAL {{ ?s ex:b\\# ?o }} SERVICE <URL> {GROUP} }}",
    "escape in an address": (
        f"SELECT * {{ OPTIONAL {{ ?s <urn:\\u0041#> ?o }} SERVICE <URL> {GROUP} }}"
    ),
    "quote between signs": (
        f"SELECT * {{ OPTIONAL {{ ?s ?p ?o FILTER(?o<'>') }} SERVICE <URL> {GROUP}"
        " OPTIONAL { ?s ?p ?o FILTER(?o<'>') } }"
    ),
    "comment between signs": (
        f"SELECT * {{ OPTIONAL {{ ?s ?p ?o FILTER(?o<1#>'''\n) }} SERVICE <URL> {GROUP} #'''\n }}"
    ),
}
HARMLESS = {
    "string": "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
    "double string": 'SELECT * { ?s ?p "a \\" SERVICE" }',
    "long string": "SELECT * { ?s ?p '''it's\nSERVICE\n''' }",
    "long double string": 'SELECT * { ?s ?p """a " SERVICE""" }',
    "address": "SELECT * { ?s <http://example.org/SERVICE> ?o }",
    "address with a quote": "SELECT * { ?s <http://example.org/it's#service> 'service' }",
    "comment": "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
    "variable": "SELECT ?service $SERVICE { ?service ?p $SERVICE }",
    "local name": "PREFIX ex: <http://x/> SELECT * { ?s ex:service ex:a.service }",
    "local name of a graph": "PREFIX ex: <http://x/> SELECT * { GRAPH ex:service { ?s ?p ?o } }",
    "prefix": "PREFIX service: <http://x/service#> SELECT * { ?s service:has service:x }",
    "label": "SELECT * { ?s ?p ?o FILTER(CONTAINS(LCASE(?o), 'services')) }",
}


#: Updates that make some engine call <URL>, by LOAD or by SERVICE.
LOADING = {
    "plain": "LOAD <URL>",
    "lower case": "load <URL>",
    "mixed case": "LoAd <URL>",
    "silent": "LOAD SILENT <URL>",
    "glued silent": "LOADSILENT<URL>",
    "glued address": "LOAD<URL>",
    "into a graph": "LOAD <URL> INTO GRAPH <urn:g>",
    "glued graph": "LOAD<URL>INTO GRAPH<urn:g>",
    "second": "INSERT DATA { <urn:s> <urn:p> 1 } ; LOAD <URL>",
    "glued second": "INSERT DATA{<urn:s><urn:p>1};LOAD<URL>",
    "after a string": "INSERT DATA { <urn:s> <urn:p> '\\'' } ; LOAD <URL>",
    "after a long string": "INSERT DATA { <urn:s> <urn:p> '''a'' ''' } ; LOAD <URL>",
    "after a comment": "# no\nLOAD <URL>",
    "after a comment and a return": "# no\rLOAD <URL>",
    "comment between": "LOAD # to\n <URL>",
    "after a base": "BASE <URL> LOAD <>",
    "glued to a prologue": "PREFIX e: <urn:e>LOAD<URL>",
    "name": "PREFIX e: <URL> LOAD e:",
    "glued name": "PREFIX : <URL> LOAD:x",
    "glued name after all": "CLEAR ALL;PREFIX : <URL> LOAD:x",
    "glued name after a comment": "PREFIX : <URL> CLEAR ALL ; # now\nLOAD:x",
    "glued name into a graph": "PREFIX : <URL> INSERT DATA {ex:a ex:b ex:c};LOAD:x INTO GRAPH ex:g",
    "quote in a name": "INSERT DATA { <urn:s> ex:b\\' 1 } ; LOAD <URL> ; CLEAR GRAPH <urn:'>",
    "service": f"INSERT {GROUP} WHERE {{ SERVICE <URL> {GROUP} }}",
    "service silent": f"INSERT {GROUP} WHERE {{ SERVICE SILENT <URL> {GROUP} }}",
    "glued service": f"DELETE {GROUP} WHERE {{ ?x ?y trueSERVICE<URL>{GROUP} }}",
    "service in exists": f"DELETE {GROUP} WHERE {{ FILTER EXISTS {{ SERVICE <URL> {GROUP} }} }}",
    "service in a subquery": (
        f"INSERT {GROUP} WHERE {{ {{ SELECT * {{ SERVICE <URL> {GROUP} }} }} }}"
    ),
}


class Listener(ThreadingHTTPServer):
    """A host on this machine that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []


class Answer(BaseHTTPRequestHandler):
    """Answer every request with no rows."""

    server: Listener

    def do_POST(self) -> None:
        """Note the request, and answer it as a SPARQL endpoint would."""
        self.server.asked.append(self.path)
        body = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Give a host that hears requests."""
    with Listener() as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield host
        host.shutdown()


@pytest.mark.parametrize("query", CALLING.values(), ids=CALLING.keys())
def test_service_is_refused(query: str) -> None:
    """Every spelling of SERVICE gives QueryError with a place."""
    with pytest.raises(QueryError, match="SERVICE") as caught:
        refuse_federation(query)
    assert caught.value.line
    assert caught.value.column


@pytest.mark.parametrize("query", CALLING.values(), ids=CALLING.keys())
def test_no_request_is_made(query: str, store: OxigraphStore, listener: Listener) -> None:
    """A query that names a host that listens is refused before the host hears of it."""
    listener.asked.clear()
    text = "PREFIX ex: <http://x/>\n" + query
    with pytest.raises(QueryError, match="SERVICE"):
        store.query(text.replace("URL", f"http://127.0.0.1:{listener.server_port}/"))
    assert listener.asked == []


def test_listener_hears(store: OxigraphStore, listener: Listener) -> None:
    """The host of these tests does hear an engine that is not held back."""
    listener.asked.clear()
    query = CALLING["plain"].replace("URL", f"http://127.0.0.1:{listener.server_port}/heard")
    assert list(store.engine.query(query)) == []  # type: ignore[arg-type]
    assert listener.asked == ["/heard"]


@pytest.mark.parametrize("query", HARMLESS.values(), ids=HARMLESS.keys())
def test_harmless_word_is_allowed(query: str, store: OxigraphStore) -> None:
    """The word in a string, an address, a comment, a variable or a name is no call."""
    store.query(query)


def test_place_is_that_of_the_word() -> None:
    """Line and column, from 1, are those of the word."""
    with pytest.raises(QueryError) as caught:
        refuse_federation("SELECT *\n{ ?s ?p ?o .\n  SERVICE <http://x/> {} }")
    assert (caught.value.line, caught.value.column) == (3, 3)


def test_open_string_is_refused() -> None:
    """When a quotation mark is not closed nobody can tell what follows, so it is refused."""
    with pytest.raises(QueryError, match="quotation mark") as caught:
        refuse_federation('SELECT * { ?s ?p "open . SERVICE <http://x/> {} }')
    assert caught.value.column == 18


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: "'''" not in t))
def test_long_string_hides_all(text: str) -> None:
    """Whatever stands in a long string is no call."""
    written = text.replace("\\", "\\\\").replace("'", "\\'")
    refuse_federation(f"SELECT * {{ ?s ?p '''SERVICE <x> {{}} {written}''' }}")


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_comment_ends_with_its_line(text: str) -> None:
    """Whatever stands in a comment, the word on the next line is a call."""
    with pytest.raises(QueryError, match="SERVICE"):
        refuse_federation(f"SELECT * {{ #{text}\nSERVICE <http://x/> {GROUP} }}")


PARTNER = "http://partner.example/sparql"


@pytest.mark.parametrize("words", ["SERVICE", "service SILENT", "SERVICE # that\n silent"])
def test_partner_may_be_called(words: str) -> None:
    """An endpoint that is a partner may be called when its IRI is written in full."""
    refuse_federation(f"SELECT * {{ {words} <{PARTNER}> {GROUP} }}", [PARTNER])


@pytest.mark.parametrize("query", CALLING.values(), ids=CALLING.keys())
def test_partner_opens_no_door(query: str) -> None:
    """With a partner every other host is refused as before, also beside a call of the partner."""
    for text in (query, query.replace("SERVICE", f"SERVICE <{PARTNER}> {{}} SERVICE", 1)):
        with pytest.raises(QueryError):
            refuse_federation(text, [PARTNER])


@pytest.mark.parametrize("name", ["<URL>", f"<{PARTNER}/>", "<sparql>", "ex:sparql", "?e", ""])
def test_only_the_partner_itself(name: str) -> None:
    """What is no partner, or only may be one, is refused."""
    prologue = f"BASE <{PARTNER}> PREFIX ex: <http://partner.example/>"
    with pytest.raises(QueryError, match="SERVICE"):
        refuse_federation(f"{prologue} SELECT * {{ SERVICE {name} {GROUP} }}", [PARTNER])


def test_partner_is_heard(listener: Listener) -> None:
    """A reader calls a partner, and no other host."""
    listener.asked.clear()
    own = f"http://127.0.0.1:{listener.server_port}/"
    query = f"ASK {{ SERVICE <{own}partner> {GROUP} }}"

    async def run() -> None:
        store = OxigraphStore(ox.Store(), [own + "partner"])
        with closing(Readers.start(store, Limits(), 1, online=True)) as readers:
            await readers.answer(query, {Form.BOOLEAN: "json"})
            with pytest.raises(QueryError, match="SERVICE"):
                await readers.answer(query.replace("partner", "other"), {Form.BOOLEAN: "json"})

    asyncio.run(run())
    assert listener.asked == ["/partner"]


@settings(max_examples=300)
@given(st.data())
def test_nothing_around_a_partner_lets_another_through(
    listener: Listener, data: st.DataObject
) -> None:
    """Whatever stands around the call of a partner, no other host is called."""
    listener.asked.clear()
    own = f"http://127.0.0.1:{listener.server_port}/"
    pieces = st.lists(st.sampled_from([*PIECES, "SERVICE <PARTNER>", "SILENT ", "<PARTNER>"]))
    inner = "".join(data.draw(pieces)) + f" SERVICE <PARTNER> {GROUP} " + "".join(data.draw(pieces))
    text = f"PREFIX ex: <http://x/> PREFIX : <URL> SELECT * {{ {inner} }}"
    text = text.replace("PARTNER", own + "partner").replace("URL", own + "other")
    with suppress(QueryError), suppress(OSError):
        list(OxigraphStore(ox.Store(), [own + "partner"]).query(text).rows())
    assert set(listener.asked) <= {"/partner"}


PIECES = ["'", '"', "'''", '"""', "\\", "\\'", "#", "\n", "<", ">", "{", "}", "(", ")", ".", ";"]
PIECES += [
    ":",
    "ex:",
    "ex:a",
    "ex:\\'",
    "?o",
    "1",
    "true",
    "'a'",
    "@en",
    "<urn:a>",
    "<urn:\\u0041#>",
]
PIECES += ["FILTER(", "?o<", "OPTIONAL {", "SERVICE ", "SERVICE:", "SERVICE<URL>", " ?s ?p ", GROUP]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES)), st.lists(st.sampled_from(PIECES)))
def test_nothing_around_the_word_lets_it_through(
    store: OxigraphStore, listener: Listener, before: list[str], after: list[str]
) -> None:
    """Whatever stands around a call, either it is refused or the engine makes none."""
    listener.asked.clear()
    inner = f"{''.join(before)} SERVICE <URL> {GROUP} {''.join(after)}"
    text = f"PREFIX ex: <http://x/> PREFIX : <URL> SELECT * {{ {inner} }}"
    try:
        refuse_federation(text)
    except QueryError:
        return
    try:
        raw = store.engine.query(text.replace("URL", f"http://127.0.0.1:{listener.server_port}/"))
        list(raw)  # type: ignore[arg-type]
    except (SyntaxError, ValueError, RuntimeError):
        pass
    assert listener.asked == []


@pytest.mark.parametrize("piece", [*PIECES, "-", "a:#\n", '"\\', "'\\\n", "a:..."])
def test_long_queries_are_read_in_one_go(piece: str) -> None:
    """No query of the largest size makes the look at it explode."""
    text = "service:x " + piece * (65536 // len(piece))
    with suppress(QueryError):
        refuse_federation(text)


@pytest.mark.parametrize("name", LOADING)
def test_update_that_calls_is_refused(name: str, listener: Listener) -> None:
    """Every spelling of LOAD and SERVICE in an update is refused before a host hears of it."""
    listener.asked.clear()
    text = "PREFIX ex: <http://x/>\n" + LOADING[name]
    with pytest.raises(QueryError, match=r"SERVICE|LOAD"):
        read_update(text.replace("URL", f"http://127.0.0.1:{listener.server_port}/"))
    assert listener.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX load: <http://x/> INSERT DATA { load:a load:b load:c , 'LOAD' } # LOAD <x>",
        "PREFIX load: <http://x/> COPY SILENT load:a TO load:b ; ADD SILENT load:a TO load:b",
        "PREFIX load: <http://x/> WITH load:a DELETE { ?load ?p 1 } WHERE { ?load ?p 1 }",
        "DELETE DATA { <http://x/LOAD> <http://x/load> <http://x/service> }",
    ],
)
def test_harmless_word_in_an_update(text: str) -> None:
    """The word in a name, a string, an address, a comment or a variable loads nothing."""
    assert read_update(text)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes the network away")
def test_update_cannot_call(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no lexical check refuses it, an update that calls still reaches no host."""
    listener.asked.clear()
    monkeypatch.setattr("graph.update.refuse_federation", lambda text, *, calls: None)
    own = f"http://127.0.0.1:{listener.server_port}/"

    async def run() -> None:
        with closing(Readers.start(OxigraphStore(ox.Store()), Limits(seconds=5), 1)) as readers:
            assert readers.offline
            for text in LOADING.values():
                update = "PREFIX ex: <http://x/>\n" + text.replace("URL", own)
                with suppress(SamenhangError):
                    await readers.work_out({"update": update, "using": [], "using_named": []})

    asyncio.run(run())
    assert listener.asked == []


def test_listener_hears_updates(listener: Listener) -> None:
    """The host of these tests does hear most of these updates when nothing holds them back."""
    listener.asked.clear()
    own = f"http://127.0.0.1:{listener.server_port}/"
    for text in LOADING.values():
        with suppress(SyntaxError, OSError, RuntimeError):
            ox.Store().update("PREFIX ex: <http://x/>\n" + text.replace("URL", own))
    assert len(listener.asked) > 15
