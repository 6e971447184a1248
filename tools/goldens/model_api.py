"""Goldens of the model classes' methods: what open_clip's CLIP, CustomTextCLIP
and CoCa give for tiny random models.

Needs open_clip 4.2.0.dev0 (commit 89fb801) on PYTHONPATH, whose lock and
generate differ from 3.3.0's. Writes one hub folder a case to model_api/CASE,
and beside its two files golden.safetensors:
  pixels, ids                the inputs
  image_features, ...        forward with both, by open_clip's output names
  V.image_intermediates.N, V.text_features, ...
                             forward_intermediates of each variant V
  grad.NAME                  gradients of sum(weights * features) of both towers
                             and of CoCa's logits, for every parameter
  beam, greedy, prompted     CoCa.generate
and lock.json: for each count of unlocked groups the names that train.
"""

import contextlib
import copy
import json
import pathlib

import safetensors.torch
import torch
from open_clip import coca_model, generation
from open_clip import model as open_clip_model
from open_clip.push_to_hf_hub import save_config_for_hf

from goldens.models import (CONFIG, PREPROCESS, RESNET, TEXT, VISION, WEIGHTS,
                            config, random_ids, random_pixels, randomize)

COCA_VISION = {**VISION, "output_tokens": True}


def coca(vision, width):
    """Text, decoder and pooled image tokens have one width."""
    text = {"embed_cls": True, "output_tokens": True, "context_length": 16,
            "width": width}
    decoder = {"context_length": 16, "width": width, "heads": 4, "layers": 2}
    return config(vision, text, COCA_VISION, multimodal_cfg=decoder,
                  custom_text=True)


CASES = {
    "clip": config(init_logit_bias=-10),
    "clip_resnet": config(base=RESNET),
    "custom_text": config({"ls_init_value": 1e-4, "pool_type": "avg"},
                          {"proj_bias": True, "pool_type": "last"},
                          custom_text=True),
    # As coca_ViT-B-32: queries pool the image.
    "coca": coca({"attentional_pool": True, "attn_pooler_heads": 3,
                  "attn_pooler_queries": 5}, 12),
    # The same where the pooler's widths are equal.
    "coca_equal_widths": coca(
        {"attentional_pool": True, "attn_pooler_heads": 2, "width": 12,
         "head_width": 6, "attn_pooler_queries": 5}, 12),
    # As coca_base: the tokens are those of the patches.
    "coca_patch_tokens": coca({}, 16),
}

VARIANTS = {
    "all": {},
    "last": {"image_indices": 1, "text_indices": 1, "stop_early": True,
             "normalize_intermediates": True, "image_output_fmt": "NLC",
             "image_output_extra_tokens": True,
             "text_output_extra_tokens": True,
             "output_logit_scale_bias": True},
    "first": {"image_indices": [0], "text_indices": [-2],
              "intermediates_only": True},
    "raw": {"normalize": False, "image_indices": [-1, 0]},
}


def create(case):
    arguments = copy.deepcopy(CASES[case])
    custom = arguments.pop("custom_text", False)
    if "multimodal_cfg" in arguments:
        return coca_model.CoCa(**arguments)
    if custom:
        return open_clip_model.CustomTextCLIP(output_dict=True, **arguments)
    return open_clip_model.CLIP(output_dict=True, **arguments)


def flatten(prefix, output):
    tensors = {}
    for name, value in output.items():
        values = value if isinstance(value, list) else [value]
        for index, tensor in enumerate(values):
            key = f"{prefix}{name}"
            if isinstance(value, list):
                key += f".{index}"
            tensors[key] = tensor
    return tensors


def variants(model, case, pixels, ids):
    tensors = {}
    for name, options in VARIANTS.items():
        # open_clip's ResNet has defects where it stops early.
        if case == "clip_resnet" and name != "all":
            continue
        # The final norm has the pooler's width, not the blocks'.
        if case == "coca":
            options = {**options, "normalize_intermediates": False}
        with torch.no_grad():
            output = model.forward_intermediates(pixels, ids, **options)
        tensors.update(flatten(f"{name}.", output))
    return tensors


