"""How much a stream holds, and how long it puts up with an outage."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class StreamOptions:
    """
    window: items that are taken from the iterable and whose results are not
        yet taken from the stream. Several batches' worth keeps a server busy;
        more costs memory.
    window_bytes: no further item is taken while those that have no answer yet
        have this many bytes.
    max_outage: seconds without any answer, from the first failure on, after
        which the stream gives up. 0 = at the first failure.
    """
    window: int = 256
    window_bytes: int = 64 << 20
    max_outage: float = 60.0

    def __post_init__(self) -> None:
        for name in ("window", "window_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is less than 1")
        if self.max_outage < 0:
            raise ValueError("max_outage is negative")
