"""Runs programs over a gRPC channel of asyncio."""

from __future__ import annotations

import asyncio
import collections
import itertools
import time
from typing import Any, Iterable, Iterator, List, Optional

import grpc

from ._programs import Call, Program, Work
from .errors import from_rpc_error
from .retry import RetryPolicy

# Named, so that a test can do without the waits.
_sleep = asyncio.sleep


class AsyncCalls:
    """Of one event loop. stub: of the service, over a channel of asyncio."""

    def __init__(self, stub: Any, policy: RetryPolicy, calls_in_flight: int):
        self._stub = stub
        self._policy = policy
        self._calls_in_flight = calls_in_flight

    async def run(self, program: Program, timeout: float,
                  metadata: Any) -> Any:
        """What the program returns."""
        try:
            step = next(program)
            while True:
                if isinstance(step, Work):
                    made = await asyncio.to_thread(step.function)
                else:
                    made = await self._make(step, timeout, metadata)
                step = program.send(made)
        except StopIteration as stop:
            return stop.value

    async def _make(self, calls: Iterable[Call], timeout: float,
                    metadata: Any) -> List[Any]:
        reads_files = not isinstance(calls, list) and getattr(
            calls, "reads_files", True)
        iterator = iter(calls)
        window: Any = collections.deque()
        replies = []
        try:
            while True:
                call = await self._next(iterator, reads_files)
                if call is None:
                    break
                if len(window) == self._calls_in_flight:
                    replies.append(await _oldest_result(window))
                window.append(
                    asyncio.ensure_future(self._call(call, timeout, metadata)))
            while window:
                replies.append(await _oldest_result(window))
            return replies
        finally:
            await _cancel(window)

    @staticmethod
    async def _next(calls: Iterator[Call],
                    reads_files: bool) -> Optional[Call]:
        if reads_files:
            return await asyncio.to_thread(next, calls, None)
        return next(calls, None)

    async def _call(self, call: Call, timeout: float, metadata: Any) -> Any:
        """One call with its retries."""
        method = getattr(self._stub, call.method)
        deadline = time.monotonic() + timeout
        for attempt in itertools.count(1):
            left = max(0.0, deadline - time.monotonic())
            try:
                reply = await method(call.request,
                                     timeout=left,
                                     metadata=metadata)
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            else:
                self._policy.throttle.record_success()
                return reply
            delay = self._policy.delay_before_retry(
                failure, attempt, deadline - time.monotonic())
            if delay is None:
                raise failure.shifted(call.offset)
            await _sleep(delay)



async def _cancel(tasks: Iterable[Any]) -> None:
    """Ends those that still run; their errors are of no use any more."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _oldest_result(window: Any) -> Any:
    """Of the first task, which it takes off; raises the error of any one as
    soon as it has failed."""
    while True:
        for task in window:
            if task.done():
                task.result()
        if window[0].done():
            return window.popleft().result()
        await asyncio.wait([task for task in window if not task.done()],
                           return_when=asyncio.FIRST_COMPLETED)
