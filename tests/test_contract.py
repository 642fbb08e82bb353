"""The contract of an engine, kept by each; what an engine does not keep is named here."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from daemons import ROWS, oxigraph, virtuoso, with_user
from graph.contract import CHECKS, OWN_CHECKS
from graph.errors import StoreError
from graph.oxigraph import in_memory, open_directory
from graph.qualify import Outcome, open_apart, qualify
from graph.remote import RemoteStore
from graph.results import Form, Result
from graph.store import Store

#: Oxigraph normalises literals, and gives a triple once for each graph that holds it.
NORMALISED = {
    "language-case",
    "lexical-integer",
    "lexical-decimal",
    "lexical-boolean",
    "lexical-date-time",
}
OXIGRAPH = NORMALISED | {"own-default", "own-merge"}
#: Virtuoso 7.2.5 describes a thing with what points to it, bounds long texts and sorted columns,
#: and does little of the protocol's dataset by itself.
VIRTUOSO = NORMALISED | {"describe", "long-text"}
VIRTUOSO |= {check.id for check in OWN_CHECKS}
NODE = ox.NamedNode("urn:kept")
QUAD = ox.Quad(NODE, NODE, NODE, NODE)


def not_fitting(store: Store) -> set[str]:
    """Return the names of the checks that an engine does not pass; all must have been tried."""
    outcomes = list(qualify(store))
    assert all(outcome.fits is not None for outcome in outcomes)
    return {outcome.check.id for outcome in outcomes if not outcome.fits}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of an Oxigraph server."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as url:
        yield url


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a Virtuoso."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as url:
        yield url


def test_embedded_engine_keeps_the_contract(tmp_path: Path) -> None:
    """The embedded engine does everything but keep the lexical forms of literals."""
    assert not_fitting(open_apart("memory:")) == NORMALISED
    assert not_fitting(open_directory(tmp_path / "store", create=True)) == NORMALISED


def test_oxigraph_server_keeps_the_contract(remote: str) -> None:
    """An Oxigraph server does what the embedded engine does."""
    assert not_fitting(open_apart(remote)) == OXIGRAPH


def test_union_of_the_server_merges(tmp_path: Path) -> None:
    """With its union as default graph, an Oxigraph server still repeats triples; we do not."""
    with oxigraph(tmp_path, "--union-default-graph") as url:
        assert not_fitting(open_apart(url)) == OXIGRAPH


def test_virtuoso_keeps_the_contract(other: str) -> None:
    """Virtuoso gives the same answers to queries; what it does not do is known."""
    store = open_apart(with_user(other))
    assert not_fitting(store) == VIRTUOSO
    assert store.graphs() == []


def test_read_only_engine_is_tried_as_far_as_it_goes(other: str) -> None:
    """What may not be written is said so; what needs no graphs is tried all the same."""
    outcomes = {outcome.check.id: outcome for outcome in qualify(open_apart(other))}
    assert "credentials" in outcomes["write"].seen
    assert outcomes["unreadable"].fits
    assert outcomes["select"].fits is None


def test_wrong_password_is_refused(other: str) -> None:
    """Wrong credentials give StoreError, which says so and does not show them."""
    store = RemoteStore(with_user(other, "wrong-password"))
    with pytest.raises(StoreError, match="refuses the credentials") as caught:
        store.replace({"urn:a": [QUAD]})
    assert "wrong-password" not in str(caught.value)


def test_answer_that_was_cut_is_no_answer(other: str) -> None:
    """When an engine gives fewer rows than there are, that is an error and no answer."""
    numbers = " ".join(map(str, range(ROWS + 1)))
    with pytest.raises(StoreError, match="only a part"):
        RemoteStore(other).query(f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}")
    whole = " ".join(map(str, range(ROWS - 1)))
    found = RemoteStore(other).query(f"SELECT ?n {{ VALUES ?n {{ {whole} }} }}")
    assert len(list(found.rows())) == ROWS - 1


def test_nothing_is_left_behind(remote: str) -> None:
    """The contract takes its graphs away, and leaves those of samenhang as they were."""
    kept = RemoteStore(remote)
    kept.replace({"urn:kept": [QUAD]})
    list(qualify(open_apart(remote)))
    assert kept.graphs() == ["urn:kept"]
    held = kept.send("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", [], []).rows()
    names = {row["g"].value.rpartition("/")[2] for row in held}
    assert names == {"urn:kept", "merge", "catalogue"}
    kept.replace({"urn:kept": []})


def test_every_check_has_its_own_name() -> None:
    """No two checks go by the same name, and each promise is a sentence."""
    checks = [*CHECKS, *OWN_CHECKS]
    assert len({check.id for check in checks}) == len(checks)
    assert all(check.promise.endswith((".", ").", ")")) for check in checks)


class Forgetful:
    """An engine that loses the first row of every answer."""

    def __init__(self) -> None:
        self._engine = in_memory({})
        self.replace, self.graphs = self._engine.replace, self._engine.graphs
        self.quads = self._engine.quads

    def query(self, text: str, **dataset: Sequence[str]) -> Result:
        answer = self._engine.query(text, **dataset)
        if answer.form is Form.BINDINGS:
            next(answer.rows(), None)
        return answer

    def __len__(self) -> int:
        return len(self._engine)


def test_engine_that_loses_rows_does_not_fit() -> None:
    """A fault of an engine is seen, and told with what was seen and what was wanted."""
    outcomes = {o.check.id: o for o in qualify(Forgetful())}
    for name in ("select", "merge", "graph", "path", "date", "format-csv", "unicode"):
        assert outcomes[name].fits is False
    assert str(outcomes["count"]).endswith("[[] instead of ['3']]")


def test_outcome_is_one_line() -> None:
    """An outcome is told in one line: verdict, name, promise, and what was seen."""
    outcome = Outcome(CHECKS[0], fits=False, seen="[] instead of ['red']")
    assert str(outcome).startswith("does not fit  select: SELECT gives rows")
    assert str(outcome).endswith("[[] instead of ['red']]")
    assert str(replace(outcome, fits=True, seen="")).startswith("fits          select:")
