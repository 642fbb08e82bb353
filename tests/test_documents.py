"""Documents of strangers: refused or stopped, nothing changed, nobody called, no file read."""

import gzip
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

import psutil
import pytest

from services import TURTLE, WRITABLE, Service, empty_store, serving

XML: Final = "application/rdf+xml"
JSON: Final = "application/ld+json"
SECRET: Final = "contents of the canary"
GRAPH: Final = "/store?graph=urn:graph:a"
LIMITS: Final = WRITABLE | {
    "SAMENHANG_QUERY_SECONDS": "1",
    "SAMENHANG_QUERY_MEMORY": "600",
    "SAMENHANG_MAX_UPLOAD": "4",
    "SAMENHANG_MAX_RESULT": "2",
}
_RDF: Final = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def rdf(doctype: str, value: str, more: str = "") -> str:
    """Write RDF/XML with a document type and a value."""
    return (
        f'<?xml version="1.0"?>{doctype}<rdf:RDF {_RDF} {more}>'
        f'<rdf:Description rdf:about="urn:s"><rdf:value>{value}</rdf:value></rdf:Description>'
        "</rdf:RDF>"
    )


def laughs(word: str, levels: int = 9) -> str:
    """Define entities of entities: ten times as long each."""
    lines = "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, levels + 1)
    )
    return f'<!{word} rdf:RDF [<!ENTITY l0 "ha">{lines}]>'


def deep(opening: str, closing: str, within: str, times: int) -> str:
    """Write brackets in brackets."""
    return opening * times + within + closing * times


