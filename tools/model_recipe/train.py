"""Trains the model on one core and keeps checkpoint.pt up to date.

Small pictures first, full size later. The learning rate follows either the
clock (--minutes) or a fixed number of steps a stage (--steps 2200 900).
Writes log.jsonl (loss and rate), eval.jsonl (held-out figures, for the curve
only: nothing is chosen by them) and checkpoint.pt (averaged weights).

    python train.py --modules node_modules --work build --minutes 60
"""

import argparse
import functools
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.loss import ClipLoss

import network
from augment import augment
from captions import CaptionWriter
from dataset import EmojiBatches
from emoji_names import EmojiNames
from evaluate import HeldOutDesign
from rasterize import TRAINING_SETS

STAGES = ({"image_size": 64, "share": 0.6}, {"image_size": 96, "share": 0.4})
MAX_LOGIT_SCALE = math.log(100)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float)
    budget.add_argument("--steps", type=int, nargs=len(STAGES))
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--average-decay", type=float, default=0.995)
    parser.add_argument("--warm-up", type=int, default=150,
                        help="steps at the start of each stage")
    parser.add_argument("--eval-minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=17)
    return parser.parse_args()


class Budget:
    """Says how far the whole training is, by the clock or by steps."""

    def __init__(self, minutes, steps):
        self._minutes, self._steps = minutes, steps
        self._start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self._start

    def progress(self, stage, step):
        """Returns 0 to 1 over all stages."""
        if self._minutes:
            return min(1.0, self.seconds() / (60 * self._minutes))
        return (sum(self._steps[:stage]) + step) / sum(self._steps)

    def stage_ends_at(self, stage):
        if self._minutes:
            return sum(s["share"] for s in STAGES[:stage + 1])
        return sum(self._steps[:stage + 1]) / sum(self._steps)


def make_optimizer(model, args):
    """AdamW; norms, biases and the logit scale are not decayed."""
    decayed = [p for n, p in model.named_parameters() if p.ndim >= 2]
    others = [p for n, p in model.named_parameters() if p.ndim < 2]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": args.weight_decay},
         {"params": others, "weight_decay": 0.0}],
        lr=args.rate, betas=(0.9, 0.98), eps=1e-6, fused=True)


def learning_rate(args, step, progress):
    warm = min(1.0, (step + 1) / args.warm_up)
    return args.rate * warm * max(0.5 * (1 + math.cos(math.pi * progress)),
                                  0.002)


class Trainer:
    """Owns the model, its average, the data and the log files."""

    def __init__(self, args):
        self.args = args
        names = EmojiNames(args.modules)
        self.batches = EmojiBatches(
            args.work, TRAINING_SETS, names.emoji, CaptionWriter(names.emoji),
            args.batch_size, args.seed)
        self.held_out = HeldOutDesign(args.modules, args.work)
        self.config = network.read_config()
        self.tokenizer = open_clip.SimpleTokenizer(
            context_length=self.config["text_cfg"]["context_length"])
        self.tokenize = functools.lru_cache(maxsize=200_000)(
            lambda text: self.tokenizer([text])[0])
        self.loss = ClipLoss()
        self.model = network.build(self.config, STAGES[0]["image_size"])
        self.average = network.AverageModel(self.model, args.average_decay)
        self.log = open(args.work / "log.jsonl", "w", buffering=1)
        self.evals = open(args.work / "eval.jsonl", "w", buffering=1)
        self.total_steps = 0
        self.last_eval = 0.0

    def run(self):
        self.budget = Budget(self.args.minutes, self.args.steps)
        for stage, plan in enumerate(STAGES):
            if stage:
                self._grow(plan["image_size"])
            self._run_stage(stage, plan["image_size"])
        self._evaluate(plan["image_size"])

    def _grow(self, size):
        self._evaluate(STAGES[0]["image_size"])
        self.model = network.grow(self.model, self.config, size)
        self.average.replace(
            network.grow(self.average.model, self.config, size))

    def _run_stage(self, stage, size):
        optimizer = make_optimizer(self.model, self.args)
        step, end = 0, self.budget.stage_ends_at(stage)
        while (progress := self.budget.progress(stage, step)) < end - 1e-9:
            rate = learning_rate(self.args, step, progress)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = self._step(optimizer, size)
            step += 1
            self.total_steps += 1
            if self.total_steps % 20 == 0:
                self._write_log(stage, size, rate, loss)
            if self.budget.seconds() - self.last_eval > (
                    60 * self.args.eval_minutes):
                self._evaluate(size)

    def _step(self, optimizer, size):
        pictures, may_flip, captions = self.batches.draw()
        tokens = torch.stack([self.tokenize(c) for c in captions])
        images = augment(pictures, may_flip, size).contiguous(
            memory_format=torch.channels_last)
        self.model.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen = self.model.encode_image(images, normalize=True)
            words = network.encode_text(self.model, tokens)
        loss = self.loss(seen.float(), words.float(),
                         self.model.logit_scale.exp())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
        self.average.update(self.model)
        return loss.item()

    def _write_log(self, stage, size, rate, loss):
        self.log.write(json.dumps({
            "step": self.total_steps, "stage": stage, "image_size": size,
            "seconds": round(self.budget.seconds(), 1), "loss": loss,
            "rate": rate, "scale": self.model.logit_scale.exp().item()})
            + "\n")

    def _evaluate(self, size):
        self.last_eval = self.budget.seconds()
        model = self.average.model
        torch.save({"state": model.state_dict(), "image_size": size,
                    "config": self.config, "steps": self.total_steps,
                    "seed": self.args.seed},
                   self.args.work / "checkpoint.pt")
        result = self.held_out.ask(
            model, network.evaluation_transform(size), self.tokenizer)
        line = json.dumps({"step": self.total_steps, "image_size": size,
                           "seconds": round(self.last_eval, 1), **result})
        self.evals.write(line + "\n")
        print(line, flush=True)


def main():
    args = read_arguments()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed)
    random.seed(args.seed)
    trainer = Trainer(args)
    print(f"{trainer.batches.picture_count} training pictures", flush=True)
    trainer.run()


if __name__ == "__main__":
    main()
