"""The SPARQL 1.1 Protocol over HTTP: the tests of W3C, and thousands of bad requests."""

import asyncio
import json
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from api.app import create_app
from api.settings import Settings
from daemons import oxigraph, virtuoso, with_user
from graph.oxigraph import OxigraphStore, in_memory
from graph.remote import RemoteStore
from graph.results import FORMATS, Form, formats_for
from services import FORM, UPDATE, Service, empty_store, parsed, serving

DATA = Path(__file__).parent / "data" / "protocol"
QUERY: dict[str, dict[str, Any]] = tomllib.loads((DATA / "query.toml").read_text(encoding="utf-8"))
SERVICE: dict[str, Any] = tomllib.loads(
    (DATA / "service-description.toml").read_text(encoding="utf-8")
)
SD = "http://www.w3.org/ns/sparql-service-description#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
DIRECT = "application/sparql-query"
MEDIA = {
    "boolean": [f.media_type for f in formats_for(Form.BOOLEAN)],
    "tabular": [f.media_type for f in formats_for(Form.BINDINGS)],
    "RDF": ["application/rdf+xml", "text/turtle", "application/n-triples"],
}


class Answer(NamedTuple):
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Host:
    """The service on a port of this machine."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(app, "127.0.0.1", 0, log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        got = connection.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        connection.close()
        return answer


PREFIXES = "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX dc: <http://purl.org/dc/terms/> "


def graph(number: str | int) -> str:
    """Name a graph of the tests."""
    return f"http://example.org/protocol/data{number}.rdf"


@pytest.fixture(scope="module")
def small() -> OxigraphStore:
    """Give a store with three named graphs of one triple each: that it is a document."""
    document = ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
    graphs = {}
    for number in (1, 2, 3):
        name = ox.NamedNode(graph(number))
        graphs[name.value] = [ox.Quad(name, ox.NamedNode(TYPE), document, name)]
    return in_memory(graphs)


@pytest.fixture(scope="module")
def host(small: OxigraphStore) -> Iterator[Host]:
    """Give the running service."""
    running = Host(create_app(Settings(client_seconds=0, client_errors=0), small))
    yield running
    running.stop()


def expand(text: str) -> str:
    """Write out the graphs that a text names by number."""
    for number in range(7):
        text = text.replace(f"<{number}>", f"<{graph(number)}>")
    return graph(text) if text.isdigit() else text


def encode(pairs: list[list[str]]) -> str:
    """Encode parameters as an address or a form has them."""
    return urlencode([(name, expand(value)) for name, value in pairs], quote_via=quote)


DOCUMENTS = {graph(n): f"<{graph(n)}> a <http://xmlns.com/foaf/0.1/Document> ." for n in (1, 2, 3)}


SAID = " ".join(f"GRAPH <{name}> {{ {text} }}" for name, text in DOCUMENTS.items())
RESTORE = f"DROP ALL ; INSERT DATA {{ {SAID} }}"
ELSEWHERE = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=["disk", "memory", *ELSEWHERE])
def engine(request: pytest.FixtureRequest) -> str:
    """Give the name of each kind of engine."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def service(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve three graphs of one triple each, on each engine."""
    folder, url = tmp_path_factory.mktemp(engine), "memory:"
    with ExitStack() as stack:
        if engine in ELSEWHERE:
            url = stack.enter_context(ELSEWHERE[engine](folder))
            url = with_user(url) if engine == "virtuoso" else url
            RemoteStore(url).replace(parsed(DOCUMENTS))
        elif engine == "disk":
            url = empty_store(folder / "store")
        running = stack.enter_context(serving(url))
        if engine not in ELSEWHERE:
            running.change(RESTORE)
        yield running


@pytest.mark.parametrize("name", QUERY)
def test_protocol(service: Service, engine: str, name: str) -> None:
    """A test of the SPARQL 1.1 Protocol passes, on each engine; an update has done what it says.

    An engine elsewhere is only read.
    """
    test = QUERY[name]
    if engine in ELSEWHERE and "holds" in test:
        test = {key: value for key, value in test.items() if key != "holds"} | {"status": 4}
    type_ = test.get("type", FORM if "form" in test else "")
    content = encode(test["form"]) if "form" in test else expand(test.get("body", ""))
    if test.get("type") == UPDATE and "holds" in QUERY[name]:
        content = PREFIXES + content
    body = content.encode(test.get("encoding", "utf-8")) if content else None
    address = f"/sparql?{encode(test.get('address', []))}"
    before = service.digest()
    answer = service.call(test["method"], address, body, type_)
    assert answer.status_code // 100 == test["status"], answer.text
    media_type = answer.headers["content-type"].partition(";")[0]
    if test["status"] == 4:
        assert media_type == "application/problem+json"
    if "boolean" in test:
        assert media_type in MEDIA["boolean"]
        assert answer.json()["boolean"] is test["boolean"]
    if "format" in test:
        assert media_type in MEDIA[test["format"]]
    if "holds" not in test:
        assert service.digest() == before
        return
    assert service.ask(PREFIXES + expand(test["holds"]))
    service.change(RESTORE)