def gradients(model, pixels, ids, generator):
    """Of a sum with fixed weights, which are stored, too."""
    model.zero_grad()
    output = model(pixels, ids)
    total, tensors = 0, {}
    for name in ("image_features", "text_features", "logits"):
        if name in output:
            weights = torch.randn(output[name].shape, generator=generator)
            tensors[f"weights.{name}"] = weights
            total = total + (weights * output[name]).sum()
    (total + output["logit_scale"].sum()).backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"grad.{name}"] = parameter.grad.clone()
    return tensors


def captions(model, pixels):
    # transformers 5.23 expects a method here that open_clip's wrapper lacks.
    generation.MultimodalGenerationWrapper._optimize_model_for_decode = (
        lambda self: contextlib.nullcontext())
    ids = {"sot_token_id": 38, "eos_token_id": 39, "seq_len": 10,
           "min_seq_len": 4}
    # An end that the model likes, so that captions end early.
    liked = model.generate(pixels, num_beams=1, num_beam_groups=1, **ids)[0, 5]
    ends = {**ids, "eos_token_id": int(liked), "pad_token_id": 3}
    prompt = torch.tensor([[38, 5, 7]] * len(pixels))
    return {
        "beam": model.generate(pixels, num_beams=3, num_beam_groups=1, **ids),
        "wide": model.generate(pixels, num_beams=6, num_beam_groups=1,
                               repetition_penalty=1.5, **ids),
        "greedy": model.generate(pixels, num_beams=1, num_beam_groups=1, **ids),
        "top_k": model.generate(pixels, generation_type="top_k",
                                fixed_output_length=True, **ids),
        "liked": liked.reshape(1),
        "beam_ends": model.generate(pixels, num_beams=3, num_beam_groups=1,
                                    **ends),
        "greedy_ends": model.generate(pixels, num_beams=1, num_beam_groups=1,
                                      **ends),
        "prompted": model.generate(pixels, prompt, num_beams=3,
                                   num_beam_groups=1, **ids),
    }


def lock_counts(model):
    """The names that train, for each tower and count of unlocked groups."""
    def training(prefixes):
        return sorted(n for n, p in model.named_parameters()
                      if p.requires_grad and n.startswith(prefixes))

    result = {"image": [], "text": []}
    if not hasattr(model, "lock_image_tower"):
        return result
    text = tuple(n for n, _ in model.named_parameters()
                 if not n.startswith(("visual.", "logit_")))
    for count in range(8):
        model.lock_image_tower(count)
        result["image"].append(training(("visual.",)))
        model.lock_text_tower(count)
        result["text"].append(training(text))
    for parameter in model.parameters():
        parameter.requires_grad = True
    return result


def make_case(folder, case):
    generator = torch.Generator().manual_seed(100 + sorted(CASES).index(case))
    model = create(case).eval()
    randomize(model, generator)
    open_clip_model.set_model_preprocess_cfg(model, PREPROCESS)
    folder.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(model.state_dict(), folder / WEIGHTS)
    save_config_for_hf(model, folder / CONFIG, CASES[case])
    pixels = random_pixels(model, generator)
    ids = random_ids(CASES[case]["text_cfg"], generator)
    golden = {"pixels": pixels, "ids": ids}
    # CoCa decodes a caption a picture.
    pairs = ids[:len(pixels)] if "coca" in case else ids
    with torch.no_grad():
        golden.update(flatten("", model(pixels, pairs)))
        golden["images"] = model.encode_image(pixels, normalize=True)
        golden["texts"] = model.encode_text(ids, normalize=True)
        golden["logits" if "coca" not in case else "pair_logits"] = (
            model.logit_scale.exp() * golden["images"] @ golden["texts"].T
            + (0 if model.logit_bias is None else model.logit_bias))
        if "coca" in case:
            golden.update(captions(model, pixels))
    golden.update(variants(model, case, pixels, ids))
    golden.update(gradients(model, pixels, pairs, generator))
    (folder / "lock.json").write_text(json.dumps(lock_counts(model)))
    golden = {name: value.contiguous() for name, value in golden.items()}
    safetensors.torch.save_file(golden, folder / "golden.safetensors")


def main(output_dir):
    for case in CASES:
        make_case(pathlib.Path(output_dir) / "model_api" / case, case)
