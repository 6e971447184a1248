"""A real server called by the clients of others, as docs/interop.md shows.

Clients that scripts/setup could not install are skipped, except on CI.
"""

import base64
import importlib
import json
import pathlib
import re
import socket
import sys
import time

import grpc
import grpc_tools
import numpy as np
import pytest
from grpc_tools import protoc

import interop_tools
from running_server import ROOT, RunningServer

HERE = pathlib.Path(__file__).parent / "interop"
SAMPLES = ROOT / "client/samples"
PICTURES = [SAMPLES / "pizza.png", SAMPLES / "bicycle.jpg"]
TEXTS = ["a slice of pizza", "a bicycle", "an umbrella"]


@pytest.fixture(scope="module")
def own_server():
    # Vectors are compared to the bit, so they may not depend on their batch.
    with RunningServer("--model", "emoji-clip", "--batch-invariant",
                       "--lame-duck", "0s") as running:
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="module")
def address(own_server):
    return own_server.address


@pytest.fixture(scope="module")
def own_client(address, service):
    with grpc.insecure_channel(address) as channel:
        yield service.ClipServiceStub(channel)


@pytest.fixture(scope="module")
def inference(stubs):
    del stubs  # Made with them.
    return importlib.import_module("inference.grpc_service_pb2")


@pytest.fixture(scope="module")
def inference_client(address, inference):
    del inference
    with grpc.insecure_channel(address) as channel:
        yield importlib.import_module(
            "inference.grpc_service_pb2_grpc").GRPCInferenceServiceStub(channel)


def rows(embeddings):
    return np.array([e.values for e in embeddings], dtype=np.float32)


@pytest.fixture(scope="module")
def expected(own_client, stubs):
    """What clip.v1.ClipService says of PICTURES and TEXTS."""
    images = [stubs.Image(encoded=path.read_bytes()) for path in PICTURES]
    scores = own_client.Similarity(
        stubs.SimilarityRequest(images=images, texts=TEXTS))
    shape = (len(PICTURES), len(TEXTS))
    return {
        "image_embedding": rows(
            own_client.EncodeImage(
                stubs.EncodeImageRequest(images=images)).embeddings),
        "text_embedding": rows(
            own_client.EncodeText(
                stubs.EncodeTextRequest(texts=TEXTS)).embeddings),
        "logits": np.array(scores.logits, dtype=np.float32).reshape(shape),
        "probabilities": np.array(scores.probabilities,
                                  dtype=np.float32).reshape(shape),
    }


def text_row(own_client, stubs, text):
    return rows(
        own_client.EncodeText(
            stubs.EncodeTextRequest(texts=[text])).embeddings)[0]


def json_documents(text):
    """The JSON documents that stand in a text one after the other."""
    decoder, found, start = json.JSONDecoder(), [], text.find("{")
    while start >= 0:
        document, end = decoder.raw_decode(text, start)
        found.append(document)
        start = text.find("{", end)
    return found


# The protocol by stubs of our own, so that no tool is needed.


def bytes_request(inference, **inputs):
    request = inference.ModelInferRequest(id="7")
    for name, elements in inputs.items():
        tensor = request.inputs.add(name=name,
                                    datatype="BYTES",
                                    shape=[len(elements)])
        tensor.contents.bytes_contents.extend(elements)
    return request


def test_model_infer_gives_the_numbers_of_the_other_service(
        inference, inference_client, expected):
    request = bytes_request(inference,
                            image=[path.read_bytes() for path in PICTURES],
                            text=[text.encode() for text in TEXTS])
    reply = inference_client.ModelInfer(request, timeout=60)
    assert reply.id == "7" and reply.model_name == "emoji-clip"
    assert [output.name for output in reply.outputs] == list(expected)
    for output, raw in zip(reply.outputs, reply.raw_output_contents):
        values = np.frombuffer(raw, dtype="<f4").reshape(output.shape)
        assert np.array_equal(values, expected[output.name]), output.name


