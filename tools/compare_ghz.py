#!/usr/bin/env python3
"""Compares what ghz and clip_client load measure of the same server.

    tools/compare_ghz.py [--kind text|image] [--concurrency N] [--rounds N]
                         [--seconds N] [--server HOST:PORT]

Both send the same call, one item each, over one connection in a closed loop of
N callers. They take turns, round by round, and change who goes first, so that a
busy machine meets both. Prints the median latency and the calls a second of
each round and, at the end, the median over the rounds of the ratio of the two
p50, with its smallest and largest. Fails where a call failed.

Starts a server with the built-in model unless --server names one. ghz is
.deps/interop/go/ghz or on the PATH; server and client are those of
build/release, or $CLIP_SERVER_BINARY and $CLIP_CLIENT_BINARY.
"""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/python"))
from running_server import RunningServer  # noqa: E402

CLIENT = os.environ.get("CLIP_CLIENT_BINARY",
                        str(ROOT / "build/release/client/cli/clip_client"))
PICTURE = ROOT / "client/samples/pizza.png"
TEXT = "a slice of pizza"
# Left out of the figures of both.
WARM_UP_SECONDS = 1


def find_ghz():
    installed = ROOT / ".deps/interop/go/ghz"
    found = str(installed) if installed.exists() else shutil.which("ghz")
    if found is None:
        sys.exit("compare_ghz: no ghz; `scripts/setup --tests` builds it")
    return found


def run_json(command):
    """What a program writes to the file that ends its command line."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        ran = subprocess.run([*map(str, command), out.name],
                             capture_output=True,
                             text=True,
                             check=False)
        text = pathlib.Path(out.name).read_text()
    if not text:
        sys.exit(f"compare_ghz: {command[0]}: {ran.stdout}{ran.stderr}")
    return json.loads(text)


def run_ghz(address, options):
    """(p50 in ms, calls a second) of one run."""
    method, data = {
        "text": ("EncodeText", {
            "texts": [TEXT]
        }),
        "image": ("EncodeImage", {
            "images": [{
                "encoded": base64.b64encode(PICTURE.read_bytes()).decode()
            }]
        }),
    }[options.kind]
    base = [
        find_ghz(), "--insecure", "--call", f"clip.v1.ClipService.{method}",
        "--data",
        json.dumps(data), "--concurrency", options.concurrency,
        "--connections", 1, "--duration-stop", "wait",
        "--disable-template-functions", "--disable-template-data", "--format",
        "json", address
    ]
    run_json([*base, "--duration", f"{WARM_UP_SECONDS}s", "--output"])
    report = run_json(
        [*base, "--duration", f"{options.seconds}s", "--output"])
    if report["statusCodeDistribution"] != {"OK": report["count"]}:
        sys.exit(f"compare_ghz: ghz: {report['statusCodeDistribution']}")
    p50, = [
        entry["latency"] for entry in report["latencyDistribution"]
        if entry["percentage"] == 50
    ]
    return p50 / 1e6, report["rps"]


def run_clip_client(address, options):
    """(p50 in ms, calls a second) of one run."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as texts:
        texts.write(TEXT + "\n")
        texts.flush()
        report = run_json([
            CLIENT, "load", "--server", address, "--concurrency",
            options.concurrency, "--mix", f"{options.kind}=1", "--texts-from",
            texts.name, "--pictures", PICTURE, "--duration",
            f"{options.seconds}s", "--warm-up", f"{WARM_UP_SECONDS}s", "--json"
        ])
    run, = report["runs"]
    if run["outcomes"]["ok"] != run["calls"]:
        sys.exit(f"compare_ghz: clip_client load: {run['outcomes']}")
    return run["latency_ms"]["p50"], run["outcomes"]["ok"] / run["measured_s"]


def compare(address, options):
    """Takes the turns: the ratios of the rounds."""
    ratios = []
    for turn in range(options.rounds):
        tools = [("ghz", run_ghz), ("clip_client", run_clip_client)]
        results = {
            name: run(address, options)
            for name, run in (tools if turn % 2 == 0 else tools[::-1])
        }
        ratios.append(results["clip_client"][0] / results["ghz"][0])
        print(
            f"round {turn + 1}:", ", ".join(
                f"{name} p50 {results[name][0]:.3f} ms at {results[name][1]:.0f}/s"
                for name, _ in tools), f"-> {ratios[-1]:.3f}",
            flush=True)
    return ratios


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=["text", "image"], default="text")
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--server", help="HOST:PORT; default: start one")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    with contextlib.ExitStack() as stack:
        address = options.server
        if address is None:
            address = stack.enter_context(
                RunningServer("--model", "emoji-clip", "--lame-duck",
                              "0s")).address
        ratios = compare(address, options)
    print(f"p50 of clip_client load / p50 of ghz: median "
          f"{statistics.median(ratios):.3f} "
          f"({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
