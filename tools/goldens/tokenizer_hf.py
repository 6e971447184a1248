"""Goldens of Hugging Face tokenizers: tiny ones of every family in use.

Writes tokenizer_hf/FAMILY/, a hub folder's tokenizer files and rows.json:
  options   text_cfg's keys for the tokenizer
  facts     what open_clip's HFTokenizer says of itself
  rows      ids of each text of tokenizer_hf/texts.json, trailing padding cut
The tokenizers are trained here on a few sentences; what is compared is what
open_clip's HFTokenizer and transformers make of the files. Needs open_clip
3.3.0, transformers 5.23, tokenizers and sentencepiece.
"""

import io
import json
import os
import pathlib
import shutil
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

import sentencepiece
import transformers
from open_clip.tokenizer import HFTokenizer
from tokenizers import (
    AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers,
    processors, trainers)

from goldens.tokenizer import LINES, SCRIPTS

CORPUS = LINES[8:12] + SCRIPTS[:4] + SCRIPTS[11:13] + [SCRIPTS[31]] + [
    "a photo of a dog", "two cats on the sofa", "the quick brown fox",
    "lazy dogs", "sea waves at night", "a red car", "un perro en el parque",
] * 4

# As normalization rules of SentencePiece: code points, a tab, code points.
# The real maps hold NFKC and would be 300 KB; these few show the mechanism.
RULES = "\n".join([
    "A0\t20", "3000\t20", "9\t20", "A\t20", "D\t20", "200B\t20", "7\t",
    "FB01\t66 69", "FF21\t41", "FF42\t62", "2460\t31", "BD\t31 2044 32",
    "65 301\tE9", "41 30A\tC5", "FDFA\t635 644 649 20 627 644 644 647",
    "AD\t", "2026\t2E 2E 2E",
]) + "\n"

# Beside tokenizer.py's lines, what only these tokenizers see.
TEXTS = LINES[:24] + LINES[26:46:2] + SCRIPTS[:2] + SCRIPTS[11:20:2] + [
    SCRIPTS[31], SCRIPTS[33], SCRIPTS[35],
    "<s> a </s> b <pad> c <unk> d <mask> e", "</s></s>", "<extra_id_0> x",
    "[CLS] a [SEP] b [PAD] c [UNK] d [MASK]", "[cls][sep]", "a[SEP]b",
    "<bos>a<eos> <pad>", "eng_Latn a fra_Latn b", "<image> x", "<IMAGE>",
    "\u2581a \u2581\u2581b", "x\u2581", "##ing un##", "\u0120dog \u010a",
    "<0x41> <0xE2>", "  two  spaces   three    ", " \t\n ", "...", "___", "_a_b",
    "\ufffd", "a\u0000b", "\u00ad", "\ufdfa", "zq\u0416\U0001f9ff\u4e02x",
    "dog" * 60, "\u4e00\u4e8c" * 40, "waves " * 40,
]


def train_pieces(model_type, size, **options):
    """A SentencePiece model as bytes."""
    model = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as rules:
        rules.write(RULES)
        rules.flush()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS), model_writer=model,
            model_type=model_type, vocab_size=size, hard_vocab_limit=False,
            character_coverage=0.98, num_threads=1, minloglevel=2,
            normalization_rule_tsv=rules.name,
            **options)
    return model.getvalue()


def write(folder, name, content):
    data = content if isinstance(content, bytes) else (
        content if isinstance(content, str) else
        json.dumps(content, ensure_ascii=False)).encode()
    (folder / name).write_bytes(data)


def save(tokenizer, folder):
    """As save_pretrained writes it, on fewer lines."""
    tokenizer.save_pretrained(folder)
    for file in folder.glob("*.json"):
        write(folder, file.name, json.loads(file.read_text()))


T5 = dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>")


def siglip(folder):
    """As open_clip's SigLipTokenizer was saved: pad is </s>."""
    write(folder, "spiece.model", train_pieces("unigram", 220, **T5))
    tokenizer = transformers.T5TokenizerFast.from_pretrained(
        folder, extra_ids=0)
    (folder / "spiece.model").unlink()
    tokenizer.pad_token_id = 1
    tokenizer.eos_token_id = 1
    save(tokenizer, folder)
    return {"tokenizer_kwargs": {"clean": "canonicalize"},
            "context_length": 16}


