"""How a client connects and calls."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import random
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from .retry import RetryOptions

_MIB = 1 << 20
PRIORITIES = ("interactive", "bulk")


@dataclasses.dataclass(frozen=True)
class ClientOptions:
    """Everything but the target; each is also an argument of the clients.

    model: "" = the server's default.
    timeout: seconds for each call, its retries included. Longer waits longer
        for a busy or silent server; shorter gives up on slow models. A list
        that is split over several calls has it for each of them.
    priority: "interactive" or "bulk"; None = interactive, and bulk for streams.
        Bulk items wait while interactive ones wait.
    items_per_call: lists longer than this are split. More: less overhead, and
        coarser admission; the server's own limit is 256 by default.
    bytes_per_call: calls are also split at about this many bytes.
    calls_in_flight: of one list at the same time. More keeps a large server
        busy, and holds more pictures in memory.
    max_message_bytes: largest request and reply; by default the server's own
        limit.
    retry: see RetryOptions.
    tls: TLS with the system's roots. tls_root: PEM of those to trust instead.
    keepalive: seconds between pings of a silent connection. Servers may close
        connections that ping more often than every 10 seconds.
    own_connections: do not share connections with the other clients of this
        process.
    channel_options: further (name, value) pairs for gRPC; they win.
    """
    model: str = ""
    timeout: float = 30.0
    priority: Optional[str] = None
    items_per_call: int = 32
    bytes_per_call: int = 8 * _MIB
    calls_in_flight: int = 4
    max_message_bytes: int = 16 * _MIB
    retry: RetryOptions = dataclasses.field(default_factory=RetryOptions)
    tls: bool = False
    tls_root: Optional[bytes] = None
    keepalive: float = 60.0
    own_connections: bool = False
    channel_options: Sequence[Tuple[str, Any]] = ()

    def __post_init__(self) -> None:
        for name in ("timeout", "items_per_call", "bytes_per_call",
                     "calls_in_flight", "max_message_bytes", "keepalive"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is not positive")
        check_priority(self.priority)
        if self.tls_root is not None and not self.tls:
            raise ValueError("tls_root is of no use without tls=True")


def check_priority(priority: Optional[str]) -> None:
    if priority is not None and priority not in PRIORITIES:
        raise ValueError(f"priority {priority!r} is none of "
                         f"{', '.join(PRIORITIES)}")


def grpc_target(target: Union[str, Sequence[str]]) -> str:
    """One gRPC target for an address, or for a list of IP:PORT.

    A list is shuffled: what connects first gets the first stream, and clients
    with the same list should not all begin at the same server.
    """
    if isinstance(target, str):
        if not target:
            raise ValueError("the target is empty")
        return target
    if not target:
        raise ValueError("the list of targets is empty")
    families = {_family(address) for address in target}
    if len(families) > 1:
        raise ValueError("IPv4 and IPv6 addresses in one list of targets")
    shuffled = random.sample(list(target), len(target))
    return f"{families.pop()}:{','.join(shuffled)}"


def _family(address: str) -> str:
    host, _, port = address.rpartition(":")
    try:
        if not port.isdigit():
            raise ValueError(address)
        version = ipaddress.ip_address(host.strip("[]")).version
    except ValueError:
        raise ValueError(
            f"{address!r} is not IP:PORT; the replicas behind a name are "
            "reached with the target dns:///NAME:PORT") from None
    return f"ipv{version}"


def channel_options(options: ClientOptions,
                    health_checked: bool) -> List[Tuple[str, Any]]:
    """The channel arguments; the reasons are in client/channel.cc.

    health_checked: round robin over the addresses that say SERVING, so that
        calls leave a replica before it stops. A channel without it also talks
        to a server that says NOT_SERVING.
    """
    pairs: Dict[str, Any] = {
        "grpc.max_receive_message_length": options.max_message_bytes,
        "grpc.max_send_message_length": options.max_message_bytes,
        # Larger requests would silently lose gRPC's transparent retries.
        "grpc.per_rpc_retry_buffer_size": options.max_message_bytes,
        "grpc.keepalive_time_ms": int(options.keepalive * 1000),
        "grpc.keepalive_timeout_ms": 20_000,
        "grpc.initial_reconnect_backoff_ms": 200,
        "grpc.max_reconnect_backoff_ms": 5_000,
        # The service lives in the caller's own network.
        "grpc.enable_http_proxy": 0,
        # One from DNS would replace ours.
        "grpc.service_config_disable_resolution": 1,
    }
    if options.own_connections:
        pairs["grpc.use_local_subchannel_pool"] = 1
    if health_checked:
        pairs["grpc.service_config"] = json.dumps({
            "loadBalancingConfig": [{"round_robin": {}}],
            "healthCheckConfig": {"serviceName": ""},
        })
    pairs.update(options.channel_options)
    return list(pairs.items())
