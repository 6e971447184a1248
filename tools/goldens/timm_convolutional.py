"""Goldens of timm's hierarchical image models: ConvNeXt, FastViT, Swin.

Writes to timm_convolutional/:
  CASE.safetensors  what a tiny model of the class computes (see hashed.py)
    eval.features, eval.gradients, and for batch norm
    train.features, train.gradients and train.statistics
    intermediates.N of the first picture
    groups          the group of each parameter, in the order of the names
  keys.txt          for each model of the tables: name, digest of its keys
"""

import functools

import timm
import torch
from safetensors.torch import save_file
from timm.layers import LayerNorm2d
from timm.models import convnext, fastvit, swin_transformer
from timm.models._manipulate import group_parameters

from goldens import hashed

POSITIONS = functools.partial(fastvit.RepConditionalPosEnc,
                              spatial_shape=(7, 7))
CASES = {
    "convnext": (
        lambda: convnext.ConvNeXt(depths=(1, 1, 2, 1), dims=(8, 8, 12, 16),
                                  num_classes=0),
        (2, 3, 40, 72)),
    "convnext_classifier": (
        lambda: convnext.ConvNeXt(depths=(1, 2, 1, 1), dims=(4, 8, 8, 8),
                                  num_classes=6, norm_eps=1e-2),
        (2, 3, 32, 32)),
    # As fastvit_mci0.
    "fastvit": (
        lambda: fastvit.FastVit(
            layers=(1, 2, 1, 1), embed_dims=(4, 8, 16, 32),
            mlp_ratios=(3, 3, 3, 3),
            se_downsamples=(False, False, True, True),
            pos_embs=(None, None, None, POSITIONS),
            token_mixers=("repmixer",) * 3 + ("attention",),
            lkc_use_act=True, num_classes=6),
        (2, 3, 64, 96)),
    # As fastvit_mci3.
    "fastvit_layer_norm": (
        lambda: fastvit.FastVit(
            layers=(1, 1, 1, 1, 1), embed_dims=(4, 4, 8, 32, 32),
            mlp_ratios=(2, 2, 2, 2, 2), se_downsamples=(False,) * 5,
            downsamples=(False, True, True, True, True),
            pos_embs=(None, None, None, POSITIONS, POSITIONS),
            token_mixers=("repmixer",) * 3 + ("attention",) * 2,
            lkc_use_act=True, stem_use_scale_branch=False,
            norm_layer=functools.partial(LayerNorm2d, eps=1e-5),
            num_classes=0),
        (2, 3, 72, 104)),
    # As swin_base_patch4_window7_224: the last stage is one window.
    "swin": (
        lambda: swin_transformer.SwinTransformer(
            img_size=48, patch_size=4, window_size=3, embed_dim=8,
            depths=(2, 2, 2), num_heads=(1, 2, 4), drop_path_rate=0,
            num_classes=0),
        (2, 3, 48, 48)),
}
MODELS = (
    "convnext_tiny", "convnext_small", "convnext_base", "convnext_large",
    "convnext_xlarge", "convnext_xxlarge",
    "fastvit_mci0", "fastvit_mci1", "fastvit_mci2", "fastvit_mci3",
    "fastvit_mci4",
    "swin_base_patch4_window7_224",
)


def statistics(model):
    return torch.cat([buffer.flatten().float()
                      for name, buffer in sorted(model.named_buffers())
                      if "running" in name])


def make_case(build, pixel_shape):
    model = build()
    hashed.fill(model)
    pixels = hashed.uniform("pixels", pixel_shape).float()
    golden = {}
    model.eval()
    features = model(pixels)
    golden["eval.features"] = features.detach()
    golden["eval.gradients"] = hashed.gradients(
        model, hashed.weighted_sum(features))
    with torch.no_grad():
        _, maps = model.forward_intermediates(pixels[:1], norm=True)
    for i, values in enumerate(maps):
        golden[f"intermediates.{i}"] = values.contiguous()
    groups = group_parameters(model, model.group_matcher(), reverse=True)
    golden["groups"] = torch.tensor(
        [groups[name] for name, _ in sorted(model.named_parameters())])
    if any("running" in name for name, _ in model.named_buffers()):
        model.train()
        features = model(pixels)
        golden["train.features"] = features.detach()
        golden["train.gradients"] = hashed.gradients(
            model, hashed.weighted_sum(features))
        golden["train.statistics"] = statistics(model)
    return golden


def main(output_dir):
    folder = output_dir / "timm_convolutional"
    folder.mkdir(parents=True, exist_ok=True)
    for case, (build, pixel_shape) in CASES.items():
        path = folder / f"{case}.safetensors"
        save_file(make_case(build, pixel_shape), path)
        path.chmod(0o644)
    lines = []
    for name in MODELS:
        with torch.device("meta"):
            model = timm.create_model(name, num_classes=0)
        lines.append(f"{name} {hashed.key_digest(model.state_dict())}\n")
    (folder / "keys.txt").write_text("".join(lines))
