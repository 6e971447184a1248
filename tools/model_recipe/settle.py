"""Measures the batch statistics of the averaged weights anew.

A running average of batch statistics lags behind the weights, most of all
after the change of picture size. This shows the averaged model fresh training
batches and rewrites checkpoint.pt with the statistics that it sees. With
--image-size the model first changes its picture size once more; the committed
weights were made with 64.

    python settle.py --modules node_modules --work build \
        --image-size 64
"""

import argparse
from pathlib import Path

import torch

import network
from augment import augment
from captions import CaptionWriter
from dataset import EmojiBatches
from emoji_names import EmojiNames
from rasterize import TRAINING_SETS

BATCHES = 8
BATCH_SIZE = 256


def settle(model, batches, image_size):
    norms = [m for m in model.modules()
             if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # A plain mean over all batches.
    model.train()
    for _ in range(BATCHES):
        pictures, may_flip, _ = batches.draw()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            model.encode_image(augment(pictures, may_flip, image_size))
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--image-size", type=int, default=None)
    args = parser.parse_args()
    torch.set_num_threads(1)
    path = args.work / "checkpoint.pt"
    checkpoint = torch.load(path)
    torch.manual_seed(checkpoint["seed"] + 1)
    emoji = EmojiNames(args.modules).emoji
    batches = EmojiBatches(args.work, TRAINING_SETS, emoji,
                           CaptionWriter(emoji), BATCH_SIZE,
                           checkpoint["seed"] + 1)
    model = network.build(checkpoint["config"], checkpoint["image_size"])
    model.load_state_dict(checkpoint["state"])
    size = args.image_size or checkpoint["image_size"]
    if size != checkpoint["image_size"]:
        model = network.grow(model, checkpoint["config"], size)
    settle(model, batches, size)
    torch.save({**checkpoint, "image_size": size,
                "state": model.state_dict()}, path)


if __name__ == "__main__":
    main()
