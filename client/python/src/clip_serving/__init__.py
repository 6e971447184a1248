"""CLIP embeddings and scores from a clip-serving server, as NumPy arrays.

    import clip_serving

    with clip_serving.Client("localhost:50051") as clip:
        vectors = clip.encode_images(["cat.jpg", "dog.jpg"])  # [2, embed_dim]
"""

from .async_client import AsyncClient
from .client import Client
from .errors import (BadItem, CancelledError, ClipError, DeadlineExceededError,
                     InternalError, InvalidArgumentError, ModelChangedError,
                     NotFoundError, RetryAdvice, ServerFullError,
                     UnavailableError)
from .inputs import Embeddings, ImageLike, Pixels, TextLike, TokenIds
from .options import ClientOptions
from .retry import RetryOptions
from .stream_options import StreamOptions
from .values import (EncodedTexts, LabelSet, ModelInfo, Scores, StreamItem,
                     StreamResult)

__all__ = [
    "AsyncClient",
    "BadItem",
    "CancelledError",
    "Client",
    "ClientOptions",
    "ClipError",
    "DeadlineExceededError",
    "Embeddings",
    "EncodedTexts",
    "ImageLike",
    "InternalError",
    "InvalidArgumentError",
    "LabelSet",
    "ModelChangedError",
    "ModelInfo",
    "NotFoundError",
    "Pixels",
    "RetryAdvice",
    "RetryOptions",
    "Scores",
    "ServerFullError",
    "StreamItem",
    "StreamOptions",
    "StreamResult",
    "TextLike",
    "TokenIds",
    "UnavailableError",
]
