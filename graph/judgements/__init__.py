"""How the facts of each question become rows: one function for each measure that a head names."""

from collections.abc import Mapping
from typing import Final

from graph.findings import Judge
from graph.judgements.cover import foundations, gaps

#: The measures by the name that the head of a question gives.
JUDGES: Final[Mapping[str, Judge]] = {
    "gaps": gaps,
    "foundations": foundations,
}
