"""Draws training batches in which every row shows a different emoji."""

import json
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

# Faces, animals, food and activities look the same in a mirror. Hands,
# arrows, clocks, letters and flags do not. These are emojibase's groups.
MIRRORED_GROUPS = {0, 3, 4, 6}

TONE_FAMILIES = 0.14  # Families a batch, as a share of its rows.
TONES_OF_A_FAMILY = 3


def read_pictures(work):
    """Returns (rows of pictures.json, uint8 array [N, 96, 96, 4])."""
    rows = json.loads((Path(work) / "pictures.json").read_text())
    return rows, np.load(Path(work) / "pictures.npy", mmap_mode="r")


class EmojiBatches:
    """An endless source of (pictures, may_flip, captions).

    Rows of one batch never show the same emoji, so ClipLoss sees no false
    negative but for synonyms. Some rows are skin tones of one emoji: hard
    negatives that uniform draws would rarely bring together.
    """

    def __init__(self, work, sets, emoji, writer, batch_size, seed):
        rows, pictures = read_pictures(work)
        keep = [i for i, row in enumerate(rows) if row["set"] in sets]
        self._pictures = np.ascontiguousarray(pictures[keep])
        self._drawings = defaultdict(list)
        for place, i in enumerate(keep):
            self._drawings[rows[i]["code"]].append(place)
        self._emoji = emoji
        self._writer = writer
        self._batch_size = batch_size
        self._random = random.Random(seed)
        self._plain = sorted(c for c in self._drawings
                             if not emoji[c].has_tone)
        families = defaultdict(list)
        for code in sorted(self._drawings):
            families[emoji[code].base].append(code)
        self._families = [f for f in families.values()
                          if len(f) > TONES_OF_A_FAMILY]

    @property
    def picture_count(self):
        return len(self._pictures)

    def draw(self):
        codes = self._draw_codes()
        places = [self._random.choice(self._drawings[c]) for c in codes]
        pictures = torch.from_numpy(self._pictures[places])
        may_flip = torch.tensor([
            self._emoji[c].group in MIRRORED_GROUPS for c in codes])
        captions = [self._writer.write(c, self._random) for c in codes]
        return pictures, may_flip, captions

    def _draw_codes(self):
        count = int(self._batch_size * TONE_FAMILIES)
        codes = dict.fromkeys(
            code for family in self._random.sample(self._families, count)
            for code in self._random.sample(family, TONES_OF_A_FAMILY))
        for code in self._random.sample(self._plain, self._batch_size):
            if len(codes) == self._batch_size:
                break
            codes.setdefault(code)
        return list(codes)
