"""Goldens of Hugging Face folders: what transformers saves of tiny models.

checkpoint/hf_clip     a CLIPModel's folder, and in golden.safetensors the
                       normalized embeddings that transformers computes
checkpoint/hf_siglip   a SiglipModel's config.json and weights, and in
                       expected.safetensors the same model as a CustomTextCLIP
                       of open_clip with a timm trunk. Both are run, and must
                       give the same, before anything is written.
"""

import json

import safetensors.torch
import timm
import torch
import transformers
from open_clip import transformer as open_clip_transformer

WIDTH, LAYERS, HEADS, MLP = 8, 2, 2, 20
TEXT_LENGTH, VOCAB = 12, 24


def randomize(module, generator):
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            continue
        noise = torch.randn(tensor.shape, generator=generator)
        tensor.data.copy_(0.3 * noise if tensor.ndim >= 2 or "bias" in name
                          else 1 + 0.2 * noise)


def normalized(tensor):
    return torch.nn.functional.normalize(tensor, dim=-1).contiguous()


def features(output):
    """Newer transformers wrap the embedding."""
    return getattr(output, "pooler_output", output)


def hf_config(kind, **vision):
    tower = {"hidden_size": WIDTH, "intermediate_size": MLP,
             "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    text = {"max_position_embeddings": TEXT_LENGTH, "vocab_size": VOCAB}
    return kind(vision_config={**tower, "image_size": 16, "patch_size": 8,
                               **vision},
                text_config={**tower, **text})


def make_clip(folder):
    generator = torch.Generator().manual_seed(3)
    config = hf_config(transformers.CLIPConfig)
    config.projection_dim = 8
    config.text_config.eos_token_id = VOCAB - 2
    model = transformers.CLIPModel(config).eval()
    randomize(model, generator)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"do_center_crop": True, "crop_size": {"height": 16, "width": 16},
         "size": {"shortest_edge": 16}, "resample": 2,
         "image_mean": [0.5, 0.4, 0.3], "image_std": [0.25, 0.26, 0.27],
         "image_processor_type": "CLIPImageProcessor"}, indent=2) + "\n")
    pixels = torch.randn((2, 3, 16, 16), generator=generator)
    ids = torch.randint(0, VOCAB - 2, (3, TEXT_LENGTH), generator=generator)
    for row, end in enumerate((3, 7, TEXT_LENGTH - 1)):
        ids[row, end] = VOCAB - 2
    # The highest id comes later and is not the end.
    ids[0, 9] = VOCAB - 1
    with torch.inference_mode():
        golden = {
            "pixels": pixels, "ids": ids,
            "images": normalized(features(model.get_image_features(pixels))),
            "texts": normalized(features(model.get_text_features(ids)))}
    safetensors.torch.save_file(golden, folder / "golden.safetensors")


def open_clip_siglip(generator):
    """The towers of a tiny SigLIP as open_clip builds them."""
    trunk = timm.models.vision_transformer.VisionTransformer(
        img_size=16, patch_size=8, embed_dim=WIDTH, depth=LAYERS,
        num_heads=HEADS, mlp_ratio=MLP / WIDTH, class_token=False,
        global_pool="map", num_classes=0, act_layer="gelu_tanh").eval()
    text = open_clip_transformer.TextTransformer(
        context_length=TEXT_LENGTH, vocab_size=VOCAB, width=WIDTH, heads=HEADS,
        layers=LAYERS, mlp_ratio=MLP / WIDTH, output_dim=WIDTH,
        no_causal_mask=True, proj_bias=True, pool_type="last",
        norm_layer=lambda width: torch.nn.LayerNorm(width, eps=1e-6),
        act_layer=lambda: torch.nn.GELU(approximate="tanh")).eval()
    randomize(trunk, generator)
    randomize(text, generator)
    return trunk, text


def split(hf, prefix, fused):
    """Copies a fused projection's thirds into a layer's q, k and v."""
    for part, third in zip("qkv", fused.chunk(3)):
        hf[f"{prefix}.{part}_proj.{'weight' if fused.ndim == 2 else 'bias'}"] = third


