"""Golden of the zero-shot classifier: open_clip's for the tiny model "vit".

Writes zero_shot/vit.json: labels, templates, and weights, row-major [labels,
embed_dim], which is the transpose of open_clip's.
"""

import json

import open_clip
import torch

LABELS = ["cat", "dog", "great white shark", "Ünïcode {}"]
TEMPLATES = ["a photo of a {}.", "{}", "itap of the {}?", "art: {}", "a {}, big"]


class ByteTokenizer:
    """A byte is a token; the test has the same in C++."""

    def __init__(self, context_length, vocab_size):
        self.context_length = context_length
        self.vocab_size = vocab_size

    def __call__(self, texts):
        rows = torch.zeros(len(texts), self.context_length, dtype=torch.long)
        for row, text in zip(rows, texts):
            data = text.encode()[:self.context_length - 2]
            ids = [self.vocab_size - 2]
            ids += [1 + byte % (self.vocab_size - 3) for byte in data]
            ids.append(self.vocab_size - 1)
            row[:len(ids)] = torch.tensor(ids)
        return rows


def main(output_dir):
    folder = output_dir / "model" / "vit"
    model = open_clip.create_model(f"local-dir:{folder}").float().eval()
    tokenizer = ByteTokenizer(model.context_length, model.vocab_size)
    weights = open_clip.build_zero_shot_classifier(model, tokenizer, LABELS,
                                                   TEMPLATES)
    golden = {
        "labels": LABELS,
        "templates": TEMPLATES,
        "weights": [round(v, 8) for v in weights.T.flatten().tolist()],
    }
    path = output_dir / "zero_shot" / "vit.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
