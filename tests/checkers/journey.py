"""What another system does with the client that a generator made: it prints what it found, as JSON.

    python journey.py FOLDER ADDRESS

The folder holds the client as the package `made`. This runs in the environment of the checkers.
"""

import importlib
import json
import sys
from typing import Any, Final

GOAL: Final = "gbvs-2018-cyber-norms"


def goals(ask: Any) -> dict[str, Any]:
    """List the goals of the strategy, page by page."""
    found: list[str] = []
    given: dict[str, Any] = {}
    while True:
        page = ask("goals.list_goals", strategy="gbvs-2018", limit=5, **given)
        found += [goal.slug for goal in page.items]
        if page.next_ is None:
            return {"total": page.total, "slugs": found}
        given = {"cursor": page.next_}


def quotations(ask: Any) -> list[str]:
    """Follow the link that makes it a goal to the words that say so."""
    links = ask("goals.list_goal_links", slug=GOAL, level="quoted").items
    slugs = [link.slug for link in links if link.predicate == "sam:hasGoal"]
    whole = [ask("links.get_link", slug=slug) for slug in slugs]
    return [passage.quotation.to_dict()["nl"] for link in whole for passage in link.evidence]


def answer(ask: Any) -> dict[str, Any]:
    """Ask which goals have no instrument."""
    given = ask("questions.get_answer", name="Q01", level="quoted")
    gaps = [row.why.to_dict()["nl"] for row in given.rows if row.gap]
    return {"verdict": given.verdict, "numerator": given.numerator, "gaps": gaps}


def problem(ask: Any) -> dict[str, Any]:
    """Ask for the goals of a strategy that there is not."""
    told = ask("goals.list_goals", strategy="gbvs-1918")
    return {"status": told.status, "parameter": told.parameter, "allowed": told.allowed}


def main(folder: str, address: str) -> None:
    """Make the journey."""
    sys.path.insert(0, folder)
    made = importlib.import_module("made")
    with made.Client(base_url=address, raise_on_unexpected_status=True) as client:

        def ask(operation: str, **parameters: Any) -> Any:
            called = importlib.import_module(f"made.api.{operation}")
            return called.sync(client=client, **parameters)

        steps = (goals, quotations, answer, problem)
        json.dump({step.__name__: step(ask) for step in steps}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
