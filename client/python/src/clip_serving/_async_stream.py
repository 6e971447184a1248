"""A Stream seen from an event loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any, AsyncIterator, Iterator, Optional

from ._ledger import StreamSetup
from ._stream import Stream
from .values import StreamResult

_END = object()


def stream_results(stub: Any, items: Any,
                   setup: StreamSetup) -> AsyncIterator[StreamResult]:
    """An async generator; nothing starts before its first step, and closing it
    ends the stream. stub: over an ordinary channel."""
    is_async = hasattr(items, "__aiter__")
    source = items.__aiter__() if is_async else iter(items)

    async def results() -> AsyncIterator[StreamResult]:
        loop = asyncio.get_running_loop()
        news = asyncio.Event()
        pulled = _Pulled(source, loop) if is_async else None
        stream = Stream(stub, pulled or source, setup,
                        lambda: _tell(loop, news))
        try:
            stream.start()
            while True:
                # Before it looks, so that no news is lost.
                news.clear()
                result = stream.poll()
                if result is not None:
                    yield result
                    # Where results come faster than they are taken, the other
                    # tasks of the loop would never run.
                    await asyncio.sleep(0)
                elif stream.is_over():
                    return
                else:
                    await news.wait()
        finally:
            stream.close()
            if pulled is not None:
                pulled.cancel()

    return results()


def _tell(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    if news.is_set():
        return
    try:
        loop.call_soon_threadsafe(news.set)
    except RuntimeError:
        pass  # The loop is closed: nobody waits any more.


class _Pulled:
    """An async iterator of `loop`, for another thread."""

    def __init__(self, source: Any, loop: asyncio.AbstractEventLoop):
        self._source = source
        self._loop = loop
        self._pending: Optional[concurrent.futures.Future[Any]] = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self._pending = asyncio.run_coroutine_threadsafe(
            self._pull(), self._loop)
        item = self._pending.result()
        if item is _END:
            raise StopIteration
        return item

    async def _pull(self) -> Any:
        try:
            return await self._source.__anext__()
        except StopAsyncIteration:
            return _END

    def cancel(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
