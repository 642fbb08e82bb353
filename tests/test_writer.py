"""The writer: what is written is shown, also when that fails at first."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.limits import Limits
from graph.oxigraph import OxigraphStore, open_directory
from graph.snapshot import Copies, opened

HEADERS = {"Authorization": "Bearer secret"}
INSERT = "INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> <urn:o> } }"
ASK = {"query": "ASK { <urn:s> ?p ?o }", "format": "json"}


def test_what_could_not_be_shown_is_shown_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that is on disk but not shown gives 503; the next request that writes shows it."""
    open_directory(tmp_path / "store", create=True).disk.close()  # type: ignore[union-attr]
    publish, full = Copies.publish, [False]

    def failing(copies: Copies, store: OxigraphStore) -> None:
        if full[0]:
            raise OSError("No space left on device")
        publish(copies, store)

    monkeypatch.setattr(Copies, "publish", failing)
    with (
        opened(f"oxigraph:{tmp_path / 'store'}", Limits(), 1) as parts,
        TestClient(create_app(Settings(token="secret"), *parts)) as client,
    ):
        assert not client.get("/sparql", params=ASK).json()["boolean"]
        full[0] = True
        answer = client.post("/update", data={"update": INSERT}, headers=HEADERS)
        assert (answer.status_code, answer.json()["detail"].split()[:2]) == (503, ["Revision", "1"])
        assert not client.get("/sparql", params=ASK).json()["boolean"]
        full[0] = False
        answer = client.post("/update", data={"update": INSERT}, headers=HEADERS)
        assert answer.json() == {"revision": 1, "inserted": 0, "deleted": 0}
        assert client.get("/sparql", params=ASK).json()["boolean"]
        assert len(parts[0]) == 1
