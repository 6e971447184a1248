"""What callers pass, turned into the messages of the API."""

from __future__ import annotations

import io
import os
import pathlib
import sys
from typing import (IO, TYPE_CHECKING, Any, Iterable, List, Sequence, Tuple,
                    Union)

import numpy as np

from ._generated import clip_pb2

if TYPE_CHECKING:
    import PIL.Image


class Pixels:
    """A picture that is the model's input already; the server changes nothing.

    values: float32 [3, S, S], channels R, G, B first, resized to the model's
        size S and normalized with its mean and std (see `ModelInfo`).
    """

    def __init__(self, values: Any):
        array = np.ascontiguousarray(values, dtype="<f4")
        if array.ndim != 3 or array.shape[0] != 3:
            raise ValueError("Pixels are float32 of shape 3 x S x S, not "
                             f"{np.shape(values)}")
        self.values = array


class TokenIds:
    """A text that is tokenized already.

    ids: 1 to context_length ids of the model's vocabulary, start and end of
        text included.
    """

    def __init__(self, ids: Iterable[int]):
        self.ids = [int(i) for i in ids]


class Embeddings:
    """Vectors from an earlier call, in the place of pictures or texts.

    vectors: float32 [n, embed_dim] or [embed_dim]; need not be of unit length.
    """

    def __init__(self, vectors: Any):
        self.vectors = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
        if self.vectors.ndim != 2:
            raise ValueError("Embeddings are [n, embed_dim], not "
                             f"{np.shape(vectors)}")

    def normalized(self) -> np.ndarray:
        norms = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise ValueError("an embedding is zero or not finite")
        return self.vectors / norms


# str and PathLike: the path of a JPEG, PNG, WebP or BMP file. bytes, or a file
# object open for reading bytes: such a file itself. An array: uint8 [H, W, 3],
# R, G, B.
ImageLike = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview,
                  IO[bytes], np.ndarray, "PIL.Image.Image", Pixels]
TextLike = Union[str, TokenIds]


def _is_pil(value: Any) -> bool:
    """Without importing Pillow: who has such a picture has imported it."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def _is_single_image(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim != 4
    return (isinstance(value, (str, os.PathLike, bytes, bytearray, memoryview,
                               Pixels, clip_pb2.Image)) or
            hasattr(value, "read") or _is_pil(value))


def split_images(images: Any) -> Tuple[Iterable[Any], bool]:
    """(the pictures, whether it was a single one)."""
    if _is_single_image(images):
        return [images], True
    if isinstance(images, (dict, set)) or not hasattr(images, "__iter__"):
        raise TypeError(f"no picture and no list of them: {_kind(images)}")
    return images, False


def split_texts(texts: Any) -> Tuple[Sequence[Any], bool]:
    """(the texts, whether it was a single one)."""
    if isinstance(texts, (str, TokenIds)):
        return [texts], True
    if isinstance(texts, (bytes, dict, set)) or not hasattr(
            texts, "__iter__"):
        raise TypeError(f"no text and no list of them: {_kind(texts)}")
    return list(texts), False


def to_image(value: Any) -> clip_pb2.Image:
    """Reads files; raises their OSError, or TypeError or ValueError."""
    if isinstance(value, clip_pb2.Image):
        return value
    if isinstance(value, (str, os.PathLike)):
        return clip_pb2.Image(encoded=_read_path(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return clip_pb2.Image(encoded=bytes(value))
    if isinstance(value, Pixels):
        data = value.values.tobytes()
        return clip_pb2.Image(pixels=clip_pb2.PixelValues(data=data))
    if isinstance(value, np.ndarray):
        return _from_array(value)
    if _is_pil(value):
        return _from_pil(value)
    if hasattr(value, "read"):
        data = value.read()
        if not isinstance(data, bytes):
            raise TypeError("the file object is not open for bytes: mode 'rb'")
        return clip_pb2.Image(encoded=data)
    raise TypeError(f"no picture: {_kind(value)}")


def to_text(value: Any) -> TextLike:
    """Checks that it can be sent."""
    if isinstance(value, TokenIds):
        return value
    if not isinstance(value, str):
        raise TypeError(f"no text: {_kind(value)}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"not to be written as UTF-8: {error}") from None
    return value


def to_stream_request(kind: str, value: Any) -> clip_pb2.EncodeRequest:
    """An item of a stream, without its id. kind: "image" or "text"."""
    if kind == "image":
        return clip_pb2.EncodeRequest(image=to_image(value))
    text = to_text(value)
    if isinstance(text, TokenIds):
        ids = clip_pb2.TokenIds(ids=text.ids)
        return clip_pb2.EncodeRequest(token_ids=ids)
    return clip_pb2.EncodeRequest(text=text)


def _read_path(path: Any) -> bytes:
    text = os.fspath(path)
    if isinstance(text, str) and text.startswith(("http://", "https://")):
        raise ValueError(f"URLs are not fetched: {text[:80]}")
    return pathlib.Path(text).read_bytes()


# Modes that open_clip resizes before it converts them to RGB, which gives
# other pixels than the other way round, and that a PNG holds without loss.
_PNG_MODES = frozenset({"1", "P", "LA", "PA", "RGBA", "I;16"})


def _from_pil(picture: Any) -> clip_pb2.Image:
    """As for the file that the picture came from; EXIF is not looked at."""
    if picture.mode not in _PNG_MODES:
        return _from_array(np.asarray(picture.convert("RGB")))
    file = io.BytesIO()
    if picture.mode == "PA":
        picture = picture.convert("RGBA")
    picture.save(file, "PNG", compress_level=1)
    return clip_pb2.Image(encoded=file.getvalue())


def _from_array(array: np.ndarray) -> clip_pb2.Image:
    if array.ndim != 3 or array.shape[2] != 3 or array.dtype != np.uint8:
        raise ValueError(
            "an array is a picture where it is uint8 of shape H x W x 3, not "
            f"{array.dtype} of shape {array.shape}; Pixels(array) passes "
            "normalized float32 of shape 3 x S x S")
    height, width = array.shape[:2]
    return clip_pb2.Image(rgb=clip_pb2.RgbImage(
        width=width, height=height, data=np.ascontiguousarray(array).tobytes()))


def _kind(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def to_token_ids(texts: Sequence[TokenIds]) -> List[clip_pb2.TokenIds]:
    return [clip_pb2.TokenIds(ids=text.ids) for text in texts]
