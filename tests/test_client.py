"""A client that a public generator makes from the description, as another system would use it."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from services import PATIENT, Service, serving

NAME: Final = "made_client"
GOAL: Final = "gbvs-2018-cyber-norms"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Serve the shipped graph."""
    with serving("memory:", PATIENT, shipped=True) as running:
        yield running


@pytest.fixture(scope="module")
def client(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Generate a client from the description that is served; a warning is a failure."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "settings.yml").write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--url", f"{service.address}/v1/openapi.json", "--output-path", str(folder / NAME)]
    command += ["--meta", "none", "--config", str(folder / "settings.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    made = importlib.import_module(NAME)
    with made.Client(base_url=f"{service.address}/v1", raise_on_unexpected_status=True) as opened:
        yield opened
    sys.path.remove(str(folder))


def ask(operation: str, client: Any, **parameters: Any) -> Any:
    """Call an operation of the client, named as `tag.operation`."""
    called = importlib.import_module(f"{NAME}.api.{operation}")
    return called.sync(client=client, **parameters)


def test_client_is_made_of_what_is_served(client: Any) -> None:
    """The generator takes every operation of the description, without a warning."""
    folder = Path(str(importlib.import_module(f"{NAME}.api").__file__)).parent
    operations = {path.stem for path in folder.glob("*/*.py")} - {"__init__"}
    assert {"list_goals", "get_goal", "list_goal_links", "get_link", "get_answer"} <= operations


def test_client_lists_goals_page_by_page(client: Any) -> None:
    """A client goes through all goals of the strategy by the cursor of each page."""
    found, cursor = [], None
    while True:
        given: dict[str, Any] = {} if cursor is None else {"cursor": cursor}
        page = ask("goals.list_goals", client, strategy="gbvs-2018", limit=5, **given)
        found += [goal.slug for goal in page.items]
        cursor = page.next_
        if cursor is None:
            break
    assert len(found) == len(set(found)) == page.total == 13
    assert GOAL in found


def test_client_follows_a_link_to_its_quotation(client: Any, service: Service) -> None:
    """From a goal a client comes to a link, and from that to the words and where they stand."""
    links = ask("goals.list_goal_links", client, slug=GOAL, level="quoted").items
    (link,) = [one for one in links if one.predicate == "sam:hasGoal"]
    whole = ask("links.get_link", client, slug=link.slug)
    quotations = [passage.quotation.to_dict()["nl"] for passage in whole.evidence]
    assert any("normatief internationaal kader voor cyberactiviteiten" in q for q in quotations)


def test_client_asks_a_question(client: Any) -> None:
    """A client gets the verdict of a question, and each gap with its reason in words."""
    answer = ask("questions.get_answer", client, name="Q01", level="derived")
    assert answer.verdict in ("gaps_found", "none_found", "not_assessable")
    gaps = [row for row in answer.rows if row.gap]
    assert len(gaps) == answer.numerator
    assert all(row.why.to_dict()["nl"] for row in gaps)


def test_client_is_told_what_is_wrong(client: Any) -> None:
    """An error comes as the problem that the description names, with what may be asked."""
    problem = ask("goals.list_goals", client, strategy="gbvs-1918")
    assert (problem.status, problem.parameter) == (404, "strategy")
    assert "gbvs-2018" in problem.allowed
