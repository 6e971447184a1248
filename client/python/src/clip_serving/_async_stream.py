"""A stream driven by tasks of one event loop; the sibling of _sync_stream."""

from __future__ import annotations

import asyncio
import time
from typing import Any, AsyncIterator, Callable, List, Optional

import grpc

from ._ledger import (Ledger, Prepared, Reconnects, StreamSetup, ended_early,
                      prepare)
from .errors import ClipError, from_rpc_error
from .values import StreamResult

_END = object()


def stream_results(stub: Any, items: Any,
                   setup: StreamSetup) -> AsyncIterator[StreamResult]:
    """An async generator; nothing starts before its first step, and closing it
    ends the stream."""
    is_async = hasattr(items, "__aiter__")
    source = items.__aiter__() if is_async else iter(items)

    async def results() -> AsyncIterator[StreamResult]:
        stream = _AsyncStream(stub, source, is_async, setup)
        try:
            stream.start()
            while True:
                result = await stream.next_result()
                if result is None:
                    return
                yield result
        finally:
            await stream.close()

    return results()


class _AsyncStream:

    def __init__(self, stub: Any, source: Any, is_async: bool,
                 setup: StreamSetup):
        self._stub = stub
        self._source = source
        self._is_async = is_async
        self._setup = setup
        self._ledger = Ledger(setup)
        self._waiters: List[asyncio.Future[None]] = []
        self._tasks: List[asyncio.Task[None]] = []
        self._failure: Optional[BaseException] = None
        self._source_error: Optional[BaseException] = None
        self._reconnects = Reconnects(setup.policy, setup.stream.max_outage)
        self._deadline = (None if setup.timeout is None else time.monotonic() +
                          setup.timeout)

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._read()),
            loop.create_task(self._receive_guarded())
        ]

    async def next_result(self) -> Optional[StreamResult]:
        """None behind the last one."""
        await self._until(lambda: self._ledger.has_result() or self._failure is
                          not None or self._ledger.is_finished())
        if self._ledger.has_result():
            result = self._ledger.take_result()
            self._tell()
            return result
        error = self._failure or self._source_error
        if error is not None:
            raise error
        return None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _tell(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def _until(self, predicate: Callable[[], bool]) -> None:
        while not predicate():
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    async def _read(self) -> None:
        index = 0
        try:
            while True:
                await self._until(self._ledger.has_room)
                prepared = await self._next_prepared(index)
                if prepared is None:
                    break
                index += 1
                self._ledger.add(prepared)
                self._tell()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # It is raised to the caller.
            self._source_error = error
        self._ledger.exhaust()
        self._tell()

    async def _next_prepared(self, index: int) -> Optional[Prepared]:
        """In a thread where it may read files or is not of asyncio."""
        if not self._is_async:
            return await asyncio.to_thread(self._pull, index)
        try:
            item = await self._source.__anext__()
        except StopAsyncIteration:
            return None
        if isinstance(item, (str, bytes)) and self._setup.kind == "text":
            return prepare(item, index, self._setup)
        return await asyncio.to_thread(prepare, item, index, self._setup)

    def _pull(self, index: int) -> Optional[Prepared]:
        item = next(self._source, _END)
        return None if item is _END else prepare(item, index, self._setup)

    async def _receive_guarded(self) -> None:
        try:
            self._failure = await self._receive()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # A defect must not hang the caller.
            self._failure = error
        self._tell()

    async def _receive(self) -> Optional[ClipError]:
        """Stream after stream; what ended the last one, None for its end."""
        while True:
            await self._until(lambda: self._ledger.needs_stream() or self.
                              _ledger.is_answered())
            if not self._ledger.needs_stream():
                return None
            failure = await self._one_stream()
            self._ledger.interrupt()
            if failure is None and not self._ledger.needs_stream():
                continue
            failure = failure or ended_early()
            delay = self._reconnects.delay(failure, self._ledger.progressed,
                                           time.monotonic())
            if delay is None:
                return failure
            await asyncio.sleep(delay)

    async def _one_stream(self) -> Optional[ClipError]:
        """None where the server ended it with OK."""
        self._ledger.begin_stream()
        call = self._stub.EncodeStream(metadata=self._setup.metadata,
                                       timeout=self._time_left())
        writer = asyncio.get_running_loop().create_task(self._write(call))
        try:
            while True:
                reply = await call.read()
                if reply is grpc.aio.EOF:
                    break
                self._ledger.answer(reply)
                self._tell()
            return None
        except grpc.RpcError as error:
            return from_rpc_error(error)
        finally:
            call.cancel()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, call: Any) -> None:
        """Where this fails the reading side learns why."""
        while True:
            await self._until(lambda: self._ledger.has_unsent() or self._ledger.
                              should_half_close())
            if not self._ledger.has_unsent():
                await call.done_writing()
                return
            await call.write(self._ledger.next_to_send())

    def _time_left(self) -> Optional[float]:
        if self._deadline is None:
            return None
        return max(0.0, self._deadline - time.monotonic())
