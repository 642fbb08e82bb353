"""The benchmarks measure with strategies that are like the shipped ones, and see what they seek."""

import hashlib
import io
import os
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from math import ceil
from pathlib import Path

import pyoxigraph as ox
import pytest

TESTS = Path(__file__).parent
sys.path.append(str(TESTS))

from benchmarks import client, coherence, ping  # noqa: E402
from benchmarks.questions import bag  # noqa: E402
from benchmarks.shapes import STRATEGY, Shape, measure_shape  # noqa: E402
from benchmarks.strategies import Generator, write_strategies  # noqa: E402
from graph.dataset import Dataset  # noqa: E402
from graph.oxigraph import OxigraphStore  # noqa: E402
from graph.questions import find_question, list_questions, number  # noqa: E402
from ontology import ID, PREFIXES, SAM  # noqa: E402

COUNT = 100

#: Prints the digest of a few strategies; run where sets and dictionaries hash otherwise.
ELSEWHERE = """
import hashlib, io
from benchmarks.growth import shipped
from benchmarks.strategies import write_strategies
target = io.StringIO()
write_strategies(shipped()[0], 3, target)
print(hashlib.sha256(target.getvalue().encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def shape(dataset: Dataset) -> Shape:
    """Give the shape of the shipped graph."""
    return measure_shape(quad for quads in dataset.graphs.values() for quad in quads)


def written(shape: Shape, count: int, seed: int = 1) -> str:
    """Return a number of strategies as N-Quads."""
    target = io.StringIO()
    write_strategies(shape, count, target, seed)
    return target.getvalue()


@pytest.fixture(scope="module")
def quads(shape: Shape) -> list[ox.Quad]:
    """Give the quads of many strategies."""
    parsed = ox.parse(written(shape, COUNT).encode(), format=ox.RdfFormat.N_QUADS)
    return [quad for quad in parsed if isinstance(quad, ox.Quad)]


def about(quads: list[ox.Quad], name: str) -> Counter[str]:
    """Return how often each value of a property occurs."""
    return Counter(str(quad.object) for quad in quads if quad.predicate.value == name)


def test_a_file_says_on_top_that_it_is_synthetic(shape: Shape) -> None:
    assert written(shape, 1).startswith("# Synthetic")


def test_the_same_seed_gives_the_same_strategies_in_every_process(shape: Shape) -> None:
    environment = {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env={**os.environ, **environment, "PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    here = written(shape, 3, seed=2018)
    assert done.stdout.strip() == hashlib.sha256(here.encode()).hexdigest()


def test_another_seed_gives_other_strategies(shape: Shape) -> None:
    assert list(Generator(shape, 1).strategy(0)) != list(Generator(shape, 2).strategy(0))


def test_more_strategies_begin_with_the_same_ones(shape: Shape) -> None:
    few, many = (written(shape, count).splitlines()[2:] for count in (2, 4))
    assert many[: len(few)] == few


def test_a_strategy_has_about_840_triples(shape: Shape, quads: list[ox.Quad]) -> None:
    assert len(quads) / COUNT == pytest.approx(STRATEGY, rel=0.03)
    assert len(list(Generator(shape).strategy(0))) == pytest.approx(STRATEGY, rel=0.2)


def test_classes_are_as_many_as_in_the_shipped_graph(shape: Shape, quads: list[ox.Quad]) -> None:
    made = measure_shape(quads)
    counts = {name: len(those) for name, those in made.templates.items()}
    assert counts == {name: ceil(COUNT * shape.rate(name)) for name in shape.templates}


def test_a_goal_has_as_many_links_as_in_the_shipped_graph(
    shape: Shape, quads: list[ox.Quad]
) -> None:
    assert measure_shape(quads).per_goal() == pytest.approx(shape.per_goal(), rel=0.15)


@pytest.mark.parametrize("name", [PREFIXES["rdf"] + "predicate", SAM + "level", SAM + "evidence"])
def test_kinds_levels_and_evidence_occur_as_often_as_in_the_shipped_graph(
    name: str, dataset: Dataset, quads: list[ox.Quad]
) -> None:
    shipped = [quad for those in dataset.graphs.values() for quad in those]
    links = [sum(about(those, PREFIXES["rdf"] + "subject").values()) for those in (shipped, quads)]
    there, here = about(shipped, name), about(quads, name)
    assert here.total() / links[1] == pytest.approx(there.total() / links[0], rel=0.05)
    if not name.endswith("evidence"):
        for value, count in there.most_common(5):
            assert here[value] / links[1] == pytest.approx(count / links[0], rel=0.25), value


def test_whatever_is_spoken_of_is_described_and_none_of_it_is_shipped(
    quads: list[ox.Quad], dataset: Dataset
) -> None:
    declared = {quad.subject for quad in dataset.graphs[ID + "graph/vocabulary"]}
    described = {quad.subject for quad in quads}
    spoken = {
        quad.object
        for quad in quads
        if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(ID)
    }
    assert not [node for node in spoken - declared if node not in described]
    assert not [quad for quad in quads if isinstance(quad.object, ox.BlankNode)]
    assert all("/synthetic-" in node.value for node in described if isinstance(node, ox.NamedNode))


def test_everything_that_has_a_label_has_one_in_both_languages(quads: list[ox.Quad]) -> None:
    languages: dict[object, set[str | None]] = {}
    for quad in quads:
        if quad.predicate.value == PREFIXES["rdfs"] + "label":
            assert isinstance(quad.object, ox.Literal)
            languages.setdefault(quad.subject, set()).add(quad.object.language)
    assert len(languages) > COUNT
    assert all(spoken == {"nl", "en"} for spoken in languages.values())


def test_more_strategies_take_no_more_memory(shape: Shape) -> None:
    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    peaks = []
    for count in (5, 50):
        tracemalloc.start()
        write_strategies(shape, count, Nowhere())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems delay otherwise.")
def test_the_ping_sees_a_server_that_holds_its_answers_back() -> None:
    with ping.trapped() as port:
        middle, high = ping.figures(ping.ping(port, "/", 10))
    assert middle > 0.03
    assert high > ping.PROMISE


class Answers(BaseHTTPRequestHandler):
    """Answers 200 with two bytes, and 404 at /no."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(404 if self.path.startswith("/no") else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """Give the port of a server for one connection at a time."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join(5)


