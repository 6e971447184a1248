"""clip_finetune as a user runs it, on pictures that the test makes.

The program is build/release's, or the one that CLIP_FINETUNE names. What
needs open_clip is skipped where it is not installed.
"""

import json
import os
import pathlib
import signal
import struct
import subprocess
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "model" / "builtin" / "emoji-clip"
PROGRAM = os.environ.get(
    "CLIP_FINETUNE", ROOT / "build/release/model/train/cli/clip_finetune")
COLORS = {"red": (220, 30, 30), "green": (30, 200, 60),
          "blue": (40, 60, 220), "yellow": (240, 220, 40),
          "black": (10, 10, 10), "white": (245, 245, 245),
          "purple": (150, 40, 180), "orange": (250, 140, 20)}

pytestmark = pytest.mark.skipif(not pathlib.Path(PROGRAM).exists(),
                                reason="clip_finetune is not built")


def write_png(path, color, side=48):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(color) * side) * side
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows))
                     + chunk(b"IEND", b""))


@pytest.fixture
def pairs(tmp_path):
    lines = ["filepath\ttitle"]
    classes = ["filepath\tclass"]
    for name, color in COLORS.items():
        for shade in range(2):
            picture = tmp_path / f"{name}{shade}.png"
            write_png(picture, [max(c - 10 * shade, 0) for c in color])
            lines.append(f"{picture.name}\ta {name} square")
            classes.append(f"{picture.name}\t{name}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "classes.csv").write_text("\n".join(classes) + "\n")
    return tmp_path


def arguments(folder, output, *more):
    return [str(PROGRAM), "--model", str(MODEL), "--train-data",
            str(folder / "pairs.csv"), "--output", str(output),
            "--batch-size", "8", "--lr", "3e-4", "--steps", "12",
            "--threads", "1", "--device", "cpu", *more]


def finetune(folder, output, *more):
    return subprocess.run(arguments(folder, output, *more), text=True,
                          capture_output=True, timeout=300, check=False)


def steps_of(output):
    lines = (output / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if '"loss"' in line]


def test_the_loss_goes_down_and_a_hub_folder_comes_out(pairs):
    output = pairs / "out"
    run = finetune(pairs, output, "--val-data", str(pairs / "pairs.csv"),
                   "--zeroshot-data", str(pairs / "classes.csv"))
    assert run.returncode == 0, run.stderr
    losses = [step["loss"] for step in steps_of(output)]
    assert len(losses) == 12
    assert sum(losses[-3:]) < 0.8 * sum(losses[:3])
    assert "image_to_text_R@1" in run.stderr
    assert "zeroshot_top1" in run.stderr
    assert (output / "loss.png").read_bytes()[:4] == b"\x89PNG"
    assert (output / "open_clip_config.json").exists()


def test_a_killed_run_goes_on_bit_for_bit(pairs):
    whole, killed = pairs / "whole", pairs / "killed"
    augmentation = ["--aug-scale", "0.4", "1", "--color-jitter", "0.3", "0.3",
                    "0.3", "0.1", "--color-jitter-prob", "0.8",
                    "--gray-scale-prob", "0.2"]
    assert finetune(pairs, whole, *augmentation).returncode == 0
    with subprocess.Popen(arguments(pairs, killed, "--save-every", "1",
                                    *augmentation),
                          stderr=subprocess.DEVNULL) as process:
        while not (killed / "checkpoint.safetensors").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    run = finetune(pairs, killed, "--resume", "auto", *augmentation)
    assert run.returncode == 0, run.stderr
    assert "goes on from" in run.stderr
    name = "open_clip_model.safetensors"
    assert (whole / name).read_bytes() == (killed / name).read_bytes()
    assert steps_of(whole) == steps_of(killed)


def test_bad_pictures_are_skipped_up_to_a_share(pairs):
    (pairs / "red0.png").write_bytes(b"not a picture")
    (pairs / "blue1.png").unlink()
    run = finetune(pairs, pairs / "out", "--max-bad-share", "0.2")
    assert run.returncode == 0, run.stderr
    assert "pairs.csv:2: " in run.stderr
    assert "there is no such file" in run.stderr
    run = finetune(pairs, pairs / "strict", "--max-bad-share", "0.05")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("clip_finetune: error: ")
    assert (pairs / "strict" / "checkpoint.safetensors").exists()


def test_wrong_input_is_one_line_and_exit_code_2(pairs):
    (pairs / "pairs.csv").write_text("filepath\ttitle\na.png\n")
    run = finetune(pairs, pairs / "out")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "pairs.csv:2: there are 1 fields, not 2" in run.stderr


def test_augmentation_that_cannot_be_is_refused(pairs):
    for flags, problem in [
            (["--color-jitter", "0.3", "0.3", "0.3", "0.1"],
             "color jitter and color jitter prob go together"),
            (["--aug-scale", "0", "1"], "aug scale must be two shares")]:
        run = finetune(pairs, pairs / "out", *flags)
        assert run.returncode == 2
        assert run.stderr.count("\n") == 1
        assert problem in run.stderr


def test_open_clip_loads_the_result_with_equal_outputs(pairs):
    open_clip = pytest.importorskip("open_clip")
    torch = pytest.importorskip("torch")
    output = pairs / "out"
    assert finetune(pairs, output).returncode == 0
    model, _, preprocess = open_clip.create_model_and_transforms(
        f"local-dir:{output}")
    state = model.state_dict()
    from safetensors.torch import load_file
    for name, tensor in load_file(output / "open_clip_model.safetensors").items():
        assert torch.equal(state[name], tensor), name
