"""Trains the model on one core and keeps checkpoint.pt up to date.

The learning rate follows either the clock (--minutes) or a fixed number of
steps (--steps 3000). Writes log.jsonl (loss and rate), eval.jsonl (figures of
a training design, and of the held-out one for the curve only: nothing is
chosen by the latter) and checkpoint.pt (averaged weights).

    python train.py --modules node_modules --work build --minutes 50

--resume goes on from the averaged weights of a checkpoint, with a fresh
optimizer and schedule, and appends to both logs. Give it another seed, so that
it does not see the same batches again. The second run of the committed weights:

    python train.py --modules node_modules --work build --minutes 29 \
        --resume build/checkpoint.pt --rate 1.2e-3 --warm-up 40 \
        --average-decay 0.99 --seed 18
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
from evaluate import Design
from rasterize import HELD_OUT_SET, TRAINING_SETS

IMAGE_SIZE = 64
SEEN_SET = "noto-v1"
MAX_LOGIT_SCALE = math.log(100)


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float)
    budget.add_argument("--steps", type=int)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--average-decay", type=float, default=0.995)
    parser.add_argument("--warm-up", type=int, default=150,
                        help="steps")
    parser.add_argument("--resume", type=Path, help="a checkpoint.pt")
    parser.add_argument("--eval-minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=17)
    return parser.parse_args()


class Budget:
    """Says how far the training is, by the clock or by steps."""

    def __init__(self, minutes, steps):
        self._minutes, self._steps = minutes, steps
        self._start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self._start

    def progress(self, step):
        """Returns 0 to 1."""
        if self._minutes:
            return min(1.0, self.seconds() / (60 * self._minutes))
        return step / self._steps


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
        self.held_out = Design(args.modules, args.work, HELD_OUT_SET)
        self.seen = Design(args.modules, args.work, SEEN_SET)
        self.config = network.read_config()
        self.tokenizer = open_clip.SimpleTokenizer(
            context_length=self.config["text_cfg"]["context_length"])
        self.tokenize = functools.lru_cache(maxsize=200_000)(
            lambda text: self.tokenizer([text])[0])
        self.loss = ClipLoss()
        self.model = network.build(self.config, IMAGE_SIZE)
        self.total_steps = 0
        if args.resume:
            self._load(args.resume)
        self.optimizer = make_optimizer(self.model, args)
        self.average = network.AverageModel(self.model, args.average_decay)
        mode = "a" if args.resume else "w"
        self.log = open(args.work / "log.jsonl", mode, buffering=1)
        self.evals = open(args.work / "eval.jsonl", mode, buffering=1)
        self.last_eval = 0.0

    def _load(self, path):
        checkpoint = torch.load(path)
        self.model.load_state_dict(checkpoint["state"])
        self.total_steps = checkpoint["steps"]

    def run(self):
        self.budget = Budget(self.args.minutes, self.args.steps)
        step = 0
        while (progress := self.budget.progress(step)) < 1:
            rate = learning_rate(self.args, step, progress)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss = self._step()
            step += 1
            self.total_steps += 1
            if self.total_steps % 20 == 0:
                self._write_log(rate, loss)
            if self.budget.seconds() - self.last_eval > (
                    60 * self.args.eval_minutes):
                self._evaluate()
        self._evaluate()

    def _step(self):
        pictures, may_flip, captions = self.batches.draw()
        tokens = torch.stack([self.tokenize(c) for c in captions])
        images = augment(pictures, may_flip, IMAGE_SIZE).contiguous(
            memory_format=torch.channels_last)
        self.model.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen = self.model.encode_image(images, normalize=True)
            words = network.encode_text(self.model, tokens)
        loss = self.loss(seen.float(), words.float(),
                         self.model.logit_scale.exp())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
        self.average.update(self.model)
        return loss.item()

    def _write_log(self, rate, loss):
        self.log.write(json.dumps({
            "step": self.total_steps, "image_size": IMAGE_SIZE,
            "seconds": round(self.budget.seconds(), 1), "loss": loss,
            "rate": rate, "scale": self.model.logit_scale.exp().item()})
            + "\n")

    def _evaluate(self):
        self.last_eval = self.budget.seconds()
        model = self.average.model
        torch.save({"state": model.state_dict(), "image_size": IMAGE_SIZE,
                    "config": self.config, "steps": self.total_steps,
                    "seed": self.args.seed},
                   self.args.work / "checkpoint.pt")
        ask = (model, network.evaluation_transform(IMAGE_SIZE), self.tokenizer)
        seen = self.seen.ask(*ask)
        line = json.dumps({
            "step": self.total_steps, "image_size": IMAGE_SIZE,
            "seconds": round(self.last_eval, 1), **self.held_out.ask(*ask),
            "seen_top1": seen["top1"], "seen_top5": seen["top5"]})
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
