"""The evaluation of an update: what it would change, found out on an engine that is thrown away."""

from collections.abc import Iterable

import pyoxigraph as ox

from graph.change import Change, Quads, names, quads_of, unsaid
from graph.errors import QueryError
from graph.oxigraph import as_query_error
from graph.update import Operation
from ontology import BASE


def work_out(engine: ox.Store, operations: Iterable[Operation]) -> Change:
    """Run operations on an engine that is thrown away, and return what they changed.

    Between two operations the default graph is brought up to date, so that the second sees what
    the first has done.
    """
    known = names(engine)
    first, last = dict[str, Quads](), dict[str, Quads]()
    for operation in operations:
        before, after = _run(engine, operation)
        for name, quads in before.items():
            for quad in unsaid(engine, quads - after[name]):
                engine.remove(quad)
            engine.extend(ox.Quad(*quad.triple) for quad in after[name] - quads)
        first, last = before | first, last | after
    left = names(engine)
    return Change(
        [quad for name in first for quad in first[name] - last[name]],
        [quad for name in first for quad in last[name] - first[name]],
        sorted(known - left),
        sorted(left - known),
    )


def _run(engine: ox.Store, operation: Operation) -> tuple[dict[str, Quads], dict[str, Quads]]:
    """Run one operation; return the graphs that it may have changed as they were and as they are.

    QueryError when it changed another graph: then its text was not understood.
    """
    present, size = names(engine), len(engine)
    written = present if operation.graphs is None else operation.graphs
    before = {name: quads_of(engine, name) for name in written}
    with as_query_error(operation.text, update=True):
        engine.update(operation.text, base_iri=BASE)
    before |= {name: set() for name in names(engine) - present}
    after = {name: quads_of(engine, name) for name in before}
    grown = sum(map(len, after.values())) - sum(map(len, before.values()))
    if operation.graphs is not None and len(engine) - size != grown:
        raise QueryError("The update was not made: it is not clear which graphs it changes.")
    return before, after
