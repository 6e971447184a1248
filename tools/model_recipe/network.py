"""Builds the model and averages its weights."""

import copy
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from open_clip.model import CLIP
from open_clip.transform import (PreprocessCfg, image_transform_v2)


def read_config():
    path = Path(__file__).parent / "model_config.json"
    return json.loads(path.read_text())


def build(config, image_size):
    config = copy.deepcopy(config)
    config["vision_cfg"]["image_size"] = image_size
    model = CLIP(**config)
    return model.to(memory_format=torch.channels_last)


def encode_text(model, tokens):
    """model.encode_text, cut to the longest text of the batch.

    The tower is causal and pools at the end-of-text token, so the columns
    behind the last one change nothing but the time.
    """
    length = int(tokens.argmax(1).max()) + 1
    tokens = tokens[:, :length]
    x = model.token_embedding(tokens) + model.positional_embedding[:length]
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(tokens)), tokens.argmax(1)]
    return F.normalize(x @ model.text_projection, dim=-1)


def evaluation_transform(image_size):
    """open_clip's transform for the preprocess_cfg that export.py writes."""
    return image_transform_v2(PreprocessCfg(size=image_size), is_train=False)


class AverageModel:
    """A running average of the weights and of the batch statistics."""

    def __init__(self, model, decay):
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self._decay = decay
        self._updates = 0

    @torch.no_grad()
    def update(self, model):
        self._updates += 1
        keep = min(self._decay, self._updates / (self._updates + 9))
        new = model.state_dict()
        for name, value in self.model.state_dict().items():
            if value.is_floating_point():
                value.lerp_(new[name], 1 - keep)
            else:
                value.copy_(new[name])
