"""What can go wrong in a call, as exceptions.

Every answer of a server that is not OK is a `ClipError`; the subclass says
which. Inputs that cannot be sent at all raise what Python code expects:
`TypeError`, `ValueError`, or the `OSError` of a file that cannot be read.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Iterable, Optional, Sequence, Tuple

import google.rpc.error_details_pb2 as error_details_pb2
import google.rpc.status_pb2 as status_pb2
import grpc

_DETAILS_TRAILER = "grpc-status-details-bin"
_PUSHBACK_TRAILER = "grpc-retry-pushback-ms"
_REQUEST_ID_TRAILER = "x-request-id"
_ITEM_PATH = re.compile(r"([A-Za-z_.]+)\[(\d+)\]")


@dataclasses.dataclass(frozen=True)
class BadItem:
    """One item that the server will not take.

    field: of the request, for example "images" or "texts".
    index: position in the list that was passed.
    reason: what is wrong with it.
    """
    field: str
    index: int
    reason: str


@dataclasses.dataclass(frozen=True)
class RetryAdvice:
    """What a server says about sending a refused call again.

    delay: seconds to wait at least; None where it says: do not.
    """
    delay: Optional[float]


class ClipError(Exception):
    """A call ended without an answer.

    code: of gRPC.
    message: the server's own words.
    bad_items: the items that it blames, with indices into the caller's list.
    advice: what it says about trying again; None where it says nothing.
    request_id: finds the call in the server's log; "" where none was given.
    """

    code = grpc.StatusCode.UNKNOWN

    def __init__(self,
                 message: str,
                 *,
                 code: Optional[grpc.StatusCode] = None,
                 bad_items: Sequence[BadItem] = (),
                 advice: Optional[RetryAdvice] = None,
                 request_id: str = ""):
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.bad_items: Tuple[BadItem, ...] = tuple(bad_items)
        self.advice = advice
        self.request_id = request_id

    @property
    def index(self) -> Optional[int]:
        """Position of the first item that is blamed, or None."""
        return self.bad_items[0].index if self.bad_items else None

    @property
    def retry_after(self) -> Optional[float]:
        """Seconds after which the server would take the call, if it said so."""
        return self.advice.delay if self.advice else None

    def __str__(self) -> str:
        text = f"{self.code.name}: {self.message}"
        if self.bad_items:
            text += f" (item {self.index} of the list)"
        if self.request_id:
            text += f" [request {self.request_id}]"
        return text

    def __reduce__(self) -> Any:
        state = dict(code=self.code,
                     bad_items=self.bad_items,
                     advice=self.advice,
                     request_id=self.request_id)
        return _unpickle, (type(self), self.message, state)

    def shifted(self, offset: int) -> "ClipError":
        """The same error, blaming the items `offset` later in the list."""
        self.bad_items = tuple(
            dataclasses.replace(item, index=item.index + offset)
            for item in self.bad_items)
        return self


def _unpickle(kind: Any, message: str, state: Any) -> ClipError:
    return kind(message, **state)


class InvalidArgumentError(ClipError):
    """The input is wrong; the same call would fail again."""
    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFoundError(ClipError):
    """The server has no such model or label set."""
    code = grpc.StatusCode.NOT_FOUND


class ServerFullError(ClipError):
    """RESOURCE_EXHAUSTED: the server has no room, or the message is too large
    for it."""
    code = grpc.StatusCode.RESOURCE_EXHAUSTED


class DeadlineExceededError(ClipError):
    """The timeout of the call passed, its retries included."""
    code = grpc.StatusCode.DEADLINE_EXCEEDED


class UnavailableError(ClipError):
    """No server answered: none is there, or it is loading or stopping."""
    code = grpc.StatusCode.UNAVAILABLE


class CancelledError(ClipError):
    """The call was cancelled."""
    code = grpc.StatusCode.CANCELLED


class InternalError(ClipError):
    """A defect of the server; the message or `request_id` finds its log."""
    code = grpc.StatusCode.INTERNAL


class ModelChangedError(ClipError):
    """The servers behind the target answered one request with different
    weights. Such vectors must not be compared with each other."""
    code = grpc.StatusCode.ABORTED


_KINDS = {
    kind.code: kind for kind in (InvalidArgumentError, NotFoundError,
                                 ServerFullError, DeadlineExceededError,
                                 UnavailableError, CancelledError,
                                 InternalError)
}


def error_of(code: grpc.StatusCode, message: str, **details: Any) -> ClipError:
    """The exception for a status."""
    return _KINDS.get(code, ClipError)(message, code=code, **details)


def from_rpc_error(error: Any) -> ClipError:
    """The exception for what gRPC raised, from its sync or asyncio API."""
    trailers = {key: value for key, value in error.trailing_metadata() or ()}
    status = _read_details(trailers.get(_DETAILS_TRAILER))
    return error_of(error.code(),
                    error.details() or "",
                    bad_items=_bad_items(status),
                    advice=_advice(trailers.get(_PUSHBACK_TRAILER), status),
                    request_id=_text(trailers.get(_REQUEST_ID_TRAILER, "")))


def from_item_status(status: status_pb2.Status, index: int) -> ClipError:
    """The exception for one item of a stream, the one at `index`."""
    reason = status.message
    for violation in _violations(status):
        reason = violation.description
    code = _code_of(status.code)
    bad_items = []
    if code == grpc.StatusCode.INVALID_ARGUMENT:
        bad_items.append(BadItem("items", index, reason))
    return error_of(code, status.message, bad_items=bad_items)


def _code_of(number: int) -> grpc.StatusCode:
    for code in grpc.StatusCode:
        if code.value[0] == number:
            return code
    return grpc.StatusCode.UNKNOWN


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value,
                                                          bytes) else value


def _read_details(trailer: Any) -> status_pb2.Status:
    status = status_pb2.Status()
    if trailer:
        try:
            status.ParseFromString(trailer)
        except Exception:  # A proxy's word is not the server's.
            return status_pb2.Status()
    return status


def _violations(status: status_pb2.Status) -> Iterable[Any]:
    for detail in status.details:
        bad_request = error_details_pb2.BadRequest()
        if detail.Is(bad_request.DESCRIPTOR) and detail.Unpack(bad_request):
            yield from bad_request.field_violations


def _bad_items(status: status_pb2.Status) -> Sequence[BadItem]:
    items = []
    for violation in _violations(status):
        match = _ITEM_PATH.match(violation.field)
        if match:
            items.append(
                BadItem(match.group(1), int(match.group(2)),
                        violation.description))
    return items


def _advice(pushback: Any,
            status: status_pb2.Status) -> Optional[RetryAdvice]:
    """The trailer counts first; one that is no number forbids a retry."""
    if pushback is not None:
        text = _text(pushback)
        if re.fullmatch(r"\d{1,9}", text):
            return RetryAdvice(int(text) / 1000)
        return RetryAdvice(None)
    for detail in status.details:
        info = error_details_pb2.RetryInfo()
        if detail.Is(info.DESCRIPTOR) and detail.Unpack(
                info) and info.HasField("retry_delay"):
            delay = info.retry_delay.seconds + info.retry_delay.nanos / 1e9
            return RetryAdvice(delay if delay >= 0 else None)
    return None
