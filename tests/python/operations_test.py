"""Health, reflection, metrics and a clean stop, as operators see them."""

import threading

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

from running_server import RunningServer

SERVING = health_pb2.HealthCheckResponse.SERVING


def test_health_is_serving_for_the_server_and_the_service(channel):
    health = health_pb2_grpc.HealthStub(channel)
    for name in ("", "clip.v1.ClipService"):
        reply = health.Check(health_pb2.HealthCheckRequest(service=name))
        assert reply.status == SERVING


def test_reflection_lists_the_service(channel):
    services = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert "clip.v1.ClipService" in services


def test_threads_of_a_forward_pass_wait_asleep_before_long(server):
    assert server.environment()["GOMP_SPINCOUNT"] == "10000"


def test_settings_of_openmp_in_the_environment_are_kept(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "passive")
    with RunningServer("--model", "emoji-clip", "--lame-duck",
                       "0s") as running:
        environment = running.environment()
        assert environment["OMP_WAIT_POLICY"] == "passive"
        assert "GOMP_SPINCOUNT" not in environment
        assert running.stop() == 0, running.log()


def test_metrics_count_the_calls(client, stubs, server, sentences):
    client.EncodeText(stubs.EncodeTextRequest(texts=sentences))
    lines = server.metrics()
    count = [
        float(line.rsplit(" ", 1)[1])
        for line in lines
        if line.startswith("clip_requests_total") and
        'method="EncodeText"' in line and 'code="OK"' in line
    ]
    assert len(count) == 1 and count[0] >= 1
    for name in ("clip_request_duration_seconds", "clip_queue_items",
                 "clip_stage_duration_seconds", "clip_items_total",
                 "clip_batch_size", "clip_model_info", "clip_model_ready"):
        assert any(line.startswith(name) for line in lines), name


class Caller(threading.Thread):
    """Calls one at a time until the server says that it is going away."""

    def __init__(self, service, stubs, address, started, picture):
        super().__init__()
        self._channel = grpc.insecure_channel(address)
        self._client = service.ClipServiceStub(self._channel)
        self._request = stubs.EncodeImageRequest(
            images=[stubs.Image(encoded=picture)])
        self._answering = started
        self.answered = 0
        self.codes = []

    def run(self):
        while not self.codes:
            try:
                reply = self._client.EncodeImage(self._request, timeout=30)
                assert len(reply.embeddings) == 1
                self.answered += 1
                self._answering.set()
            except grpc.RpcError as error:
                self.codes.append(error.code())
        self._channel.close()


def test_sigterm_under_load_loses_no_accepted_call(stubs, service, pictures):
    """Every call ends in an answer or in a code that says: try elsewhere."""
    picture = next(iter(pictures.values()))
    with RunningServer("--model", "emoji-clip", "--lame-duck", "200ms") as server:
        started = threading.Event()
        callers = [
            Caller(service, stubs, server.address, started, picture)
            for _ in range(16)
        ]
        for caller in callers:
            caller.start()
        assert started.wait(timeout=30)
        assert server.stop() == 0, server.log()
        for caller in callers:
            caller.join()
    allowed = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    assert {code for caller in callers for code in caller.codes} <= allowed
    assert sum(caller.answered for caller in callers) > 0


def test_many_single_callers_share_batches(stubs, service, pictures):
    """64 callers with one picture each form batches of more than 8."""
    picture = next(iter(pictures.values()))
    # Where other processes took the cores during the warm-up, ten seconds seem
    # too short for 64 pictures.
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s",
                       "--max-queue-delay", "60s") as server:
        with grpc.insecure_channel(server.address) as channel:
            client = service.ClipServiceStub(channel)
            request = stubs.EncodeImageRequest(
                images=[stubs.Image(encoded=picture)])
            for _ in range(8):
                pending = [client.EncodeImage.future(request) for _ in range(64)]
                assert all(len(p.result().embeddings) == 1 for p in pending)
        lines = server.metrics()
        total, count = (float(
            next(line for line in lines if line.startswith(
                f'clip_batch_size_{part}{{tower="image"')).rsplit(" ", 1)[1])
                        for part in ("sum", "count"))
        assert total / count > 8
        assert server.stop() == 0
