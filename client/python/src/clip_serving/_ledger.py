"""What a stream has taken, sent and got answers for. No thread, no channel.

The life of an item: taken (`add`), handed to gRPC (`next_to_send`), answered
(`answer`), given to the caller (`take_result`). When a stream breaks, what was
sent and not answered is sent again in the next one (`interrupt`).
"""

from __future__ import annotations

import collections
import dataclasses
from typing import Any, Deque, Dict, Hashable, List, Optional, Tuple, Union

import grpc

from ._batches import check_size
from ._generated import clip_pb2
from .errors import (ClipError, InternalError, ModelChangedError,
                     UnavailableError, from_item_status)
from .inputs import to_stream_request
from .options import ClientOptions
from .retry import RetryPolicy
from .stream_options import StreamOptions
from .values import StreamItem, StreamResult, to_vector

_UNAVAILABLE = grpc.StatusCode.UNAVAILABLE.value[0]
KINDS = ("image", "text")


@dataclasses.dataclass(frozen=True)
class StreamSetup:
    """All that one stream is told."""
    kind: Optional[str]
    ordered: bool
    model: str
    embedding: clip_pb2.EmbeddingOptions
    timeout: Optional[float]
    metadata: Any
    stream: StreamOptions
    options: ClientOptions
    policy: RetryPolicy


@dataclasses.dataclass(frozen=True)
class _Entry:
    index: int
    key: Hashable
    request: clip_pb2.EncodeRequest
    size: int


Prepared = Union[_Entry, StreamResult]


def prepare(item: Any, index: int, setup: StreamSetup) -> Prepared:
    """Reads files, so call it under no lock. An item that cannot be sent is a
    result already."""
    key: Hashable = item.key if isinstance(item, StreamItem) else index
    try:
        kind, value = _kind_and_value(item, setup.kind)
        request = to_stream_request(kind, value)
        request.id = index
        size = request.ByteSize()
        check_size(size, setup.options)
        return _Entry(index, key, request, size)
    except (OSError, TypeError, ValueError) as error:
        return StreamResult(index, key, None, error)


def _kind_and_value(item: Any, kind: Optional[str]) -> Tuple[str, Any]:
    if not isinstance(item, StreamItem):
        if kind is None:
            raise TypeError('say kind="image" or kind="text", or pass '
                            "StreamItem(key, image=...)")
        return kind, item
    if (item.image is None) == (item.text is None):
        raise TypeError("a StreamItem has either an image or a text")
    return ("text", item.text) if item.image is None else ("image", item.image)


