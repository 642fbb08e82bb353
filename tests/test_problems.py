"""Errors: a problem document for programs (RFC 9457), a page for browsers."""

from collections.abc import Sequence
from http import HTTPStatus
from itertools import combinations
from typing import Any

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import STATUS, problem
from api.settings import Settings
from graph.errors import SamenhangError, StoreError
from graph.links import LEVELS
from graph.oxigraph import OxigraphStore
from graph.results import Result

#: A request for every kind of error, of the JSON interface and elsewhere: method, address, content
#: type, and the status to expect.
INTERFACE = [
    ("GET", "/v1/nothing", "", 404),
    ("GET", "/v1/questions/Q00", "", 404),
    ("GET", "/v1/questions/Q01?source=nothing", "", 404),
    ("GET", "/v1/questions/Q01?edition=nothing", "", 404),
    ("GET", "/v1/questions/Q01?level=nothing", "", 400),
    ("GET", "/v1/views/nothing", "", 404),
    ("GET", "/v1/views/around?thing=goal/nothing", "", 404),
    ("GET", "/v1/links?limit=0", "", 400),
    ("GET", "/v1/links?limit=501", "", 400),
    ("GET", "/v1/links?cursor=x", "", 404),
    ("GET", "/v1/links?offset=1", "", 400),
    ("GET", "/v1/links/nothing", "", 404),
    ("GET", "/v1/goals/nothing", "", 404),
    ("GET", "/v1/goals/nothing/links", "", 404),
    ("GET", "/v1/goals?strategy=nothing", "", 404),
    ("GET", "/v1/links?level=nothing", "", 400),
    ("GET", "/v1/links?cursor=%3C", "", 400),
    ("GET", "/v1/links/", "", 404),
    ("POST", "/v1/scenarios", "text/plain", 415),
    ("POST", "/v1/scenarios", "", 415),
    ("POST", "/v1/scenarios", "application/json", 400),
    ("DELETE", "/v1/links", "", 405),
]
FAULTS = [
    ("GET", "/nothing", "", 404),
    ("GET", "/doc/goal/nothing", "", 404),
    ("GET", "/doc/", "", 404),
    ("GET", "/network/nothing", "", 404),
    ("GET", "/network/around?thing=goal/nothing", "", 404),
    ("GET", "/network/around?thing=%3C", "", 404),
    ("GET", "/questions/Q00", "", 404),
    ("GET", "/questions/Q01?choice=nothing", "", 400),
    ("GET", "/static/nothing.css", "", 404),
    ("GET", "/static/..%2fapp.py", "", 404),
    ("GET", "/sparql?query=ASK&query=ASK", "", 400),
    ("GET", "/sparql?query=ASK%7B%7D&format=nothing", "", 406),
    ("POST", "/sparql", "application/x-www-form-urlencoded", 400),
    ("POST", "/sparql", "text/plain", 415),
    ("POST", "/sparql", "application/sparql-update", 403),
    ("PUT", "/sparql", "", 405),
    ("DELETE", "/doc/goal/nothing", "", 405),
    ("POST", "/", "", 405),
    ("POST", "/static/style.css", "", 405),
]
NAMES = ("method", "address", "content_type", "status")
every_fault = pytest.mark.parametrize(NAMES, FAULTS + INTERFACE)
every_fault_of_pages = pytest.mark.parametrize(NAMES, FAULTS)
every_fault_of_interface = pytest.mark.parametrize(NAMES, INTERFACE)


class BrokenStore(OxigraphStore):
    """A store that breaks once it has been opened."""

    error: Exception | None = None

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Result:
        """Answer, or break."""
        if self.error:
            raise self.error
        return super().query(text, default_graphs=default_graphs, named_graphs=named_graphs)


def broken(store: OxigraphStore, error: Exception) -> TestClient:
    """Return a client of a service whose store breaks with this error."""
    fragile = BrokenStore(store.engine)
    client = TestClient(create_app(Settings(), fragile), raise_server_exceptions=False)
    fragile.error = error
    return client


