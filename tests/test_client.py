"""A client that a public generator makes from the description, used as another system would."""

import json
from typing import Any, Final

import pytest

from checking import FOLDER, run
from services import PATIENT, serving

MADE: Final = "made"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give what a client found that was generated, without a warning, from what is served."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "settings.yml").write_text("post_hooks: []\nliteral_enums: true\n")
    with serving("memory:", PATIENT, shipped=True) as service:
        address = f"{service.address}/v1"
        arguments = ["generate", "--fail-on-warning", "--url", f"{address}/openapi.json"]
        arguments += ["--output-path", str(folder / MADE), "--meta", "none"]
        arguments += ["--config", str(folder / "settings.yml")]
        made = run("-m", "openapi_python_client", *arguments)
        assert made.returncode == 0, made.stdout + made.stderr
        done = run(str(FOLDER / "journey.py"), str(folder), address)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_client_lists_goals_page_by_page(found: Any) -> None:
    """A client goes through all goals of the strategy by the cursor of each page."""
    slugs = found["goals"]["slugs"]
    assert len(slugs) == len(set(slugs)) == found["goals"]["total"] == 13
    assert "gbvs-2018-cyber-norms" in slugs


def test_client_follows_a_link_to_its_quotation(found: Any) -> None:
    """From a goal a client comes to a link, and from that to the words that state it."""
    norms = "het bevorderen van een normatief internationaal kader voor cyberactiviteiten"
    assert any(norms in quotation for quotation in found["quotations"])


def test_client_asks_a_question(found: Any) -> None:
    """A client gets the verdict of a question, and each gap with its reason in words."""
    answer = found["answer"]
    assert answer["verdict"] == "gaps_found"
    assert len(answer["gaps"]) == answer["numerator"] > 0
    assert all(answer["gaps"])


def test_client_is_told_what_is_wrong(found: Any) -> None:
    """An error comes as the problem that the description names, with what may be asked."""
    problem = found["problem"]
    assert (problem["status"], problem["parameter"]) == (404, "strategy")
    assert "gbvs-2018" in problem["allowed"]
