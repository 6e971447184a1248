"""clip_server on GPUs: the answers of the CPU, and what it tells of devices."""

import math
import urllib.request

import grpc
import pytest


@pytest.fixture(scope="module")
def requests(stubs, pictures, sentences):
    return (stubs.EncodeImageRequest(images=[
        stubs.Image(encoded=picture) for picture in pictures.values()
    ]), stubs.EncodeTextRequest(texts=sentences))


@pytest.fixture(scope="module")
def answers_of_the_cpu(start_server, service, requests):
    with start_server("cpu") as server:
        return answers(server, service, requests)


def answers(server, service, requests, times=1):
    """[picture rows, text rows] of every round; calls overlap."""
    with grpc.insecure_channel(server.address) as channel:
        client = service.ClipServiceStub(channel)
        calls = [(client.EncodeImage.future(requests[0]),
                  client.EncodeText.future(requests[1]))
                 for _ in range(times)]
        return [[[list(embedding.values)
                  for embedding in call.result().embeddings]
                 for call in pair]
                for pair in calls]


def least_cosine(left, right):
    """Of vectors of unit length."""
    return min(
        math.fsum(a * b for a, b in zip(one, other, strict=True))
        for one, other in zip(left, right, strict=True))


def metric(server, prefix):
    url = f"http://{server.metrics_address}/metrics"
    with urllib.request.urlopen(url, timeout=10) as page:
        lines = page.read().decode().splitlines()
    return sum(
        float(line.split()[-1]) for line in lines if line.startswith(prefix))


@pytest.mark.parametrize("dtype, least", [("float32", 0.99999),
                                          ("float16", 0.9999),
                                          ("bfloat16", 0.999)])
def test_answers_are_those_of_the_cpu(start_server, service, requests,
                                      answers_of_the_cpu, dtype, least):
    with start_server("cuda:0", "--dtype", dtype) as server:
        for rows in answers(server, service, requests, times=8):
            for kind in (0, 1):
                cosine = least_cosine(rows[kind], answers_of_the_cpu[0][kind])
                assert cosine >= least
        assert metric(server, "clip_batch_splits_total") == 0
        assert server.stop() == 0, server.log()


def test_two_gpus_share_the_work(start_server, service, stubs, requests,
                                 answers_of_the_cpu):
    with start_server("cuda:0,cuda:1", "--max-batch-size", "4") as server:
        for rows in answers(server, service, requests, times=16):
            for kind in (0, 1):
                cosine = least_cosine(rows[kind], answers_of_the_cpu[0][kind])
                assert cosine >= 0.99999
        for device in ("cuda:0", "cuda:1"):
            used = metric(
                server,
                f'clip_device_batch_seconds_total{{device="{device}"}}')
            assert used > 0, device
        with grpc.insecure_channel(server.address) as channel:
            model = service.ClipServiceStub(channel).GetModel(
                stubs.GetModelRequest()).model
        assert model.device == "cuda:0,cuda:1"
        assert server.stop() == 0, server.log()
