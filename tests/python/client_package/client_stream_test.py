"""encode_stream: any number of items, one result each, in bounded memory."""

import asyncio
import contextlib
import threading
import urllib.request

import grpc
import numpy as np
import pytest

import clip_serving
from client_fixtures import clip, run_async, scripted  # noqa: F401
from clip_serving import StreamItem, StreamOptions
from clip_serving.errors import RetryAdvice, error_of
from clip_serving._ledger import Reconnects
from clip_serving.retry import RetryOptions, RetryPolicy
from conftest import SAMPLES
from running_server import RunningServer
from scripted_server import Refusal, answer

CODE = grpc.StatusCode
TOLERANCE = 1e-5
WINDOW = 16
SMALL = StreamOptions(window=WINDOW)


def read_sync(target, items, **arguments):
    with clip_serving.Client(target) as client:
        return list(client.encode_stream(items, **arguments))


def read_async(target, items, **arguments):

    async def read():
        async with clip_serving.AsyncClient(target) as client:
            return [r async for r in client.encode_stream(items, **arguments)]

    return asyncio.run(read())


def read_async_iterable(target, items, **arguments):

    async def generate():
        for item in items:
            yield item

    return read_async(target, generate(), **arguments)


every_way = pytest.mark.parametrize(
    "read", [read_sync, read_async, read_async_iterable])


def metric(server, series):
    url = f"http://{server.metrics_address}/metrics"
    with urllib.request.urlopen(url, timeout=30) as reply:
        for line in reply.read().decode().splitlines():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
    return 0.0


@every_way
@pytest.mark.parametrize("ordered", [False, True])
def test_vectors_are_those_of_the_unary_calls(server, clip, pictures, sentences,
                                              read, ordered):
    paths = [SAMPLES / name for name in pictures]
    items = [StreamItem(path.name, image=path) for path in paths]
    items += [StreamItem(("text", i), text=t) for i, t in enumerate(sentences)]
    results = read(server.address, items, ordered=ordered)
    if ordered:
        assert [r.key for r in results] == [item.key for item in items]
    by_index = sorted(results, key=lambda result: result.index)
    assert [r.key for r in by_index] == [item.key for item in items]
    expected = np.concatenate(
        [clip.encode_images(paths), clip.encode_texts(sentences)])
    np.testing.assert_allclose(np.stack([r.vector for r in by_index]),
                               expected,
                               atol=TOLERANCE)
    assert all(r.error is None for r in results)
    assert all((r.token_count > 0) == (r.key[0] == "text") for r in results)


@every_way
def test_options_hold_for_the_whole_stream(server, clip, sentences, read):
    results = read(server.address,
                   sentences * 3,
                   kind="text",
                   ordered=True,
                   format="int8",
                   dimensions=16)
    expected = clip.encode_texts(sentences, format="int8", dimensions=16)
    np.testing.assert_array_equal(np.stack([r.vector for r in results]),
                                  np.tile(expected, (3, 1)))


@every_way
def test_bad_items_fail_alone(server, read):
    items = [
        StreamItem("good", text="fine"),
        StreamItem("no picture", image=b"no picture"),
        StreamItem("no file", image="no/such/file.jpg"),
        StreamItem("nothing"),
        StreamItem("number", text=3),
        StreamItem("ids", text=clip_serving.TokenIds([10**9])),
        "bare",
        StreamItem("good too", text="fine too"),
    ]
    results = {r.key: r for r in read(server.address, items)}
    assert len(results) == len(items)
    for key, kind in [("no picture", clip_serving.InvalidArgumentError),
                      ("no file", FileNotFoundError), ("nothing", TypeError),
                      ("number", TypeError), (6, TypeError),
                      ("ids", clip_serving.InvalidArgumentError)]:
        assert isinstance(results[key].error, kind), results[key]
        assert results[key].vector is None
    assert results["no picture"].error.index == 1
    assert "JPEG" in results["no picture"].error.bad_items[0].reason
    for key in ("good", "good too"):
        assert results[key].error is None
        assert results[key].vector.shape == (128,)


