"""Runs programs over a gRPC channel, with threads where a list is long."""

from __future__ import annotations

import collections
import concurrent.futures
import itertools
import threading
import time
from typing import Any, Iterable, List, Optional, Set

import grpc

from ._programs import Call, Program, Work
from .errors import CancelledError, ClipError, from_rpc_error
from .retry import RetryPolicy

# Named, so that a test can do without the waits.
_sleep = time.sleep


class _Scope:
    """The calls of one program. When one fails, the others are of no use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._running: Set[Any] = set()

    def cancel(self) -> None:
        self._cancelled.set()
        with self._lock:
            running = list(self._running)
        for call in running:
            call.cancel()

    def result_of(self, call: Any) -> Any:
        """Waits for a call that `cancel` ends."""
        with self._lock:
            self._running.add(call)
        try:
            if self._cancelled.is_set():
                call.cancel()
            return call.result()
        except BaseException:
            call.cancel()
            raise
        finally:
            with self._lock:
                self._running.discard(call)

    def wait(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise CancelledError("the call was cancelled")


class SyncCalls:
    """Thread-safe. stub: of the service, over a channel of the caller's."""

    def __init__(self, stub: Any, policy: RetryPolicy, calls_in_flight: int):
        self._stub = stub
        self._policy = policy
        self._calls_in_flight = calls_in_flight
        self._pool: Optional[concurrent.futures.ThreadPoolExecutor] = None
        self._lock = threading.Lock()
        self._closed = False

    def stop_retries(self) -> None:
        """Before the channel is closed: that cancels its calls."""
        self._closed = True

    def close(self) -> None:
        """After the channel is closed."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)

    def run(self, program: Program, timeout: float, metadata: Any) -> Any:
        """What the program returns. CancelledError where the client is closed
        before or meanwhile."""
        try:
            step = next(program)
            while True:
                if isinstance(step, Work):
                    made = step.function()
                else:
                    made = self._make_or_say_closed(step, timeout, metadata)
                step = program.send(made)
        except StopIteration as stop:
            return stop.value

    def _make_or_say_closed(self, calls: Iterable[Call], timeout: float,
                            metadata: Any) -> List[Any]:
        try:
            return self._make(calls, timeout, metadata)
        except (ValueError, RuntimeError):
            # Of a closed channel, or of a pool that takes nothing more.
            if self._closed:
                raise CancelledError("the client is closed") from None
            raise

    def _make(self, calls: Iterable[Call], timeout: float,
              metadata: Any) -> List[Any]:
        iterator = iter(calls)
        first = list(itertools.islice(iterator, 2))
        if len(first) < 2:
            return [self._call(c, timeout, metadata, None) for c in first]
        return self._make_many(itertools.chain(first, iterator), timeout,
                               metadata)

    def _make_many(self, calls: Iterable[Call], timeout: float,
                   metadata: Any) -> List[Any]:
        pool = self._threads()
        scope = _Scope()
        window: Any = collections.deque()
        replies = []
        try:
            for call in calls:
                if len(window) == self._calls_in_flight:
                    replies.append(_oldest_result(window))
                window.append(
                    pool.submit(self._call, call, timeout, metadata, scope))
            while window:
                replies.append(_oldest_result(window))
            return replies
        except BaseException:
            for future in window:
                future.cancel()
            scope.cancel()
            raise

    def _threads(self) -> concurrent.futures.ThreadPoolExecutor:
        with self._lock:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._pool is None:
                self._pool = concurrent.futures.ThreadPoolExecutor(
                    self._calls_in_flight, thread_name_prefix="clip_serving")
            return self._pool

    def _call(self, call: Call, timeout: float, metadata: Any,
              scope: Optional[_Scope]) -> Any:
        """One call with its retries."""
        method = getattr(self._stub, call.method)
        deadline = time.monotonic() + timeout
        for attempt in itertools.count(1):
            try:
                reply = self._attempt(method, call.request,
                                      deadline - time.monotonic(), metadata,
                                      scope)
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            except grpc.FutureCancelledError:
                raise CancelledError("the call was cancelled") from None
            else:
                self._policy.throttle.record_success()
                return reply
            self._wait_or_raise(failure, attempt, deadline, call, scope)

    def _wait_or_raise(self, failure: ClipError, attempt: int, deadline: float,
                       call: Call, scope: Optional[_Scope]) -> None:
        delay = self._policy.delay_before_retry(failure, attempt,
                                                deadline - time.monotonic())
        if delay is None or self._closed:
            raise failure.shifted(call.offset)
        if scope is None:
            _sleep(delay)
        else:
            scope.wait(delay)

    @staticmethod
    def _attempt(method: Any, request: Any, timeout: float, metadata: Any,
                 scope: Optional[_Scope]) -> Any:
        # A time that is up is the server's to refuse: gRPC says so at once.
        timeout = max(timeout, 0)
        if scope is None:
            return method(request, timeout=timeout, metadata=metadata)
        return scope.result_of(
            method.future(request, timeout=timeout, metadata=metadata))


def _oldest_result(window: Any) -> Any:
    """Of the first future, which it takes off; raises the error of any one as
    soon as it has failed."""
    while True:
        for future in window:
            if future.done() and future.exception() is not None:
                raise future.exception()
        if window[0].done():
            return window.popleft().result()
        concurrent.futures.wait(
            [future for future in window if not future.done()],
            return_when=concurrent.futures.FIRST_COMPLETED)
