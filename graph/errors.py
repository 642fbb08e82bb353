"""The errors of the project, one class per whose fault it is.

SamenhangError
├── DataError          a file says something that cannot be loaded
├── QueryError         a query cannot be read or may not be run
├── LimitError         a query takes more than it may, or nobody is free to answer it
├── FormatError        a format cannot say what the result says
├── StoreError         a store cannot be opened, read or written
└── NotFoundError      a name that nobody has declared
    ├── GoneError      what was here once and is not kept any more
    └── ParameterError a value of a parameter that is not among those that it may have
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class SamenhangError(Exception):
    """Root of the tree; its text says what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Finding:
    """One fault in the data: what is wrong, where it stands and what to do about it."""

    what: str
    do: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Return `file:line: what. what to do`, as compilers do."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what} {self.do}".removeprefix(": ").rstrip()


class DataError(SamenhangError):
    """The data cannot be loaded; `findings` lists every fault found."""

    def __init__(self, findings: list[Finding]) -> None:
        """Keep the findings and make their lines the text of the error."""
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings

    @classmethod
    def at(cls, path: Path, what: str, do: str, line: int | None = None) -> "DataError":
        """Return the error of one fault in one file."""
        return cls([Finding(what, do, str(path), line)])


class QueryError(SamenhangError):
    """A query is refused; `line` and `column` (from 1) tell where, if the parser knows."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        """Keep the place beside the message."""
        super().__init__(message)
        self.line = line
        self.column = column


class LimitError(SamenhangError):
    """A query was stopped: `limit` is the limit that it passed, `seconds` that of time.

    "busy" says that no reader came free, and to ask again in `retry_after` seconds (RFC 9110,
    section 10.2.3); "crash" that the reader ended for another reason.
    """

    def __init__(
        self,
        message: str,
        limit: Literal["time", "memory", "size", "busy", "crash"],
        *,
        seconds: float | None = None,
        retry_after: int | None = None,
    ) -> None:
        """Keep which limit it was beside the message."""
        super().__init__(message)
        self.limit = limit
        self.seconds = seconds
        self.retry_after = retry_after


class FormatError(SamenhangError):
    """The result holds what the format that was asked for has no way to write."""


class StoreError(SamenhangError):
    """A store cannot be opened, read or written."""


class NotFoundError(SamenhangError):
    """Nothing goes by this name here."""


class GoneError(NotFoundError):
    """What was here once is not kept any more."""


class ParameterError(NotFoundError):
    """A parameter has a value that it may not have; `allowed` lists or describes those it may."""

    def __init__(self, message: str, parameter: str, allowed: Iterable[str] = ()) -> None:
        """Keep the parameter and what it allows beside the message."""
        super().__init__(message)
        self.parameter = parameter
        self.allowed = tuple(allowed)

    @classmethod
    def unknown(cls, parameter: str, value: str, allowed: Iterable[str]) -> "UnknownError":
        """Return the error of a value that is none of those there are."""
        allowed = tuple(allowed)
        known = ", ".join(allowed) or "none"
        message = f"No {parameter} {value!r} here; there are: {known}."
        return UnknownError(message, parameter, allowed)


class UnknownError(ParameterError):
    """A parameter names what is not there."""
