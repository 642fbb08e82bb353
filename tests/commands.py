"""The command, run in the process of the tests or in one of its own."""

import gc
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from api.__main__ import app
from ontology import ROOT, SAM

DONE, FAULTY, WRONG = 0, 1, 2
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
PILLARS = f"SELECT ?pillar {{ ?strategy <{SAM}hasPillar> ?pillar }} ORDER BY ?pillar"


@dataclass(frozen=True)
class Done:
    """What the command left: its exit code, and what it wrote."""

    exit_code: int
    output: bytes
    stderr: str

    @property
    def stdout(self) -> str:
        """The output as text."""
        return self.output.decode()


def run(*arguments: str | Path, stdin: str | None = None) -> Done:
    """Run the command in this process, and let go of the store it opened."""
    result = CliRunner().invoke(app, list(map(str, arguments)), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    done = Done(result.exit_code, result.stdout_bytes, result.stderr)
    del result
    gc.collect()
    return done


def process(*arguments: str | Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command as a process of its own."""
    command = [sys.executable, "-m", "api", *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT.parent
    )
