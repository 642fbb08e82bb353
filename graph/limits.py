"""What a query may take, and how the system holds a process to it.

Time, size and the wait for a reader are watched by `graph.readers`; memory, stack, files and the
network are taken away here, by the system itself, from the process that answers. Limits of memory
and network hold on Linux; elsewhere only those of time, size and files do.
"""

import ctypes
import math
import os
import platform
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from graph.errors import LimitError, SamenhangError

MB: Final = 1 << 20

_LINUX: Final = sys.platform == "linux"
_FILES: Final = 32
_LEAST: Final = 64  # MB that a query needs beside its stack

# From linux/prctl.h, linux/seccomp.h, linux/filter.h and linux/audit.h.
_ARENA_MAX: Final = -8  # of malloc.h
_PDEATHSIG, _SECCOMP, _NO_NEW_PRIVILEGES = 1, 22, 38
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the refusal is EPERM
_FOREIGN_CALLS: Final = 0x40000000
#: The audit number of a machine, and its calls socket, connect, execve, execveat, io_uring_setup.
_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425)),
}


Limit = Literal["time", "memory", "size", "busy", "crash"]

#: What is said of each limit, and what to do.
_SAID: Final[dict[Limit, str]] = {
    "time": "The query took longer than {limits.seconds:g} s and was stopped. Ask for less: "
    "fewer patterns without a shared variable, a LIMIT, or a path from a given node.",
    "memory": "The query took more than {limits.memory} MB of memory and was stopped. Ask for "
    "less at once: sort, group and DISTINCT keep every solution.",
    "size": "The result is larger than {limits.size} MB. Take it in parts, with ORDER BY, LIMIT "
    "and OFFSET; write it in parts.",
    "busy": "Nobody is free to answer. Ask again in {retry_after} s.",
    "crash": "The query ended the process that answered it, and was not answered.",
}


@dataclass(frozen=True)
class Limits:
    """What one query may take; times in seconds, memory and size in MB of 1,048,576 bytes.

    `seconds` from the moment a reader has the query until its answer is whole; `memory` beyond
    the dataset, stack included; `size` of the written result; `queue_seconds` of waiting for a
    reader; `stack` for nested expressions; `nice` is the niceness of the readers, 0 to 19.
    """

    seconds: float = 10.0
    memory: int = 1_000
    size: int = 50
    queue_seconds: float = 1.0
    stack: int = 256
    nice: int = 10

    def __post_init__(self) -> None:
        """Refuse limits under which no query could be answered."""
        if min(self.seconds, self.size, self.queue_seconds, self.stack) <= 0:
            raise SamenhangError("The limits of time, size and stack must be more than 0.")
        if self.memory < self.stack + _LEAST:
            least = self.stack + _LEAST
            raise SamenhangError(f"The limit of memory must be {least} MB or more.")


def _prctl(*arguments: object) -> bool:
    return _LINUX and ctypes.CDLL(None).prctl(*arguments) == 0


def cut_network() -> bool:
    """Let this process and its children open no socket and start no program, for good.

    Sockets that are open stay so. Tells whether it holds: it does on Linux on two processors.
    """
    machine, calls = _CALLS.get(platform.machine(), (0, ()))
    if not machine or sys.maxsize < 1 << 32 or not _prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    last = len(calls) + 5  # the refusal
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 0, last - 2, machine)]
    steps += [(_LOAD, 0, 0, 0), (_AT_LEAST, last - 4, 0, _FOREIGN_CALLS)]
    steps += [(_EQUAL, last - 5 - at, 0, call) for at, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    written = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(written))
    _prctl(_SECCOMP, 2, program)
    try:
        socket.socket().close()
    except PermissionError:
        return True
    return False


def share_arenas() -> None:
    """Let all threads of this process take memory from one arena, as far as its C library can.

    glibc sets 64 MB of addresses aside for each new thread, which count as memory that is taken;
    and what one thread has freed in its arena, another cannot use.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def die_with(parent: int) -> None:
    """End this process when its parent ends, or now when it has ended already."""
    _prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(limits: Limits, *, files: bool = False) -> None:
    """Hold this process to the limits, from what it has now on; `files`: it may open many."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    if _LINUX:
        Path("/proc/self/oom_score_adj").write_text("1000")  # the first to go when memory is out
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most, hard = held + limits.memory * MB, resource.getrlimit(resource.RLIMIT_AS)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    os.nice(limits.nice)


def passed(limit: Limit, limits: Limits) -> LimitError:
    """Return the error of a limit, which says what to do."""
    seconds = limits.seconds if limit == "time" else None
    retry_after = math.ceil(limits.seconds) if limit == "busy" else None
    said = _SAID[limit].format(limits=limits, retry_after=retry_after)
    return LimitError(said, limit, seconds=seconds, retry_after=retry_after)