@every_way
def test_nothing_but_bad_items_needs_no_server(read):
    results = read("127.0.0.1:1", ["no/file"] * 50,
                   kind="image", stream=SMALL)
    assert [type(r.error) for r in results] == [FileNotFoundError] * 50


@every_way
def test_an_empty_stream_ends(read):
    assert read("127.0.0.1:1", [], kind="text") == []


@every_way
def test_an_error_of_the_iterable_comes_behind_its_items(server, read):

    def items():
        yield from ["a", "b", "c"]
        raise OSError("the disk is gone")

    results = []

    def gather():
        with clip_serving.Client(server.address) as client:
            for result in client.encode_stream(items(), kind="text"):
                results.append(result)

    with pytest.raises(OSError, match="disk is gone"):
        if read is read_sync:
            gather()
        else:
            read(server.address, items(), kind="text")
    assert len(results) == (3 if read is read_sync else 0)


@every_way
@pytest.mark.parametrize("arguments, error", [
    (dict(kind="text", model="other"), clip_serving.NotFoundError),
    (dict(kind="text", dimensions=10**6), clip_serving.InvalidArgumentError),
    (dict(kind="sound"), ValueError),
    (dict(kind="text", format="float8"), ValueError),
    (dict(kind="text", priority="urgent"), ValueError),
    (dict(kind="text", timeout=-1), ValueError),
])
def test_what_no_item_could_survive_is_raised(server, read, arguments, error):
    with pytest.raises(error):
        read(server.address, ["a"] * 3, **arguments)


class CountingItems:
    """An endless iterable; how far it was read, and how far at most ahead of
    `given`, the number of results that the reader of the stream has."""

    def __init__(self):
        self.given = 0
        self.taken = 0
        self.most_ahead = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.taken += 1
        self.most_ahead = max(self.most_ahead, self.taken - self.given)
        return f"text number {self.taken % 101}"


@pytest.mark.parametrize("ordered", [False, True])
def test_items_are_never_read_further_than_the_window(clip, ordered):
    items = CountingItems()
    with contextlib.closing(
            clip.encode_stream(items, kind="text", ordered=ordered,
                               stream=SMALL)) as results:
        for result in results:
            # Only now: while `results` was asked, one more may have been read.
            items.given += 1
            assert result.error is None
            if items.given == 1000:
                break
    # The result that is being given makes room for one.
    assert WINDOW <= items.most_ahead <= WINDOW + 1


@pytest.mark.parametrize("ordered", [False, True])
def test_items_are_never_read_further_than_the_window_by_asyncio(
        run_async, ordered):
    items = CountingItems()

    async def read(client):
        results = client.encode_stream(items, kind="text", ordered=ordered,
                                       stream=SMALL)
        async for result in results:
            items.given += 1
            assert result.error is None
            if items.given == 1000:
                break
        await results.aclose()

    run_async(read)
    assert WINDOW <= items.most_ahead <= WINDOW + 1


def test_other_tasks_of_the_loop_run_beside_a_stream(run_async, scripted):
    """All results are there before the first is taken."""

    async def read(client):
        ticks = []

        async def tick():
            while True:
                ticks.append(1)
                await asyncio.sleep(0)

        ticking = asyncio.ensure_future(tick())
        count = 0
        async for _ in client.encode_stream(["x"] * 100, kind="text",
                                            ordered=True):
            count += 1
            if count == 1:
                before = len(ticks)
        ticking.cancel()
        return count, len(ticks) - before

    count, ticks = run_async(read, target=scripted.address)
    assert count == 100 and ticks >= 99


def test_a_reader_that_stops_stops_the_reading(clip):
    """Everybody else is served meanwhile."""
    items = CountingItems()
    results = clip.encode_stream(items, kind="text", stream=SMALL)
    next(results)
    for _ in range(50):
        clip.encode_texts("b")
    assert items.taken <= WINDOW + 1
    results.close()


