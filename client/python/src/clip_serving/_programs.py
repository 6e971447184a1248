"""What each method does, without saying how calls are made.

A program is a generator: it yields an iterable of calls and is sent the list
of their replies, in order; what it returns is the result of the method. The
sync client runs it with threads, the asyncio client with tasks. An iterable
that is a list is there already; another one may read files as it goes.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from typing import (Any, Callable, Dict, Generator, Iterable, Iterator, List,
                    Optional, Sequence, Tuple, Union)

import numpy as np

from ._batches import batches, converted, most_bytes, text_bytes
from ._generated import clip_pb2
from .errors import InternalError, ModelChangedError
from .inputs import (Embeddings, TokenIds, split_images, split_texts, to_image,
                     to_text, to_token_ids)
from .options import ClientOptions
from .values import (EncodedTexts, LabelSet, ModelInfo, Scores, format_number,
                     score, to_matrix)


@dataclasses.dataclass(frozen=True)
class Call:
    """One call. offset: position of its first item in the caller's list."""
    method: str
    request: Any
    offset: int = 0


@dataclasses.dataclass(frozen=True)
class Work:
    """In the place of calls: something that may read files. Its result is what
    the program is sent."""
    function: Callable[[], Any]


Program = Generator[Union[Iterable[Call], Work], Any, Any]


def embedding_options(normalize: bool, format: str,
                       dimensions: int) -> clip_pb2.EmbeddingOptions:
    return clip_pb2.EmbeddingOptions(normalize=normalize,
                                     format=format_number(format),
                                     dimensions=dimensions)


def _check_versions(replies: Iterable[Any], seen: Optional[str] = None) -> str:
    """The checkpoint that gave all the replies."""
    for reply in replies:
        checkpoint = reply.model.checkpoint_sha256
        if seen is not None and checkpoint != seen:
            raise ModelChangedError(
                f"answers of the checkpoints {seen[:12]} and "
                f"{checkpoint[:12]} of model {reply.model.name!r}")
        seen = checkpoint
    return seen or ""


class _Kept:
    """Passes calls on and counts their items, but keeps no request.

    reads_files: making the next call may take a while.
    """

    def __init__(self, calls: Iterable[Call], count: Callable[[Any], int],
                 reads_files: bool):
        self.reads_files = reads_files
        self._calls = calls
        self._count = count
        self.counts: List[int] = []

    def __iter__(self) -> Iterator[Call]:
        for call in self._calls:
            self.counts.append(self._count(call.request))
            yield call


def _collect(kept: _Kept, replies: Sequence[Any]) -> List[Any]:
    embeddings: List[Any] = []
    for count, reply in zip(kept.counts, replies):
        if len(reply.embeddings) != count:
            raise InternalError(
                f"{len(reply.embeddings)} embeddings for {count} items")
        embeddings += reply.embeddings
    return embeddings


