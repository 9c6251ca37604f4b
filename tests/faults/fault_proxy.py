# SPDX-License-Identifier: MIT
"""A way to PostgreSQL on which things go wrong on demand."""

import asyncio
import socket
import struct
import threading

PASS = "pass"
HOLD = "hold"  # nothing comes through, nothing is lost: as where packets are dropped and sent again later
RESET = "reset"  # connections are reset, new ones too
REFUSE = "refuse"  # connections are reset, nobody listens

COMMIT = b"COMMIT"
AT_ONCE = "at once"  # when the COMMIT has gone on: it may be carried out or not
AFTER_REPLY = "after its reply"  # which is kept from the program: it has been carried out


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and passes on to `target`, a port there too, within a `with` block.

    Thread-safe: a mode is in force when `set` returns.
    """

    def __init__(self, target):
        self.target = target
        self.cuts = 0  # connections cut at a COMMIT so far
        self._mode = PASS
        self._cut, self._cuts_left = None, 0
        self._loop = asyncio.new_event_loop()
        self._links = set()
        self._listening = None
        self._thread = threading.Thread(target=self._loop.run_forever)

    def url(self, url):
        """The same database by this way."""
        return url.replace(f":{self.target}/", f":{self.port}/")

    def set(self, mode):
        self._run(self._set(mode))

    def cut_commits(self, count, when):
        """Cuts the connections of the next `count` COMMITs."""
        self._cut, self._cuts_left = when, count

    def __enter__(self):
        self._thread.start()
        # Kept through a refusal, so that nobody else gets the port meanwhile.
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._run(self._listen())
        return self

    def __exit__(self, *_):
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self):
        if self._socket is None:
            self._socket = socket.create_server(("127.0.0.1", self.port))
        self._listening = await asyncio.start_server(self._serve, sock=self._socket)

    async def _set(self, mode):
        if mode == REFUSE and self._listening:
            self._listening.close()
            self._listening = self._socket = None
        elif mode != REFUSE and not self._listening:
            await self._listen()
        self._mode = mode
        if mode in (RESET, REFUSE):
            for link in list(self._links):
                link.reset()
        for link in list(self._links):
            link.set_open(mode == PASS)

    async def _end(self):
        await self._set(REFUSE)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader, writer):
        link = Link(self, reader, writer)
        if self._mode == RESET:
            return link.reset()
        self._links.add(link)
        try:
            link.set_open(self._mode == PASS)
            await link.run()
        finally:
            self._links.discard(link)

    def take_cut(self):
        """How this COMMIT's connection is to be cut, if it is."""
        if self._cuts_left == 0:
            return None
        self._cuts_left -= 1
        self.cuts += 1
        return self._cut


class Link:
    """One connection of the program, and the one that it becomes."""

    def __init__(self, proxy, reader, writer):
        self.proxy = proxy
        self.reader, self.writer = reader, writer
        self.onward = None
        self.open = asyncio.Event()
        self.is_cut = False

    def set_open(self, is_open):
        self.open.set() if is_open else self.open.clear()

    def reset(self):
        for writer in (self.writer, self.onward):
            if writer is not None:
                # No lingering: what is closed so is reset.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()

    async def run(self):
        await self.open.wait()
        try:
            replies, self.onward = await asyncio.open_connection("127.0.0.1", self.proxy.target)
        except OSError:
            return self.reset()
        ways = [self._pass_requests(), self._pass_replies(replies)]
        _, left = await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)
        for way in left:
            way.cancel()
        self.writer.close()
        self.onward.close()

    async def _pass_requests(self):
        while data := await self._read(self.reader):
            cut = self.proxy.take_cut() if COMMIT in data else None
            self.is_cut = cut is not None
            self.onward.write(data)
            if cut == AT_ONCE:
                return self.reset()

    async def _pass_replies(self, replies):
        while data := await self._read(replies):
            if self.is_cut:
                return self.reset()
            self.writer.write(data)

    async def _read(self, reader):
        """Nothing at the end, be it in good order or not."""
        try:
            data = await reader.read(65536)
        except OSError:
            return b""
        await self.open.wait()
        return data