def to_hf(trunk, text):
    v, t, hf = trunk.state_dict(), text.state_dict(), {}
    hf["vision_model.embeddings.patch_embedding.weight"] = v["patch_embed.proj.weight"]
    hf["vision_model.embeddings.patch_embedding.bias"] = v["patch_embed.proj.bias"]
    hf["vision_model.embeddings.position_embedding.weight"] = v["pos_embed"][0]
    hf["text_model.embeddings.token_embedding.weight"] = t["token_embedding.weight"]
    hf["text_model.embeddings.position_embedding.weight"] = t["positional_embedding"]
    for kind in ("weight", "bias"):
        hf[f"vision_model.post_layernorm.{kind}"] = v[f"norm.{kind}"]
        hf[f"text_model.final_layer_norm.{kind}"] = t[f"ln_final.{kind}"]
        hf[f"text_model.head.{kind}"] = t[f"text_projection.{kind}"]
        hf[f"vision_model.head.attention.in_proj_{kind}"] = torch.cat(
            [v[f"attn_pool.q.{kind}"], v[f"attn_pool.kv.{kind}"]])
        hf[f"vision_model.head.attention.out_proj.{kind}"] = v[f"attn_pool.proj.{kind}"]
        hf[f"vision_model.head.layernorm.{kind}"] = v[f"attn_pool.norm.{kind}"]
        for fc in ("fc1", "fc2"):
            hf[f"vision_model.head.mlp.{fc}.{kind}"] = v[f"attn_pool.mlp.{fc}.{kind}"]
        for i in range(LAYERS):
            layer = f"vision_model.encoder.layers.{i}"
            block = f"blocks.{i}"
            split(hf, f"{layer}.self_attn", v[f"{block}.attn.qkv.{kind}"])
            hf[f"{layer}.self_attn.out_proj.{kind}"] = v[f"{block}.attn.proj.{kind}"]
            for name in ("mlp.fc1", "mlp.fc2"):
                hf[f"{layer}.{name}.{kind}"] = v[f"{block}.{name}.{kind}"]
            for n in "12":
                hf[f"{layer}.layer_norm{n}.{kind}"] = v[f"{block}.norm{n}.{kind}"]
            layer = f"text_model.encoder.layers.{i}"
            block = f"transformer.resblocks.{i}"
            split(hf, f"{layer}.self_attn", t[f"{block}.attn.in_proj_{kind}"])
            hf[f"{layer}.self_attn.out_proj.{kind}"] = t[f"{block}.attn.out_proj.{kind}"]
            hf[f"{layer}.mlp.fc1.{kind}"] = t[f"{block}.mlp.c_fc.{kind}"]
            hf[f"{layer}.mlp.fc2.{kind}"] = t[f"{block}.mlp.c_proj.{kind}"]
            for n in "12":
                hf[f"{layer}.layer_norm{n}.{kind}"] = t[f"{block}.ln_{n}.{kind}"]
    hf["vision_model.head.probe"] = v["attn_pool.latent"]
    hf["logit_scale"] = torch.tensor([2.5])
    hf["logit_bias"] = torch.tensor([-3.25])
    return hf


def make_siglip(folder):
    generator = torch.Generator().manual_seed(4)
    trunk, text = open_clip_siglip(generator)
    model = transformers.SiglipModel(hf_config(transformers.SiglipConfig)).eval()
    model.load_state_dict(to_hf(trunk, text))
    pixels = torch.randn((2, 3, 16, 16), generator=generator)
    ids = torch.randint(0, VOCAB, (3, TEXT_LENGTH), generator=generator)
    with torch.inference_mode():
        for ours, theirs in (
                (trunk(pixels), model.get_image_features(pixels)),
                (text(ids), model.get_text_features(ids))):
            torch.testing.assert_close(ours, features(theirs))
    model.save_pretrained(folder)
    expected = {f"visual.trunk.{k}": v for k, v in trunk.state_dict().items()}
    expected.update({f"text.{k}": v for k, v in text.state_dict().items()})
    expected["logit_scale"] = torch.tensor([2.5])
    expected["logit_bias"] = torch.tensor([-3.25])
    safetensors.torch.save_file(expected, folder / "expected.safetensors")


def make(output_dir):
    for name, function in (("hf_clip", make_clip), ("hf_siglip", make_siglip)):
        folder = output_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        function(folder)
