"""Requests made at random, thousands of them, given to the JSON interface."""

import asyncio
import json
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.oxigraph import OxigraphStore
from hosts import Sent, put
from ontology import ID

#: How many requests are made in one run, and how many runs there are.
BATCH, RUNS = 40, 255
#: Names that are in the graph, and values of every other kind.
KNOWN: Final = (
    "gbvs-2018", "Q01", "Q16-smallest-set", "chain", "strategy/gbvs-2018", "sam:serves", "cyber",
    "kamerbrief-gbvs-2018", "nederlandse-cybersecurity-agenda", ID + "strategy/gbvs-2018", "nl",
    "quoted", "cited", "id", "label,type", "2018-03-19",
)  # fmt: skip
ODD: Final = (
    "", "0", "-1", "501", "1e400", "NaN", "2018-02-30", "9999-12-31T24:00", "true", "null", "[]",
    "'", '"', "<script>", "{{7*7}}", "../../etc/passwd", "%", "%00", "\0", "\r\nX: y", "*", "é",
    "\ud7ff", "\U0010ffff", "ﷺ" * 300, "١٢", "a" * 5_000, "javascript:alert(1)", "urn:x",
)  # fmt: skip
VALUES = st.sampled_from(KNOWN) | st.sampled_from(ODD) | st.text(max_size=20)
SAFE = VALUES.map(lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
ACCEPT = ["application/json", "application/ld+json", "text/turtle", "*/*", "text/html", "x", ""]
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "accept": st.sampled_from(ACCEPT),
        "accept-language": st.sampled_from(["nl", "en-GB", "*", "xx;q=2", ",;=", "a" * 200]),
        "accept-encoding": st.sampled_from(["gzip", "br;q=1", "identity;q=0", ";"]),
        "if-none-match": st.sampled_from(["*", 'W/"x"', '"', "W/", ","]),
        "content-type": st.sampled_from(["application/json", "text/plain", "a/b; c", ""]),
        "authorization": st.sampled_from(["Bearer x", "Basic", "Bearer"]),
        "host": st.sampled_from(["localhost", "", "a b", "x:y"]),
    },
)
BODIES = (
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | SAFE,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SAFE, inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=50)
    | st.just(b"[" * 5_000)
)


def requests(document: dict[str, Any]) -> st.SearchStrategy[Sent]:
    """Return requests for what a description of the interface names, hardly one of them right."""
    ways = [
        (method.upper(), path, [one["name"] for one in way.get("parameters", ())])
        for path, methods in document["paths"].items()
        for method, way in methods.items()
    ]

    @st.composite
    def make(draw: st.DrawFn) -> Sent:
        method, path, names = draw(st.sampled_from(ways))
        if draw(st.integers(0, 9)) == 0:
            method = draw(st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "X"]))
        while "{" in path:
            before, _, after = path.partition("{")
            path = before + quote(draw(SAFE), safe="") + after.partition("}")[2]
        path += draw(st.sampled_from(["", "", "", "", "/", "/x", ".json"]))
        asked = st.lists(st.tuples(st.sampled_from([*names, "x", ""]), SAFE), max_size=4)
        address = urlencode(draw(asked)).encode()
        body = draw(BODIES) if method == "POST" else b""
        return method, f"/v1{path}", address, body, draw(HEADERS)

    return make()


def test_no_request_breaks_the_interface(client: TestClient, store: OxigraphStore) -> None:
    """Of more than 10,000 requests at random none is answered by 5xx, or refused without a word."""
    app = create_app(Settings(client_seconds=0, client_errors=0), store)
    counts = {True: 0, False: 0}

    with asyncio.Runner() as runner:

        @settings(
            max_examples=RUNS,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(batch=st.lists(requests(client.get("/v1/openapi.json").json()),
                              min_size=BATCH, max_size=BATCH))  # fmt: skip
        def ask_all(batch: list[Sent]) -> None:
            for sent in batch:
                answer = runner.run(put(app, sent))
                counts[answer.status < 400] += 1
                assert answer.status < 500, (sent, answer)
                if answer.status >= 400:
                    assert answer.media_type == "application/problem+json", (sent, answer)
                    told = json.loads(answer.body)
                    assert told["status"] == answer.status
                    assert told["title"]
                    assert told["detail"]

        ask_all()
    assert sum(counts.values()) > 10_000
    assert counts[True] > 500
