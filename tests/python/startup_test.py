"""A server that cannot serve says why in one line and exits non-zero."""

import json
import shutil
import socket
import struct

import pytest

from conftest import BUILT_IN_MODEL
from running_server import run_refused

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"


@pytest.fixture
def model_dir(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(BUILT_IN_MODEL, copy)
    return copy


def refused_line(*flags, environment=None):
    """The one line that the refused server leaves on standard error."""
    code, stdout, stderr = run_refused(*flags, environment=environment)
    assert code > 0
    assert stdout == ""
    lines = [
        line for line in stderr.splitlines() if line.startswith("clip_server:")
    ]
    assert len(lines) == 1, stderr
    return lines[0]


def edit_header(model_dir, edit):
    """Rewrites the safetensors header with edit(header)."""
    path = model_dir / WEIGHTS
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    edit(header)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size:])


def test_a_missing_folder_is_named(tmp_path):
    assert "absent" in refused_line("--model", str(tmp_path / "absent"))


def test_a_config_that_is_not_json_is_named(model_dir):
    (model_dir / CONFIG).write_text("{not json")
    assert CONFIG in refused_line("--model", str(model_dir))


def test_an_unknown_config_key_is_named(model_dir):
    config = json.loads((model_dir / CONFIG).read_text())
    config["model_cfg"]["vision_cfg"]["wings"] = 2
    (model_dir / CONFIG).write_text(json.dumps(config))
    assert "wings" in refused_line("--model", str(model_dir))


def test_a_missing_key_is_named(model_dir):
    edit_header(
        model_dir, lambda header: header.update(
            {"surprise": header.pop("text_projection")}))
    line = refused_line("--model", str(model_dir))
    assert "text_projection" in line
    assert "surprise" in line


def test_a_wrong_shape_is_named(model_dir):

    def swap(header):
        header["text_projection"]["shape"].append(1)

    edit_header(model_dir, swap)
    assert "text_projection" in refused_line("--model", str(model_dir))


def test_lying_offsets_are_named(model_dir):

    def lie(header):
        header["text_projection"]["data_offsets"][1] += 2**40

    edit_header(model_dir, lie)
    assert WEIGHTS in refused_line("--model", str(model_dir))


@pytest.mark.parametrize("flag", ["--listen", "--metrics-listen"])
def test_a_taken_port_is_named(flag):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        line = refused_line("--model", "emoji-clip", flag, f"127.0.0.1:{port}")
        assert str(port) in line


@pytest.mark.parametrize("flags", [
    ("--model", "emoji-clip", "--no-such-flag"),
    ("--model", "emoji-clip", "--max-batch-size", "0"),
    ("--model", "emoji-clip", "--max-batch-size", "many"),
    ("--model", "emoji-clip", "--max-batch-delay", "soon"),
    ("--model", "emoji-clip", "--device", "abacus"),
    ("--model", "emoji-clip", "--dtype", "float8"),
    ("--model", "emoji-clip", "--listen", "nowhere"),
    (),
])
def test_an_impossible_flag_is_refused(flags):
    refused_line(*flags)


def test_an_impossible_environment_value_is_refused():
    line = refused_line("--model",
                        "emoji-clip",
                        environment={"CLIP_SERVER_MAX_BATCH_SIZE": "-3"})
    assert "max-batch-size" in line.lower().replace("_", "-")