def test_protocol_is_complete() -> None:
    """All 34 tests of the protocol are described: 14 are bad, and 7 are updates to be made."""
    bad, made = (sum(name.startswith(kind) for name in QUERY) for kind in ("bad_", "update_"))
    assert (len(QUERY), bad, made) == (34, 14, 7)
    assert all(("holds" in QUERY[name]) is name.startswith("update_") for name in QUERY)


def description(host: Host, format_: Any) -> list[ox.Triple]:
    """Return the triples of the service description in a syntax."""
    answer = host.ask("GET", "/sparql", Accept=format_.media_type)
    assert (answer.status, answer.media_type) == (200, format_.media_type)
    return [quad.triple for quad in ox.parse(answer.body, format=format_.engine)]


@pytest.mark.parametrize("format_", formats_for(Form.GRAPH), ids=lambda f: f.name)
def test_service_returns_rdf(host: Host, format_: Any) -> None:
    """W3C's returns-rdf: the endpoint without a query gives RDF, the same in every syntax."""
    default = host.ask("GET", "/sparql")
    assert default.media_type == "text/turtle"
    triples = list(ox.parse(default.body, format=ox.RdfFormat.TURTLE))
    asked, given_ = ox.Dataset(triples), ox.Dataset(ox.Quad(*t) for t in description(host, format_))
    for dataset in (asked, given_):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert asked == given_
    assert len(asked) > 20


def test_service_has_endpoint(host: Host) -> None:
    """W3C's has-endpoint-triple: the service has the endpoint at which it was asked."""
    endpoints = [
        triple.object
        for triple in description(host, formats_for(Form.GRAPH)[0])
        if triple.predicate.value == SD + "endpoint"
    ]
    assert endpoints == [ox.NamedNode(f"{host.origin}/sparql")]


def test_service_conforms(host: Host) -> None:
    """W3C's conforms-to-schema: terms exist, and stand where their domain and range allow."""
    triples = description(host, formats_for(Form.GRAPH)[0])
    types: dict[Any, set[str]] = {}
    for s, p, o in triples:
        if p.value == TYPE:
            types.setdefault(s, set()).add(o.value.removeprefix(SD))
    for names, kind in ((SERVICE["languages"], "Language"), (SERVICE["features"], "Feature")):
        types |= {ox.NamedNode(SD + name): {kind} for name in names}
    types[ox.NamedNode("http://www.w3.org/ns/entailment/Simple")] = {"EntailmentRegime"}
    for terms in types.values():
        terms |= {"GraphCollection"} if "Dataset" in terms else set()  # its subclass
    used = [t for t in triples if t.predicate.value.startswith(SD)]
    assert len(used) > 20
    for s, p, o in used:
        domain, range_ = SERVICE["properties"][p.value.removeprefix(SD)]
        assert domain in types[s], (s, p)
        assert not range_ or range_ in types[o], (p, o)
    assert {name for terms in types.values() for name in terms} <= set(SERVICE["classes"])


def test_service_describes_its_graphs(host: Host, small: OxigraphStore) -> None:
    """The description names every graph, every format and how many triples there are."""
    triples = description(host, formats_for(Form.GRAPH)[0])
    said = {p: [o for _, q, o in triples if q.value == SD + p] for p in SERVICE["properties"]}
    assert sorted(term.value for term in said["name"]) == small.graphs()
    assert len(said["resultFormat"]) == len(FORMATS)
    counts = [int(o.value) for _, p, o in triples if p.value.endswith("void#triples")]
    assert sorted(counts) == [1, 1, 1, len(small)]


def test_options(host: Host) -> None:
    """OPTIONS names the methods, and each of them is there."""
    for path in ("/sparql", "/query"):
        answer = host.ask("OPTIONS", path)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_head(host: Host) -> None:
    """HEAD has the status and headers of GET and no body."""
    for path in ("/sparql?query=ASK%20%7B%7D", "/query?query=ASK", "/sparql", "/update"):
        got, head = host.ask("GET", path), host.ask("HEAD", path)
        assert (head.status, head.media_type, head.body) == (got.status, got.media_type, b"")


