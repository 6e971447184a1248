"""Goldens of the built-in model: open_clip's numbers for the sample pictures.

Writes builtin/emoji_clip.json:
  images     file name -> normalized embedding
  texts      text -> normalized embedding
  logits     file name -> one logit per sentence of client/samples
  best       file name -> the sentence with the highest logit
  token_ids  text -> its ids, start and end included, padding not
"""

import json
import pathlib

import open_clip
import PIL.Image
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "model/builtin/emoji-clip"
SAMPLES = ROOT / "client/samples"
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
EXTRA_TEXTS = ["", "Ünïcödé — “quotes” & emoji 🍕", "a " * 200]


def rounded(vector):
    return [round(value, 7) for value in vector.tolist()]


def main(output_dir):
    name = f"local-dir:{MODEL}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    model = model.float().eval()
    tokenizer = open_clip.get_tokenizer(name)
    paths = sorted(p for p in SAMPLES.iterdir() if p.suffix in SUFFIXES)
    sentences = (SAMPLES / "sentences.txt").read_text().splitlines()
    texts = sentences + EXTRA_TEXTS
    with torch.inference_mode():
        pixels = torch.stack([preprocess(PIL.Image.open(p)) for p in paths])
        images = model.encode_image(pixels, normalize=True)
        ids = tokenizer(texts)
        rows = model.encode_text(ids, normalize=True)
        logits = model.logit_scale.exp() * images @ rows[:len(sentences)].T
    golden = {
        "images": {p.name: rounded(row) for p, row in zip(paths, images)},
        "texts": {text: rounded(row) for text, row in zip(texts, rows)},
        "logits": {p.name: rounded(row) for p, row in zip(paths, logits)},
        "best": {
            p.name: sentences[row.argmax()] for p, row in zip(paths, logits)
        },
        "token_ids": {
            text: [i for i in row.tolist() if i != 0]
            for text, row in zip(sentences, ids)
        },
    }
    target = pathlib.Path(output_dir) / "builtin/emoji_clip.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
