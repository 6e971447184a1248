"""Writes an open_clip CLIP as a folder of transformers' CLIPModel.

For the peers of compare_peers.py that read nothing else. Takes a native ViT and
a text tower with the CLIP tokenizer, which is what transformers' class can say.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

VOCAB = 49408
ACTIVATIONS = {True: "quick_gelu", False: "gelu"}


def tower_config(width, heads, layers, ratio, quick):
    return {"hidden_size": width, "num_attention_heads": heads,
            "num_hidden_layers": layers,
            "intermediate_size": int(width * ratio),
            "hidden_act": ACTIVATIONS[quick]}


def config(model_cfg):
    vision, text = model_cfg["vision_cfg"], model_cfg["text_cfg"]
    quick = model_cfg.get("quick_gelu", False)
    width = vision["width"]
    return {
        "architectures": ["CLIPModel"], "model_type": "clip",
        "projection_dim": model_cfg["embed_dim"],
        "vision_config": {
            "model_type": "clip_vision_model",
            "image_size": vision["image_size"],
            "patch_size": vision["patch_size"],
            "projection_dim": model_cfg["embed_dim"],
            **tower_config(width, width // vision.get("head_width", 64),
                           vision["layers"], vision.get("mlp_ratio", 4.0),
                           quick)},
        "text_config": {
            "model_type": "clip_text_model", "vocab_size": VOCAB,
            "max_position_embeddings": text["context_length"],
            "bos_token_id": VOCAB - 2, "eos_token_id": VOCAB - 1,
            "projection_dim": model_cfg["embed_dim"],
            **tower_config(text["width"], text["heads"], text["layers"],
                           text.get("mlp_ratio", 4.0), quick)}}


def block(weights, source, target):
    parts = {"ln_1": "layer_norm1", "ln_2": "layer_norm2",
             "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
             "attn.out_proj": "self_attn.out_proj"}
    out = {}
    for kind in ("weight", "bias"):
        for ours, theirs in parts.items():
            out[f"{target}.{theirs}.{kind}"] = weights[
                f"{source}.{ours}.{kind}"]
        rows = weights[f"{source}.attn.in_proj_{kind}"].chunk(3)
        for name, part in zip("qkv", rows):
            out[f"{target}.self_attn.{name}_proj.{kind}"] = part
    return out


def tower(weights, source, target, renamed):
    """The blocks below `source`, and single parameters by `renamed`."""
    out = {f"{target}.{theirs}": weights[ours]
           for ours, theirs in renamed.items()}
    layers = {key[len(source):].split(".")[0] for key in weights
              if key.startswith(source)}
    for layer in layers:
        out.update(block(weights, f"{source}{layer}",
                         f"{target}.encoder.layers.{layer}"))
    return out


def state(weights):
    norms = {f"{a}.{kind}": f"{b}.{kind}" for kind in ("weight", "bias")
             for a, b in (("visual.ln_pre", "pre_layrnorm"),
                          ("visual.ln_post", "post_layernorm"))}
    vision = tower(weights, "visual.transformer.resblocks.", "vision_model", {
        "visual.conv1.weight": "embeddings.patch_embedding.weight",
        "visual.class_embedding": "embeddings.class_embedding",
        "visual.positional_embedding": "embeddings.position_embedding.weight",
        **norms})
    text = tower(weights, "transformer.resblocks.", "text_model", {
        "token_embedding.weight": "embeddings.token_embedding.weight",
        "positional_embedding": "embeddings.position_embedding.weight",
        "ln_final.weight": "final_layer_norm.weight",
        "ln_final.bias": "final_layer_norm.bias"})
    return {**vision, **text, "logit_scale": weights["logit_scale"],
            "visual_projection.weight": weights["visual.proj"].T,
            "text_projection.weight": weights["text_projection"].T}


def write_tokenizer(tokenizer, folder):
    specials = {"<start_of_text>": "<|startoftext|>",
                "<end_of_text>": "<|endoftext|>"}
    vocabulary = {specials.get(token, token): i
                  for token, i in tokenizer.encoder.items()}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = sorted(tokenizer.bpe_ranks, key=tokenizer.bpe_ranks.get)
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "CLIPTokenizer", "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>", "errors": "replace",
        "model_max_length": tokenizer.context_length}))


def write(model, model_cfg, tokenizer, folder, mean, std):
    """Fills `folder` with what CLIPModel and CLIPProcessor load."""
    folder = pathlib.Path(folder)
    (folder / "config.json").write_text(json.dumps(config(model_cfg)))
    weights = {key: value.detach().to(torch.float32).contiguous()
               for key, value in state(model.state_dict()).items()}
    save_file(weights, str(folder / "model.safetensors"), {"format": "pt"})
    write_tokenizer(tokenizer, folder)
    size = model_cfg["vision_cfg"]["image_size"]
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "resample": 3,
        "size": {"shortest_edge": size},
        "crop_size": {"height": size, "width": size},
        "image_mean": list(mean), "image_std": list(std)}))
