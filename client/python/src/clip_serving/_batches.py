"""Lists that are longer than one call may be."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator, List, Tuple

from .inputs import TokenIds
from .options import ClientOptions


def batches(items: Iterable[Any], convert: Callable[[Any], Any],
            size: Callable[[Any], int],
            options: ClientOptions) -> Iterator[Tuple[int, List[Any]]]:
    """(position of the first, messages) of each call. Converts as it goes, so
    that no more pictures are in memory than calls in flight."""
    batch: List[Any] = []
    start = total = 0
    limit = most_bytes(options)
    for position, item in enumerate(items):
        message = converted(convert, item, position)
        length = size(message)
        _check_size(length, position, options)
        full = len(batch) == options.items_per_call
        if batch and (full or total + length > limit):
            yield start, batch
            batch, start, total = [], position, 0
        batch.append(message)
        total += length
    if batch:
        yield start, batch


def converted(convert: Callable[[Any], Any], item: Any, position: int) -> Any:
    try:
        return convert(item)
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"item {position}: {error}") from error


# For the fields of a request around its items.
_ENVELOPE_BYTES = 4096


def most_bytes(options: ClientOptions) -> int:
    return min(options.bytes_per_call,
               options.max_message_bytes - _ENVELOPE_BYTES)


def check_size(length: int, options: ClientOptions) -> None:
    """ValueError for an item that does not fit into a message."""
    if length + _ENVELOPE_BYTES > options.max_message_bytes:
        raise ValueError(
            f"{length} bytes; a message may have {options.max_message_bytes}. "
            "A decoded picture is smaller as a JPEG or PNG file; else raise "
            "max_message_bytes here and --max-message-bytes of the server")


def _check_size(length: int, position: int, options: ClientOptions) -> None:
    try:
        check_size(length, options)
    except ValueError as error:
        raise ValueError(f"item {position}: {error}") from None


def text_bytes(text: Any) -> int:
    if isinstance(text, TokenIds):
        return 4 * len(text.ids)
    return len(text.encode("utf-8"))
