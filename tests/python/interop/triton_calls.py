"""Calls a clip_server through tritonclient, for interop_test.py to judge.

    triton_calls.py ADDRESS OUT PICTURE... -- TEXT...

Writes OUT/arrays.npz with every result and OUT/facts.json with what the server
says of itself and how it refuses. Runs in an environment of its own, since
tritonclient and the other tests pin different versions of protobuf.
"""

import asyncio
import json
import pathlib
import queue
import struct
import sys

import grpc
import numpy as np
import tritonclient.grpc as triton
import tritonclient.grpc.aio as triton_aio
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

MODEL = "emoji-clip"
TIMEOUT = 60


def tensor(name, elements, shape=None):
    values = np.array(elements, dtype=np.object_)
    values = values.reshape(shape or [len(elements)])
    made = triton.InferInput(name, list(values.shape), "BYTES")
    made.set_data_from_numpy(values)
    return made


def facts_of(client):
    server = client.get_server_metadata()
    return {
        "live": client.is_server_live(headers={"test": "1"}),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready(MODEL),
        "other_model_ready": client.is_model_ready("other"),
        "server_name": server.name,
        "server_version": server.version,
        "metadata": client.get_model_metadata(MODEL, as_json=True),
        "config": client.get_model_config(MODEL, as_json=True),
    }


def count_inferences(client):
    statistics, = client.get_inference_statistics(MODEL).model_stats
    assert statistics.name == MODEL
    return statistics.inference_count


def infer_in_every_way(client, pictures, texts):
    """Name -> array."""
    arrays = {}

    def keep(prefix, result):
        for output in result.get_response().outputs:
            arrays[f"{prefix}/{output.name}"] = result.as_numpy(output.name)

    both = [tensor("image", pictures), tensor("text", texts)]
    result = client.infer(MODEL, both, request_id="call 7",
                          client_timeout=TIMEOUT)
    assert result.get_response().id == "call 7"
    keep("both", result)
    keep("images",
         client.infer(MODEL, [tensor("image", pictures, [len(pictures), 1])]))
    keep(
        "chosen",
        client.infer(MODEL,
                     both,
                     outputs=[
                         triton.InferRequestedOutput("probabilities"),
                         triton.InferRequestedOutput("text_embedding")
                     ]))
    keep(
        "short",
        client.infer(MODEL, [tensor("text", texts)],
                     parameters={
                         "dimensions": 16,
                         "normalize": False
                     }))
    answers = queue.Queue()
    client.async_infer(MODEL, [tensor("text", texts)],
                       callback=lambda result, error: answers.put(
                           (result, error)),
                       client_timeout=TIMEOUT)
    result, error = answers.get(timeout=TIMEOUT)
    assert error is None, error
    keep("async", result)
    return arrays


async def infer_with_asyncio(address, texts):
    async with triton_aio.InferenceServerClient(address) as client:
        assert await client.is_server_ready()
        result = await client.infer(MODEL, [tensor("text", texts)])
        return result.as_numpy("text_embedding")


def infer_explicit_contents(stub, texts):
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    request.inputs.add(name="text", datatype="BYTES", shape=[len(texts)])
    request.inputs[0].contents.bytes_contents.extend(
        text.encode() for text in texts)
    reply = stub.ModelInfer(request, timeout=TIMEOUT)
    values = np.frombuffer(reply.raw_output_contents[0], dtype="<f4")
    return values.reshape(reply.outputs[0].shape)


def stream_error(client, texts):
    answers = queue.Queue()
    client.start_stream(callback=lambda result, error: answers.put(error))
    try:
        client.async_stream_infer(MODEL, [tensor("text", texts)])
    except InferenceServerException:
        pass  # The stream has been refused before; the callback has the reason.
    error = answers.get(timeout=TIMEOUT)
    client.stop_stream()
    raise error


def wrong_calls(client, pictures, texts):
    """Name -> a call that must be refused."""
    numbers = triton.InferInput("image", [1], "INT32")
    numbers.set_data_from_numpy(np.array([1], dtype=np.int32))
    shared = triton.InferInput("text", [1], "BYTES")
    shared.set_shared_memory("region", 8)
    spoilt = pictures[1][:len(pictures[1]) // 2]
    text = tensor("text", texts)
    return {
        "unknown_model": lambda: client.infer("other", [text]),
        "unknown_model_metadata": lambda: client.get_model_metadata("other"),
        "unknown_version": lambda: client.infer(MODEL, [text], "1"),
        "numbers": lambda: client.infer(MODEL, [numbers]),
        "spoilt_picture": lambda: client.infer(
            MODEL, [tensor("image", [pictures[0], spoilt])]),
        "square": lambda: client.infer(
            MODEL, [tensor("text", list("abcd"), [2, 2])]),
        "not_utf8": lambda: client.infer(MODEL, [tensor("text", [b"a", b"\xff"])]),
        "unknown_input": lambda: client.infer(MODEL, [tensor("INPUT0", texts)]),
        "unknown_output": lambda: client.infer(
            MODEL, [text], outputs=[triton.InferRequestedOutput("OUTPUT0")]),
        "classification": lambda: client.infer(
            MODEL, [text],
            outputs=[triton.InferRequestedOutput("text_embedding", 3)]),
        "missing_input": lambda: client.infer(
            MODEL, [text], outputs=[triton.InferRequestedOutput("logits")]),
        "shared_memory": lambda: client.infer(MODEL, [shared]),
        "sequence": lambda: client.infer(MODEL, [text], sequence_id=1),
        "log_settings": client.get_log_settings,
        "repository": client.get_model_repository_index,
        "unload": lambda: client.unload_model(MODEL),
        "register_shared_memory": lambda: client.
                                  register_system_shared_memory("a", "/a", 8),
        "stream": lambda: stream_error(client, texts),
    }


def hostile_bytes(stub):
    """Raw contents that lie about their length."""
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    request.inputs.add(name="text", datatype="BYTES", shape=[2])
    request.raw_input_contents.append(
        struct.pack("<I", 1) + b"a" + struct.pack("<I", 2**32 - 1) + b"b")
    return stub.ModelInfer(request, timeout=TIMEOUT)


def refusals(calls):
    """Name -> [status, message]."""
    refused = {}
    for name, call in calls.items():
        try:
            call()
            refused[name] = ["OK", ""]
        except InferenceServerException as error:
            refused[name] = [error.status(), error.message()]
    return refused


def main(arguments):
    address, out = arguments[1], pathlib.Path(arguments[2])
    middle = arguments.index("--")
    pictures = [pathlib.Path(p).read_bytes() for p in arguments[3:middle]]
    texts = arguments[middle + 1:]
    client = triton.InferenceServerClient(address)
    channel = grpc.insecure_channel(address)
    stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
    inferences_before = count_inferences(client)
    arrays = infer_in_every_way(client, pictures, texts)
    arrays["asyncio/text_embedding"] = asyncio.run(
        infer_with_asyncio(address, texts))
    arrays["contents/text_embedding"] = infer_explicit_contents(stub, texts)
    facts = facts_of(client)
    facts["inferences"] = count_inferences(client) - inferences_before
    facts["refusals"] = refusals(wrong_calls(client, pictures, texts))
    try:
        hostile_bytes(stub)
    except grpc.RpcError as error:
        facts["refusals"]["hostile_bytes"] = [str(error.code()), error.details()]
    client.close()
    channel.close()
    np.savez(out / "arrays.npz", **arrays)
    (out / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv)
