"""What the sync and the asyncio client share."""

from __future__ import annotations

import dataclasses
from typing import Any, List, Optional, Sequence, Tuple, Union

import grpc

from ._ledger import KINDS, StreamSetup
from ._programs import Programs, embedding_options
from .options import (ClientOptions, channel_options, check_priority,
                      grpc_target)
from .retry import RetryPolicy
from .stream_options import StreamOptions

HEALTH_NAMES = {
    0: "UNKNOWN",
    1: "SERVING",
    2: "NOT_SERVING",
    3: "SERVICE_UNKNOWN",
}


class ClientBase:
    """Target, options and policies. A pickled client is a new client with the
    same target and options, which is what workers in other processes need."""

    def __init__(self,
                 target: Union[str, Sequence[str]] = "localhost:50051",
                 options: Optional[ClientOptions] = None,
                 **changes: Any):
        """
        target: HOST:PORT; a list of IP:PORT, or dns:///NAME:PORT for all the
            addresses of a name, over which the calls are spread; or any other
            target of gRPC.
        options: see ClientOptions.
        changes: single fields of ClientOptions, as in Client(timeout=5).
        """
        self._target = target if isinstance(target, str) else list(target)
        self._options = dataclasses.replace(options or ClientOptions(),
                                            **changes)
        self._grpc_target = grpc_target(self._target)
        self._programs = Programs(self._options)
        self._policy = RetryPolicy(self._options.retry)

    @property
    def target(self) -> Union[str, List[str]]:
        return self._target

    @property
    def options(self) -> ClientOptions:
        return self._options

    def __reduce__(self) -> Any:
        return type(self), (self._target, self._options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._target!r})"

    def _new_channel(self, api: Any, health_checked: bool) -> Any:
        """api: grpc or grpc.aio."""
        arguments = channel_options(self._options, health_checked)
        if not self._options.tls:
            return api.insecure_channel(self._grpc_target, arguments)
        credentials = grpc.ssl_channel_credentials(self._options.tls_root)
        return api.secure_channel(self._grpc_target, credentials, arguments)

    def _metadata(self, priority: Optional[str]) -> Tuple[Tuple[str, str], ...]:
        check_priority(priority)
        chosen = priority if priority is not None else self._options.priority
        return () if chosen is None else (("x-clip-priority", chosen),)

    def _timeout(self, timeout: Optional[float]) -> float:
        if timeout is None:
            return self._options.timeout
        if not timeout > 0:
            raise ValueError("timeout is not positive")
        return timeout

    def _stream_setup(self, kind: Optional[str], ordered: bool,
                      normalize: bool, format: str, dimensions: int,
                      model: Optional[str], timeout: Optional[float],
                      priority: Optional[str],
                      stream: StreamOptions) -> StreamSetup:
        if kind is not None and kind not in KINDS:
            raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
        return StreamSetup(
            kind=kind,
            ordered=ordered,
            model=self._options.model if model is None else model,
            embedding=embedding_options(normalize, format, dimensions),
            timeout=None if timeout is None else self._timeout(timeout),
            metadata=self._metadata(priority),
            stream=stream,
            options=self._options,
            policy=self._policy)