class Programs:
    """The methods of a client with these options. Stateless."""

    def __init__(self, options: ClientOptions):
        self._options = options

    def _model(self, model: Optional[str]) -> str:
        return self._options.model if model is None else model

    def encode_images(self, images: Any, normalize: bool, format: str,
                      dimensions: int, model: Optional[str]) -> Program:
        options = embedding_options(normalize, format, dimensions)
        items, single = split_images(images)
        matrix, _ = yield from self._encode_images(items, options, format,
                                                   model)
        return matrix[0] if single else matrix

    def _encode_images(self, items: Iterable[Any],
                       options: clip_pb2.EmbeddingOptions, format: str,
                       model: Optional[str]) -> Program:
        parts = batches(items, to_image, clip_pb2.Image.ByteSize,
                        self._options)
        calls = _Kept((Call("EncodeImage",
                            clip_pb2.EncodeImageRequest(
                                model=self._model(model),
                                images=batch,
                                options=options), start)
                       for start, batch in parts),
                      lambda request: len(request.images), True)
        replies = yield calls
        checkpoint = _check_versions(replies)
        return to_matrix(_collect(calls, replies), format), checkpoint

    def encode_texts(self, texts: Any, normalize: bool, format: str,
                     dimensions: int, model: Optional[str],
                     details: bool) -> Program:
        options = embedding_options(normalize, format, dimensions)
        items, single = split_texts(texts)
        encoded, _ = yield from self._encode_texts(items, options, format,
                                                   model)
        if details:
            return encoded
        return encoded.vectors[0] if single else encoded.vectors

    def _encode_texts(self, items: Sequence[Any],
                      options: clip_pb2.EmbeddingOptions, format: str,
                      model: Optional[str]) -> Program:
        tokenized = [isinstance(item, TokenIds) for item in items]
        if any(tokenized) and not all(tokenized):
            raise TypeError("strings and TokenIds in one list of texts")
        field = "token_ids" if any(tokenized) else "texts"
        parts = batches(items, to_text, text_bytes, self._options)
        calls = _Kept(
            (Call(
                "EncodeText",
                clip_pb2.EncodeTextRequest(
                    model=self._model(model),
                    options=options,
                    **{field: to_token_ids(batch) if any(tokenized) else batch
                      }), start) for start, batch in parts),
            lambda request: len(getattr(request, field)), False)
        replies = yield calls
        checkpoint = _check_versions(replies)
        encoded = EncodedTexts(
            to_matrix(_collect(calls, replies), format),
            np.array([n for reply in replies for n in reply.token_count],
                     dtype=np.int64),
            np.array([t for reply in replies for t in reply.truncated],
                     dtype=bool))
        return encoded, checkpoint

    def similarity(self, images: Any, texts: Any,
                   model: Optional[str]) -> Program:
        labels: List[Optional[str]]
        if isinstance(texts, Embeddings):
            labels = [None] * len(texts.vectors)
        else:
            texts, _ = split_texts(texts)
            if not texts:
                raise ValueError("no texts to compare with")
            labels = [t if isinstance(t, str) else None for t in texts]
        if not isinstance(images, Embeddings):
            images, _ = split_images(images)
            messages, whole = yield Work(
                functools.partial(self._fit, images, texts))
            if whole and messages:
                return (yield from self._score_by_server(
                    messages, texts, labels, model))
            images = messages
        return (yield from self._score_here(images, texts, labels, model))

    def _fit(self, images: Iterable[Any],
             texts: Any) -> Tuple[Iterable[Any], bool]:
        """(the pictures, whether one call holds them and the texts)."""
        room = self._options.items_per_call
        if isinstance(texts, Embeddings) or len(texts) >= room or not all(
                isinstance(text, str) for text in texts):
            return images, False
        room -= len(texts)
        left = most_bytes(self._options) - sum(
            text_bytes(to_text(text)) for text in texts)
        rest = iter(images)
        messages: List[Any] = []
        for position, image in enumerate(rest):
            messages.append(converted(to_image, image, position))
            left -= messages[-1].ByteSize()
            if left < 0 or len(messages) > room:
                return itertools.chain(messages, rest), False
        return messages, True

    def _score_by_server(self, images: Any, texts: Any,
                         labels: List[Optional[str]],
                         model: Optional[str]) -> Program:
        request = clip_pb2.SimilarityRequest(model=self._model(model),
                                             images=images,
                                             texts=texts)
        (reply,) = yield [Call("Similarity", request)]
        return _scores_of([reply], labels)

    def _score_here(self, images: Any, texts: Any,
                    labels: List[Optional[str]],
                    model: Optional[str],
                    seen: str = "") -> Program:
        """Embeds both, and does as the server would: probabilities are over
        all the texts. seen: the checkpoint of earlier calls."""
        rows, first = yield from self._unit_vectors(images, model, True)
        columns, second = yield from self._unit_vectors(texts, model, False)
        info = yield from self.model(model)
        if any(c not in ("", info.checkpoint_sha256)
               for c in (seen, first, second)):
            raise ModelChangedError("the weights changed between two calls")
        if not rows.size:
            rows = np.zeros((0, columns.shape[1]), dtype=np.float32)
        if rows.shape[1] != columns.shape[1]:
            raise ValueError(
                f"vectors of {rows.shape[1]} and {columns.shape[1]} dimensions")
        return score(rows, columns, info, labels)

    def _unit_vectors(self, items: Any, model: Optional[str],
                      are_images: bool) -> Program:
        if isinstance(items, Embeddings):
            return items.normalized(), ""
        options = embedding_options(True, "float32", 0)
        if are_images:
            return (yield from self._encode_images(items, options, "float32",
                                                   model))
        encoded, checkpoint = yield from self._encode_texts(
            items, options, "float32", model)
        return encoded.vectors, checkpoint

    def classify(self, images: Any, labels: Optional[Sequence[str]],
                 label_set: Optional[str], templates: Sequence[str],
                 model: Optional[str]) -> Program:
        if (labels is None) == (label_set is None):
            raise TypeError("classify takes either labels or a label_set")
        if labels is None:
            return (yield from self._classify_by_set(images, label_set, model))
        prompts = _prompts(labels, templates)
        vectors, first = yield from self._unit_vectors(prompts, model, False)
        weights = vectors.reshape(len(labels), len(templates), -1).mean(axis=1)
        if not isinstance(images, Embeddings):
            images, _ = split_images(images)
        return (yield from self._score_here(images, Embeddings(weights),
                                            list(labels), model, first))

    def _classify_by_set(self, images: Any, label_set: Optional[str],
                         model: Optional[str]) -> Program:
        if isinstance(images, Embeddings):
            parts = batches(
                images.vectors, lambda row: clip_pb2.Embedding(values=row),
                clip_pb2.Embedding.ByteSize, self._options)
            field = "image_embeddings"
        else:
            images, _ = split_images(images)
            parts = batches(images, to_image, clip_pb2.Image.ByteSize,
                            self._options)
            field = "images"
        calls = (Call(
            "Similarity",
            clip_pb2.SimilarityRequest(model=self._model(model),
                                       label_set=label_set,
                                       **{field: batch}), start)
                 for start, batch in parts)
        replies = yield calls
        if not replies:
            raise ValueError("no pictures to classify")
        return _scores_of(replies, list(replies[0].labels))

    def models(self) -> Program:
        (reply,) = yield [
            Call("ListModels", clip_pb2.ListModelsRequest())
        ]
        return [ModelInfo.from_message(info) for info in reply.models]

    def model(self, model: Optional[str]) -> Program:
        request = clip_pb2.GetModelRequest(model=self._model(model))
        (reply,) = yield [Call("GetModel", request)]
        return ModelInfo.from_message(reply.model)

    def put_label_set(self, name: str, labels: Sequence[str], templates: Any,
                      model: Optional[str]) -> Program:
        known: Dict[Any, Any] = {
            "simple": clip_pb2.SIMPLE,
            "openai": clip_pb2.OPENAI
        }
        request = clip_pb2.PutLabelSetRequest(model=self._model(model),
                                              name=name,
                                              labels=labels)
        if isinstance(templates, str):
            if templates not in known:
                raise ValueError(f"templates {templates!r} is neither a list "
                                 "nor one of simple, openai")
            request.template_set = known[templates]
        else:
            request.templates.extend(templates)
        (reply,) = yield [Call("PutLabelSet", request)]
        return LabelSet.from_message(reply.label_set)

    def label_sets(self) -> Program:
        (reply,) = yield [
            Call("ListLabelSets", clip_pb2.ListLabelSetsRequest())
        ]
        return [LabelSet.from_message(kept) for kept in reply.label_sets]

    def delete_label_set(self, name: str, model: Optional[str]) -> Program:
        request = clip_pb2.DeleteLabelSetRequest(model=self._model(model),
                                                 name=name)
        yield [Call("DeleteLabelSet", request)]