def t5_extra_ids(folder):
    """A T5 with sentinels, from the SentencePiece file alone."""
    write(folder, "spiece.model", train_pieces("unigram", 200, **T5))
    write(folder, "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer"})
    return {"context_length": 24}


def mt5(folder):
    """As google/mt5-base: no tokenizer.json, older side files."""
    write(folder, "spiece.model", train_pieces("unigram", 240, **T5))
    write(folder, "tokenizer_config.json", {
        "extra_ids": 0, "additional_special_tokens": None,
        "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})
    write(folder, "special_tokens_map.json", {
        "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"})
    write(folder, "config.json", {"model_type": "mt5"})
    return {"tokenizer_kwargs": {"clean": "canonicalize"}}


def xlm_roberta(folder):
    """As facebook/xlm-v-base: fairseq's order of ids."""
    write(folder, "sentencepiece.bpe.model", train_pieces(
        "unigram", 240, unk_id=0, bos_id=1, eos_id=2))
    write(folder, "config.json", {"model_type": "xlm-roberta"})
    write(folder, "tokenizer_config.json",
          {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512})
    return {"context_length": 20}


def xlm_roberta_json(folder):
    xlm_roberta(folder)
    (folder / "config.json").unlink()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    (folder / "sentencepiece.bpe.model").unlink()
    save(tokenizer, folder)
    return {}


def gemma_pieces():
    return train_pieces(
        "bpe", 420, byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
        user_defined_symbols=["<mask>", "<start_of_turn>"],
        control_symbols=["<image>"])


def siglip2(folder):
    """As open_clip's SigLipTokenizer saved Gemma's: eos, no bos, pad 0."""
    write(folder, "tokenizer.model", gemma_pieces())
    write(folder, "tokenizer_config.json",
          {"tokenizer_class": "GemmaTokenizer"})
    tokenizer = transformers.GemmaTokenizerFast.from_pretrained(
        folder, padding_side="right", add_bos_token=False, add_eos_token=True)
    (folder / "tokenizer.model").unlink()
    save(tokenizer, folder)
    return {"tokenizer_kwargs": {"clean": "canonicalize"},
            "context_length": 32}


def siglip2_lower(folder):
    """config.json says siglip2: its class wins and lowers the text."""
    siglip2(folder)
    write(folder, "config.json", {"model_type": "siglip2"})
    return {"context_length": 32}


def gemma_model(folder):
    """Gemma from the SentencePiece file alone, with bos."""
    write(folder, "tokenizer.model", gemma_pieces())
    write(folder, "tokenizer_config.json", {
        "tokenizer_class": "GemmaTokenizer", "add_bos_token": True,
        "add_eos_token": False, "padding_side": "left"})
    return {"context_length": 24}


def word_list():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(
        vocab_size=320, limit_alphabet=120, show_progress=False,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    vocab = tokenizer.get_vocab()
    return "\n".join(sorted(vocab, key=vocab.get)) + "\n"


def clipa(folder):
    """As bert-base-uncased with CLIPA's arguments."""
    write(folder, "vocab.txt", word_list())
    write(folder, "tokenizer_config.json",
          {"do_lower_case": True, "model_max_length": 512})
    write(folder, "config.json", {"model_type": "bert"})
    return {"tokenizer_kwargs": {"strip_sep_token": True},
            "context_length": 32, "vocab_size": 320}


def bert_cased(folder):
    write(folder, "vocab.txt", word_list())
    tokenizer = transformers.BertTokenizerFast.from_pretrained(
        folder, do_lower_case=False, tokenize_chinese_chars=False)
    (folder / "vocab.txt").unlink()
    save(tokenizer, folder)
    return {"tokenizer_kwargs": {"clean": "lower"}, "context_length": 24}


def clips(folder):
    """tokenizer_mode clips: bos, text, eos, padding, and cls at the end."""
    write(folder, "vocab.txt", word_list())
    tokenizer = transformers.BertTokenizerFast.from_pretrained(
        folder, bos_token="[SEP]", eos_token="[MASK]")
    (folder / "vocab.txt").unlink()
    save(tokenizer, folder)
    return {"tokenizer_mode": "clips", "context_length": 12}


def byte_level(specials, size=380):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def roberta(folder):
    """As roberta-base in its first form: vocab.json and merges.txt."""
    model = json.loads(byte_level(ROBERTA).to_str())["model"]
    write(folder, "vocab.json", model["vocab"])
    merges = [" ".join(merge) for merge in model["merges"]]
    write(folder, "merges.txt", "\n".join(["#version: 0.2"] + merges) + "\n")
    write(folder, "config.json", {"model_type": "roberta"})
    write(folder, "tokenizer_config.json", {"model_max_length": 512})
    return {}


def roberta_json(folder):
    roberta(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    for name in ("vocab.json", "merges.txt", "config.json"):
        (folder / name).unlink()
    save(tokenizer, folder)
    return {"context_length": 20}


def modernbert(folder):
    """A tokenizer.json that is taken as it stands."""
    tokenizer = byte_level(["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"])
    tokenizer.normalizer = normalizers.NFC()
    ids = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=ids)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken("<image>", lstrip=True, normalized=True)])
    save(transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="[CLS]", sep_token="[SEP]",
        pad_token="[PAD]", unk_token="[UNK]", truncation_side="left",
        mask_token=AddedToken("[MASK]", lstrip=True, special=True)), folder)
    write(folder, "config.json", {"model_type": "modernbert"})
    return {"context_length": 32}


