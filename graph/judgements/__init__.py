"""How the facts of each question become rows: one function for each measure that a head names."""

from collections.abc import Mapping
from typing import Final

from graph.findings import Judge
from graph.judgements.chains import chains
from graph.judgements.coordination import coordination_gaps
from graph.judgements.cover import foundations, gaps, stated
from graph.judgements.division import brokers, shape, silos
from graph.judgements.duplication import duplicates
from graph.judgements.fabric import breaking_points, islands
from graph.judgements.owners import owners
from graph.judgements.pillars import pillar_overlap, spanning_instruments
from graph.judgements.redundancy import critical_items, pseudo_redundancy, single_points
from graph.judgements.regions import regions
from graph.judgements.reporting import reporting

#: The measures by the name that the head of a question gives.
JUDGES: Final[Mapping[str, Judge]] = {
    "breaking_points": breaking_points,
    "brokers": brokers,
    "chains": chains,
    "coordination_gaps": coordination_gaps,
    "critical_items": critical_items,
    "duplicates": duplicates,
    "foundations": foundations,
    "gaps": gaps,
    "islands": islands,
    "owners": owners,
    "pillar_overlap": pillar_overlap,
    "pseudo_redundancy": pseudo_redundancy,
    "regions": regions,
    "reporting": reporting,
    "shape": shape,
    "silos": silos,
    "single_points": single_points,
    "spanning_instruments": spanning_instruments,
    "stated": stated,
}
