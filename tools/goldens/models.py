"""Goldens of the model: tiny random models and open_clip's numbers for them.

Writes one hub folder a case to model/CASE, saved by the functions that
open_clip's push_to_hf_hub uses, and beside its two files golden.safetensors:
  pixels, ids       the inputs, normalized pixels and token ids
  images, texts     normalized embeddings
  logits            exp(logit_scale) * images . texts + logit_bias
and where a case asks for it the same in open_clip's precision modes, for
example bf16.images.

The cases cover every switch of the native towers. Weights are random, and so
are those that an initialization would leave at 0 or 1.
"""

import copy
import pathlib

import open_clip
import safetensors.torch
import torch
from open_clip import model as open_clip_model
from open_clip import transformer
from open_clip.push_to_hf_hub import save_config_for_hf

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
PREPROCESS = {"mean": (0.5, 0.4, 0.3), "std": (0.25, 0.26, 0.27)}

VISION = {"image_size": 16, "layers": 2, "width": 16, "head_width": 8,
          "patch_size": 8}
TEXT = {"context_length": 20, "vocab_size": 40, "width": 16, "heads": 2,
        "layers": 2}
RESNET = {"image_size": 64, "layers": [1, 2, 1, 1], "width": 2,
          "head_width": 16, "patch_size": None}


def config(vision=None, text=None, base=VISION, **model):
    return {"embed_dim": 12, "vision_cfg": {**base, **(vision or {})},
            "text_cfg": {**TEXT, **(text or {})}, **model}


CASES = {
    "vit": config(),
    "vit_quick_gelu": config(quick_gelu=True),
    # As in ViT-g-14: heads of another width, a ratio that truncates.
    "vit_odd_ratio": config({"head_width": 4, "mlp_ratio": 4.3637},
                            {"mlp_ratio": 3.7362}),
    # As in ViT-L-14-CLIPA.
    "vit_clipa": config(
        {"no_ln_pre": True, "pool_type": "avg", "final_ln_after_pool": True},
        {"pool_type": "last", "no_causal_mask": True}),
    "vit_average_pool": config({"pool_type": "avg"}, {"pool_type": "first"}),
    "vit_class_token_ln_after_pool": config({"final_ln_after_pool": True}),
    # As in ViT-M-16-alt.
    "vit_layer_scale": config({"ls_init_value": 1e-4},
                              {"ls_init_value": 1e-4}),
    "text_eos_pool": config(text={"pool_type": "eos", "eos_id": 2}),
    "text_eos_pool_bidirectional": config(
        text={"pool_type": "eos", "eos_id": 2, "no_causal_mask": True}),
    "text_linear_projection": config(text={"proj_bias": True}),
    "text_no_projection": config(text={"proj_type": "none", "width": 12}),
    "vit_tanh_gelu": config({"act_kwargs": {"approximate": "tanh"}},
                            {"act_kwargs": {"approximate": "tanh"}}),
    "vit_norm_eps": config({"norm_kwargs": {"eps": 1e-2}},
                           {"norm_kwargs": {"eps": 1e-2}}),
    # 20 pixels hold two patches of 8 and a rest that no patch covers.
    "vit_not_square": config({"image_size": [24, 20]}),
    "vit_custom_block": config({"block_type": "custom"},
                               {"block_type": "custom"}),
    "vit_logit_bias": config(init_logit_bias=-10),
    "vit_nonscalar_logits": config(init_logit_bias=-10,
                                   nonscalar_logit_scale=True),
    "resnet": config(base=RESNET),
    "resnet_quick_gelu": config(base=RESNET, quick_gelu=True),
    "vit_float16_file": config(),
    "vit_bfloat16_file": config(),
    "resnet_float16_file": config(base=RESNET),
}
STORED = {"vit_float16_file": torch.float16,
          "vit_bfloat16_file": torch.bfloat16,
          "resnet_float16_file": torch.float16}
# Cases that are also run in open_clip's low-precision modes.
PRECISIONS = {"vit": ("bf16", "fp16"), "resnet": ("bf16",)}


