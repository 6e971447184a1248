"""clip_client load against a real server; short runs, no speed is asserted."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import time

import numpy
import pytest

from running_server import ROOT, RunningServer

CLIENT = pathlib.Path(
    os.environ.get("CLIP_CLIENT_BINARY",
                   ROOT / "build/release/client/cli/clip_client"))
SAMPLES = ROOT / "client/samples"
# What an unhurried machine does; a busy one makes a run invalid, not wrong.
VALID_OR_NOT = (0, 1)


def start_load(address, folder, *flags):
    return subprocess.Popen([
        str(CLIENT), "load", "--server", address, "--json",
        str(folder / "report.json"), *flags
    ],
                            stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE,
                            text=True)


def load(address, folder, *flags):
    """(exit code, the report of --json)."""
    process = start_load(address, folder, *flags)
    out, err = process.communicate(timeout=120)
    assert (folder / "report.json").exists(), out + err
    return process.returncode, json.loads((folder / "report.json").read_text())


def good_calls(run):
    return run["outcomes"]["ok"] + run["outcomes"]["refused_as_asked"]


def check_sums(run):
    """Every call that was due is in one outcome, one window and one kind."""
    assert sum(run["outcomes"].values()) == run["calls"]
    assert sum(window["calls"] for window in run["windows"]) == run["calls"]
    assert sum(kind["calls"] for kind in run["by_kind"].values()) == \
        run["calls"]
    assert run["latency_ms"]["count"] == good_calls(run)
    latency = run["latency_ms"]
    names = ("min", "p50", "p90", "p95", "p99", "p99.9", "max")
    values = [latency[name] for name in names]
    assert values == sorted(values)


def test_a_mix_of_calls_is_sent_and_accounted_for(server, tmp_path):
    code, report = load(server.address, tmp_path, "--rate", "40", "--duration",
                        "5s", "--warm-up", "500ms", "--poisson", "--mix",
                        "image=2,text=1,similarity=1", "--pictures",
                        str(SAMPLES), "--texts-from",
                        str(SAMPLES / "sentences.txt"), "--items", "2",
                        "--connections", "2", "--check-answers", "--metrics",
                        server.metrics_address, "--csv",
                        str(tmp_path / "report.csv"), "--html",
                        str(tmp_path / "report.html"))
    assert code in VALID_OR_NOT
    assert report["schema"] == 1 and report["partial"] is False
    assert report["config"]["--mix"] == "image=2,text=1,similarity=1"
    run, = report["runs"]
    check_sums(run)
    assert run["end"] == "complete" and run["measured_s"] == 5
    assert run["outcomes"]["ok"] == run["calls"] > 0
    # All pictures and texts are known: two of each call but a Similarity.
    encoded = run["calls"] - run["by_kind"]["similarity"]["calls"]
    assert run["checked_items"] == 2 * encoded
    assert set(run["by_kind"]) == {"image", "text", "similarity"}
    assert run["server_answers_ms"]["forward"] > 0
    metrics = run["server_metrics"]
    stages = metrics["stages"]
    assert stages["forward"]["count"] > 0 and stages["decode"]["mean_ms"] > 0
    assert metrics["windows"] and metrics["cpu_cores"] > 0
    counts = [
        window["stages"]["forward"]["count"]
        for window in metrics["windows"]
        if "forward" in window["stages"]
    ]
    assert sum(counts) == stages["forward"]["count"]
    with open(tmp_path / "report.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert int(rows[0]["calls"]) == run["calls"] and rows[0]["window"] == "all"
    assert "<svg" in (tmp_path / "report.html").read_text()


def test_generated_pictures_are_embedded_and_spoilt_ones_refused(
        server, tmp_path):
    _, report = load(server.address, tmp_path, "--rate", "30", "--duration",
                     "1s", "--warm-up", "0", "--picture-size", "64x48,33x65",
                     "--picture-format", "bmp,jpeg,png", "--spoilt", "0.3")
    run, = report["runs"]
    check_sums(run)
    assert run["calls"] == 30
    assert run["outcomes"]["refused_as_asked"] > 0
    assert good_calls(run) == 30


def test_streamed_items_are_embedded_checked_and_measured(server, tmp_path):
    _, report = load(server.address, tmp_path, "--rate", "40", "--duration",
                     "2s", "--warm-up", "500ms", "--mix",
                     "stream-image=1,stream-text=1,text=1", "--pictures",
                     str(SAMPLES), "--texts-from",
                     str(SAMPLES / "sentences.txt"), "--check-answers")
    run, = report["runs"]
    check_sums(run)
    assert set(run["by_kind"]) == {"stream-image", "stream-text", "text"}
    assert run["outcomes"]["ok"] == run["calls"] == run["checked_items"]


def test_a_spoilt_item_of_a_stream_fails_alone(server, tmp_path):
    _, report = load(server.address, tmp_path, "--rate", "40", "--duration",
                     "1s", "--warm-up", "0", "--mix", "stream-image=1",
                     "--picture-size", "32x32", "--spoilt", "0.3")
    outcomes = report["runs"][0]["outcomes"]
    assert outcomes["refused_as_asked"] > 0
    assert outcomes["ok"] + outcomes["refused_as_asked"] == 40


def test_callers_that_go_away_and_short_deadlines_are_counted_apart(
        own_server, tmp_path):
    process = start_load(own_server.address, tmp_path, "--rate", "50",
                         "--duration", "10s", "--warm-up", "0", "--mix",
                         "text=1,stream-text=1", "--cancel", "0.3:50ms",
                         "--deadlines", "0.5:100ms")
    await_calls(own_server, 10)
    # While it stands still, they go away, time out, or wait.
    own_server.pause()
    time.sleep(1)
    own_server.resume()
    process.communicate(timeout=120)
    run, = json.loads((tmp_path / "report.json").read_text())["runs"]
    check_sums(run)
    outcomes = run["outcomes"]
    assert outcomes["cancelled_as_asked"] > 0 and outcomes["timed_out"] > 0
    # What had no chance to be in time when the server went on was refused.
    assert outcomes["ok"] + outcomes["cancelled_as_asked"] + \
        outcomes["timed_out"] + outcomes["rejected"] == run["calls"] == 500, \
        outcomes


def test_golden_answers_of_another_command_hold_and_changed_ones_do_not(
        server, tmp_path):
    golden = tmp_path / "golden.npy"
    subprocess.run([
        str(CLIENT), "encode-image", "--server", server.address,
        str(SAMPLES), "--output", "npy",
        str(golden)
    ],
                   check=True)
    flags = ("--rate", "20", "--duration", "1s", "--warm-up", "0", "--mix",
             "image=1", "--pictures", str(SAMPLES), "--golden", str(golden))
    code, report = load(server.address, tmp_path, *flags)
    assert code in VALID_OR_NOT
    assert report["runs"][0]["checked_items"] == 20
    rows = numpy.load(golden)
    numpy.save(golden, rows[::-1].copy())
    code, report = load(server.address, tmp_path, *flags)
    assert code == 1
    assert report["runs"][0]["outcomes"]["wrong_answer"] > 0


def test_a_full_disk_keeps_the_other_reports(server, tmp_path):
    (tmp_path / "report.html.partial").symlink_to("/dev/full")
    process = start_load(server.address, tmp_path, "--rate", "20",
                         "--duration", "500ms", "--warm-up", "0", "--mix",
                         "text=1", "--html", str(tmp_path / "report.html"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "No space left" in err and "report.html.partial" in err
    assert not (tmp_path / "report.html").exists()
    assert json.loads((tmp_path / "report.json").read_text())["runs"]


def test_a_sweep_has_its_plots_on_a_page_and_in_a_picture(server, tmp_path):
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    load(server.address, tmp_path, "--rate", "20,40", "--duration", "500ms",
         "--warm-up", "0", "--mix", "text=1", "--html", str(page), "--png",
         str(picture))
    assert "Latency against load" in page.read_text()
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_sweep_of_callers_has_a_run_for_each(server, tmp_path):
    _, report = load(server.address, tmp_path, "--concurrency", "1,3",
                     "--duration", "500ms", "--warm-up", "0", "--mix", "text=1")
    assert [run["concurrency"] for run in report["runs"]] == [1, 3]
    for run in report["runs"]:
        check_sums(run)
        assert run["loop"] == "closed" and good_calls(run) > 0


def test_an_objective_that_cannot_be_met_fails(server, tmp_path):
    code, report = load(server.address, tmp_path, "--find-rate", "5:10",
                        "--objective", "p50<1us", "--duration", "500ms",
                        "--warm-up", "0", "--mix", "text=1")
    assert code == 1
    assert report["highest_rate"] is None
    assert report["runs"][0]["objective_met"] is False


def count_of_calls(server):
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in server.metrics()
        if line.startswith("clip_requests_total") and "EncodeText" in line)


def await_calls(server, count):
    deadline = time.monotonic() + 60
    while count_of_calls(server) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def own_server():
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as running:
        yield running


def test_all_calls_due_while_a_server_stands_still_are_late(
        own_server, tmp_path):
    process = start_load(own_server.address, tmp_path, "--rate", "50",
                         "--duration", "10s", "--warm-up", "0", "--mix",
                         "text=1", "--late-after", "200ms")
    await_calls(own_server, 10)
    own_server.pause()
    time.sleep(1)
    own_server.resume()
    process.communicate(timeout=120)
    run, = json.loads((tmp_path / "report.json").read_text())["runs"]
    check_sums(run)
    assert run["calls"] == 500
    # 40 were due more than 200 ms before the end of the pause.
    assert run["late"] >= 35
    assert run["outcomes"]["ok"] == 500


def test_an_interrupt_keeps_the_report_and_marks_it(own_server, tmp_path):
    process = start_load(own_server.address, tmp_path, "--rate", "50",
                         "--duration", "100s", "--warm-up", "0", "--mix",
                         "text=1")
    await_calls(own_server, 10)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "interrupted" in err and "PARTIAL" in out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["partial"] is True
    run, = report["runs"]
    check_sums(run)
    assert run["end"] == "interrupted" and good_calls(run) >= 9


def test_a_server_that_goes_away_ends_the_run(own_server, tmp_path):
    process = start_load(own_server.address, tmp_path, "--rate", "50",
                         "--duration", "100s", "--warm-up", "0", "--mix",
                         "text=1")
    await_calls(own_server, 10)
    own_server.stop()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "gone" in err
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["partial"] is True
    assert report["runs"][0]["outcomes"]["unavailable"] > 0


def test_reports_compare(server, tmp_path):
    _, report = load(server.address, tmp_path, "--rate", "20", "--duration",
                     "1s", "--warm-up", "0", "--mix", "text=1")
    # What this tests is the comparison, not the machine.
    report["valid"] = True
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(json.dumps(report))
    slow = report["runs"][0]["latency_ms"]
    for name in ("p50", "p99"):
        slow[name] *= 10
        slow["intervals"][name] = [10 * end for end in slow["intervals"][name]]
    slow["intervals"]["p50"][0] = slow["p50"]
    slow["intervals"]["p50"][1] = slow["p50"]
    slow["intervals"]["p99"] = [1e6, 1e6]
    after.write_text(json.dumps(report))

    def compare(first, second):
        return subprocess.run(
            [str(CLIENT), "load", "compare",
             str(first), str(second)],
            capture_output=True,
            text=True,
            check=False)

    assert compare(before, before).returncode == 0
    worse = compare(before, after)
    assert worse.returncode == 1 and "WORSE" in worse.stdout
    assert compare(before, tmp_path / "absent.json").returncode == 2
