"""Two servers behind one client: one is killed, one drains, no call fails."""

import json
import os
import pathlib
import signal
import subprocess

from running_server import ROOT, RunningServer

CLIENT = pathlib.Path(
    os.environ.get("CLIP_CLIENT_BINARY",
                   ROOT / "build/release/client/cli/clip_client"))
# Ends the load if the test does not.
LOAD_SECONDS = 180


def requests(server):
    """Calls that the server has answered with OK so far."""
    return server.metric(
        'clip_requests_total{code="OK",method="EncodeText"}')


def await_requests(load, server, count):
    """Until the server has answered so many more; fails where the load ends."""
    target = requests(server) + count
    while requests(server) < target:
        assert load.poll() is None, load.stderr.read()


def new_server(*flags):
    return RunningServer("--model", "emoji-clip", "--lame-duck", "500ms",
                         *flags)


def test_no_call_fails_while_servers_go_and_come(tmp_path):
    report = tmp_path / "report.json"
    with new_server() as first, new_server() as second:
        servers = f"{first.address},{second.address}"
        load = subprocess.Popen([
            str(CLIENT), "load", "--server", servers, "--rate", "10",
            "--duration", f"{LOAD_SECONDS}s", "--warm-up", "0s", "--mix",
            "text=1", "--max-attempts", "5", "--json",
            str(report)
        ],
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                text=True)
        # Both are asked.
        await_requests(load, first, 5)
        await_requests(load, second, 5)
        # The first one hangs with calls in flight, while the second one gets
        # the others, and is killed with them.
        first.pause()
        await_requests(load, second, 10)
        first.kill()
        await_requests(load, second, 10)
        # It comes back at its address and is asked again.
        with new_server("--listen", first.address) as back:
            await_requests(load, back, 5)
            # Now the second one stops as an operator stops it.
            assert second.stop() == 0, second.log()
            await_requests(load, back, 20)
            load.send_signal(signal.SIGINT)
            _, log = load.communicate(timeout=60)
            assert back.stop() == 0, back.log()
    run = json.loads(report.read_text())["runs"][0]
    outcomes = run["outcomes"]
    # Those in flight at the interruption, which ends the load.
    outcomes.pop("cancelled")
    assert outcomes.pop("ok") >= 55
    assert not any(outcomes.values()), (outcomes, run.get("examples"), log)
    # The calls that were lost with the first server, and went out again.
    assert run["sent"]["retries"] > 0
    assert run["sent"]["attempts"] == \
        run["sent"]["calls"] + run["sent"]["retries"]


def test_a_hedge_answers_for_a_server_that_hangs(tmp_path):
    """Slow calls of one server are answered by the other; few go out twice."""
    report = tmp_path / "report.json"
    with new_server() as first, new_server() as second:
        load = subprocess.Popen([
            str(CLIENT), "load", "--server",
            f"{first.address},{second.address}", "--rate", "20", "--duration",
            f"{LOAD_SECONDS}s", "--warm-up", "0s", "--mix", "text=1",
            "--hedging-delay", "200ms", "--json",
            str(report)
        ],
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                text=True)
        await_requests(load, first, 5)
        first.pause()
        # Its calls come here after the delay, in their turn.
        await_requests(load, second, 15)
        first.resume()
        await_requests(load, first, 5)
        load.send_signal(signal.SIGINT)
        _, log = load.communicate(timeout=60)
        assert first.stop() == 0, first.log()
        assert second.stop() == 0, second.log()
    run = json.loads(report.read_text())["runs"][0]
    outcomes = run["outcomes"]
    outcomes.pop("cancelled")
    assert outcomes.pop("ok") > 0
    assert not any(outcomes.values()), (outcomes, log)
    sent = run["sent"]
    assert sent["hedges"] >= sent["hedges_won"] > 0
    assert sent["retries"] == 0
    # Ten tokens at first, and one more for ten calls.
    assert sent["hedges"] <= 10 + sent["calls"] / 10
