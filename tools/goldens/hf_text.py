"""Goldens of the text towers of Hugging Face: open_clip's HFTextEncoder.

Writes to hf_text/:
  CASE.safetensors  what a tiny tower computes (see hashed.py): features,
                    tokens, layers.N, gradients, and the ids it read
  keys.txt          for each model of the table: name, digest of its keys

Nothing is fetched: the models are built from configs written here.
"""

import pathlib
from unittest import mock

import torch
import transformers
from open_clip import hf_model
from safetensors.torch import save_file
from transformers import (AutoModel, BertConfig, M2M100Config,
                          ModernBertConfig, MT5Config, RobertaConfig,
                          XLMRobertaConfig)

from goldens import hashed

VOCABULARY = 40
LENGTH = 12
EMBED_DIM = 6
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def tiny(kind, **more):
    return kind(vocab_size=VOCABULARY, hidden_size=8, num_hidden_layers=2,
                num_attention_heads=2, intermediate_size=12, **more)


ROBERTA = tiny(RobertaConfig, max_position_embeddings=20, type_vocab_size=1,
               layer_norm_eps=1e-5, pad_token_id=1, **NO_DROPOUT)
BERT = tiny(BertConfig, max_position_embeddings=16, **NO_DROPOUT)
MT5 = MT5Config(vocab_size=VOCABULARY, d_model=8, d_kv=6, d_ff=12,
                num_layers=2, num_heads=2, dropout_rate=0.0)
M2M100 = M2M100Config(vocab_size=VOCABULARY, d_model=8, encoder_layers=2,
                      encoder_ffn_dim=12, encoder_attention_heads=2,
                      decoder_layers=1, decoder_ffn_dim=12,
                      decoder_attention_heads=2, max_position_embeddings=16,
                      dropout=0.0, attention_dropout=0.0,
                      encoder_layerdrop=0.0, pad_token_id=1)
MODERNBERT = tiny(ModernBertConfig, max_position_embeddings=16, pad_token_id=3,
                  local_attention=4)
# The decoder's layers have no part in it, but the third layer is global again.
MODERNBERT.num_hidden_layers = 4
MODERNBERT.layer_types = ["full_attention", "sliding_attention",
                          "sliding_attention", "full_attention"]



class MaxPooler(torch.nn.Module):
    """Release 3.3.0's own fails; its successor leaves padding out."""

    def forward(self, output, mask):
        hidden = output.last_hidden_state
        return hidden.masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).amax(1)


hf_model._POOLERS["max_pooler"] = MaxPooler
# Where a model keeps its layers.
LAYERS = {"mt5": "block", "m2m_100": "layers", "modernbert": "layers"}
# Release 3.3.0 of open_clip does not know it yet.
hf_model.arch_dict.setdefault("modernbert", hf_model.arch_dict["roberta"])

# Name: config, pooler, projection.
CASES = {
    "roberta_mean": (ROBERTA, "mean_pooler", "mlp"),
    "roberta_cls": (ROBERTA, "cls_pooler", "linear"),
    "bert_cls_last_hidden_state": (BERT, "cls_last_hidden_state_pooler",
                                   "mlp"),
    "bert_max": (BERT, "max_pooler", "linear"),
    "mt5_mean": (MT5, "mean_pooler", "mlp"),
    "m2m_100_cls": (M2M100, "cls_pooler", "linear"),
    "modernbert_mean": (MODERNBERT, "mean_pooler", "linear"),
}


def roberta(kind, vocabulary, width, layers, heads, hidden):
    return kind(vocab_size=vocabulary, hidden_size=width,
                num_hidden_layers=layers, num_attention_heads=heads,
                intermediate_size=hidden, max_position_embeddings=514,
                type_vocab_size=1, layer_norm_eps=1e-5)


def mt5(width, layers, heads, hidden):
    return MT5Config(d_model=width, num_layers=layers, num_heads=heads,
                     d_ff=hidden)


def m2m_100(vocabulary, width, layers, hidden):
    return M2M100Config(vocab_size=vocabulary, d_model=width,
                        encoder_layers=layers, encoder_ffn_dim=hidden,
                        decoder_layers=1)


def modernbert(width, layers, heads, hidden):
    return ModernBertConfig(hidden_size=width, num_hidden_layers=layers,
                            num_attention_heads=heads,
                            intermediate_size=hidden)


def bert(width, layers, heads, hidden):
    return BertConfig(hidden_size=width, num_hidden_layers=layers,
                      num_attention_heads=heads, intermediate_size=hidden)