def randomize(module, generator):
    """Gives every parameter and statistic a value far from its default."""
    def normal(tensor):
        return torch.randn(tensor.shape, generator=generator)

    # Not named_buffers: the causal mask is one, and is not in a checkpoint.
    for name, tensor in module.state_dict().items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf == "num_batches_tracked":
            tensor.data.fill_(7)
        elif leaf == "running_var":
            tensor.data.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif leaf == "logit_scale":
            tensor.data.fill_(2.5)
        elif leaf == "logit_bias":
            tensor.data.fill_(-3.25)
        elif leaf in ("weight", "gamma") and tensor.ndim == 1:
            tensor.data.copy_(1 + 0.2 * normal(tensor))
        elif tensor.ndim >= 2 and "embedding" not in name:
            fan_in = tensor[0].numel() if leaf != "proj" else tensor.shape[0]
            tensor.data.copy_(normal(tensor) / fan_in ** 0.5)
        else:
            tensor.data.copy_(0.3 * normal(tensor))


def random_ids(text, generator):
    """Rows whose end of text, the highest id, is at many places.

    The row's end comes early, late, at the very end, twice and never; id 2,
    which pool_type eos looks for, likewise.
    """
    length, vocab = text["context_length"], text["vocab_size"]
    rows = torch.randint(3, vocab - 1, (6, length), generator=generator)
    for row, end in enumerate((3, 9, length - 1, 5)):
        rows[row, end] = vocab - 1
        rows[row, end + 1:] = 0
        rows[row, max(end - 1, 0)] = 2
    rows[4, 6] = rows[4, 11] = vocab - 1
    rows[4, 7] = rows[4, 12] = 2
    return rows


def random_pixels(model, generator):
    size = model.visual.image_size
    height, width = (size, size) if isinstance(size, int) else size
    return torch.randn((2, 3, height, width), generator=generator)


def save_hub_folder(folder, case, generator):
    """A random model as push_to_hf_hub would save it."""
    model = open_clip_model.CLIP(**copy.deepcopy(CASES[case]))
    randomize(model, generator)
    open_clip_model.set_model_preprocess_cfg(model, PREPROCESS)
    folder.mkdir(parents=True, exist_ok=True)
    stored = STORED.get(case)
    tensors = {
        name: tensor.to(stored) if stored and tensor.is_floating_point()
        else tensor for name, tensor in model.state_dict().items()}
    safetensors.torch.save_file(tensors, folder / WEIGHTS)
    save_config_for_hf(model, folder / CONFIG, CASES[case])


def run(folder, pixels, ids, precision="fp32"):
    """What open_clip computes from the saved folder."""
    model = open_clip.create_model(f"local-dir:{folder}", precision=precision)
    model.eval()
    dtype = open_clip_model.get_input_dtype(precision) or torch.float32
    with torch.inference_mode():
        images = model.encode_image(pixels.to(dtype), normalize=True).float()
        texts = model.encode_text(ids, normalize=True).float()
        logits, _ = model.get_logits(pixels.to(dtype), ids)
    return {"images": images, "texts": texts, "logits": logits.float()}


def make_case(folder, case):
    generator = torch.Generator().manual_seed(sorted(CASES).index(case) + 1)
    save_hub_folder(folder, case, generator)
    model = open_clip.create_model(f"local-dir:{folder}")
    pixels = random_pixels(model, generator)
    ids = random_ids(CASES[case]["text_cfg"], generator)
    golden = {"pixels": pixels, "ids": ids, **run(folder, pixels, ids)}
    for precision in PRECISIONS.get(case, ()):
        values = run(folder, pixels, ids, precision)
        golden.update({f"{precision}.{k}": v for k, v in values.items()})
    golden = {name: value.contiguous() for name, value in golden.items()}
    safetensors.torch.save_file(golden, folder / "golden.safetensors")


TEXT_TOWERS = {
    # Only CustomTextCLIP and CoCa keep these two, so the tower stands alone.
    "text_class_token": {"embed_cls": True, "pad_id": 0},
    "text_class_token_bidirectional": {"embed_cls": True, "pad_id": 0,
                                       "no_causal_mask": True},
}


def make_text_tower(folder, switches):
    generator = torch.Generator().manual_seed(len(str(switches)))
    text = {**TEXT, **switches}
    tower = transformer.TextTransformer(output_dim=12, **text).eval()
    randomize(tower, generator)
    ids = random_ids(text, generator)
    with torch.inference_mode():
        values = {"ids": ids, "texts": tower(ids)}
    folder.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(dict(tower.state_dict()), folder / WEIGHTS)
    safetensors.torch.save_file(values, folder / "golden.safetensors")


def main(output_dir):
    root = pathlib.Path(output_dir) / "model"
    for case in CASES:
        make_case(root / case, case)
    for name, switches in TEXT_TOWERS.items():
        make_text_tower(root / name, switches)