def test_the_bytes_of_a_window_are_bounded(scripted):
    """Where 50 bytes are allowed, one item of 100 bytes may be in flight."""
    arrived, proceed = threading.Event(), threading.Event()

    def hold_first(requests):
        for request in requests:
            arrived.set()
            proceed.wait()
            yield answer(request)

    scripted.script = [hold_first]
    items = CountingItems()
    with clip_serving.Client(scripted.address) as client:
        results = client.encode_stream(
            ("x" * 100 for _ in items), kind="text",
            stream=StreamOptions(window_bytes=50))
        reader = threading.Thread(target=next, args=(results,))
        reader.start()
        arrived.wait()
        assert items.taken == 1
        proceed.set()
        reader.join()
        results.close()


def test_many_items_pass(clip):
    seen = np.zeros(5_000, dtype=bool)
    texts = (f"text {i % 997}" for i in range(len(seen)))
    for result in clip.encode_stream(texts, kind="text"):
        assert result.error is None and not seen[result.index]
        seen[result.index] = True
    assert seen.all()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_loop_left_early_ends_the_stream_at_the_server(run_async, kind):
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as server:
        items = CountingItems()
        if kind == "sync":
            with clip_serving.Client(server.address) as client:
                for result in client.encode_stream(items, kind="text"):
                    assert metric(server, "clip_streams") == 1
                    break
        else:

            async def leave(client):
                results = client.encode_stream(items, kind="text")
                await results.__anext__()
                await results.aclose()

            run_async(leave, target=server.address)
        for _ in range(10_000):
            if metric(server, "clip_streams") == 0:
                break
        assert metric(server, "clip_streams") == 0
        assert server.stop() == 0


def answer_some(count, refusal=None):
    """A stream that answers `count` items, then breaks."""

    def replies(requests):
        for _ in range(count):
            yield answer(next(requests))
        yield refusal or Refusal(CODE.UNAVAILABLE)

    return replies


QUICK = StreamOptions(window=WINDOW, max_outage=30)


@every_way
@pytest.mark.parametrize("ordered", [False, True])
def test_a_broken_stream_goes_on_with_what_was_not_answered(
        scripted, read, ordered):
    """Every item has exactly one result, whatever breaks when."""
    scripted.script = [
        answer_some(1),
        answer_some(40),
        Refusal(CODE.RESOURCE_EXHAUSTED, pushback="1"),
        answer_some(10, Refusal(CODE.CANCELLED)),
        answer_some(0),
        answer_some(7),
    ]
    texts = ["x" * (i + 1) for i in range(200)]
    results = read(scripted.address, texts, kind="text", ordered=ordered,
                   stream=QUICK)
    assert sorted(r.index for r in results) == list(range(200))
    assert all(r.vector[0] == r.index + 1 for r in results)
    if ordered:
        assert [r.index for r in results] == list(range(200))
    assert len(scripted.requests) == 7


@every_way
def test_what_is_sent_again_keeps_its_order(scripted, read):
    """Five items are sent and none but the third is answered."""

    def answer_the_third(requests):
        five = [next(requests) for _ in range(5)]
        yield answer(five[2])
        yield Refusal(CODE.UNAVAILABLE)

    arrived = []

    def note(requests):
        for request in requests:
            arrived.append(request.id)
            yield answer(request)

    scripted.script = [answer_the_third, note]
    results = read(scripted.address, ["x"] * 12, kind="text", stream=QUICK)
    assert len(results) == 12
    assert arrived == [i for i in range(12) if i != 2]


