"""A stream driven by threads, for both clients.

Beside the caller there are three: one reads the items, one of gRPC sends them,
one takes the replies and opens the stream anew where it broke. They meet at a
Ledger under one condition variable, and no code of the caller or of gRPC runs
under it.

The asyncio client uses it too, because gRPC's own asyncio streams lose the
status of a stream that breaks while a message is written: it becomes INTERNAL.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Iterable, Iterator, Optional

import grpc

from ._ledger import Ledger, Reconnects, StreamSetup, ended_early, prepare
from .errors import ClipError, from_rpc_error
from .values import StreamResult


def stream_results(stub: Any, items: Iterable[Any],
                   setup: StreamSetup) -> Iterator[StreamResult]:
    """A generator; nothing starts before its first step, and closing it ends
    the stream."""
    source = iter(items)  # A TypeError here is the caller's at once.

    def results() -> Iterator[StreamResult]:
        stream = Stream(stub, source, setup)
        try:
            stream.start()
            yield from stream.results()
        finally:
            stream.close()
            stream.join()

    return results()


class _Requests:
    """What gRPC iterates over, in a thread of its own, for one stream."""

    def __init__(self, ledger: Ledger, changed: threading.Condition):
        self._ledger = ledger
        self._changed = changed
        self._ended = False

    def __iter__(self) -> "_Requests":
        return self

    def __next__(self) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._ledger.
                                   has_unsent() or self._ledger.
                                   should_half_close())
            if self._ended or not self._ledger.has_unsent():
                raise StopIteration
            return self._ledger.next_to_send()

    def end(self) -> None:
        """Under the lock. From here on it takes nothing from the ledger."""
        self._ended = True
        self._changed.notify_all()


class Stream:
    """Thread-safe.

    on_change: called from any thread, under no lock, when `poll` may have
        something new to say.
    """

    def __init__(self,
                 stub: Any,
                 source: Iterator[Any],
                 setup: StreamSetup,
                 on_change: Callable[[], None] = lambda: None):
        self._stub = stub
        self._source = source
        self._setup = setup
        self._on_change = on_change
        self._ledger = Ledger(setup)
        self._changed = threading.Condition()
        self._closed = False
        self._call: Optional[Any] = None
        # What ended the stream, and what ended the items.
        self._failure: Optional[BaseException] = None
        self._source_error: Optional[BaseException] = None
        self._reconnects = Reconnects(setup.policy, setup.stream.max_outage)
        self._deadline = (None if setup.timeout is None else time.monotonic() +
                          setup.timeout)
        self._receiver = threading.Thread(target=self._receive_guarded,
                                          name="clip_serving_replies",
                                          daemon=True)

    def start(self) -> None:
        self._receiver.start()
        # It may be in the caller's iterator for as long as that likes: nobody
        # waits for its end.
        threading.Thread(target=self._read,
                         name="clip_serving_items",
                         daemon=True).start()

    def results(self) -> Iterator[StreamResult]:
        """Waits for each, to the end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ledger.has_result() or
                                       self._is_over())
            result = self.poll()
            if result is None:
                return
            yield result

    def poll(self) -> Optional[StreamResult]:
        """The next result, or None where there is none at the moment; behind
        the last one raises what ended the stream, if it was an error."""
        with self._changed:
            if self._ledger.has_result():
                result = self._ledger.take_result()
                self._changed.notify_all()
                return result
            error = self._failure or self._source_error
            if error is not None and self._is_over():
                raise error
            return None

    def is_over(self) -> bool:
        """There will be no further result."""
        with self._changed:
            return self._is_over() and not self._ledger.has_result()

    def _is_over(self) -> bool:
        return self._failure is not None or self._ledger.is_finished()

    def close(self) -> None:
        """Ends the stream; does not wait for its threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            call = self._call
        if call is not None:
            call.cancel()

    def join(self) -> None:
        """After `close`: waits until the stream uses its channel no more."""
        if self._receiver.ident is not None:
            self._receiver.join()

    def _read(self) -> None:
        index = 0
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or self._ledger.has_room())
                if self._closed:
                    return
            try:
                item = next(self._source)
            except StopIteration:
                self._end_items(None)
                return
            except BaseException as error:  # It is raised to the caller.
                self._end_items(error)
                return
            prepared = prepare(item, index, self._setup)
            index += 1
            with self._changed:
                self._ledger.add(prepared)
                self._changed.notify_all()
            self._on_change()

    def _end_items(self, error: Optional[BaseException]) -> None:
        with self._changed:
            self._source_error = error
            self._ledger.exhaust()
            self._changed.notify_all()
        self._on_change()

    def _receive_guarded(self) -> None:
        failure: Optional[BaseException] = None
        try:
            failure = self._receive()
        except BaseException as error:  # A defect must not hang the caller.
            failure = error
        if failure is not None:
            with self._changed:
                self._failure = failure
                self._changed.notify_all()
            self._on_change()

    def _receive(self) -> Optional[ClipError]:
        """Stream after stream; what ended the last one, None for its end."""
        while self._wait_for_work():
            failure = self._one_stream()
            with self._changed:
                self._ledger.interrupt()
                if self._closed or failure is None and (
                        not self._ledger.needs_stream()):
                    continue
                progressed = self._ledger.progressed
            failure = failure or ended_early()
            delay = self._reconnects.delay(failure, progressed,
                                           time.monotonic())
            if delay is None:
                return failure
            with self._changed:
                self._changed.wait_for(lambda: self._closed, timeout=delay)
        return None

    def _wait_for_work(self) -> bool:
        """False where there is none left."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._ledger.
                                   needs_stream() or self._ledger.is_answered())
            return not self._closed and self._ledger.needs_stream()

    def _one_stream(self) -> Optional[ClipError]:
        """None where the server ended it with OK."""
        with self._changed:
            self._ledger.begin_stream()
            requests = _Requests(self._ledger, self._changed)
        call = self._stub.EncodeStream(requests,
                                       metadata=self._setup.metadata,
                                       timeout=self._time_left())
        with self._changed:
            self._call = call
            closed = self._closed
        if closed:
            call.cancel()
        try:
            for reply in call:
                with self._changed:
                    self._ledger.answer(reply)
                    self._changed.notify_all()
                self._on_change()
            return None
        except grpc.RpcError as error:
            return from_rpc_error(error)
        finally:
            call.cancel()
            with self._changed:
                requests.end()

    def _time_left(self) -> Optional[float]:
        if self._deadline is None:
            return None
        return max(0.0, self._deadline - time.monotonic())
