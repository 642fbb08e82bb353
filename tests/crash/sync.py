"""Trace a service on disk that is written to over HTTP: is each write on disk before its answer?

    python tests/crash/sync.py [--writes 20]

Needs strace. Updates and documents are sent in turn. Exit code 1 when an answer went out while the
journal was not on disk, or without a table of the engine having been put on disk since the last.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from services import TURTLE, empty_store, serving  # noqa: E402

STRACE = ["strace", "-f", "-y", "-s", "40", "-e", "trace=write,pwrite64,fsync,fdatasync,sendto"]
_CALL = re.compile(r"^(\d+) +(\w+)\(\d+<([^>]*)>")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. (fsync|fdatasync) resumed>")


def trace(folder: Path, writes: int) -> Path:
    """Write so many times to a service that is traced; return the file with its calls."""
    log = folder / "calls"
    with serving(empty_store(folder / "store"), tracer=[*STRACE, "-o", str(log)]) as service:
        for number in range(writes):
            if number % 2:
                service.change(f"INSERT DATA {{ <urn:s> <urn:p> {number} }}")
            else:
                document = f"<urn:s> <urn:p> {number} ."
                answer = service.call("PUT", "/store?graph=urn:graph:a", document, TURTLE)
                answer.raise_for_status()
    return log


def judge(log: Path, store: Path) -> Counter[str]:
    """Read the calls; return how many answers there were to writes, and what was wrong."""
    figures, dirty, waiting = Counter[str](), set[str](), dict[str, str]()
    tables = written = False
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        done = ""
        if resumed := _RESUMED.match(line):
            done = waiting.pop(resumed[1], "")
        elif call := _CALL.match(line):
            process, name, path = call.groups()
            if name == "sendto" and '"HTTP/1.1 2' in line:
                figures["answers to writes"] += written
                figures["journal not on disk"] += bool(dirty)
                figures["no table on disk"] += written and not tables
                tables = written = False
            elif name in ("write", "pwrite64") and path == f"{store}/journal":
                dirty.add(path)
                written = True
            elif name in ("fsync", "fdatasync") and "<unfinished" in line:
                waiting[process] = path
            elif name in ("fsync", "fdatasync"):
                done = path
        if done.startswith(f"{store}/"):
            figures["syncs"] += 1
            dirty.discard(done)
            tables |= done.endswith(".sst")
    return figures


def main() -> int:
    """Read the arguments, trace, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        figures = judge(trace(folder, given.writes), folder / "store")
    for name, figure in figures.items():
        sys.stdout.write(f"{figure:6}  {name}\n")
    wrong = figures["journal not on disk"] or figures["no table on disk"]
    return 1 if wrong or figures["answers to writes"] != given.writes else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FileNotFoundError as error:
        sys.exit(f"strace is needed: {error}")
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
