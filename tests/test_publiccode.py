"""publiccode.yml says of the software what the package says of itself."""

import re
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
TEXT = (REPOSITORY / "publiccode.yml").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_version_and_licence() -> None:
    """The version and the licence are those of the package, the date that of the change log."""
    told = dict(re.findall(r"^ *(softwareVersion|license|releaseDate): (\S+)$", TEXT, re.MULTILINE))
    (dated,) = re.findall(
        rf"^## {re.escape(PROJECT['version'])} - (\S+)$",
        (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert told == {
        "softwareVersion": PROJECT["version"],
        "license": PROJECT["license"],
        "releaseDate": f'"{dated}"',
    }
