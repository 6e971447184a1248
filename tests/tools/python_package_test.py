"""The Python package has the API of this repository."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTO = "proto/clip/v1/clip.proto"


def test_the_package_has_the_proto_of_the_repository():
    ours = (ROOT / PROTO).read_text()
    packaged = (ROOT / "client/python" / PROTO).read_text()
    assert packaged == ours, f"run: cp {PROTO} client/python/{PROTO}"
