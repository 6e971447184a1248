"""The client for asyncio; `Client` is its sibling for ordinary code."""

from __future__ import annotations

from typing import (Any, AsyncIterable, AsyncIterator, Iterable, List, Optional,
                    Sequence, Union)

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ._async_calls import AsyncCalls
from ._async_stream import stream_results
from ._base import HEALTH_NAMES, ClientBase
from ._generated import clip_pb2_grpc
from ._programs import Call
from .inputs import Embeddings, ImageLike, TextLike
from .options import ClientOptions
from .stream_options import StreamOptions
from .values import EncodedTexts, LabelSet, ModelInfo, Scores, StreamResult


class AsyncClient(ClientBase):
    """`Client` for asyncio: the same methods, arguments, results and errors.

        async with AsyncClient("localhost:50051") as clip:
            vectors = await clip.encode_images(["cat.jpg", "dog.jpg"])

    Use it in one event loop, the one it was made in. Files are read in
    threads. A task that is cancelled cancels its calls.
    """

    def __init__(self,
                 target: Union[str, Sequence[str]] = "localhost:50051",
                 options: Optional[ClientOptions] = None,
                 **changes: Any):
        super().__init__(target, options, **changes)
        self._channel = self._new_channel(grpc.aio, health_checked=True)
        # The first one takes a server that is NOT_SERVING for unreachable.
        self._health_channel = self._new_channel(grpc.aio, health_checked=False)
        self._stub = clip_pb2_grpc.ClipServiceStub(self._channel)
        self._calls = AsyncCalls(self._stub, self._policy,
                                self._options.calls_in_flight)
        # Ordinary, see _stream.py; made with the first stream.
        self._stream_channel: Optional[grpc.Channel] = None

    __init__.__doc__ = ClientBase.__init__.__doc__

    async def close(self) -> None:
        """Ends the calls in progress and closes the connections."""
        await self._channel.close()
        await self._health_channel.close()
        if self._stream_channel is not None:
            self._stream_channel.close()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self.close()

    async def _run(self, program: Any, timeout: Optional[float],
                   priority: Optional[str]) -> Any:
        return await self._calls.run(program, self._timeout(timeout),
                                     self._metadata(priority))

    async def encode_images(self,
                            images: Union[ImageLike, Iterable[ImageLike]],
                            *,
                            normalize: bool = True,
                            format: str = "float32",
                            dimensions: int = 0,
                            model: Optional[str] = None,
                            timeout: Optional[float] = None,
                            priority: Optional[str] = None) -> np.ndarray:
        """As `Client.encode_images`: [n, d], or [d] for a single picture."""
        program = self._programs.encode_images(images, normalize, format,
                                               dimensions, model)
        return await self._run(program, timeout, priority)

    async def encode_texts(self,
                           texts: Union[TextLike, Iterable[TextLike]],
                           *,
                           normalize: bool = True,
                           format: str = "float32",
                           dimensions: int = 0,
                           model: Optional[str] = None,
                           timeout: Optional[float] = None,
                           priority: Optional[str] = None) -> np.ndarray:
        """As `Client.encode_texts`: [n, d], or [d] for a single text."""
        program = self._programs.encode_texts(texts, normalize, format,
                                              dimensions, model, False)
        return await self._run(program, timeout, priority)

    async def encode_texts_detailed(
            self,
            texts: Union[TextLike, Iterable[TextLike]],
            *,
            normalize: bool = True,
            format: str = "float32",
            dimensions: int = 0,
            model: Optional[str] = None,
            timeout: Optional[float] = None,
            priority: Optional[str] = None) -> EncodedTexts:
        """As `Client.encode_texts_detailed`."""
        program = self._programs.encode_texts(texts, normalize, format,
                                              dimensions, model, True)
        return await self._run(program, timeout, priority)

    async def similarity(
            self,
            images: Union[ImageLike, Iterable[ImageLike], Embeddings],
            texts: Union[TextLike, Iterable[TextLike], Embeddings],
            *,
            model: Optional[str] = None,
            timeout: Optional[float] = None,
            priority: Optional[str] = None) -> Scores:
        """As `Client.similarity`."""
        program = self._programs.similarity(images, texts, model)
        return await self._run(program, timeout, priority)

    async def classify(
            self,
            images: Union[ImageLike, Iterable[ImageLike], Embeddings],
            labels: Optional[Sequence[str]] = None,
            *,
            label_set: Optional[str] = None,
            templates: Sequence[str] = ("a photo of a {}.",),
            model: Optional[str] = None,
            timeout: Optional[float] = None,
            priority: Optional[str] = None) -> Scores:
        """As `Client.classify`."""
        program = self._programs.classify(images, labels, label_set, templates,
                                          model)
        return await self._run(program, timeout, priority)

    def encode_stream(self,
                      items: Union[Iterable[Any], AsyncIterable[Any]],
                      kind: Optional[str] = None,
                      *,
                      ordered: bool = False,
                      normalize: bool = True,
                      format: str = "float32",
                      dimensions: int = 0,
                      model: Optional[str] = None,
                      timeout: Optional[float] = None,
                      priority: Optional[str] = None,
                      stream: StreamOptions = StreamOptions()
                     ) -> AsyncIterator[StreamResult]:
        """As `Client.encode_stream`, to be read with `async for`.

        items: may be an async iterable, which is read in this event loop. An
            ordinary one is read in a thread of its own.

        A loop that is left early should close the stream, so that it ends
        there and then: contextlib.aclosing (Python 3.10) does.
        """
        setup = self._stream_setup(kind, ordered, normalize, format,
                                   dimensions, model, timeout, priority, stream)
        if self._stream_channel is None:
            self._stream_channel = self._new_channel(grpc, health_checked=True)
        stub = clip_pb2_grpc.ClipServiceStub(self._stream_channel)
        return stream_results(stub, items, setup)

    async def models(self,
                     *,
                     timeout: Optional[float] = None) -> List[ModelInfo]:
        """As `Client.models`."""
        return await self._run(self._programs.models(), timeout, None)

    async def model(self,
                    model: Optional[str] = None,
                    *,
                    timeout: Optional[float] = None) -> ModelInfo:
        """As `Client.model`."""
        return await self._run(self._programs.model(model), timeout, None)

    async def health(self,
                     service: str = "",
                     *,
                     timeout: Optional[float] = None) -> str:
        """As `Client.health`."""
        request = health_pb2.HealthCheckRequest(service=service)
        calls = AsyncCalls(health_pb2_grpc.HealthStub(self._health_channel),
                          self._policy, 1)

        def check() -> Any:
            (reply,) = yield [Call("Check", request)]
            return HEALTH_NAMES.get(reply.status, "UNKNOWN")

        return await calls.run(check(), self._timeout(timeout), ())

    async def put_label_set(self,
                            name: str,
                            labels: Sequence[str],
                            *,
                            templates: Union[str, Sequence[str]] = "simple",
                            model: Optional[str] = None,
                            timeout: Optional[float] = None) -> LabelSet:
        """As `Client.put_label_set`."""
        program = self._programs.put_label_set(name, labels, templates, model)
        return await self._run(program, timeout, None)

    async def label_sets(self,
                         *,
                         timeout: Optional[float] = None) -> List[LabelSet]:
        """As `Client.label_sets`."""
        return await self._run(self._programs.label_sets(), timeout, None)

    async def delete_label_set(self,
                               name: str,
                               *,
                               model: Optional[str] = None,
                               timeout: Optional[float] = None) -> None:
        """As `Client.delete_label_set`."""
        program = self._programs.delete_label_set(name, model)
        await self._run(program, timeout, None)
