"""Goldens of all configs that open_clip ships: what each says, and its keys.

Needs open_clip 4.2.0.dev0 (commit 89fb801, 181 configs) on PYTHONPATH. Writes
configs/configs.json: by name the config itself and, for CLIP, CustomTextCLIP
and CoCa, the SHA-256 of the sorted lines "KEY SHAPE" of its state dict. The
models are built on the meta device, and Hugging Face's from written configs.
"""

import copy
import hashlib
import json
import pathlib
from unittest import mock

import open_clip
import torch
from open_clip import coca_model, factory, hf_model
from open_clip import model as open_clip_model

from goldens.hf_text import MODELS, from_config

OTHER_CLASSES = ("genlip_cfg", "genlap_cfg", "audio_cfg", "audio_naflex_cfg")


def create(config):
    config = copy.deepcopy(config)
    text = config["text_cfg"]
    custom = config.pop("custom_text", False) or "hf_model_name" in text or (
        text.get("text_arch", "clip") != "clip" or text.get("variable_text"))
    if "hf_model_name" in text:
        text["hf_model_pretrained"] = False
    if "multimodal_cfg" in config:
        return coca_model.CoCa(**config)
    if custom:
        return open_clip_model.CustomTextCLIP(**config)
    return open_clip_model.CLIP(**config)


def digest(model):
    lines = sorted(f"{name} {list(tensor.shape)}"
                   for name, tensor in model.state_dict().items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def main(output_dir):
    rows = {}
    models = mock.Mock(from_config=from_config)
    configs = mock.Mock(from_pretrained=lambda name: copy.deepcopy(MODELS[name]))
    with mock.patch.object(hf_model, "AutoModel", models), \
            mock.patch.object(hf_model, "AutoConfig", configs), \
            torch.device("meta"):
        for name in sorted(open_clip.list_models()):
            config = factory.get_model_config(name)
            row = {"model_cfg": config}
            if not any(key in config for key in OTHER_CLASSES):
                row["keys"] = digest(create(config))
            rows[name] = row
    folder = pathlib.Path(output_dir) / "configs"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}"
                       for name, row in rows.items())
    (folder / "configs.json").write_text("{\n" + lines + "\n}\n")
