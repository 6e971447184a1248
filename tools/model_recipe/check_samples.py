"""Asks which sentence fits each sample picture, with open_clip itself.

Exits with 1 unless every picture gets the sentence of its own line: the
sentences stand in the order of the file names.

    python check_samples.py --samples DIR --model DIR
"""

import argparse
import sys
from pathlib import Path

import open_clip
import torch
from PIL import Image

SUFFIXES = {".png", ".jpg", ".webp"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    name = f"local-dir:{args.model.resolve()}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    files = sorted(p for p in args.samples.iterdir() if p.suffix in SUFFIXES)
    sentences = (args.samples / "sentences.txt").read_text().splitlines()
    images = torch.stack([preprocess(Image.open(p)) for p in files])
    with torch.no_grad():
        logits, _ = model.eval().get_logits(
            images, open_clip.get_tokenizer(name)(sentences))
    right = 0
    for row, (file, scores) in enumerate(zip(files, logits.softmax(1))):
        best = int(scores.argmax())
        right += best == row
        print(f"{file.name:16} {scores[best]:.3f}  {sentences[best]}")
    sys.exit(0 if right == len(files) else 1)


if __name__ == "__main__":
    main()
