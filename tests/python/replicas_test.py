"""A model on several devices behind one queue."""

import grpc
import pytest

from running_server import RunningServer, run_refused


@pytest.fixture(scope="module")
def replicated():
    with RunningServer("--model", "emoji-clip", "--device", "cpu,cpu,cpu",
                       "--max-batch-size", "2", "--max-queue-delay", "60s",
                       "--lame-duck", "0s") as running:
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="module")
def stub(replicated, service):
    with grpc.insecure_channel(replicated.address) as channel:
        yield service.ClipServiceStub(channel)


def vectors(reply):
    return [list(embedding.values) for embedding in reply.embeddings]


def same(left, right):
    return all(
        value == pytest.approx(other, abs=1e-5)
        for row, other_row in zip(left, right, strict=True)
        for value, other in zip(row, other_row, strict=True))


def test_answers_are_those_of_one_device(client, stub, stubs, pictures,
                                       sentences):
    images = stubs.EncodeImageRequest(images=[
        stubs.Image(encoded=picture) for picture in pictures.values()
    ])
    texts = stubs.EncodeTextRequest(texts=sentences)
    # More batches of two at once than one device could take.
    waiting = [(stub.EncodeImage.future(images), stub.EncodeText.future(texts))
               for _ in range(6)]
    image_rows = vectors(client.EncodeImage(images))
    text_rows = vectors(client.EncodeText(texts))
    for image_call, text_call in waiting:
        assert same(vectors(image_call.result()), image_rows)
        assert same(vectors(text_call.result()), text_rows)


def test_every_device_is_named(stub, stubs, replicated):
    reply = stub.GetModel(stubs.GetModelRequest())
    assert reply.model.device == "cpu,cpu,cpu"
    (line,) = [
        line for line in replicated.metrics()
        if line.startswith('clip_device_batch_seconds_total{device="cpu"}')
    ]
    assert float(line.split()[-1]) > 0


def test_a_list_that_makes_no_sense_is_refused():
    code, _, error = run_refused("--model", "emoji-clip", "--device",
                                 "cpu,cuda:0")
    assert code == 64
    assert "cpu and GPUs do not share a model" in error
