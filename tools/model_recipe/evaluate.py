"""Names every emoji of a design, by default the one training never saw.

Each icon of the set that `EmojiNames` resolves is one question. The answers to
choose from are the emojibase labels, in lower case and without any template,
of all emoji of that set. Pictures go through open_clip's own evaluation
transform. An answer counts when its code point sequence is the icon's; skin
tones and flags are separate answers.

    python evaluate.py --modules node_modules --work build --model DIR
"""

import argparse
import json
from pathlib import Path

import open_clip
import torch
from PIL import Image

from dataset import read_pictures
from emoji_names import EmojiNames
from rasterize import HELD_OUT_SET

BACKGROUNDS = {"white": (255, 255, 255), "light blue": (170, 205, 240),
               "black": (0, 0, 0),
               # RGBA as it is: open_clip resizes it, then drops alpha.
               "transparent": None}


class Design:
    """The questions of one emoji set, ready to ask a model."""

    def __init__(self, modules, work, set_name):
        emoji = EmojiNames(modules).emoji
        rows, pictures = read_pictures(work)
        places = [i for i, r in enumerate(rows) if r["set"] == set_name]
        self._pictures = [Image.fromarray(pictures[i]) for i in places]
        codes = [rows[i]["code"] for i in places]
        answers = sorted(set(codes))
        self._labels = [emoji[c].label for c in answers]
        self._truth = torch.tensor([answers.index(c) for c in codes])
        self._hard = torch.tensor([emoji[c].has_tone or emoji[c].is_flag
                                   for c in codes])
        self._hard_answers = torch.tensor(
            [emoji[c].has_tone or emoji[c].is_flag for c in answers])

    def ask(self, model, preprocess, tokenizer, background=(255, 255, 255)):
        """Returns a dict of counts and accuracies in percent."""
        images = torch.stack([preprocess(_compose(p, background))
                              for p in self._pictures])
        with torch.no_grad():
            seen = torch.cat([model.encode_image(part, normalize=True)
                              for part in images.split(256)])
            words = torch.cat([
                model.encode_text(tokenizer(self._labels[i:i + 256]),
                                  normalize=True)
                for i in range(0, len(self._labels), 256)])
        scores = seen.float() @ words.float().T
        plain = scores[~self._hard].masked_fill(self._hard_answers, -2)
        every = _accuracy(scores, self._truth)
        return {
            "pictures": len(self._truth), "answers": len(self._labels),
            **every,
            "plain_pictures": len(plain),
            "plain_answers": int((~self._hard_answers).sum()),
            **{f"plain_{k}": v for k, v in
               _accuracy(plain, self._truth[~self._hard]).items()}}


def _compose(picture, background):
    if background is None:
        return picture
    canvas = Image.new("RGBA", picture.size, background + (255,))
    return Image.alpha_composite(canvas, picture).convert("RGB")


def _accuracy(scores, truth):
    best = scores.topk(5, dim=1).indices == truth[:, None]
    return {"top1": round(100 * best[:, :1].any(1).float().mean().item(), 2),
            "top5": round(100 * best.any(1).float().mean().item(), 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--set", default=HELD_OUT_SET)
    args = parser.parse_args()
    torch.set_num_threads(1)
    name = f"local-dir:{args.model.resolve()}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    tokenizer = open_clip.get_tokenizer(name)
    design = Design(args.modules, args.work, args.set)
    for background, colour in BACKGROUNDS.items():
        result = design.ask(model.eval(), preprocess, tokenizer, colour)
        print(json.dumps({"background": background, **result}))


if __name__ == "__main__":
    main()
