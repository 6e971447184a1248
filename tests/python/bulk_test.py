"""clip_client encode-* --stream against a real server: bulk work."""

import json
import os
import pathlib
import signal
import subprocess

import numpy
import pytest

from running_server import ROOT, RunningServer

CLIENT = pathlib.Path(
    os.environ.get("CLIP_CLIENT_BINARY",
                   ROOT / "build/release/client/cli/clip_client"))
SAMPLES = ROOT / "client/samples"
# What a run may hold beyond a shorter one: caches and pools fill up once.
ALLOWED_GROWTH_BYTES = 16 << 20
# Longer than any of these runs takes, and short enough to be a bound.
RUN_SECONDS = 240


def command(address, *flags):
    return [str(CLIENT), flags[0], "--server", address, *flags[1:]]


def run(address, *flags, code=0):
    """What it wrote to standard error."""
    process = subprocess.run(command(address, *flags),
                             capture_output=True,
                             text=True,
                             check=False,
                             timeout=RUN_SECONDS)
    assert process.returncode == code, process.stderr
    return process.stderr


def rows(path):
    """(array, sidecar)."""
    return numpy.load(path), json.loads(
        pathlib.Path(f"{path}.json").read_text())


def many_texts(count):
    return "".join(f"text number {i}\n" for i in range(count))


def test_a_stream_gives_what_calls_give(server, tmp_path):
    """The same rows in the same order, for pictures and for texts."""
    for kind, inputs in (("encode-image", [str(SAMPLES)]),
                         ("encode-text",
                          ["--texts-from",
                           str(SAMPLES / "sentences.txt")])):
        by_call = tmp_path / f"{kind}-calls.npy"
        by_stream = tmp_path / f"{kind}-stream.npy"
        run(server.address, kind, *inputs, "--output", "npy", str(by_call))
        run(server.address, kind, *inputs, "--stream", "--output", "npy",
            str(by_stream))
        expected, expected_sidecar = rows(by_call)
        got, sidecar = rows(by_stream)
        assert len(got) > 3
        assert sidecar == expected_sidecar
        numpy.testing.assert_allclose(got, expected, atol=1e-4)


def test_bad_inputs_fail_alone_and_by_name(server, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    array = tmp_path / "rows.npy"
    picture = next(SAMPLES.glob("*.png"))
    log = run(server.address, "encode-image", str(picture), str(bad),
              str(tmp_path / "none.png"), str(picture), "--stream", "--output",
              "npy", str(array), code=1)
    got, sidecar = rows(array)
    assert len(got) == 2
    assert sidecar["names"] == [str(picture)] * 2
    assert [error["file"] for error in sidecar["errors"]] == [
        str(bad), str(tmp_path / "none.png")
    ]
    assert str(bad) in log and "2 answered, 2 failed" in log


def test_a_bulk_run_outlives_its_server(server, tmp_path):
    """One of two servers is killed in the middle; every item has its row."""
    count = 4000
    texts = many_texts(count).encode()
    array = tmp_path / "rows.npy"
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as first, \
            RunningServer("--model", "emoji-clip", "--lame-duck",
                          "0s") as second:
        process = subprocess.Popen(command(
            f"{first.address},{second.address}", "encode-text", "-",
            "--stream", "--concurrency", "2", "--output", "npy", str(array)),
                                   stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        half = len(texts) // 2
        process.stdin.write(texts[:half])
        process.stdin.flush()
        victim = None
        while victim is None:
            assert process.poll() is None, process.stderr.read()
            victim = next((s for s in (first, second)
                           if s.metric("clip_streams") > 0), None)
        # Its streams hang, so that what they have is lost with it.
        victim.pause()
        process.stdin.write(texts[half:])
        process.stdin.flush()
        victim.kill()
        _, log = process.communicate(timeout=RUN_SECONDS)
        assert process.returncode == 0, log
        # The other one alone, for what the rows must be.
        (tmp_path / "texts").write_bytes(texts)
        survivor = second if victim is first else first
        run(survivor.address, "encode-text", "--texts-from",
            str(tmp_path / "texts"), "--output", "npy",
            str(tmp_path / "expected.npy"))
    got, sidecar = rows(array)
    expected, expected_sidecar = rows(tmp_path / "expected.npy")
    assert sidecar["names"] == expected_sidecar["names"]
    assert len(sidecar["names"]) == count and sidecar["errors"] == []
    numpy.testing.assert_allclose(got, expected, atol=1e-4)


def test_ctrl_c_leaves_what_is_done(server, tmp_path):
    """The array is whole and its rows have their names; the exit code tells."""
    array = tmp_path / "rows.npy"
    process = subprocess.Popen(command(server.address, "encode-text", "-",
                                       "--stream", "--output", "npy",
                                       str(array)),
                               stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(many_texts(1000).encode())
    process.stdin.flush()
    # The first rows are on the disk; the end of the input never comes.
    while not array.exists() or array.stat().st_size < 20_000:
        assert process.poll() is None, process.stderr.read()
    process.send_signal(signal.SIGINT)
    log = process.stderr.read().decode()
    assert process.wait(timeout=RUN_SECONDS) == 1, log
    assert "interrupted" in log and "the rest not done" in log
    got, sidecar = rows(array)
    assert 0 < len(got) <= 1000
    assert len(sidecar["names"]) == len(got)
    assert sidecar["names"][0] == "text number 0"


def largest_resident_bytes(address, folder, count):
    """Of a run over so many texts."""
    texts = folder / f"{count}.txt"
    texts.write_text(many_texts(count))
    with subprocess.Popen(command(address, "encode-text", "--texts-from",
                                  str(texts), "--stream", "--output", "npy",
                                  str(folder / f"{count}.npy")),
                          stderr=subprocess.PIPE) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.stderr.read()
    assert len(rows(folder / f"{count}.npy")[0]) == count
    return usage.ru_maxrss << 10


def test_memory_does_not_grow_with_the_inputs(server, tmp_path):
    few = largest_resident_bytes(server.address, tmp_path, 3000)
    many = largest_resident_bytes(server.address, tmp_path, 60_000)
    assert many - few < ALLOWED_GROWTH_BYTES, (few, many)


@pytest.mark.parametrize("priority", ["interactive", "bulk"])
def test_either_priority_is_served(server, tmp_path, priority):
    array = tmp_path / "rows.npy"
    run(server.address, "encode-text", "a", "b", "--stream", "--priority",
        priority, "--output", "npy", str(array))
    assert len(rows(array)[0]) == 2
