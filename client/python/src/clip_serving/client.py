"""The client for ordinary code; `AsyncClient` is its sibling for asyncio."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, List, Optional, Sequence, Union

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ._base import HEALTH_NAMES, ClientBase
from ._generated import clip_pb2_grpc
from ._programs import Call
from ._stream import stream_results
from ._sync_calls import SyncCalls
from .inputs import Embeddings, ImageLike, TextLike
from .options import ClientOptions
from .stream_options import StreamOptions
from .values import EncodedTexts, LabelSet, ModelInfo, Scores, StreamResult


class Client(ClientBase):
    """Embeddings and scores from a clip-serving server.

        with Client("localhost:50051") as clip:
            vectors = clip.encode_images(["cat.jpg", "dog.jpg"])  # [2, d]

    Connects with the first call, in the background. Thread-safe: one client
    serves all threads of a process. After a fork, make a new one; a pickled
    client is a new one. Every method raises ClipError, see errors.py.

    Arguments that many methods share:
        model: name; None = that of the options, "" = the server's default.
        timeout: seconds; None = that of the options.
        priority: "interactive" or "bulk"; None = that of the options.
    """

    def __init__(self,
                 target: Union[str, Sequence[str]] = "localhost:50051",
                 options: Optional[ClientOptions] = None,
                 **changes: Any):
        super().__init__(target, options, **changes)
        self._channel = self._new_channel(grpc, health_checked=True)
        # The first one takes a server that is NOT_SERVING for unreachable.
        self._health_channel = self._new_channel(grpc, health_checked=False)
        self._stub = clip_pb2_grpc.ClipServiceStub(self._channel)
        self._calls = SyncCalls(self._stub, self._policy,
                                self._options.calls_in_flight)

    __init__.__doc__ = ClientBase.__init__.__doc__

    def close(self) -> None:
        """Ends the calls in progress and closes the connections."""
        self._calls.stop_retries()
        self._channel.close()
        self._health_channel.close()
        self._calls.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def _run(self, program: Any, timeout: Optional[float],
             priority: Optional[str]) -> Any:
        return self._calls.run(program, self._timeout(timeout),
                               self._metadata(priority))

    def encode_images(self,
                      images: Union[ImageLike, Iterable[ImageLike]],
                      *,
                      normalize: bool = True,
                      format: str = "float32",
                      dimensions: int = 0,
                      model: Optional[str] = None,
                      timeout: Optional[float] = None,
                      priority: Optional[str] = None) -> np.ndarray:
        """Embeds pictures.

        images: one picture or an iterable of them; each is a path, the bytes
            of a JPEG, PNG, WebP or BMP file, a file object, a PIL image, a
            uint8 array [H, W, 3], or Pixels. An array [N, H, W, 3] is N of
            them. A str is a path; URLs are not fetched.
        normalize: to unit length.
        format: "float32" gives float32; "float16" float16; "bfloat16", which
            NumPy does not have, the same numbers as float32; "int8" int8,
            round(127 * value); "binary" uint8 of 8 signs each, the first in
            the highest bit (numpy.unpackbits gives them one by one).
        dimensions: only the first that many, normalized again; 0 = all.

        Returns [n, d], rows in the order of the pictures; [d] for a single
        picture. Long lists are split over several calls; a picture that the
        server will not take fails the whole list, see ClipError.index.
        """
        program = self._programs.encode_images(images, normalize, format,
                                               dimensions, model)
        return self._run(program, timeout, priority)

    def encode_texts(self,
                     texts: Union[TextLike, Iterable[TextLike]],
                     *,
                     normalize: bool = True,
                     format: str = "float32",
                     dimensions: int = 0,
                     model: Optional[str] = None,
                     timeout: Optional[float] = None,
                     priority: Optional[str] = None) -> np.ndarray:
        """Embeds texts: a str, TokenIds, or an iterable of one of the two.

        The rest is as in `encode_images`. A text longer than the model's
        context is cut, as open_clip does; `encode_texts_detailed` tells.
        """
        program = self._programs.encode_texts(texts, normalize, format,
                                              dimensions, model, False)
        return self._run(program, timeout, priority)

    def encode_texts_detailed(self,
                              texts: Union[TextLike, Iterable[TextLike]],
                              *,
                              normalize: bool = True,
                              format: str = "float32",
                              dimensions: int = 0,
                              model: Optional[str] = None,
                              timeout: Optional[float] = None,
                              priority: Optional[str] = None) -> EncodedTexts:
        """As `encode_texts` of a list, and says which texts were cut."""
        program = self._programs.encode_texts(texts, normalize, format,
                                              dimensions, model, True)
        return self._run(program, timeout, priority)

    def similarity(self,
                   images: Union[ImageLike, Iterable[ImageLike], Embeddings],
                   texts: Union[TextLike, Iterable[TextLike], Embeddings],
                   *,
                   model: Optional[str] = None,
                   timeout: Optional[float] = None,
                   priority: Optional[str] = None) -> Scores:
        """Scores every picture against every text.

        Embeddings(vectors) may stand for pictures or texts that are embedded
        already. What does not fit into one call is embedded call by call and
        scored here, with the same formula in float64: probabilities are always
        over all the texts.
        """
        program = self._programs.similarity(images, texts, model)
        return self._run(program, timeout, priority)

    def classify(self,
                 images: Union[ImageLike, Iterable[ImageLike], Embeddings],
                 labels: Optional[Sequence[str]] = None,
                 *,
                 label_set: Optional[str] = None,
                 templates: Sequence[str] = ("a photo of a {}.",),
                 model: Optional[str] = None,
                 timeout: Optional[float] = None,
                 priority: Optional[str] = None) -> Scores:
        """Zero-shot classification; `Scores.best` has the answers.

        labels: written into each of the templates, at "{}" or "{c}"; the
            average of the prompts' vectors is what pictures are compared with.
        label_set: in place of labels, the name of a set that the server keeps,
            see `put_label_set`. NotFoundError where it does not: put it again.
        """
        program = self._programs.classify(images, labels, label_set, templates,
                                          model)
        return self._run(program, timeout, priority)

    def encode_stream(self,
                      items: Iterable[Any],
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
                     ) -> Iterator[StreamResult]:
        """Embeds any number of items, in constant memory.

        items: pictures with kind="image", texts with kind="text"; StreamItem
            in any mix. It is read in a thread of its own, and never more than
            `stream.window` items ahead of the results that were taken. An
            exception that it raises comes out behind the results of the items
            before it.
        ordered: results in the order of the items, not of completion.
        timeout: seconds for the whole stream; None = no limit.

        Yields one StreamResult for each item; one that fails, fails alone.
        Where the connection breaks or the server stops, what was not answered
        is sent again, to another replica where there is one; the stream raises
        a ClipError when that does not help for `stream.max_outage` seconds.
        Leaving the loop early ends the stream.
        """
        setup = self._stream_setup(kind, ordered, normalize, format,
                                   dimensions, model, timeout, priority, stream)
        return stream_results(self._stub, items, setup)

    def models(self, *, timeout: Optional[float] = None) -> List[ModelInfo]:
        """The models that the server holds; the first is the default."""
        return self._run(self._programs.models(), timeout, None)

    def model(self,
              model: Optional[str] = None,
              *,
              timeout: Optional[float] = None) -> ModelInfo:
        """One model."""
        return self._run(self._programs.model(model), timeout, None)

    def health(self,
               service: str = "",
               *,
               timeout: Optional[float] = None) -> str:
        """"SERVING", "NOT_SERVING" or "UNKNOWN"; of one of the servers, where
        the target has several. UnavailableError where none answers."""
        request = health_pb2.HealthCheckRequest(service=service)
        calls = SyncCalls(health_pb2_grpc.HealthStub(self._health_channel),
                          self._policy, 1)

        def check() -> Any:
            (reply,) = yield [Call("Check", request)]
            return HEALTH_NAMES.get(reply.status, "UNKNOWN")

        return calls.run(check(), self._timeout(timeout), ())

    def put_label_set(self,
                      name: str,
                      labels: Sequence[str],
                      *,
                      templates: Union[str, Sequence[str]] = "simple",
                      model: Optional[str] = None,
                      timeout: Optional[float] = None) -> LabelSet:
        """Has the server encode labels once and keep them for `classify`.

        templates: "simple" (open_clip's 7), "openai" (its 80), or a list.
        A set of the same name is replaced. It lives in one server process.
        """
        program = self._programs.put_label_set(name, labels, templates, model)
        return self._run(program, timeout, None)

    def label_sets(self, *, timeout: Optional[float] = None) -> List[LabelSet]:
        """The label sets that the server keeps, of all its models."""
        return self._run(self._programs.label_sets(), timeout, None)

    def delete_label_set(self,
                         name: str,
                         *,
                         model: Optional[str] = None,
                         timeout: Optional[float] = None) -> None:
        """Has the server forget a label set."""
        program = self._programs.delete_label_set(name, model)
        self._run(program, timeout, None)
