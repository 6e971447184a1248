"""When a client sends a call again; by the policy alone, and over gRPC with a
server that fails as it is told. No test waits: the waits are recorded."""

import asyncio
import importlib
import subprocess
import threading

import grpc
import pytest

import clip_serving
from client_fixtures import scripted  # noqa: F401
from clip_serving.errors import RetryAdvice, error_of
from clip_serving.retry import RetryOptions, RetryPolicy
from running_server import RunningServer
from scripted_server import Refusal, ScriptedServer

CODE = grpc.StatusCode
UNAVAILABLE = Refusal(CODE.UNAVAILABLE)


def failure(code=CODE.UNAVAILABLE, **details):
    return error_of(code, "", **details)


def policy(chance=0.0, **options):
    return RetryPolicy(RetryOptions(**options), chance=lambda: chance)


@pytest.mark.parametrize("code", list(CODE))
def test_only_what_may_end_better_is_tried_again(code):
    retryable = {CODE.UNAVAILABLE, CODE.RESOURCE_EXHAUSTED, CODE.CANCELLED}
    delay = policy().delay_before_retry(failure(code), 1, 10)
    assert (delay is not None) == (code in retryable)


def test_waits_double_up_to_a_limit_and_are_spread():
    steady = policy()
    assert [steady.delay(failure(), n) for n in (1, 2, 3, 6, 10_000)
           ] == [0.05, 0.1, 0.2, 1.0, 1.0]
    assert policy(chance=1.0).delay(failure(), 1) == 0.025


def test_the_advice_of_the_server_counts_and_is_never_undercut():
    advised = failure(advice=RetryAdvice(3.0))
    assert policy().delay(advised, 1) == 3.0
    assert policy(chance=1.0).delay(advised, 1) == 3.75
    forbidden = failure(advice=RetryAdvice(None))
    assert policy().delay_before_retry(forbidden, 1, 10) is None


def test_attempts_and_deadline_end_the_retries():
    assert policy().delay_before_retry(failure(), 2, 10) is not None
    assert policy().delay_before_retry(failure(), 3, 10) is None
    assert policy().delay_before_retry(failure(), 1, 0.05) is None
    assert policy(max_attempts=1).delay_before_retry(failure(), 1, 10) is None


def test_a_long_outage_uses_the_budget_up_and_successes_refill_it():
    limited = policy()
    delays = [limited.delay_before_retry(failure(), 1, 10) for _ in range(6)]
    assert [delay is not None for delay in delays] == [True] * 4 + [False] * 2
    for _ in range(30):
        limited.throttle.record_success()
    assert limited.delay_before_retry(failure(), 1, 10) is not None


@pytest.mark.parametrize("options", [
    dict(max_attempts=0), dict(initial_backoff=-1), dict(max_backoff=0.01),
    dict(jitter=2), dict(throttle_tokens=0)
])
def test_impossible_options_are_refused(options):
    with pytest.raises(ValueError):
        RetryOptions(**options)


@pytest.fixture
def waits(monkeypatch):
    """The waits between attempts, which take no time."""
    recorded = []

    async def sleep(seconds):
        recorded.append(seconds)

    sync_calls = importlib.import_module("clip_serving._sync_calls")
    async_calls = importlib.import_module("clip_serving._async_calls")
    monkeypatch.setattr(sync_calls, "_sleep", recorded.append)
    monkeypatch.setattr(async_calls, "_sleep", sleep)
    return recorded


def ask_sync(address, **options):
    with clip_serving.Client(address, **options) as client:
        return client.encode_texts("abc").tolist()


def ask_async(address, **options):

    async def ask():
        async with clip_serving.AsyncClient(address, **options) as client:
            return (await client.encode_texts("abc")).tolist()

    return asyncio.run(ask())


both = pytest.mark.parametrize("ask", [ask_sync, ask_async])


@both
@pytest.mark.parametrize("code", [
    CODE.UNAVAILABLE, CODE.RESOURCE_EXHAUSTED, CODE.CANCELLED
])
def test_a_refused_call_is_sent_again(scripted, waits, ask, code):
    scripted.script = [Refusal(code), Refusal(code)]
    assert ask(scripted.address) == [3, 1]
    assert len(scripted.requests) == 3
    assert 0.025 <= waits[0] <= 0.05 <= waits[1] <= 0.1


