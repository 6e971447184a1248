"""clip_finetune in several processes, which meet on the loopback interface."""

import math
import os
import pathlib
import signal
import subprocess

import pytest
from finetune_test import (MODEL, PROGRAM, finetune, pairs,  # noqa: F401
                           steps_of)
from running_server import BINARY, RunningServer

pytestmark = pytest.mark.skipif(not pathlib.Path(PROGRAM).exists(),
                                reason="clip_finetune is not built")

WEIGHTS = "open_clip_model.safetensors"


def two(folder, output, *more, steps=6):
    """A run of two processes, each step as one of finetune's."""
    return [str(PROGRAM), "--nproc", "2", "--local-loss", "--gather-with-grad",
            "--model", str(MODEL), "--train-data", str(folder / "pairs.csv"),
            "--output", str(output), "--batch-size", "4", "--lr", "3e-4",
            "--steps", str(steps), "--threads", "1", "--device", "cpu", *more]


def train(command, **environment):
    return subprocess.run(command, text=True, capture_output=True, timeout=300,
                          check=False, env={**os.environ, **environment})


def environment_of(process):
    try:
        text = pathlib.Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return {}
    variables = (line.partition(b"=") for line in text.split(b"\0"))
    return {name.decode(): value.decode() for name, _, value in variables}


def process_of_rank(launcher, rank):
    """The id of a launcher's process."""
    children = pathlib.Path(f"/proc/{launcher}/task/{launcher}/children")
    for child in children.read_text().split():
        if environment_of(child).get("RANK") == str(rank):
            return int(child)
    raise LookupError(f"no process of rank {rank}")


def test_two_processes_train_as_one_does_with_twice_the_batch(pairs):
    one, both = pairs / "one", pairs / "both"
    # Batch norms that learn would see fewer pictures in each process.
    frozen = ("--lock-image", "--lock-image-freeze-bn-stats")
    run = finetune(pairs, one, *frozen)
    assert run.returncode == 0, run.stderr
    run = train(two(pairs, both, *frozen, steps=12))
    assert run.returncode == 0, run.stderr
    # Rank 0 alone tells of the run.
    assert run.stdout == f"wrote {both}\n"
    steps = steps_of(both)
    assert [step["step"] for step in steps] == list(range(1, 13))
    for expected, step in zip(steps_of(one), steps):
        assert math.isclose(step["loss"], expected["loss"], rel_tol=1e-4)
    if BINARY.exists():
        with RunningServer("--model", str(both)) as server:
            assert server.stop() == 0


# So many that a run is killed before its end, whatever holds this process up.
STEPS = 24


def test_a_killed_rank_ends_the_run_and_it_goes_on_bit_for_bit(pairs):
    whole, killed = pairs / "whole", pairs / "killed"
    # The processes are at different places of their data.
    (pairs / "red0.png").write_bytes(b"not a picture")
    more = ("--max-bad-share", "0.5")
    run = train(two(pairs, whole, *more, steps=STEPS))
    assert run.returncode == 0, run.stderr
    assert "pairs.csv:2: " in run.stderr
    with subprocess.Popen(two(pairs, killed, *more, "--save-every", "1",
                              steps=STEPS),
                          stderr=subprocess.PIPE, text=True) as launcher:
        while not (killed / "checkpoint.safetensors").exists():
            assert launcher.poll() is None
        os.kill(process_of_rank(launcher.pid, 1), signal.SIGKILL)
        errors = launcher.stderr.read()
    assert launcher.returncode == 1, errors
    assert "rank 1 was killed by signal 9" in errors
    assert "rank 0 of 2 lost the other processes" in errors
    assert not (killed / WEIGHTS).exists()
    run = train(two(pairs, killed, *more, "--resume", "auto",
                    steps=STEPS))
    assert run.returncode == 0, run.stderr
    assert "goes on from" in run.stderr
    assert (whole / WEIGHTS).read_bytes() == (killed / WEIGHTS).read_bytes()
    assert steps_of(whole) == steps_of(killed)


def test_a_checkpoint_of_another_count_of_processes_is_refused(pairs):
    output = pairs / "out"
    assert finetune(pairs, output).returncode == 0
    run = train(two(pairs, output, "--resume", "auto"))
    assert run.returncode == 2
    assert "is of a run with another count of pairs or processes" in run.stderr


def test_a_world_without_a_meeting_point_is_refused(pairs):
    run = train(two(pairs, pairs / "out"), WORLD_SIZE="2", RANK="0",
                LOCAL_RANK="0")
    assert run.returncode == 2
    assert "so must be MASTER_ADDR" in run.stderr