def test_a_bad_element_of_a_tensor_is_named(inference, inference_client):
    good = PICTURES[1].read_bytes()
    request = bytes_request(inference, image=[good, good[:len(good) // 2]])
    with pytest.raises(grpc.RpcError) as error:
        inference_client.ModelInfer(request, timeout=60)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert error.value.details().startswith("image[1]: ")


def test_calls_are_counted_by_method(own_server, inference, inference_client):
    request = bytes_request(inference, text=[b"a cat"])
    inference_client.ModelInfer(request, timeout=60)
    counted = [
        float(line.rsplit(" ", 1)[1])
        for line in own_server.metrics()
        if line.startswith("clip_requests_total{") and
        'method="ModelInfer"' in line and 'code="OK"' in line
    ]
    assert len(counted) == 1 and counted[0] >= 1


def test_a_method_that_is_not_served_is_unimplemented_by_name(address):
    with grpc.insecure_channel(address) as channel:
        method = "/inference.GRPCInferenceService/RepositoryIndex"
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary(method)(b"", timeout=60)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert error.value.details() == f"{method} is not served here"


# grpcurl, ghz, grpc-health-probe


def test_grpcurl_lists_and_calls(address, own_client, stubs):
    interop_tools.go_client("grpcurl")
    first, second = (interop_tools.run_shell(block, address)
                     for block in interop_tools.documented("grpcurl", "sh"))
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[:4] == [
        "clip.v1.ClipService", "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "inference.GRPCInferenceService"
    ]
    text, = json_documents(first.stdout)
    values = np.array(text["embeddings"][0]["values"], dtype=np.float32)
    assert np.array_equal(values,
                          text_row(own_client, stubs, "a slice of pizza"))
    assert second.returncode == 0, second.stderr
    image, inferred = json_documents(second.stdout)
    assert len(image["embeddings"][0]["values"]) == len(values)
    raw = base64.b64decode(inferred["raw_output_contents"][0])
    assert np.array_equal(np.frombuffer(raw, dtype="<f4"),
                          text_row(own_client, stubs, "a bicycle"))


def test_ghz_runs_a_load_without_an_error(address):
    interop_tools.go_client("ghz")
    block, = interop_tools.documented("ghz", "sh")
    ran = interop_tools.run_shell(block.replace("ghz ", "ghz --format json ", 1),
                                  address)
    assert ran.returncode == 0, ran.stderr
    report, = json_documents(ran.stdout)
    assert report["count"] == 200
    assert report["statusCodeDistribution"] == {"OK": 200}
    assert not report["errorDistribution"]


def test_ghz_and_our_load_generator_can_be_compared(address):
    interop_tools.go_client("ghz")
    ran = interop_tools.run([
        sys.executable, ROOT / "tools/compare_ghz.py", "--server", address,
        "--rounds", "1", "--seconds", "1"
    ])
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"^round 1: ghz p50 [\d.]+ ms at \d+/s, clip_client p50 "
                     r"[\d.]+ ms at \d+/s -> [\d.]+$", ran.stdout, re.M)
    assert "p50 of clip_client load / p50 of ghz: median " in ran.stdout


# The probe gives up after a second of its own accord, which a busy machine may
# need.
PATIENCE = ("-connect-timeout=30s", "-rpc-timeout=30s")


def probe(address, *flags):
    program = interop_tools.go_client("grpc-health-probe")
    return interop_tools.run([program, f"-addr={address}", *flags])


def test_grpc_health_probe_finds_the_server_serving(address):
    interop_tools.go_client("grpc-health-probe")
    block, = interop_tools.documented("grpc-health-probe", "sh")
    patient = block.replace("-addr=", " ".join((*PATIENCE, "-addr=")))
    ran = interop_tools.run_shell(patient, address)
    assert ran.returncode == 0, ran.stderr
    assert (ran.stdout + ran.stderr).count("status: SERVING") == 2
    assert probe(address, "-service=no.such.Service", *PATIENCE).returncode == 3


def test_grpc_health_probe_fails_on_a_dead_port():
    # Bound, so that nobody else gets it, and not listening.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ran = probe(f"127.0.0.1:{bound.getsockname()[1]}")
    assert ran.returncode == 2
    assert "SERVING" not in ran.stdout + ran.stderr


def test_a_server_that_drains_says_so_in_both_protocols(stubs, inference):
    del stubs
    interop_tools.go_client("grpc-health-probe")
    with RunningServer("--model", "emoji-clip", "--lame-duck",
                       "60s", "--shutdown-grace", "120s") as draining:
        draining.terminate()
        deadline = time.monotonic() + 30
        while probe(draining.address, *PATIENCE).returncode != 4:
            assert time.monotonic() < deadline
        with grpc.insecure_channel(draining.address) as channel:
            client = importlib.import_module("inference.grpc_service_pb2_grpc"
                                            ).GRPCInferenceServiceStub(channel)
            live = client.ServerLive(inference.ServerLiveRequest(), timeout=60)
            ready = client.ServerReady(inference.ServerReadyRequest(),
                                       timeout=60)
        assert live.live and not ready.ready
        assert draining.stop() == 0  # The second signal ends the wait.


# grpc-js


def test_grpc_js_encodes_a_picture_and_a_text(address, own_client, stubs,
                                              tmp_path):
    interop_tools.need(interop_tools.NODE_MODULES)
    block, = interop_tools.documented("Node.js", "js")
    ran = interop_tools.run_script(
        "node", block, address, tmp_path, ".js",
        {"NODE_PATH": str(interop_tools.NODE_MODULES)})
    assert ran.returncode == 0, ran.stderr
    vectors = json.loads(ran.stdout)
    image = own_client.EncodeImage(
        stubs.EncodeImageRequest(
            images=[stubs.Image(encoded=PICTURES[0].read_bytes())]))
    assert np.array_equal(np.array(vectors["image"], dtype=np.float32),
                          rows(image.embeddings)[0])
    assert np.array_equal(np.array(vectors["text"], dtype=np.float32),
                          text_row(own_client, stubs, "a slice of pizza"))


# tritonclient


def test_the_documented_tritonclient_program_runs(address, tmp_path):
    python = interop_tools.need(interop_tools.TRITON_PYTHON)
    block, = interop_tools.documented("tritonclient", "python")
    ran = interop_tools.run_script(python, block, address, tmp_path, ".py")
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == "True True"
    assert "(2, " in lines[2]


@pytest.fixture(scope="module")
def triton(address, tmp_path_factory):
    """(facts, arrays) of interop/triton_calls.py."""
    python = interop_tools.need(interop_tools.TRITON_PYTHON)
    out = tmp_path_factory.mktemp("triton")
    ran = interop_tools.run([
        python, HERE / "triton_calls.py", address, out, *PICTURES, "--", *TEXTS
    ])
    assert ran.returncode == 0, ran.stderr
    return (json.loads((out / "facts.json").read_text()),
            dict(np.load(out / "arrays.npz")))


def test_tritonclient_gets_health_and_metadata(triton, own_client, stubs):
    facts, _ = triton
    assert facts["live"] and facts["ready"] and facts["model_ready"]
    assert not facts["other_model_ready"]
    assert facts["server_name"] == "clip_server" and facts["server_version"]
    model = own_client.GetModel(stubs.GetModelRequest()).model
    metadata = facts["metadata"]
    assert metadata["name"] == "emoji-clip"
    assert metadata["versions"] == [model.checkpoint_sha256]
    assert metadata["inputs"] == [{
        "name": name,
        "datatype": "BYTES",
        "shape": ["-1"]
    } for name in ("image", "text")]
    assert metadata["outputs"][1] == {
        "name": "text_embedding",
        "datatype": "FP32",
        "shape": ["-1", str(model.embed_dim)]
    }
    # What triton_calls.py infers before it asks.
    assert facts["inferences"] == 3 * len(PICTURES) + 6 * len(TEXTS)
    config = facts["config"]["config"]
    assert config["name"] == "emoji-clip"
    assert [tensor["data_type"] for tensor in config["input"]
           ] == ["TYPE_STRING", "TYPE_STRING"]


def test_tritonclient_infers_the_vectors_of_the_other_service(
        triton, expected, own_client, stubs):
    arrays = dict(triton[1])
    short = own_client.EncodeText(
        stubs.EncodeTextRequest(texts=TEXTS,
                                options=stubs.EmbeddingOptions(
                                    dimensions=16, normalize=False)))
    assert np.array_equal(arrays.pop("short/text_embedding"),
                          rows(short.embeddings))
    assert sorted(arrays) == sorted([
        *(f"both/{name}" for name in expected), "images/image_embedding",
        "chosen/probabilities", "chosen/text_embedding",
        "async/text_embedding", "asyncio/text_embedding",
        "contents/text_embedding"
    ])
    for name, array in arrays.items():
        assert array.dtype == np.float32
        assert np.array_equal(array, expected[name.split("/")[1]]), name


REFUSALS = {
    "unknown_model": ("NOT_FOUND", "Request for unknown model"),
    "unknown_model_metadata": ("NOT_FOUND", "Request for unknown model"),
    "unknown_version": ("NOT_FOUND", 'version "1"'),
    "numbers": ("INVALID_ARGUMENT", "image.datatype: must be BYTES"),
    "spoilt_picture": ("INVALID_ARGUMENT", "image[1]: "),
    "square": ("INVALID_ARGUMENT", "text.shape: must be [N] or [N, 1]"),
    "not_utf8": ("INVALID_ARGUMENT", "text[1]: not UTF-8"),
    "unknown_input": ("INVALID_ARGUMENT", 'inputs[0].name: "INPUT0"'),
    "unknown_output": ("INVALID_ARGUMENT", 'outputs[0].name: "OUTPUT0"'),
    "classification": ("INVALID_ARGUMENT", "outputs[0].parameters"),
    "missing_input": ("INVALID_ARGUMENT", "logits needs the input image"),
    "shared_memory": ("INVALID_ARGUMENT", "text.parameters"),
    "sequence": ("INVALID_ARGUMENT", "parameters["),
    "hostile_bytes": ("INVALID_ARGUMENT", "text[1]: 4294967295 bytes long"),
    "log_settings": ("UNIMPLEMENTED", "GRPCInferenceService/LogSettings"),
    "repository": ("UNIMPLEMENTED", "GRPCInferenceService/RepositoryIndex"),
    "unload": ("UNIMPLEMENTED", "GRPCInferenceService/RepositoryModelUnload"),
    "register_shared_memory":
        ("UNIMPLEMENTED", "GRPCInferenceService/SystemSharedMemoryRegister"),
    "stream": ("UNIMPLEMENTED", "GRPCInferenceService/ModelStreamInfer"),
}


def test_tritonclient_is_refused_with_a_reason(triton):
    refusals = triton[0]["refusals"]
    assert sorted(refusals) == sorted(REFUSALS)
    for name, (status, message) in REFUSALS.items():
        assert refusals[name][0] == f"StatusCode.{status}", (name,
                                                             refusals[name])
        assert message in refusals[name][1], (name, refusals[name])


def test_our_protocol_is_that_of_tritonclient(tmp_path):
    python = interop_tools.need(interop_tools.TRITON_PYTHON)
    descriptors = tmp_path / "descriptors.pb"
    assert protoc.main([
        "protoc", f"-I{ROOT / 'proto'}",
        f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}",
        f"--descriptor_set_out={descriptors}", "inference/grpc_service.proto"
    ]) == 0
    ran = interop_tools.run([python, HERE / "compare_protocol.py", descriptors])
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == []
