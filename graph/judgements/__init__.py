"""How the facts of each question become rows: one function for each measure that a head names."""

from collections.abc import Mapping
from typing import Final

from graph.findings import Judge
from graph.judgements.chains import chains
from graph.judgements.coordination import coordination_gaps
from graph.judgements.cover import gaps, named, stated
from graph.judgements.dispute import disputes
from graph.judgements.division import brokers, shape, silos
from graph.judgements.duplication import duplicates
from graph.judgements.evidence import weaknesses
from graph.judgements.fabric import breaking_points, islands
from graph.judgements.influence import influences
from graph.judgements.interaction import candidates, tensions
from graph.judgements.owners import owners
from graph.judgements.pillars import pillar_overlap, spanning_instruments
from graph.judgements.redundancy import critical_items, pseudo_redundancy, single_points
from graph.judgements.reference import references
from graph.judgements.regions import regions
from graph.judgements.reporting import reporting
from graph.judgements.support import foundations

#: The measures by the name that the head of a question gives.
JUDGES: Final[Mapping[str, Judge]] = {
    "breaking_points": breaking_points,
    "brokers": brokers,
    "candidates": candidates,
    "chains": chains,
    "coordination_gaps": coordination_gaps,
    "critical_items": critical_items,
    "disputes": disputes,
    "duplicates": duplicates,
    "foundations": foundations,
    "gaps": gaps,
    "influences": influences,
    "islands": islands,
    "named": named,
    "owners": owners,
    "pillar_overlap": pillar_overlap,
    "pseudo_redundancy": pseudo_redundancy,
    "references": references,
    "regions": regions,
    "reporting": reporting,
    "shape": shape,
    "silos": silos,
    "single_points": single_points,
    "spanning_instruments": spanning_instruments,
    "stated": stated,
    "tensions": tensions,
    "weaknesses": weaknesses,
}
