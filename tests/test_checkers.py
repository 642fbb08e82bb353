"""What public checkers say of the JSON interface: the rules of the government, and its contract."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from api.members import COLLECTIONS
from checking import FOLDER, node, run
from services import PATIENT, serving

REPOSITORY: Final = Path(__file__).parents[1]
#: The rules of others, which stand beside the project and are no part of it.
STANDARDS: Final = REPOSITORY.parent / "shared" / "standards"
RULES: Final = STANDARDS / "adr-ruleset.yaml"
SCHEMA: Final = STANDARDS / "publiccode-schema-don.json"
SPECTRAL: Final = "@stoplight/spectral-cli/dist/index.js"
REDOCLY: Final = "@redocly/cli/bin/cli.js"
EXAMPLES: Final = "50"
#: The collections whose operations are tried; those of the others are made by the same code.
TRIED: Final = ("documents", "goals", "links", "passages")


def need(path: Path) -> None:
    """Skip a test for which the rules of others are not here."""
    if not path.is_file():
        pytest.skip(f"the rules of others are not here: {path}")


def lint(path: Path) -> Any:
    """Return what the linter of the API Design Rules says of a description."""
    need(RULES)
    return node(SPECTRAL, "lint", "--fail-severity=warn", "--ruleset", str(RULES), str(path))


@pytest.fixture(scope="module")
def description(client: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with the description of the interface, as it is served."""
    path = tmp_path_factory.mktemp("description") / "openapi.json"
    path.write_text(json.dumps(client.get("/v1/openapi.json").json(), indent=1))
    return path


def test_design_rules(description: Path) -> None:
    """The linter of the API Design Rules finds nothing, not even to warn of."""
    done = lint(description)
    assert done.returncode == 0, done.stdout + done.stderr


def test_design_rules_are_checked(description: Path, tmp_path: Path) -> None:
    """The same linter finds what is against the rules."""
    faulty = json.loads(description.read_text())
    del faulty["info"]["contact"]["email"]
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(faulty))
    done = lint(path)
    assert done.returncode == 1
    assert "info-contact-fields-exist" in done.stdout


def test_description_is_sound(description: Path) -> None:
    """The linter of OpenAPI descriptions finds nothing."""
    done = node(REDOCLY, "lint", str(description))
    assert done.returncode == 0, done.stdout + done.stderr


def test_publiccode() -> None:
    """The description of the software keeps the schema of developer.overheid.nl."""
    need(SCHEMA)
    file = str(REPOSITORY / "publiccode.yml")
    done = run("-m", "check_jsonschema", "--schemafile", str(SCHEMA), file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_contract() -> None:
    """The service keeps what its description says, for requests that fit it and that do not."""
    others = "|".join(name for name in COLLECTIONS if name not in TRIED)
    with serving("memory:", PATIENT, shipped=True) as service:
        arguments = ["--max-examples", EXAMPLES, "--generation-deterministic", "--no-color"]
        arguments += ["--exclude-path-regex", f"^/({others})(/|$)"]
        arguments += [f"{service.address}/v1/openapi.json", "--url", f"{service.address}/v1"]
        told = ["--config-file", str(FOLDER / "schemathesis.toml")]
        done = run("-m", "schemathesis.cli", *told, "run", *arguments)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
