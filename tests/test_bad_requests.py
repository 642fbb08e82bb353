"""Bad requests, thousands of them, given to the application itself."""

import asyncio
import json
from pathlib import Path
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.settings import Settings
from hosts import DIRECT, UNWRITABLE, Sent, documents, put
from services import FORM

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


def test_bad_requests() -> None:
    """More than 5,000 bad requests of every kind each get a problem document of 4xx."""
    app, counts = create_app(Settings(client_seconds=0, client_errors=0), documents()), [0, 0]

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
