"""Goldens of timm's transformers: VisionTransformer, Eva, RelPos, NaFlexVit.

Writes to timm_transformers/:
  CASE.safetensors  what a tiny model of the class computes (see hashed.py)
    features, gradients
    maps.N, prefix.N  intermediates behind the norm, and their prefix tokens
    tokens.N, stopped intermediates of the first block only, and the features
                    that stopping there gives
    groups          the group of each parameter, in the order of the names
  keys*.txt         for each model of the tables: name, digest of its keys; as
                    timm builds it, and with a classifier and a pooling
"""

from functools import partial

import timm
import torch
from safetensors.torch import save_file
from timm.layers import HybridEmbed, LayerNorm
from timm.models import eva, naflexvit, vision_transformer, vision_transformer_hybrid
from timm.models import vision_transformer_relpos, vitamin
from timm.models._manipulate import group_parameters

from goldens import hashed

TINY = {"img_size": (24, 20), "patch_size": 8, "embed_dim": 16, "depth": 2,
        "num_heads": 2, "num_classes": 0}
EPS_5 = partial(LayerNorm, eps=1e-5)
CLASSES = 6


def vit(**switches):
    return vision_transformer.VisionTransformer(**{**TINY, **switches})


def mci():
    backbone = vision_transformer_hybrid.ConvStem(
        channels=(4, 6, 16), stride=(4, 2, 2), kernel_size=(4, 2, 2),
        padding=0, act_layer=torch.nn.GELU)
    return vit(img_size=(50, 33), patch_size=1, no_embed_class=True,
               embed_layer=partial(HybridEmbed, backbone=backbone, proj=False))


def tiny_vitamin(**switches):
    backbone = vitamin.MbConvStages(vitamin.VitCfg(
        embed_dim=(4, 8, 16), depths=(1, 2, 1), stem_width=4))
    return vit(img_size=(40, 24), patch_size=1, mlp_layer=vitamin.GeGluMlp,
               mlp_ratio=2.0, class_token=False, global_pool="avg",
               embed_layer=partial(HybridEmbed, backbone=backbone, proj=False),
               **switches)


def reset(model, pool):
    model.reset_classifier(0, global_pool=pool)
    return model


def tiny_eva(**switches):
    return eva.Eva(**{**TINY, "global_pool": "token", **switches})


def perception_encoder(**switches):
    return tiny_eva(global_pool="map", attn_type="rope",
                    use_pre_transformer_norm=True, use_rot_pos_emb=True,
                    ref_feat_shape=(4, 5), rope_grid_indexing="xy",
                    attn_pool_num_heads=4, attn_pool_mlp_ratio=3.0,
                    mlp_ratio=2.0, norm_layer=EPS_5, num_classes=CLASSES,
                    **switches)


def naflex(**switches):
    return naflexvit.NaFlexVit(naflexvit.NaFlexVitCfg(
        patch_size=8, embed_dim=16, depth=2, num_heads=2,
        **switches), num_classes=0)


CASES = {
    "siglip": lambda: vit(class_token=False, global_pool="map",
                          mlp_ratio=3.7362, act_layer="gelu_tanh"),
    "siglip_classifier": lambda: vit(class_token=False, global_pool="map",
                                     num_classes=CLASSES),
    "clip": lambda: vit(pre_norm=True, norm_layer=EPS_5, num_classes=CLASSES),
    "clip_average": lambda: vit(pre_norm=True, global_pool="avg"),
    "clip_reset": lambda: reset(vit(pre_norm=True), "avg"),
    "mci": mci,
    "gap": lambda: vit(class_token=False, global_pool="avg", qkv_bias=False,
                       init_values=1e-6, fc_norm=False),
    "vitamin": tiny_vitamin,
    "vitamin_no_positions": lambda: tiny_vitamin(pos_embed="none"),
    "pe": lambda: perception_encoder(rope_grid_offset=1.0),
    "pe_no_class_token": lambda: perception_encoder(class_token=False),
    "eva01": lambda: tiny_eva(mlp_ratio=2.5, num_classes=CLASSES),
    "eva02": lambda: tiny_eva(qkv_fused=False, mlp_ratio=4 * 2 / 3,
                              swiglu_mlp=True, scale_mlp=True,
                              scale_attn_inner=True, use_rot_pos_emb=True,
                              ref_feat_shape=(5, 4)),
    "eva02_post_norm": lambda: tiny_eva(use_post_norm=True),
    "rel_pos": lambda: vision_transformer_relpos.VisionTransformerRelPos(
        **{**TINY, "qkv_bias": False, "rel_pos_dim": 6, "class_token": True,
           "global_pool": "token"}),
    "naflex_siglip": lambda: naflex(
        act_layer="gelu_tanh", global_pool="map", pos_embed_grid_size=(2, 4),
        pos_embed_interp_mode="bilinear"),
    "naflex_gap": lambda: naflex(
        init_values=1e-5, global_pool="avg", reg_tokens=3, fc_norm=True,
        pos_embed_grid_size=(4, 4)),
    "naflex_same_grid": lambda: naflex(
        init_values=1e-5, global_pool="map", reg_tokens=1,
        pos_embed_grid_size=(3, 2)),
}