class Ledger:
    """Not thread-safe."""

    def __init__(self, setup: StreamSetup):
        self._setup = setup
        self._outbox: Deque[_Entry] = collections.deque()
        self._sent: Dict[int, _Entry] = {}
        # Answered UNAVAILABLE: for the next stream.
        self._deferred: List[_Entry] = []
        self._ready: Deque[StreamResult] = collections.deque()
        # Of an ordered stream: results that wait for earlier ones.
        self._early: Dict[int, StreamResult] = {}
        self._next_index = 0
        self._held = 0
        self._bytes = 0
        self._exhausted = False
        self._is_first_message = True
        self._checkpoint: Optional[str] = None
        self.progressed = False

    # The items.

    def has_room(self) -> bool:
        """Whether the next item may be taken from the iterable."""
        stream = self._setup.stream
        return self._held < stream.window and (
            self._bytes < stream.window_bytes)

    def add(self, prepared: Prepared) -> None:
        self._held += 1
        if isinstance(prepared, StreamResult):
            self._put_result(prepared)
            return
        self._bytes += prepared.size
        self._outbox.append(prepared)

    def exhaust(self) -> None:
        """There are no more items."""
        self._exhausted = True

    # One stream after the other.

    def begin_stream(self) -> None:
        self._is_first_message = True
        self.progressed = False

    def has_unsent(self) -> bool:
        return bool(self._outbox)

    def should_half_close(self) -> bool:
        """Nothing more will be sent in this stream."""
        return not self._outbox and (self._exhausted or
                                     bool(self._deferred and not self._sent))

    def next_to_send(self) -> clip_pb2.EncodeRequest:
        """Only where `has_unsent`."""
        entry = self._outbox.popleft()
        self._sent[entry.index] = entry
        if not self._is_first_message:
            return entry.request
        self._is_first_message = False
        first = clip_pb2.EncodeRequest(model=self._setup.model,
                                       options=self._setup.embedding)
        first.MergeFrom(entry.request)
        return first

    def answer(self, reply: clip_pb2.EncodeResponse) -> None:
        """Raises ClipError for a reply that cannot be."""
        if reply.HasField("model"):
            self._check_model(reply.model)
        entry = self._sent.pop(reply.id, None)
        if entry is None:
            raise InternalError(f"an answer to item {reply.id}, which was not "
                                "sent or is answered already")
        if reply.status.code == _UNAVAILABLE:
            self._deferred.append(entry)
            return
        self._bytes -= entry.size
        self.progressed = True
        self._put_result(_result_of(entry, reply))

    def interrupt(self) -> None:
        """The stream has ended; what it left unanswered comes first in the
        next one, in its old order."""
        left = sorted([*self._sent.values(), *self._deferred],
                      key=lambda entry: entry.index)
        self._sent.clear()
        self._deferred.clear()
        self._outbox.extendleft(reversed(left))

    def is_answered(self) -> bool:
        """Every item that was or will be taken has its result."""
        return self._exhausted and not (self._outbox or self._sent or
                                        self._deferred)

    def needs_stream(self) -> bool:
        return bool(self._outbox)

    # The results.

    def has_result(self) -> bool:
        return bool(self._ready)

    def take_result(self) -> StreamResult:
        """Only where `has_result`; makes room for one more item."""
        self._held -= 1
        return self._ready.popleft()

    def is_finished(self) -> bool:
        return self.is_answered() and self._held == 0

    def _put_result(self, result: StreamResult) -> None:
        if not self._setup.ordered:
            self._ready.append(result)
            return
        self._early[result.index] = result
        while self._next_index in self._early:
            self._ready.append(self._early.pop(self._next_index))
            self._next_index += 1

    def _check_model(self, model: clip_pb2.ModelVersion) -> None:
        seen, new = self._checkpoint, model.checkpoint_sha256
        if seen is not None and seen != new:
            raise ModelChangedError(
                f"the stream went on with checkpoint {new[:12]} after "
                f"{seen[:12]} of model {model.name!r}")
        self._checkpoint = new


def _result_of(entry: _Entry, reply: clip_pb2.EncodeResponse) -> StreamResult:
    if reply.HasField("status"):
        error = from_item_status(reply.status, entry.index)
        return StreamResult(entry.index, entry.key, None, error)
    return StreamResult(entry.index,
                        entry.key,
                        to_vector(reply.embedding),
                        token_count=reply.token_count,
                        truncated=reply.truncated)


class Reconnects:
    """When a stream that broke is opened anew. Time is an argument."""

    def __init__(self, policy: RetryPolicy, max_outage: float):
        self._policy = policy
        self._max_outage = max_outage
        self._attempt = 0
        self._since: Optional[float] = None

    def delay(self, failure: ClipError, progressed: bool,
              now: float) -> Optional[float]:
        """Seconds to wait, or None to give up. progressed: whether the stream
        had answered anything."""
        if progressed:
            self._attempt, self._since = 0, None
        if not self._is_retryable(failure):
            return None
        if self._since is None:
            self._since = now
        self._attempt += 1
        delay = self._policy.delay(failure, self._attempt)
        if delay is None or now + delay - self._since > self._max_outage:
            return None
        return delay

    def _is_retryable(self, failure: ClipError) -> bool:
        # Full servers say when to come back. One that does not means that a
        # message is too large, now and then.
        if failure.code == grpc.StatusCode.RESOURCE_EXHAUSTED:
            return failure.advice is not None
        return self._policy.is_retryable(failure)


def ended_early() -> ClipError:
    return UnavailableError("the server ended the stream before it had "
                            "answered all items")
