"""Draws loss and held-out accuracy against steps.

A dashed line stands where train.py went on from a checkpoint.

    python plot_curve.py --work build --out loss-curve.png
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  The backend comes first.


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    log = read_lines(args.work / "log.jsonl")
    evals = read_lines(args.work / "eval.jsonl")

    figure, loss = pyplot.subplots(figsize=(7, 4))
    loss.plot([r["step"] for r in log], [r["loss"] for r in log], "0.6",
              linewidth=0.8, label="loss of a training batch")
    loss.set_xlabel("step")
    loss.set_ylabel("ClipLoss")
    loss.set_ylim(bottom=0)
    for before, line in zip(log, log[1:]):
        if line["seconds"] < before["seconds"]:
            loss.axvline(line["step"], color="0.8", linestyle="--")
            loss.text(line["step"], 0, " resumed", va="bottom")
    right = loss.twinx()
    for key, style in (("top5", "C0o-"), ("top1", "C1o-")):
        right.plot([r["step"] for r in evals], [r[key] for r in evals], style,
                   markersize=3, label=f"held-out {key}")
    right.set_ylabel("right names, %")
    right.set_ylim(0, 100)
    handles = [h for axes in (loss, right)
               for h in axes.get_legend_handles_labels()[0]]
    right.legend(handles=handles, loc="upper right")
    figure.tight_layout()
    figure.savefig(args.out, dpi=110)


if __name__ == "__main__":
    main()