@every_way
def test_an_item_that_the_end_of_a_stream_overtook_is_sent_again(
        scripted, read):
    """The first stream answers all but one, and that one UNAVAILABLE."""

    def overtake(requests):
        for request in requests:
            reply = answer(request)
            if request.id == 3:
                reply.ClearField("embedding")
                reply.status.code = CODE.UNAVAILABLE.value[0]
            yield reply

    scripted.script = [overtake]
    results = read(scripted.address, ["x"] * 9, kind="text", stream=QUICK)
    assert sorted(r.index for r in results) == list(range(9))
    assert all(r.error is None for r in results)
    assert len(scripted.requests) == 2


@every_way
@pytest.mark.parametrize("refusal", [
    Refusal(CODE.INVALID_ARGUMENT), Refusal(CODE.RESOURCE_EXHAUSTED),
    Refusal(CODE.UNAVAILABLE, pushback="-1")
])
def test_some_failures_end_a_stream(scripted, read, refusal):
    """A full server says when to come back; one that does not has been sent a
    message that is too large."""
    scripted.script = [answer_some(2, refusal)]
    with pytest.raises(clip_serving.ClipError) as raised:
        read(scripted.address, ["x"] * 9, kind="text")
    assert raised.value.code == refusal.code
    assert len(scripted.requests) == 1


@every_way
def test_a_server_that_answers_nobody_is_given_up(scripted, read):
    def answer_nobody(requests):
        list(requests)
        return
        yield

    scripted.script = [answer_nobody] * 3
    with pytest.raises(clip_serving.UnavailableError, match="before"):
        read(scripted.address, ["x"], kind="text",
             stream=StreamOptions(max_outage=0))
    assert len(scripted.requests) == 1


@every_way
def test_an_answer_to_nobody_is_an_error(scripted, read):
    def lie(requests):
        reply = answer(next(requests))
        reply.id = 77
        yield reply

    scripted.script = [lie]
    with pytest.raises(clip_serving.InternalError, match="77"):
        read(scripted.address, ["x"], kind="text")


@every_way
def test_a_stream_does_not_go_on_with_other_weights(scripted, read):
    scripted.script = [answer_some(2)]
    scripted.checkpoints = ["1" * 64, "2" * 64]
    with pytest.raises(clip_serving.ModelChangedError):
        read(scripted.address, ["x"] * 9, kind="text")


@every_way
def test_the_timeout_is_that_of_the_whole_stream(scripted, read):
    silence = threading.Event()

    def be_silent(requests):
        silence.wait()
        return
        yield

    scripted.script = [be_silent]
    try:
        with pytest.raises(clip_serving.DeadlineExceededError):
            read(scripted.address, ["x"], kind="text", timeout=0.3)
    finally:
        silence.set()


def test_an_outage_is_borne_for_so_long_and_forgotten_after_an_answer():
    policy = RetryPolicy(RetryOptions(), chance=lambda: 0.0)
    failure = error_of(CODE.UNAVAILABLE, "")
    reconnects = Reconnects(policy, max_outage=10)
    assert reconnects.delay(failure, False, now=100) == 0.05
    assert reconnects.delay(failure, False, now=105) == 0.1
    assert reconnects.delay(failure, False, now=109.9) is None
    assert reconnects.delay(failure, True, now=109.9) == 0.05
    advised = error_of(CODE.RESOURCE_EXHAUSTED, "", advice=RetryAdvice(2.0))
    assert reconnects.delay(advised, False, now=110) == 2.0
    assert reconnects.delay(advised, False, now=118.9) is None


@pytest.mark.parametrize("read", [read_sync, read_async])
def test_a_stream_survives_the_death_of_a_server(read):
    """Two servers; the one in use is killed, or both are used and one is."""
    flags = ("--model", "emoji-clip", "--lame-duck", "0s")
    with RunningServer(*flags) as first, RunningServer(*flags) as second:

        def texts():
            for i in range(3000):
                if i == 1000:
                    used = (first if metric(first, "clip_streams") else second)
                    used.kill()
                yield f"text {i % 97}"

        results = read([first.address, second.address], texts(), kind="text")
    assert sorted(r.index for r in results) == list(range(3000))
    assert all(r.error is None for r in results)
