"""https in front of the panel's server: asyncio and OpenSSL speak TLS, waitress sees the plain stream of each visitor.

One port serves both: what begins with a TLS greeting is unwrapped here, anything else is handed on as it came, so that
this machine needs no certificate and a telephone can fetch it. The visitor's address goes along with the stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from broadcaster.panel.wire.crowd import ALL, EACH, HEAD_S
from broadcaster.threads import WatchedThread, survived


class Admit(Protocol):
    """Takes a stream up."""

    def __call__(self, line: socket.socket, address: tuple[str, int], *, secure: bool) -> None:
        """Take the stream of a visitor."""
        ...


_GREETING: Final = b"\x16"
_PIECE: Final = 64 * 1024
_FAREWELL_S: Final = 2.0
_LOOK_S: Final = 0.25


class TlsFront:
    """Accepts at `doors` while the context is open, and hands streams on: `admit(stream, address, secure)`.

    Args:
        doors: sockets that listen already.
        context: the certificate; one that is loaded into it anew holds for whoever comes next.
        admit: takes a stream up; called on this front's thread.
    """

    def __init__(self, doors: Sequence[socket.socket], context: ssl.SSLContext, admit: Admit) -> None:
        self._doors = doors
        self._context = context
        self._admit = admit
        self._bridges: set[asyncio.Task[None]] = set()
        self._began = threading.Event()
        self._end: Callable[[], object] = lambda: None
        self._greeting: dict[asyncio.Task[None], str] = {}
        self._thread = WatchedThread(self._run, "https")

    def __enter__(self) -> None:
        self._thread.start()
        self._began.wait(10)

    def __exit__(self, *_: object) -> None:
        self._end()
        self._thread.join(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        accepting = [asyncio.create_task(self._accept(door)) for door in self._doors]
        over = asyncio.Event()
        self._end = functools.partial(asyncio.get_running_loop().call_soon_threadsafe, over.set)
        self._began.set()
        await over.wait()
        for task in accepting:
            task.cancel()

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                line, address = await loop.sock_accept(door)
            except OSError:
                await asyncio.sleep(_LOOK_S)  # no more files: those that are overdue go
                continue
            self._make_room(address[0])
            task = asyncio.create_task(self._take(line, address))
            self._greeting[task] = address[0]
            task.add_done_callback(lambda done: self._greeting.pop(done, None))
            await asyncio.sleep(0)  # let others go on, however many wait at the door

    def _make_room(self, address: str) -> None:
        """Let the oldest that has not greeted yet go, of an address that has many, or of all."""
        own = [task for task, of in self._greeting.items() if of == address]
        victim = own[0] if len(own) >= EACH else None
        if victim is None and len(self._greeting) >= ALL // 2:
            victim = next(iter(self._greeting))
        if victim is not None:
            del self._greeting[victim]
            victim.cancel()

    async def _take(self, line: socket.socket, address: tuple[str, int]) -> None:
        line.setblocking(False)
        try:
            async with asyncio.timeout(HEAD_S):
                first = await _peeked(line)
            if first != _GREETING:
                self._admit(line, address, secure=False)
                return
            reader, writer = await self._greeted(line)
        except (OSError, TimeoutError, asyncio.CancelledError):
            line.close()
            return
        with survived("https"):
            ours, theirs = socket.socketpair()
            theirs.setblocking(False)
            self._admit(theirs, address, secure=True)
            bridge = asyncio.create_task(_bridged(reader, writer, ours))
            self._bridges.add(bridge)  # else it could be forgotten while it carries
            bridge.add_done_callback(self._bridges.discard)

    async def _greeted(self, line: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_PIECE)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            line,
            ssl=self._context,
            ssl_handshake_timeout=HEAD_S,
            ssl_shutdown_timeout=_FAREWELL_S,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _peeked(line: socket.socket) -> bytes:
    """The first byte of a stream, left in it."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(line, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(line)
    return line.recv(1, socket.MSG_PEEK)


async def _bridged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inner: socket.socket) -> None:
    """Carry both ways until either side has enough."""
    their_reader, their_writer = await asyncio.open_connection(sock=inner, limit=_PIECE)
    ways = [
        asyncio.create_task(_carry(reader, their_writer)),
        asyncio.create_task(_carry(their_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not ways[1].done():  # the visitor has said all; what is being answered still goes out
            await asyncio.wait(ways[1:], timeout=HEAD_S)
    finally:
        for way in ways:
            way.cancel()
        for each in (their_writer, writer):
            each.close()
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                await each.wait_closed()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
