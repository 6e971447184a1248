"""EncodeStream as a bulk job sees it: the real server, the built-in model."""

import threading

import grpc
import numpy
import pytest

from running_server import RunningServer

# Long enough that whatever grows with the items shows.
MANY_ITEMS = 20_000
# What the server may gain over it: caches and pools fill up once.
ALLOWED_GROWTH_BYTES = 48 << 20


@pytest.fixture(scope="module")
def small_server():
    """A server of its own, with little room for a stream."""
    flags = ("--model", "emoji-clip", "--lame-duck", "0s", "--max-queue-items",
             "256", "--max-stream-items", "128")
    with RunningServer(*flags) as running:
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="module")
def small_client(small_server, service):
    with grpc.insecure_channel(small_server.address) as channel:
        yield service.ClipServiceStub(channel)


def resident_bytes(server):
    return server.metric("process_resident_memory_bytes")


def texts(stubs, count):
    return (stubs.EncodeRequest(id=i, text=f"text number {i % 997}")
            for i in range(count))


def test_pictures_texts_and_token_ids_match_the_unary_calls(
        client, stubs, pictures, sentences):
    requests = [
        stubs.EncodeRequest(id=i, image=stubs.Image(encoded=data))
        for i, data in enumerate(pictures.values())
    ]
    requests += [
        stubs.EncodeRequest(id=100 + i, text=text)
        for i, text in enumerate(sentences)
    ]
    replies = {reply.id: reply for reply in client.EncodeStream(iter(requests))}
    assert sorted(replies) == sorted(request.id for request in requests)
    images = client.EncodeImage(
        stubs.EncodeImageRequest(
            images=[stubs.Image(encoded=data) for data in pictures.values()]))
    for i, expected in enumerate(images.embeddings):
        numpy.testing.assert_allclose(replies[i].embedding.values,
                                      expected.values,
                                      atol=1e-4)
    reply = client.EncodeText(stubs.EncodeTextRequest(texts=sentences))
    for i, expected in enumerate(reply.embeddings):
        got = replies[100 + i]
        numpy.testing.assert_allclose(got.embedding.values,
                                      expected.values,
                                      atol=1e-4)
        assert got.token_count == reply.token_count[i]
    versions = [r.model for r in replies.values() if r.HasField("model")]
    assert versions == [reply.model]


def test_many_items_in_bounded_memory(small_client, small_server, stubs):
    """Memory after the first tenth and at the end is the same."""
    seen = set()
    early = late = None
    for reply in small_client.EncodeStream(texts(stubs, MANY_ITEMS)):
        assert not reply.HasField("status"), reply
        seen.add(reply.id)
        if len(seen) == MANY_ITEMS // 10:
            early = resident_bytes(small_server)
        if len(seen) == MANY_ITEMS - 1000:
            late = resident_bytes(small_server)
    assert len(seen) == MANY_ITEMS
    assert late - early < ALLOWED_GROWTH_BYTES, (early, late)
    assert small_server.metric('clip_rejected_total{reason="queue_full"}') == 0


def test_bad_items_fail_alone(client, stubs):
    requests = [
        stubs.EncodeRequest(id=1, text="fine"),
        stubs.EncodeRequest(id=2, image=stubs.Image(encoded=b"no picture")),
        stubs.EncodeRequest(id=3),
        stubs.EncodeRequest(id=4, token_ids=stubs.TokenIds(ids=[10**9])),
        stubs.EncodeRequest(id=5, text="fine too"),
    ]
    replies = {reply.id: reply for reply in client.EncodeStream(iter(requests))}
    assert sorted(replies) == [1, 2, 3, 4, 5]
    for bad, field in ((2, "image.encoded"), (3, "item"),
                       (4, "token_ids.ids[0]")):
        status = replies[bad].status
        assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
        assert status.message.startswith(field)
        assert not replies[bad].HasField("embedding")
    for good in (1, 5):
        assert len(replies[good].embedding.values) > 0


def test_options_of_the_first_message_hold_for_all(client, stubs):
    options = stubs.EmbeddingOptions(format=stubs.INT8, dimensions=16)
    requests = [
        stubs.EncodeRequest(id=1, text="a", options=options),
        stubs.EncodeRequest(id=2, text="b"),
    ]
    for reply in client.EncodeStream(iter(requests)):
        assert reply.embedding.format == stubs.INT8
        assert len(reply.embedding.packed) == 16


def test_an_unknown_model_ends_the_stream(client, stubs):
    request = stubs.EncodeRequest(id=1, text="a", model="other")
    with pytest.raises(grpc.RpcError) as error:
        list(client.EncodeStream(iter([request])))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


class CountingItems:
    """An endless stream of texts that counts what gRPC has taken of it."""

    def __init__(self, stubs):
        self._stubs = stubs
        self.taken = 0
        self.stopped = threading.Event()

    def __iter__(self):
        return self

    def __next__(self):
        if self.stopped.is_set():
            raise StopIteration
        self.taken += 1
        return self._stubs.EncodeRequest(id=self.taken, text="a" * 1000)


def test_a_slow_reader_holds_its_own_stream_back(small_client, small_server,
                                                 stubs):
    """The server stops reading; other callers are served meanwhile."""
    items = CountingItems(stubs)
    call = small_client.EncodeStream(items)
    next(call)
    # Not one more reply is read, and other calls go through.
    before = -1
    while items.taken != before:
        before = items.taken
        for _ in range(20):
            small_client.EncodeText(stubs.EncodeTextRequest(texts=["b"]),
                                    timeout=30)
    assert items.taken < MANY_ITEMS
    items.stopped.set()
    # What was sent is answered once it is read.
    answered = 1 + sum(1 for _ in call)
    assert answered == items.taken
    assert small_server.metric("clip_streams") == 0


def test_a_cancelled_stream_ends(small_client, small_server, stubs):
    items = CountingItems(stubs)
    call = small_client.EncodeStream(items)
    next(call)
    call.cancel()
    items.stopped.set()
    with pytest.raises(grpc.RpcError) as error:
        for _ in call:
            pass
    assert error.value.code() == grpc.StatusCode.CANCELLED
    for _ in range(1000):
        if small_server.metric("clip_streams") == 0:
            break
    assert small_server.metric("clip_streams") == 0


def test_a_drain_answers_what_was_taken(stubs, service):
    """Every item has its reply or may be sent again; the exit code is 0."""
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as server:
        with grpc.insecure_channel(server.address) as channel:
            items = CountingItems(stubs)
            call = service.ClipServiceStub(channel).EncodeStream(items)
            answered = 0
            with pytest.raises(grpc.RpcError) as error:
                for reply in call:
                    assert not reply.HasField("status"), reply
                    answered += 1
                    if answered == 500:
                        server.terminate()
            items.stopped.set()
            assert error.value.code() == grpc.StatusCode.UNAVAILABLE
            assert 500 <= answered <= items.taken
        assert server.wait() == 0, server.log()
