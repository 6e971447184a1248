"""Golden of the key conversion of Apple's MobileCLIP.

checkpoint/mobile_clip_{s,b}.txt: a line for each tensor of a tiny MobileCLIP
in Apple's naming, a tab, and the name that open_clip's own conversion gives
it. Apple's names are told from timm's by the reverse of timm's filter; that
open_clip converts them to exactly timm's shows that they are right.
"""

import re
import types

import timm
import torch
from open_clip import convert
from open_clip import transformer as open_clip_transformer

TEXT_NAMES = {
    "text_projection": "projection_layer", "token_embedding": "embedding_layer",
    "positional_embedding": "positional_embedding.pos_embed.pos_embed",
    "ln_final": "final_layer_norm", "resblocks.0.": "0.",
    "ln_1": "pre_norm_mha.0", "attn.in_proj_": "pre_norm_mha.1.qkv_proj.",
    "attn.out_proj": "pre_norm_mha.1.out_proj", "ln_2": "pre_norm_ffn.0",
    "mlp.c_fc": "pre_norm_ffn.1", "mlp.c_proj": "pre_norm_ffn.4"}
VIT_NAMES = {
    "patch_embed.backbone.": "patch_emb.", ".conv.": ".block.conv.",
    ".bn.": ".block.norm.", "blocks.": "transformer.",
    "norm1": "pre_norm_mha.0", "attn.qkv": "pre_norm_mha.1.qkv_proj",
    "attn.proj": "pre_norm_mha.1.out_proj", "norm2": "pre_norm_ffn.0",
    "mlp.fc1": "pre_norm_ffn.1", "mlp.fc2": "pre_norm_ffn.4"}
FASTVIT_NAMES = {
    "stem": "patch_embed", "final_conv": "conv_exp", "conv_kxk": "rbr_conv",
    "conv_scale": "rbr_scale", "identity": "rbr_skip",
    "large_conv": "lkb_origin", "se.fc1": "se.reduce", "se.fc2": "se.expand",
    "mlp": "convffn", ".gamma": "", "head.fc.weight": "head.proj"}
# Places of the blocks of each stage in Apple's one long list, in front of
# them a downsampling and for the last a position encoding.
STAGE_BLOCKS = (0, 2, 4, 7)


def replaced(key, names):
    for theirs, apples in names.items():
        key = key.replace(theirs, apples)
    return key


def fastvit_key(key):
    match = re.match(r"stages\.(\d)\.(downsample\.proj|pos_emb\.pos_enc|blocks)(.*)", key)
    if match:
        blocks = STAGE_BLOCKS[int(match.group(1))]
        first = blocks - (2 if match.group(1) == "3" else 1)
        key = {"downsample.proj": f"network.{first}.proj",
               "pos_emb.pos_enc": f"network.{blocks - 1}.pe",
               "blocks": f"network.{blocks}"}[match.group(2)] + match.group(3)
    return replaced(key, FASTVIT_NAMES)


def vit_key(key):
    if key == "norm.weight" or key == "norm.bias":
        return key.replace("norm", "post_transformer_norm")
    return {"pos_embed": "pos_embed.pos_embed.pos_embed",
            "head.weight": "classifier.proj"}.get(key, replaced(key, VIT_NAMES))


def apple_state_dict(trunk, text, rename):
    tensors = {"logit_scale": torch.zeros(())}
    for key, tensor in trunk.state_dict().items():
        if key in ("head.bias", "head.fc.bias"):
            continue
        if key == "pos_embed":
            tensor = tensor.unsqueeze(0)
        tensors["image_encoder.model." + rename(key)] = tensor
    for key, tensor in text.state_dict().items():
        tensors["text_encoder." + replaced(key, TEXT_NAMES)] = tensor
    # Filled with its own number, by which the result is recognized.
    return {key: torch.full_like(tensor, i, dtype=torch.float32)
            for i, (key, tensor) in enumerate(tensors.items())}


def write(path, trunk, rename, is_fastvit):
    text = open_clip_transformer.TextTransformer(
        context_length=4, vocab_size=5, width=8, heads=1, layers=1, output_dim=8)
    source = apple_state_dict(trunk, text, rename)
    model = types.SimpleNamespace(visual=types.SimpleNamespace(trunk=trunk))
    target = convert.convert_mobile_clip_state_dict(model, source, is_fastvit)
    expected = {f"visual.trunk.{key}" for key in trunk.state_dict()}
    expected |= {f"text.{key}" for key in text.state_dict()} | {"logit_scale"}
    assert set(target) == expected, set(target) ^ expected
    bias = "visual.trunk.head.fc.bias" if is_fastvit else "visual.trunk.head.bias"
    names = list(source)
    lines = [f"{names[int(tensor.flatten()[0])]}\t{key}\n"
             for key, tensor in target.items() if key != bias
             # The statistics of a norm are named like its weight.
             and not re.search("running_|num_batches|bn.bias", key)]
    path.write_text("".join(sorted(lines)))


def make(folder):
    fastvit = timm.create_model("fastvit_mci2", num_classes=8, layers=(1, 1, 1, 1),
                                embed_dims=(8, 16, 32, 64))
    write(folder / "mobile_clip_s.txt", fastvit, fastvit_key, True)
    vit = timm.create_model("vit_base_mci_224", num_classes=8, depth=1)
    write(folder / "mobile_clip_b.txt", vit, vit_key, False)
