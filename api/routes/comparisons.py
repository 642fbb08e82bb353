"""Comparisons of editions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import Level
from api.comparisons import ComparisonModel, comparison_model
from api.library import LibraryDep
from graph.comparison import compare_editions
from graph.scope import EVERY

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons")
def get_comparison(
    library: LibraryDep,
    earlier: Annotated[str, Query(description="The earlier edition, by its slug.")],
    later: Annotated[str, Query(description="The later edition, by its slug.")],
    level: Annotated[
        Level, Query(description="The weakest level of evidence that counts.")
    ] = "assessed",
) -> ComparisonModel:
    """Compare two editions: alignment, what was kept, new and gone, figures, and dominance."""
    scope = library.inquiry.scope(level, edition=EVERY)
    found = compare_editions(library.inquiry, earlier, later, scope)
    return comparison_model(library.author, scope, found)