def nllb(folder):
    write(folder, "sentencepiece.bpe.model", train_pieces(
        "bpe", 300, unk_id=0, bos_id=1, eos_id=2))
    codes = ["deu_Latn", "eng_Latn", "fra_Latn", "spa_Latn"]
    write(folder, "tokenizer_config.json", {
        "tokenizer_class": "NllbTokenizer", "src_lang": "eng_Latn",
        "additional_special_tokens": codes})
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    (folder / "sentencepiece.bpe.model").unlink()
    save(tokenizer, folder)
    return {"context_length": 20}


def nllb_language(folder):
    """The language of the files; open_clip's argument changes nothing."""
    nllb(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    config["src_lang"] = "fra_Latn"
    write(folder, "tokenizer_config.json", config)
    return {"context_length": 20,
            "tokenizer_kwargs": {"language": "deu_Latn"}}


def clip(folder):
    """CLIP's vocabulary read by transformers: not SimpleTokenizer's rows."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=700, end_of_word_suffix="</w>", show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|startoftext|>", "<|endoftext|>"]))
    model = json.loads(tokenizer.to_str())["model"]
    write(folder, "vocab.json", model["vocab"])
    write(folder, "merges.txt", "\n".join(
        ["#version: 0.2"] + [" ".join(m) for m in model["merges"]]) + "\n")
    write(folder, "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer"})
    return {"tokenizer_kwargs": {"clean": "lower"}}


FAMILIES = (
    siglip, t5_extra_ids, mt5, xlm_roberta, xlm_roberta_json, siglip2,
    siglip2_lower, gemma_model, clipa, bert_cased, clips, roberta,
    roberta_json, modernbert, nllb, nllb_language, clip)


def tokenizer_of(folder, options):
    """As open_clip.get_tokenizer calls it for a local folder."""
    tokenizer = HFTokenizer(
        str(folder), context_length=options.get("context_length", 77),
        tokenizer_mode=options.get("tokenizer_mode"),
        **options.get("tokenizer_kwargs", {}))
    # As open_clip 4 forces it; 3.3.0 leaves it to the files.
    tokenizer.tokenizer.padding_side = "right"
    return tokenizer


def row_of(tokenizer, text):
    ids = tokenizer([text])[0].tolist()
    pad = tokenizer.tokenizer.pad_token_id
    while ids and ids[-1] == pad:
        ids.pop()
    return ids


def make(folder, family):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = family(folder)
    tokenizer = tokenizer_of(folder, options)
    inner = tokenizer.tokenizer
    # open_clip 4's eot_token_id, which 3.3.0 has not.
    eot = inner.eos_token_id
    write(folder, "rows.json", {
        "options": options,
        "facts": {"pad": inner.pad_token_id,
                  "eot": inner.sep_token_id if eot is None else eot},
        "rows": [row_of(tokenizer, text) for text in TEXTS],
    })


def main(output_dir):
    root = pathlib.Path(output_dir) / "tokenizer_hf"
    shutil.rmtree(root, ignore_errors=True)
    for family in FAMILIES:
        make(root / family.__name__, family)
    write(root, "texts.json", json.dumps(TEXTS))