def test_alias(host: Host) -> None:
    """/query answers as /sparql does."""
    path = "query=SELECT%20%2A%20%7B%3Fs%20%3Fp%20%3Fo%7D%20ORDER%20BY%20%3Fs"
    assert host.ask("GET", f"/query?{path}").body == host.ask("GET", f"/sparql?{path}").body
    assert host.ask("POST", "/query", path.encode(), Content_Type=FORM).status == 200


BASES = {
    "FROM <data1.rdf>": 1,
    "FROM <data1.rdf> FROM <./data2.rdf>": 2,
    "FROM <../protocol/x/../data3.rdf>": 1,
    "FROM <//example.org/protocol/data1.rdf> FROM </protocol/data2.rdf>": 2,
    "FROM <>": 0,
    "FROM p:data1.rdf": 1,
    "FROM <data1.rdf> # FROM <data2.rdf>\n": 1,
    "FROM NAMED <data1.rdf>": 0,
}


@pytest.mark.parametrize("clauses", BASES)
def test_relative_dataset(host: Host, clauses: str) -> None:
    """A relative IRI in FROM is resolved against BASE (RFC 3986, section 5)."""
    prologue = "BASE <http://example.org/x/> PREFIX p: <../protocol/> BASE <../protocol/>"
    query = f"{prologue}\nSELECT (COUNT(*) AS ?n) {clauses} WHERE {{ ?s ?p ?o }}"
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    (row,) = json.loads(answer.body)["results"]["bindings"]
    assert int(row["n"]["value"]) == BASES[clauses]


