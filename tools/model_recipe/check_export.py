"""Checks that open_clip loads the folder strictly and as it was trained.

    python check_export.py --model DIR
"""

import argparse
import json
from pathlib import Path

import open_clip
import torch
from open_clip.constants import HF_CONFIG_NAME, HF_SAFE_WEIGHTS_NAME
from safetensors.torch import load_file


def check_keys(model, folder):
    """Every key of the file is in the model, and no key is missing."""
    stored = load_file(folder / HF_SAFE_WEIGHTS_NAME)
    expected = model.state_dict()
    if stored.keys() != expected.keys():
        raise SystemExit(f"keys differ: {stored.keys() ^ expected.keys()}")
    for name, value in stored.items():
        if value.is_floating_point() and value.dtype != torch.float16:
            raise SystemExit(f"{name} is {value.dtype}, not float16")
        if not torch.equal(value.to(expected[name].dtype), expected[name]):
            raise SystemExit(f"{name} was not loaded from the file")
    return len(stored)


def check_transform(preprocess, folder):
    config = json.loads((folder / HF_CONFIG_NAME).read_text())
    text = str(preprocess)
    size = config["model_cfg"]["vision_cfg"]["image_size"]
    for part in (f"size={size}", "bicubic", "CenterCrop"):
        if part not in text:
            raise SystemExit(f"the transform lacks {part}: {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    model, _, preprocess = open_clip.create_model_and_transforms(
        f"local-dir:{args.model.resolve()}")
    count = check_keys(model, args.model)
    check_transform(preprocess, args.model)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{type(model).__name__}: {count} tensors, {parameters} parameters, "
          f"logit scale {model.logit_scale.exp().item():.2f}")


if __name__ == "__main__":
    main()
