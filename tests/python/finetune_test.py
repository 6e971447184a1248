"""clip_finetune as a user runs it, on pictures that the test makes.

The program is build/release's, or the one that CLIP_FINETUNE names. What
needs open_clip is skipped where it is not installed.
"""

import io
import json
import os
import pathlib
import signal
import struct
import subprocess
import tarfile
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


def write_shards(folder, *, pax_format):
    """The pairs of pairs.csv in two shards, in their order."""
    lines = (folder / "pairs.csv").read_text().splitlines()[1:]
    for shard in range(2):
        half = lines[shard * len(lines) // 2:(shard + 1) * len(lines) // 2]
        with tarfile.open(folder / f"{shard:04}.tar", "w",
                          format=pax_format) as tar:
            for line in half:
                picture, caption = line.split("\t")
                # Long enough for the formats' extended headers.
                key = f"part{'x' * 110}/{picture.removesuffix('.png')}"
                tar.add(folder / picture, f"{key}.png")
                text = tarfile.TarInfo(f"{key}.txt")
                text.size = len(caption)
                tar.addfile(text, io.BytesIO(caption.encode()))
    return str(folder / "{0000..0001}.tar")


def arguments(folder, output, *more):
    defaults = {"--train-data": str(folder / "pairs.csv"), "--steps": "12"}
    return [str(PROGRAM), "--model", str(MODEL), "--output", str(output),
            "--batch-size", "8", "--lr", "3e-4", "--threads", "1",
            "--device", "cpu", *more,
            *[part for flag, value in defaults.items() if flag not in more
              for part in (flag, value)]]


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


@pytest.mark.parametrize("pax_format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_shards_train_as_a_csv_of_the_same_pairs(pairs, pax_format):
    shards = write_shards(pairs, pax_format=pax_format)
    flags = ["--steps", "4", "--save-every", "2"]
    assert finetune(pairs, pairs / "csv", *flags, "--val-data",
                    str(pairs / "pairs.csv")).returncode == 0
    run = finetune(pairs, pairs / "tar", "--train-data", shards, *flags,
                   "--val-data", shards)
    assert run.returncode == 0, run.stderr
    assert "left out" not in run.stderr
    name = "metrics.jsonl"
    assert (pairs / "csv" / name).read_text() == (pairs / "tar" / name).read_text()


def test_a_run_on_shards_goes_on_where_it_stopped(pairs):
    shards = write_shards(pairs, pax_format=tarfile.USTAR_FORMAT)
    flags = ["--train-data", shards, "--train-num-samples", "24",
             "--constant-lr"]
    whole, stopped = pairs / "whole", pairs / "stopped"
    assert finetune(pairs, whole, *flags, "--steps", "4").returncode == 0
    assert finetune(pairs, stopped, *flags, "--steps", "2").returncode == 0
    run = finetune(pairs, stopped, *flags, "--steps", "4", "--resume", "auto")
    assert run.returncode == 0, run.stderr
    assert [step["epoch"] for step in steps_of(stopped)] == [0, 0, 0, 1]
    assert steps_of(whole) == steps_of(stopped)


def test_bad_samples_of_shards_are_counted_or_left_out(pairs):
    shards = write_shards(pairs, pax_format=tarfile.PAX_FORMAT)
    with tarfile.open(pairs / "0000.tar", "a") as tar:
        for name, data in [("bad.jpg", b"no picture"), ("bad.txt", b"a cat"),
                           ("alone.txt", b"a dog")]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    flags = ["--train-data", shards, "--steps", "4", "--max-bad-share"]
    run = finetune(pairs, pairs / "out", *flags, "0.2")
    assert run.returncode == 0, run.stderr
    assert "17 pairs; 1 samples without picture or caption" in run.stderr
    assert f"skipped {pairs}/0000.tar:bad: " in run.stderr
    run = finetune(pairs, pairs / "strict", *flags, "0.01")
    assert run.returncode == 1
    assert f"{pairs}/0000.tar:bad: " in run.stderr.splitlines()[-1]
    assert (pairs / "strict" / "checkpoint.safetensors").exists()


def test_wrong_shards_are_one_line_and_exit_code_2(pairs):
    shards = write_shards(pairs, pax_format=tarfile.PAX_FORMAT)
    first = pairs / "0000.tar"
    first.write_bytes(first.read_bytes()[:1600])
    for data, problem in [
            (shards, "0000.tar: member part"),
            (str(pairs / "pairs.tar.gz"), "the dataset type cannot be told"),
            (str(pairs / "{0..1.tar"), "the braces do not match"),
            (str(pairs / "gone.tar"), "there is no such file")]:
        run = finetune(pairs, pairs / "out", "--train-data", data)
        assert run.returncode == 2
        assert run.stderr.count("\n") == 1
        assert problem in run.stderr


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