def test_relative_named_graph(host: Host) -> None:
    """A relative IRI in FROM NAMED is resolved too, and names the only graph there is."""
    query = (
        "BASE <http://example.org/protocol/>"
        "SELECT ?g FROM NAMED <data2.rdf> { GRAPH ?g { ?s ?p ?o } }"
    )
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    rows = json.loads(answer.body)["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [graph(2)]


#: Faulty queries: line, column and token of the fault, and a word of the hint.
FAULTY = {
    "SELEC ?a {}": (1, 1, "SELEC", "SELECT"),
    "SELECT * {\n  ?s ?p ?o FILTR(?o) }": (2, 12, "FILTR", "FILTER"),
    "SELECT * { ?s a foaf:Agent }": (1, 17, "foaf:Agent", "PREFIX foaf: <http://xmlns.com"),
    "SELECT * { 'nope:x' a nope:x } # nope:": (1, 23, "nope:x", "PREFIX nope:"),
    "ASK {\n  { ?s ?p ?o }": (1, 5, "{", "}"),
    "ASK { ?s ?p ?o ) }": (1, 16, ")", "partner"),
    "ASK { ?s ?p 'open }": (1, 13, "'open", "quotation"),
    "ASK {} SELECT * {}": (1, 8, "SELECT", "one"),
    "# only this": (1, 1, "#", "SELECT"),
    "{ ?s ?p ?o }": (1, 1, "{", "SELECT"),
    "DROP ALL": (1, 1, "DROP", "SELECT"),
    "ASK { <s> <p> <o> } LIMIT x": (1, 27, "x", "variable"),
}


@pytest.mark.parametrize("query", FAULTY)
def test_fault_is_named(host: Host, query: str) -> None:
    """A query that cannot be read is refused with the place, the token at fault and a hint."""
    answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
    body = json.loads(answer.body)
    line, column, token, hint = FAULTY[query]
    assert answer.status == 400
    assert (body["line"], body["column"]) == (line, column)
    assert body["token"].startswith(token[:1])
    assert token.startswith(body["token"])
    assert hint in body["hint"]
    assert body["hint"] in body["detail"]


def test_place_counts_what_was_sent(host: Host) -> None:
    """The place is that in the query as it was sent, also when its IRIs need a base."""
    for query in ("SELECT * { <s> ?p ?o } LIMIT -1", "SELECT * { <urn:s> ?p ?o } LIMIT -1"):
        answer = host.ask("POST", "/sparql", query.encode(), Content_Type=DIRECT)
        body = json.loads(answer.body)
        place = (1, query.index("-1") + 1, "-1")
        assert (body["line"], body["column"], body["token"]) == place
        assert "hint" not in body


#: Results that a format cannot say, and one that can say them.
UNWRITABLE = [
    ("CONSTRUCT { <urn:s> <urn:p> <<( <urn:s> <urn:p> 1 )>> } {}", "jsonld", "turtle"),
    ("PREFIX r: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> CONSTRUCT { <urn:s> r:li 1 } {}",
     "rdfxml", "jsonld"),
    ("CONSTRUCT { <urn:s> <http://x/1> 1 } {}", "rdfxml", "turtle"),
    ("CONSTRUCT { <urn:s> <urn:p> '\\u0000' } {}", "rdfxml", "ntriples"),
    ("SELECT ('\\u0001' AS ?x) {}", "xml", "json"),
    ("SELECT ('\\uFFFE' AS ?x) {}", "xml", "csv"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "format_", "other"), UNWRITABLE)
def test_result_that_a_format_cannot_say(host: Host, query: str, format_: str, other: str) -> None:
    """A result that cannot be written in the format asked for is 406 and names another format."""
    path = f"/sparql?query={quote(query)}&format="
    answer = host.ask("GET", path + format_)
    assert (answer.status, answer.media_type) == (406, "application/problem+json")
    assert "cannot be written" in json.loads(answer.body)["detail"]
    assert host.ask("GET", path + other).status == 200


@pytest.mark.parametrize("format_", FORMATS, ids=lambda f: f.name)
def test_format_by_every_name(host: Host, format_: Any) -> None:
    """`?format=` takes short name, extension and media type, with the plus encoded or not."""
    query = {Form.BINDINGS: "SELECT (1 AS ?x) {}", Form.GRAPH: "CONSTRUCT { <s> <p> 1 } {}"}
    path = f"/sparql?query={quote(query[format_.forms[0]])}&format="
    names = [format_.name, format_.extension, format_.media_type, quote(format_.media_type)]
    for name in (*names, format_.media_type.upper()):
        assert host.ask("GET", path + name).media_type == format_.media_type


def test_page_is_an_offer_like_others(client: TestClient) -> None:
    """Who accepts a page less than a syntax that the result does not have gets the page."""
    accept = {"Accept": "text/turtle, text/html;q=0.1"}
    for query, expected in (("ASK {}", "text/html"), ("CONSTRUCT {} {}", "text/turtle")):
        answer = client.get(f"/sparql?query={quote(query)}", headers=accept)
        assert answer.headers["content-type"].partition(";")[0] == expected


# Bad requests, thousands of them, given to the application itself

Sent = tuple[str, str, bytes, bytes, dict[str, str]]  # method, path, address, body, headers

VALID = st.sampled_from(["ASK {}", "SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"])
SOUP = ["{", "}", "'", '"', "'''", '"""', "<", ">", "<urn:a>", "?s", ".", ";", "#", "\n", "\\", "|"]
SOUP += ["SELECT", "ASK", "WHERE", "FILTER", "GRAPH", "FROM", "NAMED", "BASE", "PREFIX", "x:", "a"]
SOUP += ["SERVICE", "\u2028", "\x0b", "é", "\U0001f600", "\\u00e9", "<rel>", "VALUES", "@en", "^^"]
PLAIN = st.characters(exclude_characters="(", exclude_categories=["Cs"])
SOME = st.lists(st.sampled_from(SOUP) | PLAIN, max_size=30)
FAULTS = SOME.map(lambda parts: " ".join(parts) + "\n)")  # a bracket that nothing can open
UPDATES = st.sampled_from(["DROP ALL", "CLEAR DEFAULT", "INSERT DATA { <s> <p> <o> }", "LOAD <x>"])
SEVERAL = st.tuples(VALID, VALID).map(" ".join)
BLANK = st.text(" \t\n\r\u00a0")
UNKNOWN = st.sampled_from(["SELECT (<urn:f>(1) AS ?x) {}", "SELECT ?a { } GROUP BY ?b"])
NUL = st.tuples(VALID, st.sampled_from(["\0", "#\0", " '\0'"])).map("".join)
QUERIES = st.one_of(FAULTS, UPDATES, SEVERAL, BLANK, UNKNOWN, NUL)
NOT_UTF8 = st.sampled_from([b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80"])
HEADER = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=30)
WRONG = HEADER.filter(lambda text: "sparql" not in text and "form" not in text)
REFUSED = st.sampled_from(["image/png", "x/y;q=1", "*/*;q=0", "text/turtle;q=0", ";;,", "q=1"])
PATHS = st.sampled_from(["/sparql", "/query"])


def post(path: str, body: bytes, type_: str = DIRECT, address: bytes = b"", **more: str) -> Sent:
    """Make a POST."""
    return "POST", path, address, body, {"content-type": type_, **more}


def pairs(*given_: tuple[str, str]) -> bytes:
    """Encode parameters."""
    return urlencode(given_).encode()


BAD = st.one_of(
    st.builds(lambda path, q: ("GET", path, pairs(("query", q)), b"", {}), PATHS, QUERIES),
    st.builds(lambda path, q: post(path, pairs(("query", q)), FORM), PATHS, QUERIES),
    st.builds(lambda path, q: post(path, q.encode()), PATHS, QUERIES),
    st.builds(
        lambda q, r: ("GET", "/sparql", pairs(("query", q), ("query", r)), b"", {}), VALID, VALID
    ),
    st.builds(lambda q, r: post("/sparql", q.encode(), address=pairs(("query", r))), VALID, VALID),
    st.builds(lambda q, bad: post("/sparql", q.encode() + b"#" + bad), VALID, NOT_UTF8),
    st.builds(lambda bad: post("/sparql", b"query=ASK{}%23" + bad, FORM), NOT_UTF8),
    st.builds(
        lambda bad: ("GET", "/sparql", b"query=ASK%7B%7D%23" + quote(bad).encode(), b"", {}),
        NOT_UTF8,
    ),
    st.builds(lambda q, type_: post("/sparql", q.encode(), type_), VALID, WRONG),
    st.builds(lambda q: post("/sparql", q.encode("utf-16-le")), VALID),
    st.builds(
        lambda q, name: post("/sparql", q.encode(), f"{DIRECT}; charset={name}"),
        VALID,
        st.sampled_from(["utf-16", "latin-1", "x", '"utf-7"']),
    ),
    st.builds(
        lambda q, accept: ("GET", "/sparql", pairs(("query", q)), b"", {"accept": accept}),
        st.just("ASK {}"),
        REFUSED,
    ),
    st.builds(
        lambda name: ("GET", "/sparql", pairs(("query", "ASK {}"), ("format", name)), b"", {}),
        st.sampled_from(["csv", "turtle", "x", "\ud7ff", "text/turtle", "sparql", "\0", "../json"]),
    ),
    st.builds(
        lambda iri, kind: ("GET", "/sparql", pairs(("query", "ASK {}"), (kind, iri)), b"", {}),
        st.sampled_from(["", "x", "a b", "<urn:a>", "http://[", "urn:\0", "_:b", "//x"]),
        st.sampled_from(["default-graph-uri", "named-graph-uri"]),
    ),
    st.builds(lambda many: ("GET", "/sparql", b"&".join([b"a=b"] * many), b"", {}),
              st.integers(1, 1500)),
    st.builds(lambda method, path: (method, path, b"query=ASK%7B%7D", b"", {}),
              st.sampled_from(["PUT", "DELETE", "PATCH", "TRACE", "FOO"]), PATHS),
    st.builds(lambda u, path: post(path, u.encode(), "application/sparql-update"), UPDATES,
              st.sampled_from(["/sparql", "/query", "/update", "/store"])),
    st.sampled_from(UNWRITABLE).map(
        lambda case: ("GET", "/sparql", pairs(("query", case[0]), ("format", case[1])), b"", {})
    ),
    st.builds(
        lambda name, path: ("GET", path, b"", b"", {"host": name, "accept": "text/turtle"}),
        st.sampled_from(["", "a b", "[", "[::1", "x/y", "<>", "x:y", "a@b", "é"]),
        st.just("/sparql"),
    ),
    st.builds(lambda extra: post("/sparql", b"x" * (300_000 + extra)), st.integers(0, 9)),
)  # fmt: skip


async def put(app: ASGIApp, sent: Sent) -> Answer:
    """Give the application a request."""
    method, path, address, body, headers = sent
    raw = [(k.encode(), v.encode("latin-1")) for k, v in {"host": "localhost", **headers}.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": address,
        "root_path": "", "headers": raw, "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    got = {k.decode().lower(): v.decode("latin-1") for k, v in messages[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], got, content)


def test_bad_requests(small: OxigraphStore) -> None:
    """More than 5,000 bad requests of every kind each get a problem document of 4xx."""
    app, counts = create_app(Settings(client_seconds=0, client_errors=0), small), [0, 0]

    with asyncio.Runner() as runner:

        @settings(
            max_examples=255,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(batch=st.lists(BAD, min_size=20, max_size=20))
        def refuse_all(batch: list[Sent]) -> None:
            for sent in batch:
                answer = runner.run(put(app, sent))
                counts[answer.status // 100 == 4] += 1
                assert 400 <= answer.status < 500, (sent, answer)
                assert answer.media_type == "application/problem+json", (sent, answer)
                assert json.loads(answer.body)["status"] == answer.status
                for inside in (b"Traceback", b".py", str(Path.cwd()).encode()):
                    assert inside not in answer.body, (sent, answer)

        refuse_all()
    assert counts[1] > 5_000
    assert counts[0] == 0
