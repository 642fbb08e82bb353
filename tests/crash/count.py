"""Let clients add one to a number together, over HTTP, and look whether any of it is lost.

    python tests/crash/count.py [--clients 4] [--times 200] [--store memory:]

Without a store it does so in memory and on disk. Meanwhile a reader looks whether it sees only
whole revisions. Exit code 1 when the number is not what it should be.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from services import empty_store, serving  # noqa: E402
from test_writing import NUMBERS, count_together  # noqa: E402


def run(store: str, clients: int, times: int) -> bool:
    """Count in one store and print the figures; tell whether they are right."""
    start = time.monotonic()
    with serving(store) as service:
        told, seen = count_together(service, clients, times)
        (row,) = service.rows(NUMBERS)
    values = sorted({int(term.value) for term in row.values()})
    seconds = time.monotonic() - start
    sys.stdout.write(
        f"{store.partition(':')[0]}: {clients} clients x {times} gave {values}, "
        f"{len(set(told))} revisions, {len(seen)} reads, {seconds:.0f} s\n"
    )
    sys.stdout.flush()
    whole = told == list(range(told[0], told[0] + clients * times)) and seen == sorted(seen)
    return whole and values == [clients * times]


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--store")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stores = [given.store] if given.store else ["memory:", empty_store(Path(scratch) / "store")]
        right = [run(store, given.clients, given.times) for store in stores]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