@every_fault
def test_problem_document(
    client: TestClient, method: str, address: str, content_type: str, status: int
) -> None:
    """Every error is a problem document with type, title, status and a detail that helps."""
    answer = client.request(method, address, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    body = answer.json()
    assert body["status"] == status
    assert body["title"] == HTTPStatus(status).phrase
    assert body["type"] == "about:blank"
    assert body["detail"]
    assert "Accept" in answer.headers["vary"]


@every_fault_of_interface
def test_interface_has_no_pages(
    client: TestClient, method: str, address: str, content_type: str, status: int
) -> None:
    """At the JSON interface a browser gets the problem document too, with the same content."""
    headers = {"Content-Type": content_type}
    browser = {**headers, "Accept": "text/html,*/*;q=0.8"}
    answer = client.request(method, address, headers=browser)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == client.request(method, address, headers=headers).json()


@every_fault_of_pages
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_problem_page(
    client: TestClient, method: str, address: str, content_type: str, status: int, lang: str
) -> None:
    """A browser gets a page in its language with the same detail and a way back."""
    headers = {"Content-Type": content_type}
    detail = client.request(method, address, headers=headers).json()["detail"]
    browser = {**headers, "Accept": "text/html", "Accept-Language": lang}
    answer = client.request(method, address, headers=browser)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.html
    assert page.html["lang"] == lang
    assert detail in page.get_text()
    assert page.select(f'main a[href="/?lang={lang}"]')


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("address", ["/", "/sparql", "/doc/goal/nothing", "/static/style.css"])
def test_method_not_allowed_says_what_is(client: TestClient, address: str, accept: str) -> None:
    """A refused method comes with the methods that there are, also to a browser."""
    answer = client.delete(address, headers={"Accept": accept})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"].split(", ")


def test_invalid_values_are_listed(client: TestClient) -> None:
    """Every value that is wrong is named with its place, also when there are several."""
    body = client.get("/v1/links?limit=0&cursor=?").json()
    assert {fault["where"] for fault in body["errors"]} == {"query.limit", "query.cursor"}
    assert all(fault["what"] for fault in body["errors"])


def test_place_only_when_known(client: TestClient) -> None:
    """Line and column stand in the problem of a query, and in no other."""
    assert {"line", "column"} <= client.get("/sparql?query=nonsense").json().keys()
    assert not {"line", "column"} & client.get("/nothing").json().keys()


@pytest.mark.parametrize("address", ["/doc/pillar/x", "/v1/links", "/sparql?query=ASK"])
@pytest.mark.parametrize("accept", ["*/*", "text/html,*/*"])
def test_unexpected_error_hides_its_details(
    store: OxigraphStore, address: str, accept: str
) -> None:
    """An error of ours is 500 and tells nothing of what is inside."""
    client = broken(store, RuntimeError("secret of the inside"))
    answer = client.get(address, headers={"Accept": accept})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_store_that_does_not_answer(store: OxigraphStore) -> None:
    """A store that cannot be read is 503, for it may answer later."""
    answer = broken(store, StoreError("The store is away.")).get("/v1/links")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The store is away."


def test_every_error_has_a_status() -> None:
    """Every class of our errors has a status in the table, the more special one first."""
    assert set(SamenhangError.__subclasses__()) <= set(STATUS)
    for earlier, later in combinations(STATUS, 2):
        assert not issubclass(later, earlier)


@pytest.mark.parametrize(
    "path",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "%00", "%ff"],
)
def test_hostile_path(client: TestClient, path: str) -> None:
    """A path that is repeated in an error comes back as text."""
    answer = client.get(f"/doc/{path}", headers={"Accept": "text/html"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 404
    assert page.select("script, main img, [onerror]") == []
    assert "49" not in page.get_text()


def test_path_of_another_host(client: TestClient) -> None:
    """A path that looks like a host makes no link to it."""
    answer = client.get("http://localhost//other.example/x", headers={"Accept": "text/html"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert [a["href"] for a in page.select("a[href]") if str(a["href"]).startswith("//")] == []


def test_extension_members() -> None:
    """A problem carries what is known beside its standard members, and nothing else."""
    more: dict[str, Any] = {"line": 3, "column": None}
    assert problem(400, "Wrong.", **more).body == (
        b'{"type":"about:blank","title":"Bad Request","status":400,"detail":"Wrong.","line":3}'
    )


def test_unknown_is_told_from_wrong(client: TestClient) -> None:
    """What names nothing that is here is 404, what breaks the description 400; both say more.

    So a request that fits the description is never called wrong.
    """
    unknown = client.get("/v1/questions/Q01", params={"edition": "gbvs-1918"})
    wrong = client.get("/v1/questions/Q01", params={"level": "certain"})
    assert (unknown.status_code, unknown.json()["parameter"]) == (404, "edition")
    assert "gbvs-2018" in unknown.json()["allowed"]
    assert (wrong.status_code, wrong.json()["parameter"]) == (400, "level")
    assert wrong.json()["allowed"] == list(LEVELS)


def test_all_faults_are_told_at_once(client: TestClient) -> None:
    """A request with several faults gets one problem that lists them all, unknown names too."""
    answer = client.get("/v1/questions/Q01", params={"level": "certain", "foo": "1", "bar": "2"})
    assert answer.status_code == 400
    told = {fault["where"] for fault in answer.json()["errors"]}
    assert told == {"query.level", "query.foo", "query.bar"}
