"""How the facts of each question become rows: one function for each measure that a head names."""

from collections.abc import Mapping
from typing import Final

from graph.findings import Judge
from graph.judgements.coordination import coordination_gaps
from graph.judgements.cover import foundations, gaps
from graph.judgements.duplication import duplicates
from graph.judgements.pillars import pillar_overlap, spanning_instruments
from graph.judgements.redundancy import critical_items, pseudo_redundancy, single_points

#: The measures by the name that the head of a question gives.
JUDGES: Final[Mapping[str, Judge]] = {
    "gaps": gaps,
    "foundations": foundations,
    "single_points": single_points,
    "critical_items": critical_items,
    "pseudo_redundancy": pseudo_redundancy,
    "duplicates": duplicates,
    "spanning_instruments": spanning_instruments,
    "pillar_overlap": pillar_overlap,
    "coordination_gaps": coordination_gaps,
}
