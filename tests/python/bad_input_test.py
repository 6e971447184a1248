"""Bad input answers with INVALID_ARGUMENT, names the item, harms no other."""

import importlib

import grpc
import pytest

CODE = grpc.StatusCode


def error_of(method, request):
    with pytest.raises(grpc.RpcError) as raised:
        method(request, timeout=30)
    return raised.value


def violations_of(error):
    """Field paths of the google.rpc.BadRequest in the error's details."""
    status_pb2 = importlib.import_module("google.rpc.status_pb2")
    details_pb2 = importlib.import_module("google.rpc.error_details_pb2")
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    fields = []
    for detail in status.details:
        bad_request = details_pb2.BadRequest()
        if detail.Unpack(bad_request):
            fields += [v.field for v in bad_request.field_violations]
    return fields


def bad_images(stubs, jpeg, png):
    return {
        "not an image": stubs.Image(encoded=b"GIF89a is not served"),
        "empty": stubs.Image(encoded=b""),
        "truncated JPEG": stubs.Image(encoded=jpeg[:len(jpeg) // 2]),
        "truncated PNG": stubs.Image(encoded=png[:len(png) // 2]),
        "no content": stubs.Image(),
        "zero-sized": stubs.Image(
            rgb=stubs.RgbImage(width=0, height=4, data=b"")),
        "short data": stubs.Image(
            rgb=stubs.RgbImage(width=2, height=2, data=b"123")),
        "wrong tensor": stubs.Image(
            pixels=stubs.PixelValues(data=b"\0" * 12)),
    }


@pytest.fixture(scope="module")
def jpeg(pictures):
    return next(f for f in pictures.values() if f.startswith(b"\xff\xd8"))


@pytest.fixture(scope="module")
def png(pictures):
    return next(f for f in pictures.values() if f.startswith(b"\x89PNG"))


@pytest.mark.parametrize("kind", [
    "not an image", "empty", "truncated JPEG", "truncated PNG", "no content",
    "zero-sized", "short data", "wrong tensor"
])
def test_a_bad_image_is_named_by_its_index(client, stubs, jpeg, png, kind):
    bad = bad_images(stubs, jpeg, png)[kind]
    request = stubs.EncodeImageRequest(
        images=[stubs.Image(encoded=jpeg), bad])
    error = error_of(client.EncodeImage, request)
    assert error.code() == CODE.INVALID_ARGUMENT
    assert "images[1]" in error.details()
    assert [field.startswith("images[1]")
            for field in violations_of(error)] == [True]


@pytest.mark.parametrize("name, arguments", [
    ("nothing", {}),
    ("both", {"texts": ["a"], "token_ids": [{"ids": [1]}]}),
    ("id out of range", {"token_ids": [{"ids": [10**6]}]}),
    ("negative id", {"token_ids": [{"ids": [-1]}]}),
    ("no ids", {"token_ids": [{"ids": []}]}),
    ("too many ids", {"token_ids": [{"ids": [1] * 1000}]}),
    ("too many bytes", {"texts": ["a" * 10**6]}),
    ("too many texts", {"texts": ["a"] * 10**5}),
    ("dimensions", {"texts": ["a"], "options": {"dimensions": 10**6}}),
    ("format", {"texts": ["a"], "options": {"format": 99}}),
])
def test_a_bad_text_request_is_refused(client, stubs, name, arguments):
    error = error_of(client.EncodeText, stubs.EncodeTextRequest(**arguments))
    assert error.code() == CODE.INVALID_ARGUMENT, name
    assert error.details()
    assert violations_of(error)


@pytest.mark.parametrize("payload", [
    b"\x12\x02\xff\xfe",  # texts[0] is not UTF-8
    b"\x12\x7f",  # a length that lies
    b"\xff\xff\xff",
])
def test_malformed_bytes_are_invalid_not_unimplemented(channel, payload):
    method = channel.unary_unary("/clip.v1.ClipService/EncodeText")
    assert error_of(method, payload).code() == CODE.INVALID_ARGUMENT


def test_an_unknown_model_is_not_found(client, stubs):
    request = stubs.EncodeTextRequest(model="no-such-model", texts=["a"])
    assert error_of(client.EncodeText, request).code() == CODE.NOT_FOUND


def test_a_deadline_that_has_passed_is_not_served(client, stubs):
    with pytest.raises(grpc.RpcError) as raised:
        client.EncodeText(stubs.EncodeTextRequest(texts=["a"]), timeout=1e-6)
    assert raised.value.code() == CODE.DEADLINE_EXCEEDED
