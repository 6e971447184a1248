"""The embedding cache of a real server with the built-in model."""

import concurrent.futures
import time

import grpc
import numpy
import pytest

from running_server import RunningServer


@pytest.fixture(name="cached")
def cached_server(service):
    """A server that keeps embeddings, and a client to it."""
    flags = ("--model", "emoji-clip", "--lame-duck", "0s", "--cache-bytes",
             "1MiB")
    with RunningServer(*flags) as running:
        with grpc.insecure_channel(running.address) as channel:
            yield running, service.ClipServiceStub(channel)
        assert running.stop() == 0, running.log()


def computed_items(server, tower):
    """Items of all batches; read until it rests, since a batch is counted a
    moment after its last reply."""
    series = f'clip_items_total{{tower="{tower}"}}'
    last, since = server.metric(series), time.monotonic()
    while time.monotonic() < since + 0.3:
        value = server.metric(series)
        if value != last:
            last, since = value, time.monotonic()
    return last


def lookups(server, result):
    return server.metric(f'clip_cache_requests_total{{result="{result}"}}')


def test_equal_pictures_are_computed_once_whatever_their_options(
        cached, stubs, pictures):
    server, client = cached
    images = [stubs.Image(encoded=data) for data in pictures.values()]
    computed = computed_items(server, "image")
    first = client.EncodeImage(stubs.EncodeImageRequest(images=images))
    again = client.EncodeImage(stubs.EncodeImageRequest(images=images))
    for one, other in zip(first.embeddings, again.embeddings, strict=True):
        assert one == other
    half = client.EncodeImage(
        stubs.EncodeImageRequest(images=images[:1],
                                 options=stubs.EmbeddingOptions(
                                     normalize=False, dimensions=8)))
    values = numpy.array(half.embeddings[0].values)
    numpy.testing.assert_allclose(values / values[0],
                                  numpy.array(first.embeddings[0].values[:8]) /
                                  first.embeddings[0].values[0],
                                  rtol=1e-3)
    assert computed_items(server, "image") == computed + len(images)
    assert lookups(server, "hit") == len(images) + 1
    assert server.metric("clip_cache_bytes") > 0


def test_equal_texts_in_flight_and_kept_are_answered_alike(
        cached, stubs, sentences):
    server, client = cached
    request = stubs.EncodeTextRequest(texts=sentences)
    computed = computed_items(server, "text")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: client.EncodeText(request),
                                range(64)))
    for reply in replies:
        assert list(reply.embeddings) == list(replies[0].embeddings)
        assert reply.token_count == replies[0].token_count
    different = len(set(sentences))
    assert lookups(server, "miss") == different
    assert computed_items(server, "text") == computed + different
    total = sum(lookups(server, result) for result in ("hit", "miss", "merge"))
    assert total == 64 * len(sentences)


def test_a_stream_of_equal_items_computes_one(cached, stubs):
    server, client = cached
    computed = computed_items(server, "text")
    requests = (stubs.EncodeRequest(id=i, text="the same") for i in range(2000))
    replies = {reply.id: reply for reply in client.EncodeStream(requests)}
    assert len(replies) == 2000
    assert len({tuple(r.embedding.values) for r in replies.values()}) == 1
    assert computed_items(server, "text") == computed + 1