@both
@pytest.mark.parametrize("refusal, error", [
    (Refusal(CODE.INVALID_ARGUMENT), clip_serving.InvalidArgumentError),
    (Refusal(CODE.NOT_FOUND), clip_serving.NotFoundError),
    (Refusal(CODE.INTERNAL), clip_serving.InternalError),
    (Refusal(CODE.UNIMPLEMENTED), clip_serving.ClipError),
    (Refusal(CODE.UNAVAILABLE, pushback="-1"), clip_serving.UnavailableError),
    (Refusal(CODE.UNAVAILABLE, pushback="soon"), clip_serving.UnavailableError),
])
def test_some_failures_are_final(scripted, waits, ask, refusal, error):
    scripted.script = [refusal]
    with pytest.raises(error) as raised:
        ask(scripted.address)
    assert raised.value.code == refusal.code
    assert len(scripted.requests) == 1 and not waits


@both
@pytest.mark.parametrize("advice, seconds", [
    (dict(pushback="700"), 0.7),
    (dict(retry_info=0.4), 0.4),
    (dict(pushback="700", retry_info=0.4), 0.7),
])
def test_the_advice_on_the_wire_is_read(scripted, waits, ask, advice, seconds):
    scripted.script = [Refusal(CODE.RESOURCE_EXHAUSTED, **advice)]
    assert ask(scripted.address) == [3, 1]
    assert seconds <= waits[0] <= 1.25 * seconds


@both
def test_after_the_last_attempt_the_error_has_the_advice(scripted, waits, ask):
    scripted.script = [Refusal(CODE.RESOURCE_EXHAUSTED, pushback="500")] * 3
    with pytest.raises(clip_serving.ServerFullError) as raised:
        ask(scripted.address)
    assert raised.value.retry_after == 0.5
    assert len(scripted.requests) == 3


@both
def test_a_wait_beyond_the_deadline_is_not_begun(scripted, waits, ask):
    scripted.script = [Refusal(CODE.UNAVAILABLE, pushback="60000")]
    with pytest.raises(clip_serving.UnavailableError):
        ask(scripted.address, timeout=20)
    assert not waits


@both
def test_nobody_there_is_unavailable(waits, ask):
    with pytest.raises(clip_serving.UnavailableError):
        ask("127.0.0.1:1")
    assert len(waits) == 2


@both
def test_the_deadline_is_kept_while_a_server_is_silent(scripted, ask):
    silence = threading.Event()
    scripted.script = [lambda request: silence.wait()]
    try:
        with pytest.raises(clip_serving.DeadlineExceededError):
            ask(scripted.address, timeout=0.3)
    finally:
        silence.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(key, certificate) in PEM, of a server named localhost."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out",
        "cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost"
    ], cwd=folder, check=True, capture_output=True)
    return [(folder / n).read_bytes() for n in ("key.pem", "cert.pem")]


@both
def test_tls_with_the_roots_that_are_given(certificate, waits, ask):
    credentials = grpc.ssl_server_credentials([tuple(certificate)])
    with ScriptedServer(credentials) as server:
        target = server.address.replace("127.0.0.1", "localhost")
        trusted = dict(tls=True, tls_root=certificate[1])
        assert ask(target, **trusted) == [3, 1]
        # Not by the system's roots, and not without TLS.
        for wrong in (dict(tls=True), {}):
            with pytest.raises(clip_serving.UnavailableError):
                ask(target, **wrong)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_calls_survive_the_death_of_one_of_two_servers(kind):
    """None fails, whichever server it would have gone to."""
    flags = ("--model", "emoji-clip", "--lame-duck", "0s")
    with RunningServer(*flags) as first, RunningServer(*flags) as second:
        target = [first.address, second.address]
        if kind == "sync":
            with clip_serving.Client(target) as client:
                for i in range(200):
                    if i == 100:
                        first.kill()
                    assert client.encode_texts("a").shape == (128,)
            return

        async def ask():
            async with clip_serving.AsyncClient(target) as client:
                for i in range(200):
                    if i == 100:
                        first.kill()
                    assert (await client.encode_texts("a")).shape == (128,)

        asyncio.run(ask())