SIGLIP = ("base_patch16_siglip_224", "base_patch16_siglip_256",
          "base_patch16_siglip_384", "base_patch16_siglip_512",
          "base_patch32_siglip_256", "large_patch16_siglip_256",
          "large_patch16_siglip_384", "large_patch16_siglip_512",
          "so400m_patch14_siglip_224", "so400m_patch14_siglip_378",
          "so400m_patch14_siglip_384", "so400m_patch16_siglip_256",
          "so400m_patch16_siglip_384", "so400m_patch16_siglip_512",
          "giantopt_patch16_siglip_256", "giantopt_patch16_siglip_384")
VITAMIN = ("small_224", "base_224", "large_224", "large_256", "large_336",
           "large_384", "large2_224", "large2_256", "large2_336", "large2_384",
           "xlarge_256", "xlarge_336", "xlarge_384")
PE = ("tiny_patch16_384", "small_patch16_384", "base_patch16_224",
      "large_patch14_336", "gigantic_patch14_448")
TOKEN = ("vit_base_patch16_clip_224", "vit_large_patch14_clip_224",
         "vit_large_patch14_clip_336", "vit_base_mci_224",
         "eva_giant_patch14_224", "eva02_base_patch16_clip_224",
         "eva02_large_patch14_clip_224", "eva02_large_patch14_clip_336",
         "eva02_enormous_patch14_clip_224")
MAP = (*(f"vit_{name}" for name in SIGLIP),
       *(f"vit_pe_core_{name}" for name in PE))
AVERAGE = ("vit_medium_patch16_gap_256",
           *(f"vitamin_{name}" for name in VITAMIN))
PLAIN = ("vit_tiny_patch16_224", "vit_small_patch16_224",
         "vit_base_patch32_224", "vit_base_patch16_224",
         "vit_base_patch16_384", "vit_large_patch16_224",
         "vit_base_patch32_clip_224")
REL_POS = ("vit_relpos_medium_patch16_cls_224",)
NAFLEX = ("naflexvit_base_patch16_siglip", "naflexvit_so400m_patch16_siglip",
          "naflexvit_base_patch16_gap", "naflexvit_base_patch16_map")


def make_case(model):
    hashed.fill(model)
    model.eval()
    # A NaFlexVit takes any size.
    size = model.patch_embed.img_size if hasattr(model, "patch_embed") \
        else (24, 16)
    pixels = hashed.uniform("pixels", (2, 3, *size)).float()
    features = model(pixels)
    golden = {"features": features.detach(),
              "gradients": hashed.gradients(
                  model, hashed.weighted_sum(features))}
    prefix = model.num_prefix_tokens > 0
    with torch.no_grad():
        _, maps = model.forward_intermediates(
            pixels, norm=True, return_prefix_tokens=prefix)
        last, tokens = model.forward_intermediates(
            pixels, indices=[0], stop_early=True, output_fmt="NLC")
        golden["stopped"] = model.forward_head(last)
    for i, value in enumerate(maps):
        if prefix:
            value, golden[f"prefix.{i}"] = value
        golden[f"maps.{i}"] = value
    golden["tokens.0"] = tokens[0]
    groups = group_parameters(model, model.group_matcher(), reverse=True)
    golden["groups"] = torch.tensor(
        [groups[name] for name, _ in sorted(model.named_parameters())])
    return {name: value.contiguous() for name, value in golden.items()}


def key_lines(names, **switches):
    lines = []
    for name in names:
        with torch.device("meta"):
            model = timm.create_model(name, **switches)
        lines.append(f"{name} {hashed.key_digest(model.state_dict())}\n")
    return "".join(lines)


def main(output_dir):
    folder = output_dir / "timm_transformers"
    folder.mkdir(parents=True, exist_ok=True)
    for case, build in CASES.items():
        save_file(make_case(build()), folder / f"{case}.safetensors")
    (folder / "keys.txt").write_text(
        key_lines((*TOKEN, *MAP, *AVERAGE, *PLAIN, *REL_POS, *NAFLEX),
                  num_classes=0))
    for pool, names in (("token", TOKEN), ("map", MAP)):
        (folder / f"keys_{pool}.txt").write_text(
            key_lines(names, num_classes=512, global_pool=pool))