@pytest.mark.parametrize("tool", ["wrk", ""])
def test_a_load_counts_answers_and_fails_when_a_request_does(
    tool: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CONNECTIONS", 1)
    if not tool:
        monkeypatch.setattr(client, "wrk", lambda: None)
    elif not client.wrk():
        pytest.skip("wrk is not installed")
    found = client.load(port, "/yes?query=ASK", 1, fresh=True)
    assert found.requests > 10
    assert 0 < found.p50 <= found.p99 < 1
    with pytest.raises(RuntimeError, match="requests failed"):
        client.load(port, "/no?query=ASK", 1, fresh=False)


def test_answers_are_compared_whatever_their_order_and_with_their_kind_of_term() -> None:
    one, two = {"x": {"type": "uri", "value": "a:b"}}, {"x": {"type": "literal", "value": "a:b"}}
    assert bag([one, two]) == bag([two, one])
    assert bag([one, one]) != bag([one])
    assert bag([one]) != bag([two])
    plain = {"x": {**two["x"], "datatype": PREFIXES["xsd"] + "string"}}
    assert bag([two]) == bag([plain])


def test_what_answers_a_question_is_said_of_questions_there_are() -> None:
    """Every question that the benchmark names is one, and most are answered by SPARQL alone."""
    named = {*coherence.NETWORKS, *coherence.BOTH, *coherence.PEER}
    assert named <= {number(question) for question in list_questions()}
    assert Counter(map(coherence.engine, list_questions())) == {"S": 21, "N": 7, "S+N": 2}


def test_an_answer_of_a_new_inquiry_takes_longer_than_one_that_is_kept(
    store: OxigraphStore,
) -> None:
    """Of one question the bare query, the whole answer and a kept answer are measured apart."""
    bare = coherence.merge(store)
    assert len(bare) == len({quad.triple for quad in store.quads()})
    found = coherence.cost(store, bare, find_question("Q01"), "", 3)
    assert 0 < found.again.processor < found.whole.processor
    assert found.ratio == found.whole.processor / found.bare.processor
