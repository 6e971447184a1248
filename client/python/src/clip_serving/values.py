"""What calls return."""

from __future__ import annotations

import dataclasses
from typing import Any, Hashable, List, Optional, Sequence, Tuple

import numpy as np

from ._generated import clip_pb2

# Name of a number format -> (enum, dtype on the wire, dtype of the array).
_FORMATS = {
    "float32": (clip_pb2.FLOAT32, None, np.float32),
    "float16": (clip_pb2.FLOAT16, np.dtype("<f2"), np.float16),
    "bfloat16": (clip_pb2.BFLOAT16, np.dtype("<u2"), np.float32),
    "int8": (clip_pb2.INT8, np.dtype("i1"), np.int8),
    "binary": (clip_pb2.BINARY, np.dtype("u1"), np.uint8),
}
_NAMES = {number: name for name, (number, _, _) in _FORMATS.items()}


def format_number(name: str) -> Any:
    if name not in _FORMATS:
        raise ValueError(f"format {name!r} is none of {', '.join(_FORMATS)}")
    return _FORMATS[name][0]


def to_vector(embedding: clip_pb2.Embedding) -> np.ndarray:
    """One embedding as an array, by the format that it says it has."""
    name = _NAMES.get(embedding.format, "float32")
    _, wire, dtype = _FORMATS[name]
    if wire is None:
        return np.array(embedding.values, dtype=np.float32)
    numbers = np.frombuffer(embedding.packed, dtype=wire)
    if name == "bfloat16":
        # The upper half of a float32.
        return (numbers.astype(np.uint32) << 16).view(np.float32)
    return numbers.astype(dtype)


def to_matrix(embeddings: Sequence[clip_pb2.Embedding],
              format_name: str) -> np.ndarray:
    """[n, d]; [0, 0] for no embeddings."""
    if not embeddings:
        return np.zeros((0, 0), dtype=_FORMATS[format_name][2])
    return np.stack([to_vector(embedding) for embedding in embeddings])


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """A model that a server holds; names are those of clip.proto.

    embed_dim: dimensions of its embeddings.
    image_width, image_height: pixels of its input.
    context_length: token ids of a text, start and end included.
    mean, std: of the channels R, G, B, on a 0 to 1 scale.
    interpolation: "bicubic" or "bilinear". resize_mode: "shortest", "longest"
        or "squash".
    dtype: "float32", "bfloat16", "float16" or "int8".
    device: "cpu" or "cuda:N".
    logit_scale: the factor itself, exp(model.logit_scale).
    logit_bias: None where the model has none.
    """
    name: str
    architecture: str
    embed_dim: int
    image_width: int
    image_height: int
    context_length: int
    vocab_size: int
    mean: Tuple[float, ...]
    std: Tuple[float, ...]
    interpolation: str
    resize_mode: str
    dtype: str
    device: str
    checkpoint_sha256: str
    logit_scale: float
    logit_bias: Optional[float]

    @classmethod
    def from_message(cls, info: clip_pb2.ModelInfo) -> "ModelInfo":
        pre = info.preprocessing
        bias = info.logit_bias if info.HasField("logit_bias") else None
        same = ("name", "architecture", "embed_dim", "image_width",
                "image_height", "context_length", "vocab_size", "dtype",
                "device", "checkpoint_sha256", "logit_scale")
        return cls(mean=tuple(pre.mean),
                   std=tuple(pre.std),
                   interpolation=pre.interpolation,
                   resize_mode=pre.resize_mode,
                   logit_bias=bias,
                   **{name: getattr(info, name) for name in same})


@dataclasses.dataclass(frozen=True, eq=False)
class EncodedTexts:
    """Texts as vectors, and what became of each text.

    vectors: [n, d]; dtype by the format asked for.
    token_count: int [n], ids fed to the model, start and end included.
    truncated: bool [n], true where ids beyond the context were cut off.
    """
    vectors: np.ndarray
    token_count: np.ndarray
    truncated: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Scores:
    """Pictures scored against texts or labels.

    logits: float32 [pictures, texts], logit_scale * cosine + logit_bias.
    probabilities: float32 [pictures, texts]: a softmax over the texts of one
        picture; where the model has a logit bias, the sigmoid of each logit.
    labels: the names of the columns; None for those that are no strings.
    logit_bias: None where the model has none.
    """
    logits: np.ndarray
    probabilities: np.ndarray
    labels: List[Optional[str]]
    logit_scale: float
    logit_bias: Optional[float]

    def best(self, k: int = 1) -> List[List[Tuple[Any, float]]]:
        """For each picture the k best (label, probability), best first.
        A column without a name is given by its number."""
        rows = []
        for logits, probabilities in zip(self.logits, self.probabilities):
            order = np.argsort(-logits, kind="stable")[:k]
            rows.append([
                (int(i) if self.labels[i] is None else self.labels[i],
                 float(probabilities[i])) for i in order
            ])
        return rows


def score(images: np.ndarray, texts: np.ndarray, info: ModelInfo,
          labels: List[Optional[str]]) -> Scores:
    """Scores of unit vectors [n, d] and [m, d], as the server computes them."""
    logits = (images @ texts.T).astype(np.float64) * info.logit_scale
    if info.logit_bias is not None:
        logits = logits + info.logit_bias
        probabilities = 1 / (1 + np.exp(-logits))
    else:
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return Scores(logits.astype(np.float32), probabilities.astype(np.float32),
                  labels, info.logit_scale, info.logit_bias)


@dataclasses.dataclass(frozen=True)
class LabelSet:
    """Labels that a server keeps encoded under a name.

    template_count: prompts that each label was written into.
    truncated_count: prompts that were longer than the context.
    """
    name: str
    model: str
    labels: Tuple[str, ...]
    template_count: int
    truncated_count: int

    @classmethod
    def from_message(cls, message: clip_pb2.LabelSet) -> "LabelSet":
        return cls(message.name, message.model.name, tuple(message.labels),
                   message.template_count, message.truncated_count)


@dataclasses.dataclass(frozen=True)
class StreamItem:
    """One item of a stream with a key of the caller's choice.

    Exactly one of image and text is set; what they may be is as in
    `Client.encode_images` and `Client.encode_texts`.
    """
    key: Hashable
    image: Any = None
    text: Any = None


@dataclasses.dataclass(frozen=True, eq=False)
class StreamResult:
    """What became of one item of a stream.

    index: its position in the iterable.
    key: of its StreamItem; else the same as index.
    vector: [d]; None where the item failed.
    error: why it failed: a ClipError of the server, or the OSError, TypeError
        or ValueError of an input that could not be sent; else None.
    token_count, truncated: of texts, as in EncodedTexts.
    """
    index: int
    key: Hashable
    vector: Optional[np.ndarray]
    error: Optional[Exception] = None
    token_count: int = 0
    truncated: bool = False