ROBERTA_BASE = roberta(RobertaConfig, 50265, 768, 12, 12, 3072)
ROBERTA_LARGE = roberta(RobertaConfig, 50265, 1024, 24, 16, 4096)
XLM_ROBERTA_BASE = roberta(XLMRobertaConfig, 250002, 768, 12, 12, 3072)
XLM_ROBERTA_LARGE = roberta(XLMRobertaConfig, 250002, 1024, 24, 16, 4096)
BERT_BASE = bert(768, 12, 12, 3072)
BERT_LARGE = bert(1024, 24, 16, 4096)
BIOMED = "microsoft/BiomedNLP-%s-base-uncased-abstract%s"
MODELS = {
    "roberta-base": ROBERTA_BASE,
    "FacebookAI/roberta-base": ROBERTA_BASE,
    "roberta-large": ROBERTA_LARGE,
    "FacebookAI/roberta-large": ROBERTA_LARGE,
    "xlm-roberta-base": XLM_ROBERTA_BASE,
    "FacebookAI/xlm-roberta-base": XLM_ROBERTA_BASE,
    "xlm-roberta-large": XLM_ROBERTA_LARGE,
    "FacebookAI/xlm-roberta-large": XLM_ROBERTA_LARGE,
    "google/mt5-small": mt5(512, 8, 6, 1024),
    "google/mt5-base": mt5(768, 12, 12, 2048),
    "google/mt5-large": mt5(1024, 24, 16, 2816),
    "google/mt5-xl": mt5(2048, 24, 32, 5120),
    "google/mt5-xxl": mt5(4096, 24, 64, 10240),
    "facebook/nllb-200-distilled-600M": m2m_100(256206, 1024, 12, 4096),
    "facebook/nllb-200-distilled-1.3B": m2m_100(256206, 1024, 24, 8192),
    "facebook/nllb-200-1.3B": m2m_100(256206, 1024, 24, 8192),
    "facebook/nllb-200-3.3B": m2m_100(256206, 2048, 24, 8192),
    "facebook/m2m100_418M": m2m_100(128112, 1024, 12, 4096),
    "facebook/m2m100_1.2B": m2m_100(128112, 1024, 24, 8192),
    "answerdotai/ModernBERT-base": modernbert(768, 22, 12, 1152),
    "answerdotai/ModernBERT-large": modernbert(1024, 28, 16, 2624),
    "Alibaba-NLP/gte-modernbert-base": modernbert(768, 22, 12, 1152),
    "bert-base-uncased": BERT_BASE,
    "google-bert/bert-base-uncased": BERT_BASE,
    "bert-large-uncased": BERT_LARGE,
    "google-bert/bert-large-uncased": BERT_LARGE,
    BIOMED % ("BiomedBERT", ""): BERT_BASE,
    BIOMED % ("BiomedBERT", "-fulltext"): BERT_BASE,
    BIOMED % ("PubMedBERT", ""): BERT_BASE,
    BIOMED % ("PubMedBERT", "-fulltext"): BERT_BASE,
}


def ids(pad):
    """Rows of many lengths; one with a single token, one padded inside."""
    rows = torch.from_numpy(
        hashed.integers("ids", 6 * LENGTH).astype("int64") & 0x7FFFFFFF)
    rows = 4 + rows.reshape(6, LENGTH) % (VOCABULARY - 4)
    for row, length in enumerate((LENGTH, 7, 3, 1)):
        rows[row, length:] = pad
    rows[4, 4:6] = pad
    rows[4, 10:] = pad
    rows[5, 0] = pad
    return rows


def from_config(config, **arguments):
    """Release 3.3.0 asks every model for a pooling layer."""
    if config.model_type == "modernbert":
        arguments.pop("add_pooling_layer", None)
    return AutoModel.from_config(config, **arguments)


def build(config, pooler, projection, embed_dim=EMBED_DIM):
    with mock.patch.object(transformers.AutoConfig, "from_pretrained",
                           return_value=config), \
            mock.patch.object(hf_model, "AutoModel",
                              mock.Mock(from_config=from_config)):
        return hf_model.HFTextEncoder(
            "offline", embed_dim, pooler_type=pooler, proj_type=projection,
            pretrained=False)


def make_case(config, pooler, projection):
    tower = build(config, pooler, projection).eval()
    hashed.fill(tower)
    rows = ids(config.pad_token_id)
    layers = []
    encoder = getattr(tower.transformer, "encoder", tower.transformer)
    for layer in getattr(encoder, LAYERS.get(config.model_type, "layer")):
        layer.register_forward_hook(
            lambda _, __, output: layers.append(
                output[0] if isinstance(output, tuple) else output))
    features = tower(rows)
    golden = {"ids": rows, "features": features.detach()}
    for i, values in enumerate(layers):
        golden[f"layers.{i}"] = values.detach().contiguous()
    golden["gradients"] = hashed.gradients(tower,
                                           hashed.weighted_sum(features))
    tower.output_tokens = True
    golden["tokens"] = tower(rows)[1].detach().contiguous()
    return golden


def main(output_dir: pathlib.Path):
    folder = output_dir / "hf_text"
    folder.mkdir(parents=True, exist_ok=True)
    for case, arguments in CASES.items():
        save_file(make_case(*arguments), folder / f"{case}.safetensors")
        (folder / f"{case}.safetensors").chmod(0o644)
    lines = []
    for name, config in MODELS.items():
        with torch.device("meta"):
            model = AutoModel.from_config(config)
        model = model.encoder if config.is_encoder_decoder else model
        lines.append(f"{name} {hashed.key_digest(model.state_dict())}\n")
    (folder / "keys.txt").write_text("".join(lines))
