"""A reader: a process that answers queries on a snapshot, one after the other.

It works out updates too, on a copy that ends with it, and reads documents that are to be written.
Readers are forked from one small process, the zygote, which is forked itself while the service has
no thread yet. So the dataset is loaded once and its memory is shared (copy on write). A message is
the lengths of its two parts, then a head in JSON and a body in bytes.
"""

import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, NoReturn

from graph.change import Change
from graph.errors import SamenhangError
from graph.limits import MB, Limits, confine, cut_network, die_with, share_arenas
from graph.oxigraph import OxigraphStore
from graph.replies import Head, Snapshot, failed, reply

LENGTHS: Final = struct.Struct("!IQ")
PID: Final = struct.Struct("!i")
_BUFFER: Final = 65536
_SMALL: Final = MB


def pack(head: Head, body: bytes | memoryview = b"") -> list[bytes | memoryview]:
    """Return a message as the parts to send; a small one is one part."""
    written = json.dumps(head).encode()
    start = LENGTHS.pack(len(written), len(body)) + written
    return [start + body] if len(body) < _SMALL else [start, body]


def _receive(channel: socket.socket, length: int) -> bytes:
    """Return exactly so many bytes; fewer when the other side has gone."""
    data = bytearray()
    while len(data) < length and (more := channel.recv(min(length - len(data), MB))):
        data += more
    return bytes(data)


def _send(channel: socket.socket, parts: Iterable[bytes | memoryview]) -> None:
    for part in parts:
        channel.sendall(part)


def _peak() -> int:
    """Return the most memory that this process has had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _answer_all(
    channel: socket.socket, snapshot: Snapshot, store: OxigraphStore | str, limits: Limits
) -> None:
    """Answer requests until the service closes the channel; a store that did not open may yet.

    The head says `spent` after a query that took much memory: what it leaves behind would count
    for the next one, so a new reader takes over.
    """
    most = _peak() + limits.memory * MB // 1024 // 4
    stream = channel.makefile("rb", buffering=_BUFFER)
    while start := stream.read(LENGTHS.size):
        head_length, body_length = LENGTHS.unpack(start)
        request, sent = json.loads(stream.read(head_length)), stream.read(body_length)
        if isinstance(store, str):
            store = _open(snapshot)
        if isinstance(store, str):
            head, body = failed("store", store)
        else:
            head, body = reply(snapshot, store, request, sent, limits)
        spent = "update" in request or _peak() > most
        _send(channel, pack({**head, "spent": spent}, body))
        del body


def _open(snapshot: Snapshot) -> OxigraphStore | str:
    """Return the store, or why it cannot be opened."""
    try:
        return snapshot if isinstance(snapshot, OxigraphStore) else snapshot.open()
    except (OSError, SamenhangError) as error:
        return f"The snapshot cannot be opened: {error}"


def _read(channel: socket.socket, snapshot: Snapshot, limits: Limits, zygote: int) -> None:
    """Be a reader: confined, and with a deep stack, which only a thread of its own can have."""
    die_with(zygote)
    store = _open(snapshot)
    confine(limits, files=not isinstance(snapshot, OxigraphStore))
    threading.stack_size(limits.stack * MB)
    thread = threading.Thread(target=_answer_all, args=(channel, snapshot, store, limits))
    thread.start()
    thread.join()


def _leave() -> NoReturn:
    """End a forked process, and nothing of the process that it is a copy of."""
    if sys.exc_info()[0]:
        traceback.print_exc()
    os._exit(1)


def _fork_reader(control: socket.socket, snapshot: Snapshot, limits: Limits) -> None:
    """Fork a reader; send its pid, our end of its channel, and where its complaints are heard."""
    ours, theirs = socket.socketpair()
    complaints, stderr = socket.socketpair()
    with ours, theirs, complaints, stderr:
        zygote, pid = os.getpid(), os.fork()
        if pid == 0:
            try:
                for end in (control, ours, complaints):
                    end.close()
                stderr.setblocking(False)  # what nobody hears is dropped
                os.dup2(stderr.fileno(), 2)
                _read(theirs, snapshot, limits, zygote)
            finally:
                _leave()
        socket.send_fds(control, [PID.pack(pid)], [ours.fileno(), complaints.fileno()])


def _let_go(kept: int) -> None:
    """Drop what the zygote has of the service: its files, its signals, its dead objects."""
    gc.freeze()  # what the service left is never collected here, so its files are closed once
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service decides when to end
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps the readers
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    sys.stderr = sys.__stderr__
    os.environ["RUST_BACKTRACE"] = "0"


def _serve(
    control: socket.socket, snapshot: Snapshot, limits: Limits, service: int, *, online: bool
) -> None:
    """Be the zygote: say whether the network is cut, fork a reader when asked, wait for all."""
    die_with(service)
    share_arenas()
    _let_go(control.fileno())
    with suppress(ConnectionError):  # the service has gone
        control.sendall(b"\1" if not online and cut_network() else b"\0")
        while order := control.recv(1):
            if order == b"=":
                _follow(control, snapshot)
                continue
            try:
                _fork_reader(control, snapshot, limits)
            except ConnectionError:
                raise
            except OSError:
                control.sendall(PID.pack(0))  # the system gives no more processes now
    with suppress(ChildProcessError):
        os.wait()


def _follow(control: socket.socket, snapshot: Snapshot) -> None:
    """Make a change in the store in memory, for the readers to come."""
    assert isinstance(snapshot, OxigraphStore)
    head, body = LENGTHS.unpack(_receive(control, LENGTHS.size))
    said = json.loads(_receive(control, head))
    snapshot.change(Change.unpack(said, _receive(control, body)))
    control.sendall(PID.pack(0))


def fork_zygote(
    snapshot: Snapshot, limits: Limits, *, online: bool = False
) -> tuple[int, socket.socket, bool]:
    """Fork the zygote; return its pid, the channel to it, and whether it has no network.

    Call it in the main thread, before any other thread exists. A store in memory gets a copy of
    its merge first, which the service and all readers share.
    """
    if isinstance(snapshot, OxigraphStore):
        snapshot.part()
    ours, theirs = socket.socketpair()
    service, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            ours.close()
            _serve(theirs, snapshot, limits, service, online=online)
        finally:
            _leave()
    theirs.close()
    return pid, ours, ours.recv(1) == b"\1"
