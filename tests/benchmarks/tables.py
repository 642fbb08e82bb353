"""Tables on standard output."""

from collections.abc import Iterable, Sequence


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], *notes: str) -> None:
    """Print a table, then the notes: names and a column of notes to the left, figures right."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}\n")
    for number, row in enumerate(cells):
        aligned = [
            text.ljust(width) if name in (head[0], "note") else text.rjust(width)
            for name, text, width in zip(head, row, widths, strict=True)
        ]
        print("  ".join(aligned).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    for note in notes:
        print(f"  {note}")
    print(end="", flush=True)