def _prompts(labels: Any, templates: Any) -> List[str]:
    if isinstance(labels, str) or isinstance(templates, str):
        raise TypeError("labels and templates are lists of strings")
    if not labels or not templates:
        raise ValueError("no labels, or no templates")
    for template in templates:
        if "{}" not in template and "{c}" not in template:
            raise ValueError(f"the template {template!r} has no {{}}")
    return [
        template.replace("{c}", label).replace("{}", label)
        for label in labels
        for template in templates
    ]


def _scores_of(replies: Sequence[Any],
               labels: List[Optional[str]]) -> Scores:
    """The rows of several calls with the same columns."""
    _check_versions(replies)
    logits, probabilities = [], []
    for reply in replies:
        shape = (reply.rows, reply.columns)
        if reply.columns != len(labels) or len(
                reply.logits) != shape[0] * shape[1]:
            raise InternalError(f"scores of {shape[0]} x {shape[1]} for "
                                f"{len(labels)} labels")
        logits.append(np.array(reply.logits, np.float32).reshape(shape))
        probabilities.append(
            np.array(reply.probabilities, np.float32).reshape(shape))
    last = replies[-1]
    return Scores(np.concatenate(logits), np.concatenate(probabilities),
                  labels, last.logit_scale,
                  last.logit_bias if last.HasField("logit_bias") else None)