#: How what is too deep may end.
STOPPED: Final = {400, 413, 504, 507}
TERM: Final = ("<<( <urn:s> <urn:p> ", " )>>", "1")
#: Documents: media type, content, and the statuses that they may end with.
HOSTILE: Final[dict[str, tuple[str, str | bytes, set[int]]]] = {
    "laughs": (XML, rdf(laughs("DOCTYPE"), "&l9;"), {400}),
    "laughs in small letters": (XML, rdf(laughs("doctype"), "&l9;"), {400}),
    "laughs in both": (XML, rdf(laughs("DocType"), "&l9;"), {400}),
    "laughs after a mark": (XML, b"\xef\xbb\xbf" + rdf(laughs("DOCTYPE"), "&l9;").encode(), {400}),
    "laughs in UTF-16": (XML, rdf(laughs("DOCTYPE"), "&l9;").encode("utf-16"), {400}),
    "deep XML": (XML, rdf("", deep("<a>", "</a>", "", 100_000)), {400, 504, 507}),
    "deep terms": (TURTLE, f"<urn:s> <urn:p> {deep(*TERM, 100_000)} .", {400, 504, 507}),
    "terms too deep": (TURTLE, f"<urn:s> <urn:p> {deep(*TERM, 101)} .", {400}),
    "deep N-Triples": (
        "application/n-triples",
        f"<urn:s> <urn:p> {deep('<<( <urn:s> <urn:p> ', ' )>>', '<urn:o>', 100_000)} .",
        {400, 504, 507},
    ),
    "deep brackets": (
        TURTLE,
        f"<urn:s> <urn:p> {deep('[ <urn:p> ', ' ]', '1', 100_000)} .",
        STOPPED,
    ),
    "deep lists": (TURTLE, f"<urn:s> <urn:p> {deep('( ', ' )', '1', 100_000)} .", STOPPED),
    "deep objects": (JSON, deep('{"urn:p":', "}", "1", 100_000), STOPPED),
    "deep arrays": (JSON, deep("[", "]", "", 100_000), STOPPED),
    "deep list objects": (JSON, deep('{"urn:p":{"@list":[', "]}}", "1", 60_000), STOPPED),
    "syntax": (TURTLE, "<urn:s> <urn:p>", {400}),
    "relative to nothing": ("application/n-triples", "<s> <p> <o> .", {400}),
    "no XML": (XML, "<rdf:RDF", {400}),
    "no JSON": (JSON, "{", {400}),
    "a page": (TURTLE, "<!doctype html><p>No.", {400}),
    "other type": ("text/plain", "<urn:s> <urn:p> 1 .", {415}),
    "no type": ("", "<urn:s> <urn:p> 1 .", {415}),
    "results": ("text/csv", "s,p,o", {415}),
    "other letters": (f"{TURTLE}; charset=utf-16", "<urn:s> <urn:p> 1 .".encode("utf-16"), {415}),
    "graphs in TriG": ("application/trig", "<urn:g> { <urn:s> <urn:p> 1 }", {400}),
    "graphs in N-Quads": ("application/n-quads", "<urn:s> <urn:p> <urn:o> <urn:g> .", {400}),
    "graphs in JSON-LD": (
        JSON,
        '{"@id": "urn:g", "@graph": [{"@id": "urn:s", "urn:p": 1}], "urn:q": 1}',
        {400},
    ),
    "not UTF-8": (TURTLE, b"<urn:s> <urn:p> '\xff' .", {400}),
    "cut in a letter": (TURTLE, b"<urn:s> <urn:p> '\xc3", {400}),
    "half a pair": (JSON, '{"@id": "urn:s", "urn:p": "\\ud800"}', {400}),
    "too long": (TURTLE, b"#" * (4 * 2**20 + 1), {413}),
    "no parts": ("multipart/form-data", "<urn:s> <urn:p> 1 .", {400, 415}),
    "parts without an end": ("multipart/form-data; boundary=x", "--x\r\n", {400, 415}),
    "too many parts": ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n" * 300_000, {413}),
    "parts in parts": (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n"
        "--y\r\nContent-Type: text/turtle\r\n\r\n<urn:s> <urn:p> 1 .\r\n--y--\r\n--x--\r\n",
        {400, 415},
    ),
    "one faulty part": (
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Type: text/turtle\r\n\r\n<urn:s> <urn:p> 1 .\r\n"
        "--x\r\nContent-Type: text/turtle\r\n\r\n<urn:s>\r\n--x--\r\n",
        {400},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a store with small limits."""
    url = empty_store(
        tmp_path_factory.mktemp("documents") / "store", {"urn:graph:a": "<urn:s> <urn:p> 0 ."}
    )
    with serving(url, LIMITS, counted=False) as running:
        yield running


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_hostile_document(service: Service, method: str, name: str) -> None:
    """A document that cannot be taken is refused or stopped in time, and changes nothing."""
    type_, content, statuses = HOSTILE[name]
    before, start = service.digest(), time.monotonic()
    answer = service.call(method, GRAPH, content, type_)
    assert time.monotonic() - start < 1.5
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert service.digest() == before
    assert psutil.Process(service.process.pid).memory_info().rss < 600 * 2**20


def test_compressed_document_is_refused(service: Service) -> None:
    """What is compressed is not unpacked."""
    content = gzip.compress(b"#" * 2**20)
    answer = service.call("PUT", GRAPH, content, TURTLE, content_encoding="gzip")
    assert answer.status_code == 415


def test_document_without_its_length(service: Service) -> None:
    """A document that does not say how long it is is cut off at the limit all the same."""
    before = service.digest()
    with socket.create_connection(("127.0.0.1", int(service.address.rpartition(":")[2]))) as wire:
        head = (
            f"PUT {GRAPH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.token}\r\n"
        )
        wire.sendall(
            f"{head}Content-Type: text/turtle\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        sent, answer = 0, b""
        wire.settimeout(0.01)
        while not answer and sent < 8 * 2**20:
            wire.sendall(b"10000\r\n" + b"#" * 65536 + b"\r\n")
            sent += 65536
            try:
                answer = wire.recv(65536)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 413")
    assert service.digest() == before


# Nobody is called and nothing is read


@dataclass
class Canary:
    """An address that counts its callers, and a file that nobody should read."""

    port: int
    file: Path
    calls: int = 0

    def written(self, text: str) -> list[str]:
        """Return a text with the address in the place of URL, and with the file."""
        return [
            text.replace("URL", iri)
            for iri in (f"http://127.0.0.1:{self.port}/x", self.file.as_uri())
        ]


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    """Give an address that is listened at, and a file of each format with the same secret."""
    file = tmp_path_factory.mktemp("canary") / "secret.ttl"
    file.write_text(f"<urn:canary> <urn:says> '{SECRET}' .", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Canary(listening.getsockname()[1], file)

        def count() -> None:
            while True:
                try:
                    connection = listening.accept()[0]
                except OSError:
                    return
                found.calls += 1
                connection.close()

        thread = Thread(target=count)
        thread.start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


QUERIES: Final = (
    "SELECT * FROM <URL> { ?s ?p ?o }",
    "SELECT * FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH <URL> { ?s ?p ?o } }",
    "DESCRIBE <URL>",
    "CONSTRUCT { ?s ?p ?o } FROM <URL> WHERE { ?s ?p ?o }",
    "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "BASE <URL> SELECT * FROM <> { ?s ?p ?o }",
)
UPDATES: Final = (
    "LOAD <URL>",
    "LOAD SILENT <URL>",
    "LOAD <URL> INTO GRAPH <urn:graph:l>",
    "load silent<URL>into graph<urn:graph:l>",
    "INSERT DATA { <urn:s> <urn:p> 9 } ; LOAD <URL>",
    "INSERT { ?s ?p ?o } USING <URL> WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } USING NAMED <URL> WHERE { GRAPH ?g { ?s ?p ?o } }",
    "WITH <URL> INSERT { GRAPH <urn:graph:l> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } WHERE { GRAPH <URL> { ?s ?p ?o } }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <URL> { ?s ?p ?o } }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <URL> { ?s ?p ?o } }",
    "COPY SILENT <URL> TO <urn:graph:l>",
    "ADD SILENT <URL> TO DEFAULT",
    "MOVE SILENT <URL> TO DEFAULT",
)
DOCUMENTS: Final = (
    (JSON, '{"@context": "URL", "@id": "urn:s", "urn:p": 1}'),
    (JSON, '{"@context": ["URL", {}], "@id": "urn:s", "urn:p": 1}'),
    (JSON, '{"@context": {"@import": "URL"}, "@id": "urn:s", "urn:p": 1}'),
    (XML, rdf('<!DOCTYPE a SYSTEM "URL">', "1")),
    (XML, rdf('<!doctype a [<!ENTITY e SYSTEM "URL">]>', "&e;")),
    (XML, rdf('<!DOCTYPE a [<!ENTITY % e SYSTEM "URL"> %e;]>', "1")),
    (XML, rdf("", '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="URL"/>')),
    (XML, rdf("", "1", 'xml:base="URL"')),
    (XML, '<?xml-stylesheet href="URL"?>' + rdf("", "1")[len('<?xml version="1.0"?>') :]),
    (TURTLE, "@base <URL> . <> <urn:p> <URL> ."),
    (TURTLE, "@prefix owl: <http://www.w3.org/2002/07/owl#> . <urn:s> owl:imports <URL> ."),
)


def test_nobody_is_called_and_no_file_is_read(service: Service, canary: Canary) -> None:
    """No query, update, document or name of a graph calls a host or shows what is in a file."""
    address = str(canary.port)
    with socket.create_connection(("127.0.0.1", canary.port)):
        pass  # it does hear
    answers = [
        service.call("POST", "/sparql", text, "application/sparql-query")
        for query in QUERIES
        for text in canary.written(query)
    ]
    answers += [service.update(text) for update in UPDATES for text in canary.written(update)]
    for type_, document in DOCUMENTS:
        answers += [
            service.call("PUT", "/store?graph=urn:graph:l", text, type_)
            for text in canary.written(document)
        ]
    for method in ("GET", "POST", "DELETE"):
        answers += [
            service.call(method, text, "" if method == "POST" else None, TURTLE)
            for text in canary.written("/store?graph=URL")
        ]
    for text in canary.written("default-graph-uri=URL&named-graph-uri=URL"):
        answers.append(
            service.call("GET", f"/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D&{text}")
        )
        answers.append(
            service.update(
                "INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
                f"using-graph-uri={text.partition('=')[2].partition('&')[0]}",
            )
        )
    assert canary.calls == 1, address
    assert not [answer.text for answer in answers if answer.status_code in (500, 502, 507)]
    assert not any(SECRET in answer.text for answer in answers)
    assert not any(SECRET in "".join(quad) for quad in service.quads())
