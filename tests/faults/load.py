# SPDX-License-Identifier: MIT
"""Callers who keep calling, and write down what they were told before they ask for more."""

import asyncio
import dataclasses
import hashlib
import itertools
import json
import os
import threading
import time

HOUSE = {"age": 36, "surface": 113.34, "has_attic": False, "garden_surface": 1094.49, "address": "Ames, Iowa"}
IN_FLIGHT = 32
BATCHING = 8  # of them send batches
BATCH = 7

runs = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    request_id: str  # the caller's own
    call: int = 0  # the call's id, of a 200
    digest: str = ""  # of the prices, of a 200
    seconds: float = 0
    retry_after: str = ""
    code: str = ""  # of an error


def digest(prices):
    """Of a call's answer, or of the rows that it left."""
    return hashlib.sha256(json.dumps([float(price) for price in prices]).encode()).hexdigest()


class Notebook:
    """A file of what was acknowledged. `note` returns when the line is on disk; many share one fsync."""

    def __init__(self, path):
        self.path = path
        self._file = open(path, "ab")
        self._waiting = []
        self._flushing = False

    async def note(self, answer):
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((f"{answer.call} {answer.request_id} {answer.digest}\n", done))
        if not self._flushing:
            await self._flush()
        await done

    async def _flush(self):
        self._flushing = True
        while self._waiting:
            batch, self._waiting = self._waiting, []
            text = "".join(line for line, _ in batch).encode()
            await asyncio.get_running_loop().run_in_executor(None, self._write, text)
            for _, done in batch:
                done.set_result(None)
        self._flushing = False

    def _write(self, text):
        self._file.write(text)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self):
        self._file.close()


def read_notes(path):
    """[(call id, request id, digest), …]"""
    lines = [line.split() for line in path.read_text().splitlines()]
    return [(int(call), request_id, told) for call, request_id, told in lines]


class Caller:
    """One kept-alive connection with one call under way at a time."""

    def __init__(self, load, number):
        self.load = load
        self.number = number
        self.batching = number < BATCHING
        self.reader = self.writer = None

    async def run(self):
        for count in itertools.count(1):
            if self.load.stopping.is_set():
                break
            # The point ends it, so that no id begins another one wherever they stand among other bytes.
            request_id = f"{self.load.name}-{self.number}-{count}."
            try:
                answer = await asyncio.wait_for(self._call(request_id, count), self.load.patience)
            except (OSError, EOFError, asyncio.TimeoutError) as fault:
                self.load.cut.append((request_id, type(fault).__name__))
                self._disconnect()
                if not self.load.persistent:
                    break
                await asyncio.sleep(0.05)
                continue
            self.load.answers.append(answer)
            if answer.status == 200:
                await self.load.notebook.note(answer)
            elif self.load.persistent:
                await asyncio.sleep(0.02)
            else:
                break
        self._disconnect()

    async def _call(self, request_id, count):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(*self.load.address)
        begun = time.monotonic()
        self.writer.write(self._request(request_id, count))
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        fields = [line.partition(":") for line in lines[1:]]
        headers = {name.lower(): value.strip() for name, _, value in fields}
        body = await self.reader.readexactly(int(headers["content-length"]))
        seconds = time.monotonic() - begun
        if headers.get("connection", "").lower() == "close":
            self._disconnect()
        return self._answer(int(lines[0].split()[1]), headers, json.loads(body), request_id, seconds)

    def _request(self, request_id, count):
        surface = 50 + self.number
        houses = [{**HOUSE, "age": (count + i) % 150, "surface": surface + i / 8} for i in range(BATCH)]
        body = json.dumps({"inputs": houses} if self.batching else houses[0])
        path = "/mlservice/v2/predict" + ("/batch" if self.batching else "")
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.load.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Request-Id: {request_id}\r\n\r\n"
        )
        return (head + body).encode()

    @staticmethod
    def _answer(status, headers, body, request_id, seconds):
        assert headers["x-request-id"] == request_id, "an answer to somebody else's request"
        if status != 200:
            retry_after = headers.get("retry-after", "")
            return Answer(status, request_id, seconds=seconds, retry_after=retry_after, code=body["code"])
        outputs = body["outputs"] if "outputs" in body else [body]
        prices = [output["price"] for output in outputs]
        return Answer(200, request_id, int(headers["x-service-call-id"]), digest(prices), seconds)

    def _disconnect(self):
        if self.writer is not None:
            self.writer.transport.abort()
        self.reader = self.writer = None


class Load:
    """`IN_FLIGHT` callers in a thread of their own, from `with` to the end of its block.

    A caller stops at the first answer that is no 200, or when its connection is cut; a `persistent` one goes
    on. Read `answers` and `cut` ([(request id, what ended it)]) after the block.
    """

    def __init__(self, server, token, notes, persistent=False, callers=IN_FLIGHT, patience=30):
        self.address = (server.host, server.port)
        self.token = token
        self.persistent = persistent
        self.patience = patience
        self.name = f"load-{os.getpid()}-{next(runs)}"
        self.notebook = Notebook(notes)
        self.stopping = threading.Event()
        self.answers, self.cut = [], []
        self._count = callers
        self._fault = None
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            asyncio.run(self._call_all())
        except BaseException as fault:
            self._fault = fault

    async def _call_all(self):
        await asyncio.gather(*(Caller(self, number).run() for number in range(self._count)))

    @property
    def acknowledged(self):
        return [answer for answer in self.answers if answer.status == 200]

    @property
    def refused(self):
        return [answer for answer in self.answers if answer.status != 200]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stopping.set()
        self._thread.join()
        self.notebook.close()
        if self._fault and kind is None:
            raise self._fault
