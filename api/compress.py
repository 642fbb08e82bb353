"""Answers in gzip (RFC 1952)."""

import gzip
from functools import partial
from typing import Final

from anyio import to_thread

#: From this many bytes on an answer is compressed; from that many on in another thread.
SMALL: Final = 1024
_LARGE: Final = 65536
_LEVEL: Final = 6


async def compressed(body: bytes) -> bytes:
    """Return a body in gzip, the same for the same body; made in a thread when it takes long."""
    work = partial(gzip.compress, body, _LEVEL, mtime=0)
    return await to_thread.run_sync(work) if len(body) > _LARGE else work()
