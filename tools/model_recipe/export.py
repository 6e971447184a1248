"""Writes checkpoint.pt as an open_clip hub folder with float16 weights.

Embeddings of tokens that no training caption holds carry nothing but their
random start. They are set to zero, so that an unknown word adds no noise.

    python export.py --modules node_modules --work build --model DIR
"""

import argparse
import json
import random
from pathlib import Path

import open_clip
import torch
from open_clip.constants import (HF_CONFIG_NAME, HF_SAFE_WEIGHTS_NAME,
                                 OPENAI_DATASET_MEAN, OPENAI_DATASET_STD)
from safetensors.torch import save_file

from captions import CaptionWriter
from emoji_names import EmojiNames
from rasterize import TRAINING_SETS

CAPTIONS_AN_EMOJI = 150
MAX_BYTES = 20_000_000


def trained_tokens(args, tokenizer, seed):
    """Returns the ids in a large sample of training captions."""
    emoji = EmojiNames(args.modules).emoji
    rows = json.loads((args.work / "pictures.json").read_text())
    codes = sorted({r["code"] for r in rows if r["set"] in TRAINING_SETS})
    writer, source = CaptionWriter(emoji), random.Random(seed)
    captions = sorted({writer.write(code, source) for code in codes
                       for _ in range(CAPTIONS_AN_EMOJI)})
    return torch.cat([tokenizer(captions[i:i + 4096]).unique()
                      for i in range(0, len(captions), 4096)]).unique()


def to_half(state):
    """Casts float tensors to float16 and refuses what does not fit."""
    out = {}
    for name, value in state.items():
        if value.is_floating_point():
            value = value.half()
            if not value.isfinite().all():
                raise ValueError(f"{name} does not fit float16")
        out[name] = value.contiguous().clone()
    return out


def hub_config(checkpoint):
    model_config = checkpoint["config"]
    model_config["vision_cfg"]["image_size"] = checkpoint["image_size"]
    return {"model_cfg": model_config,
            "preprocess_cfg": {"mean": list(OPENAI_DATASET_MEAN),
                               "std": list(OPENAI_DATASET_STD),
                               "interpolation": "bicubic",
                               "resize_mode": "shortest"}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    checkpoint = torch.load(args.work / "checkpoint.pt")
    config = hub_config(checkpoint)

    state = to_half(checkpoint["state"])
    tokenizer = open_clip.SimpleTokenizer(
        context_length=config["model_cfg"]["text_cfg"]["context_length"])
    table = state["token_embedding.weight"]
    known = torch.zeros(len(table), dtype=torch.bool)
    known[trained_tokens(args, tokenizer, checkpoint["seed"])] = True
    table[~known] = 0
    print(f"{int(known.sum())} of {len(table)} tokens were trained")

    args.model.mkdir(parents=True, exist_ok=True)
    (args.model / HF_CONFIG_NAME).write_text(
        json.dumps(config, indent=2) + "\n")
    weights = args.model / HF_SAFE_WEIGHTS_NAME
    save_file(state, weights, metadata={"format": "pt"})
    weights.chmod(0o644)  # safetensors leaves it to the owner alone.
    size = weights.stat().st_size
    if size > MAX_BYTES:
        raise SystemExit(f"{weights} has {size} bytes, over {MAX_BYTES}")
    print(f"{weights}: {size} bytes after {checkpoint['steps']} steps")


if __name__ == "__main__":
    main()
