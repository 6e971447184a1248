"""Whether and when a failed call is sent again. No clock, no gRPC channel.

The rules are those of the C++ client. Every method may be repeated: those for
embeddings and scores only read, and putting a label set replaces it.
"""

from __future__ import annotations

import dataclasses
import random
import threading
from typing import Callable, Optional

import grpc

from .errors import ClipError

# Worth another attempt: loading, draining or gone; full; and a call that raced
# the end of a draining server, which comes back CANCELLED although nobody
# cancelled it.
_RETRYABLE = frozenset({
    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED
})


@dataclasses.dataclass(frozen=True)
class RetryOptions:
    """How stubborn a client is.

    max_attempts: of one call, the first included; 1 = never retry.
    initial_backoff: seconds before the second attempt; doubles after that.
    max_backoff: seconds, the longest wait without the server's advice.
    jitter: part of each wait that is left to chance, in [0, 1].
    throttle_tokens, throttle_refill: the retry budget that the calls of one
        client share. A failed attempt costs a token, a success gives
        `throttle_refill` back, and there are no retries below half.
    """
    max_attempts: int = 3
    initial_backoff: float = 0.05
    max_backoff: float = 1.0
    jitter: float = 0.5
    throttle_tokens: float = 10
    throttle_refill: float = 0.1

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts is less than 1")
        if not 0 <= self.initial_backoff <= self.max_backoff:
            raise ValueError(
                "initial_backoff is negative or greater than max_backoff")
        if not 0 <= self.jitter <= 1:
            raise ValueError("jitter is outside [0, 1]")
        if not (self.throttle_tokens > 0 and self.throttle_refill > 0):
            raise ValueError(
                "throttle_tokens and throttle_refill must be positive")


class RetryThrottle:
    """The retry budget of one client. Thread-safe."""

    def __init__(self, options: RetryOptions):
        self._max = options.throttle_tokens
        self._refill = options.throttle_refill
        self._tokens = self._max
        self._lock = threading.Lock()

    def record_success(self) -> None:
        with self._lock:
            self._tokens = min(self._max, self._tokens + self._refill)

    def record_failure(self) -> bool:
        """Takes one token; True where a retry is within the budget."""
        with self._lock:
            self._tokens = max(0.0, self._tokens - 1)
            return self._tokens > self._max / 2


class RetryPolicy:
    """Decides. Stateless but for the source of chance and the budget."""

    def __init__(self,
                 options: RetryOptions,
                 chance: Callable[[], float] = random.random):
        self.options = options
        self.throttle = RetryThrottle(options)
        self._chance = chance

    @staticmethod
    def is_retryable(failure: ClipError) -> bool:
        """True where another attempt may succeed."""
        return failure.code in _RETRYABLE

    def delay_before_retry(self, failure: ClipError, attempt: int,
                           time_left: float) -> Optional[float]:
        """Seconds to wait after attempt number `attempt`, or None to give up.

        time_left: seconds until the deadline of the call.
        """
        if not self.is_retryable(failure):
            return None
        if not self.throttle.record_failure():
            return None
        if attempt >= self.options.max_attempts:
            return None
        delay = self.delay(failure, attempt)
        return None if delay is None or delay >= time_left else delay

    def delay(self, failure: ClipError, attempt: int) -> Optional[float]:
        """The wait itself; None where the server forbids a retry."""
        jitter, chance = self.options.jitter, self._chance()
        if failure.advice is not None:
            if failure.advice.delay is None:
                return None
            # Never earlier than asked, and spread.
            return failure.advice.delay * (1 + jitter * chance / 2)
        # A power that overflows would be far beyond max_backoff.
        doubled = self.options.initial_backoff * 2**min(attempt - 1, 60)
        return min(doubled, self.options.max_backoff) * (1 - jitter * chance)
