#!/usr/bin/env python3
"""Shows what clip_client load itself can do, against a server without a model.

    tests/benchmarks/load_rates.py [--build FOLDER] [--rates R,...]
                                   [--seconds N] [--rounds N]

Needs the programs clip_client and null_clip_server of a build. Prints two
tables. The first: how near the sent rate is to the asked one, how late calls
went out, and how much of all cores the client took. The second: how many calls
are late where the server stands still for a second in ten, as an open and as a
closed loop see it. Nothing is asserted: what else runs on the machine shows.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


class NullServer:
    """Ends with its standard input, so it cannot outlive this script."""

    def __init__(self, build, *flags):
        self._process = subprocess.Popen(
            [build / "tests/client/null_clip_server", *flags],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self._process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        self._process.wait(timeout=30)


def measure(build, address, *flags):
    """The only run of the report."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        subprocess.run([build / "client/cli/clip_client", "load", "--server",
                        address, "--json", path, *flags],
                       stdout=subprocess.DEVNULL, check=False, timeout=600)
        return json.loads(path.read_text())["runs"][0]


def rate_row(rate, runs):
    off = [100 * abs(run["sent_per_s"] / rate - 1) for run in runs]
    lags = {name: statistics.median(run["send_lag_ms"][name] for run in runs)
            for name in ("p50", "p99", "max")}
    cpu = statistics.median(run["client_cpu_share"] for run in runs)
    p50 = statistics.median(run["latency_ms"]["p50"] for run in runs)
    valid = sum(run["valid"] for run in runs)
    return (f"| {rate} | {statistics.median(off):.3f} % | {max(off):.3f} % | "
            f"{lags['p50']:.3f} | {lags['p99']:.3f} | {lags['max']:.1f} | "
            f"{p50:.3f} | {100 * cpu:.0f} % | {valid} of {len(runs)} |")


def show_rates(arguments):
    print("| calls/s asked | off by (median) | off by (worst) | "
          "sent late p50, ms | p99, ms | max, ms | latency p50, ms | "
          "client, of all cores | valid runs |")
    print("|---|---|---|---|---|---|---|---|---|")
    for rate in arguments.rates:
        with NullServer(arguments.build) as server:
            runs = [measure(arguments.build, server.address, "--rate",
                            str(rate), "--mix", arguments.mix, "--duration",
                            f"{arguments.seconds}s", "--warm-up", "1s")
                    for _ in range(arguments.rounds)]
        print(rate_row(rate, runs), flush=True)


def show_stall(build):
    print("\n| loop | calls | later than 100 ms | share | p50, ms | p95, ms | "
          "max, ms |")
    print("|---|---|---|---|---|---|---|")
    loops = (("open, 100 calls/s", ("--rate", "100")),
             ("closed, 4 callers", ("--concurrency", "4")))
    for name, flags in loops:
        with NullServer(build, "--stall-after", "4s", "--stall",
                        "1s") as server:
            run = measure(build, server.address, *flags, "--mix", "text=1",
                          "--duration", "10s", "--warm-up", "0")
        latency = run["latency_ms"]
        print(f"| {name} | {run['calls']} | {run['late']} | "
              f"{100 * run['late'] / run['calls']:.3f} % | "
              f"{latency['p50']:.3f} | {latency['p95']:.1f} | "
              f"{latency['max']:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path,
                        default=ROOT / "build/release")
    parser.add_argument("--rates", default="100,1000,5000",
                        type=lambda text: [int(r) for r in text.split(",")])
    parser.add_argument("--mix", default="text=1")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, load average {os.getloadavg()[0]:.1f}\n")
    show_rates(arguments)
    show_stall(arguments.build)


if __name__ == "__main__":
    main()
