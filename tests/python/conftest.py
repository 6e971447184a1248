"""Fixtures: generated stubs, a running server, and a channel to it."""

import importlib
import pathlib
import sys

import grpc
import grpc_tools
import pytest
from grpc_tools import protoc

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from running_server import ROOT, RunningServer  # noqa: E402

BUILT_IN_MODEL = ROOT / "model/builtin/emoji-clip"
SAMPLES = ROOT / "client/samples"


@pytest.fixture(scope="session")
def stubs(tmp_path_factory):
    """The messages and the service, generated as a Python caller would."""
    out = tmp_path_factory.mktemp("stubs")
    arguments = [
        "protoc", f"-I{ROOT / 'proto'}",
        f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}",
        f"--python_out={out}", f"--grpc_python_out={out}", "clip/v1/clip.proto",
        "google/rpc/status.proto", "google/rpc/error_details.proto",
        "inference/grpc_service.proto"
    ]
    assert protoc.main(arguments) == 0
    sys.path.insert(0, str(out))
    return importlib.import_module("clip.v1.clip_pb2")


@pytest.fixture(scope="session")
def service(stubs):
    return importlib.import_module("clip.v1.clip_pb2_grpc")


@pytest.fixture(scope="session")
def server():
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as running:
        yield running
        assert running.stop() == 0, running.log()


@pytest.fixture(scope="session")
def channel(server):
    with grpc.insecure_channel(server.address) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(channel, service):
    return service.ClipServiceStub(channel)


@pytest.fixture(scope="session")
def pictures():
    """Name -> bytes of every sample picture, sorted by name."""
    suffixes = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
    return {
        path.name: path.read_bytes()
        for path in sorted(SAMPLES.iterdir())
        if path.suffix in suffixes
    }


@pytest.fixture(scope="session")
def sentences():
    return (SAMPLES / "sentences.txt").read_text().splitlines()
