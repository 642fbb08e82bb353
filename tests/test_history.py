"""The history of a store: what each of its last revisions changed, and how far back it reaches."""

import gc
from pathlib import Path

import pyoxigraph as ox
import pytest

from graph import history as module
from graph.change import Change
from graph.difference import between, merged, undoing, undone
from graph.disk import Disk
from graph.errors import GoneError, UnknownError
from graph.oxigraph import OxigraphStore, in_memory, open_directory
from stores import A, B, quads

S, P, G = (ox.NamedNode(f"urn:{name}") for name in "spg")


def quad(number: int) -> ox.Quad:
    """Return a statement about a number."""
    return ox.Quad(S, P, ox.Literal(number), G)


def counted(path: Path, revisions: int) -> OxigraphStore:
    """Make a store on disk that holds one number, another one in each revision."""
    store = open_directory(path, create=True)
    for number in range(1, revisions + 1):
        store.change(Change([quad(number - 1)] if number > 1 else [], [quad(number)]))
    return store


def disk(store: OxigraphStore) -> Disk:
    """Return the directory of a store on disk."""
    assert store.disk
    return store.disk


def said(change: Change) -> tuple[set[ox.Quad], set[ox.Quad]]:
    """Return what a change removes and adds."""
    return set(change.removed), set(change.added)


def test_history_survives_opening_again(tmp_path: Path) -> None:
    """What each revision changed is told after opening again as it was before."""
    store = counted(tmp_path, 4)
    assert said(between(disk(store).history, 1, 3)) == ({quad(1)}, {quad(3)})
    del store
    gc.collect()
    store = open_directory(tmp_path)
    again = disk(store).history
    assert (again.oldest, again.newest) == (0, 4)
    assert said(between(again, 1, 3)) == ({quad(1)}, {quad(3)})
    assert [(e.removed, e.added) for e in again.revisions[1:]] == [(0, 1), *[(1, 1)] * 3]


@pytest.mark.parametrize(("kept", "size"), [(2, 10**6), (10, 600)])
def test_only_the_last_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int, size: int
) -> None:
    """Of more revisions than fit, by number or by bytes, the oldest go, and the error says so."""
    monkeypatch.setattr(module, "KEPT", kept)
    monkeypatch.setattr(module, "SIZE", size)
    store = counted(tmp_path, 6)
    found = disk(store).history
    assert found.kept == {5, 6}
    assert sorted(path.name for path in (tmp_path / "history").iterdir()) == ["5", "6"]
    assert said(between(found, 4, 6)) == ({quad(4)}, {quad(6)})
    with pytest.raises(GoneError, match="from revision 4 to 6"):
        between(found, 3, 6)


@pytest.mark.parametrize(("start", "end", "wrong"), [(0, 9, "to"), (-1, 1, "from")])
def test_what_is_no_revision_is_refused(tmp_path: Path, start: int, end: int, wrong: str) -> None:
    """A revision that there is not is named."""
    store = counted(tmp_path, 2)
    with pytest.raises(UnknownError) as refused:
        between(disk(store).history, start, end)
    assert refused.value.parameter == wrong


def test_difference_has_two_directions(tmp_path: Path) -> None:
    """From a later revision to an earlier one what came goes, and what went comes."""
    store = counted(tmp_path, 3)
    forth, back = (between(disk(store).history, *pair) for pair in ((1, 3), (3, 1)))
    assert (forth.removed, forth.added) == (back.added, back.removed)


@pytest.mark.parametrize("damage", ["gone", "shortened", "of another write"])
def test_what_is_damaged_is_not_told(tmp_path: Path, damage: str) -> None:
    """A change that is gone, damaged, or of a write that was not made counts as not kept."""
    store = counted(tmp_path, 3)
    path = tmp_path / "history" / "2"
    content = {
        "gone": b"",
        "shortened": path.read_bytes()[:-1],
        "of another write": (tmp_path / "history" / "3").read_bytes(),
    }[damage]
    path.write_bytes(content)
    with pytest.raises(GoneError):
        between(disk(store).history, 0, 3)
    assert said(between(disk(store).history, 2, 3)) == ({quad(2)}, {quad(3)})


def test_no_room_for_the_history_fails_no_write(tmp_path: Path) -> None:
    """A write whose change cannot be kept is made; only its history is not there."""
    store = counted(tmp_path, 1)
    (tmp_path / "history" / "2").mkdir()
    store.change(Change([quad(1)], [quad(2)]))
    store.change(Change([quad(2)], [quad(3)]))
    assert list(store.quads()) == [quad(3)]
    assert (disk(store).history.oldest, disk(store).revision) == (2, 3)


def test_load_tells_what_it_changed(tmp_path: Path) -> None:
    """Graphs that are replaced tell which statements differ, as the engine writes them."""
    store = open_directory(tmp_path, create=True)
    store.replace({A: quads(A, "one", 3), B: quads(B, "one", 2)})
    store.replace({A: [*quads(A, "one", 2), *quads(A, "two", 1)], B: []})
    change = between(disk(store).history, 1, 2)
    assert said(change) == ({quads(A, "one", 3)[2], *quads(B, "one", 2)}, {*quads(A, "two", 1)})
    assert (change.dropped, change.created) == ([B], [])


DOCUMENT = """
<urn:s> <urn:p> [ <urn:q> 01 ; <urn:r> ( "a" [ <urn:q> "b"@en-GB ] ) ] , [ <urn:q> 2 ] , [] , [] .
"""


def test_blank_nodes_keep_their_names(tmp_path: Path) -> None:
    """A document that is loaded again changes nothing; only the statement that is new is told."""

    def loaded(text: str) -> None:
        read = ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        graph = [ox.Quad(q.subject, q.predicate, q.object, G) for q in read]
        store.replace({G.value: graph})

    store = open_directory(tmp_path, create=True)
    loaded(DOCUMENT)
    first = set(store.quads())
    loaded(DOCUMENT)
    assert set(store.quads()) == first
    assert said(between(disk(store).history, 1, 2)) == (set(), set())
    loaded(DOCUMENT + "<urn:s> <urn:p> [ <urn:q> 3 ] .")
    removed, added = said(between(disk(store).history, 2, 3))
    assert (len(removed), len(added)) == (0, 2)


def test_what_comes_and_goes_is_no_difference() -> None:
    """Of changes in a row only what they come to is told, and graphs as well."""
    one, two, three = quad(1), quad(2), quad(3)
    steps = [
        Change([one], [two], [], ["urn:g"]),
        Change([two], [three], ["urn:h"], []),
        Change([], [one], ["urn:g"], ["urn:h"]),
    ]
    assert merged(steps) == Change([], [three], [], [])


def test_undone_is_as_before() -> None:
    """A store whose change is undone holds what it held before, default graph included."""
    store = in_memory({"": quads(A, "one", 3)})
    before = set(store.engine)
    change = Change(quads(A, "one", 2), quads(B, "two", 2), [], [B])
    store.change(change)
    past = undone(store, change)
    assert set(past.engine) == before
    past.change(change)
    assert set(past.engine) == set(store.engine)
    past.change(undoing(change))
    assert set(past.engine) == before