def test_calls_of_a_list_are_bounded_in_number_and_size(scripted):
    texts = [f"{i:03}" for i in range(100)]
    with clip_serving.Client(scripted.address,
                             items_per_call=7,
                             calls_in_flight=3) as client:
        assert client.encode_texts(texts).shape == (100, 2)
    assert sorted(len(r.texts) for r in scripted.requests) == [2] + [7] * 14
    assert scripted.most_in_flight <= 3
    scripted.requests.clear()
    with clip_serving.Client(scripted.address, bytes_per_call=10) as client:
        client.encode_texts(texts)
    assert {len(r.texts) for r in scripted.requests} == {3, 1}


@pytest.mark.parametrize("first_fails", [True, False])
@pytest.mark.parametrize("encode", ["sync", "async"])
def test_a_failed_call_ends_the_others_of_its_list(scripted, encode,
                                                   first_fails):
    """One of two calls is held, and ends because the other one has failed.
    `timeout` is beyond what a test may take."""
    held, started = threading.Event(), threading.Event()

    def by_text(request):
        if (request.texts[0] == "first") == first_fails:
            started.wait()
            raise Refusal(CODE.NOT_FOUND)
        started.set()
        held.wait()

    scripted.script = [by_text, by_text]
    texts = ["first"] + ["later"] * 99
    options = dict(items_per_call=1, calls_in_flight=2, timeout=100)
    ask = encode_list_sync if encode == "sync" else encode_list_async
    try:
        with pytest.raises(clip_serving.NotFoundError):
            ask(scripted.address, texts, options)
    finally:
        held.set()
    assert len(scripted.requests) <= 3


def encode_list_sync(address, texts, options):
    with clip_serving.Client(address, **options) as client:
        client.encode_texts(texts)


def encode_list_async(address, texts, options):

    async def ask():
        async with clip_serving.AsyncClient(address, **options) as client:
            await client.encode_texts(texts)

    asyncio.run(ask())


@pytest.mark.parametrize("texts", ["a", ["a"] * 3])
def test_a_client_that_is_closed_ends_its_calls(scripted, texts):
    started, held = threading.Event(), threading.Event()

    def hold(request):
        del request
        started.set()
        held.wait()

    scripted.script = [hold] * 3
    client = clip_serving.Client(scripted.address, items_per_call=1)
    closer = threading.Thread(target=lambda: started.wait() and client.close())
    closer.start()
    try:
        with pytest.raises(clip_serving.CancelledError):
            client.encode_texts(texts, timeout=100)
    finally:
        held.set()
    closer.join()
    assert len(scripted.requests) <= 3
    with pytest.raises(clip_serving.CancelledError, match="closed"):
        client.encode_texts(texts)


def test_priority_is_sent_as_metadata(scripted):
    with clip_serving.Client(scripted.address, priority="bulk") as client:
        client.encode_texts("a")
        client.encode_texts("a", priority="interactive")
        list(client.encode_stream(["a"], kind="text"))
        with pytest.raises(ValueError, match="urgent"):
            client.encode_texts("a", priority="urgent")
    with clip_serving.Client(scripted.address) as client:
        client.encode_texts("a")
    sent = [m.get("x-clip-priority") for m in scripted.metadata]
    assert sent == ["bulk", "interactive", "bulk", None]


def test_answers_of_different_weights_are_not_mixed(scripted):
    scripted.checkpoints = ["1" * 64, "2" * 64]
    with clip_serving.Client(scripted.address,
                             items_per_call=1,
                             calls_in_flight=1) as client:
        with pytest.raises(clip_serving.ModelChangedError):
            client.encode_texts(["a", "b"])


def test_an_item_too_large_for_a_message_is_refused_here(scripted):
    with clip_serving.Client(scripted.address,
                             max_message_bytes=10_000) as client:
        with pytest.raises(ValueError, match="item 1.*max_message_bytes"):
            client.encode_texts(["a", "b" * 10_000])
    assert not scripted.requests
