//! One function for each of transformers' classes: the tokenizer that it makes
//! of a vocabulary, whatever else tokenizer.json says.

use std::collections::HashMap;

use tokenizers::models::bpe::{BpeBuilder, BPE};
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{
    BertNormalizer, Lowercase, Precompiled, Replace, Sequence as NormalizerSequence, NFC,
};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizerSequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::processors::roberta::RobertaProcessing;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{
    AddedToken, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
    SplitDelimiterBehavior, Tokenizer,
};

use crate::class::Class;
use crate::growth;
use crate::json_file::Vocabulary;
use crate::languages;
use crate::settings::{Settings, Token};
use crate::source::{extra_ids, Source};
use crate::Result;

const WORD_START: char = '\u{2581}';
const NLLB_LANGUAGE: &str = "eng_Latn";
const CLIP_WORDS: &str =
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

/// The tokenizer without its added tokens and its post-processor; names the
/// special tokens that the class has by default.
pub fn build(class: Class, source: &mut Source, settings: &mut Settings) -> Result<Tokenizer> {
    set_defaults(class, settings)?;
    match class {
        Class::Bert => bert(source, settings),
        Class::Clip => clip(source, settings),
        Class::Gemma | Class::Siglip2 => gemma(class, source, settings),
        Class::Nllb => nllb(source, settings),
        Class::Roberta => roberta(source, settings),
        Class::T5 => t5(source),
        Class::XlmRoberta => xlm_roberta(source, settings),
        Class::Backend => Err("tokenizer.json is missing".to_string()),
    }
}

/// Adds the tokens that the settings list and the tokenizer lacks.
pub fn add_tokens(tokenizer: &mut Tokenizer, settings: &Settings) -> Result<()> {
    let present: Vec<AddedToken> = tokenizer.get_added_tokens_decoder().into_values().collect();
    let mut new: Vec<Token> = settings
        .added
        .values()
        .filter(|token| !present.contains(token))
        .map(|token| Token::Added(token.clone()))
        .collect();
    let known: std::collections::HashSet<String> = present
        .iter()
        .map(|token| token.content.clone())
        .chain(new.iter().map(|token| token.content().to_string()))
        .collect();
    let specials = settings.specials();
    let extra = settings.extra.clone().or(settings.additional.clone());
    for token in specials.iter().chain(extra.flatten().iter().flatten()) {
        if !known.contains(token.content()) && !new.contains(token) {
            new.push(token.clone());
        }
    }
    let tokens = new.into_iter().map(|token| match token {
        Token::Text(content) => AddedToken::from(content, true),
        Token::Added(token) => {
            let special = specials.iter().any(|s| s.content() == token.content);
            AddedToken {
                special: token.special || special,
                ..token
            }
        }
    });
    let tokens: Vec<_> = tokens.collect();
    tokenizer
        .add_tokens(tokens)
        .map(|_| ())
        .map_err(|error| format!("added tokens: {error}"))
}

/// The post-processor of the class: which special tokens a row begins and ends
/// with.
pub fn post_processor(
    class: Class,
    source: &Source,
    settings: &Settings,
    tokenizer: &Tokenizer,
) -> Result<Option<PostProcessorWrapper>> {
    let ids = Ids {
        tokenizer,
        settings,
    };
    match class {
        Class::Backend => Ok(tokenizer.get_post_processor().cloned()),
        Class::Gemma | Class::Siglip2 => gemma_post(source, settings, &ids),
        Class::T5 => template(&["$A", "</s>"], &[("</s>", ids.of("eos_token")?)]).map(Some),
        Class::Bert => {
            let (cls, sep) = (settings.content("cls_token"), settings.content("sep_token"));
            let cls_id = ids.of("cls_token").unwrap_or(2);
            let sep_id = ids.of("sep_token").unwrap_or(3);
            template(&[&cls, "$A", &sep], &[(&cls, cls_id), (&sep, sep_id)]).map(Some)
        }
        Class::XlmRoberta => {
            let (bos, eos) = (settings.content("bos_token"), settings.content("eos_token"));
            let tokens = [(&*bos, ids.of("bos_token")?), (&*eos, ids.of("eos_token")?)];
            template(&[&bos, "$A", &eos], &tokens).map(Some)
        }
        Class::Roberta => surround(settings, &ids, "cls_token", "sep_token"),
        Class::Clip => surround(settings, &ids, "bos_token", "eos_token"),
        Class::Nllb => nllb_post(settings, &ids).map(Some),
    }
}

/// The ids of the named tokens.
pub struct Ids<'a> {
    pub tokenizer: &'a Tokenizer,
    pub settings: &'a Settings,
}

impl Ids<'_> {
    /// As transformers looks up a token: one that the vocabulary lacks is unk.
    pub fn of_content(&self, content: &str) -> Option<u32> {
        self.tokenizer.token_to_id(content).or_else(|| {
            let unk = self.settings.named("unk_token")?;
            self.tokenizer.token_to_id(unk.content())
        })
    }

    pub fn find(&self, name: &'static str) -> Option<u32> {
        self.of_content(self.settings.named(name)?.content())
    }

    fn of(&self, name: &'static str) -> Result<u32> {
        self.find(name)
            .ok_or_else(|| format!("tokenizer_config.json: {name}: is not in the vocabulary"))
    }
}

fn set_defaults(class: Class, settings: &mut Settings) -> Result<()> {
    let defaults: &[(&'static str, &str)] = match class {
        Class::Backend => &[],
        Class::Bert => &[
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        Class::Clip => &[
            ("unk_token", "<|endoftext|>"),
            ("bos_token", "<|startoftext|>"),
            ("eos_token", "<|endoftext|>"),
            ("pad_token", "<|endoftext|>"),
        ],
        Class::Gemma | Class::Siglip2 => &[
            ("unk_token", "<unk>"),
            ("bos_token", "<bos>"),
            ("eos_token", "<eos>"),
            ("pad_token", "<pad>"),
            ("mask_token", "<mask>"),
        ],
        Class::T5 => &[
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("pad_token", "<pad>"),
        ],
        Class::Nllb | Class::Roberta | Class::XlmRoberta => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("sep_token", "</s>"),
            ("cls_token", "<s>"),
            ("unk_token", "<unk>"),
            ("pad_token", "<pad>"),
            ("mask_token", "<mask>"),
        ],
    };
    for (name, content) in defaults {
        settings.set_default(name, content);
    }
    match class {
        Class::T5 => set_t5_tokens(settings),
        Class::Nllb => {
            set_nllb_tokens(settings);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn set_t5_tokens(settings: &mut Settings) -> Result<()> {
    let count = extra_ids(settings)?;
    let numbered = (0..count).map(|i| Token::Text(format!("<extra_id_{i}>")));
    let mut tokens = settings.additional.take().flatten().unwrap_or_default();
    let listed = tokens
        .iter()
        .filter(|t| t.content().contains("<extra_id_"))
        .count();
    if listed == 0 {
        tokens.extend(numbered);
    } else if count > 0 && count != listed {
        return Err(format!(
            "tokenizer_config.json: extra_ids is {count}, but {listed} tokens are listed"
        ));
    }
    settings.additional = Some(Some(tokens));
    Ok(())
}

fn set_nllb_tokens(settings: &mut Settings) {
    if let Some(Token::Text(mask)) = settings.named("mask_token") {
        let mask = AddedToken::from(mask, true).normalized(true).lstrip(true);
        settings.make_named("mask_token", Token::Added(mask));
    }
    if !matches!(settings.extra, Some(Some(_))) {
        let codes = || {
            languages::NLLB
                .iter()
                .map(|code| Token::Text(code.to_string()))
        };
        let listed = settings.additional.take().flatten();
        settings.extra = Some(Some(listed.unwrap_or_else(|| codes().collect())));
    }
}

/// Threads share nothing that changes: the models' caches of words are behind a
/// lock and save little on texts of a hundred words.
pub fn without_cache(mut model: ModelWrapper) -> ModelWrapper {
    match &mut model {
        ModelWrapper::BPE(bpe) => bpe.resize_cache(0),
        ModelWrapper::Unigram(unigram) => unigram.resize_cache(0),
        ModelWrapper::WordPiece(_) | ModelWrapper::WordLevel(_) => {}
    }
    model
}

fn ids_of(source: &mut Source, class: &str) -> Result<HashMap<String, u32>> {
    match std::mem::replace(&mut source.vocabulary, Vocabulary::Scores(Vec::new())) {
        Vocabulary::Ids(ids) => Ok(ids),
        Vocabulary::Scores(_) => Err(wrong_model(source, class)),
    }
}

fn scores_of(source: &mut Source, class: &str) -> Result<Vec<(String, f64)>> {
    match std::mem::replace(&mut source.vocabulary, Vocabulary::Scores(Vec::new())) {
        Vocabulary::Scores(scores) => Ok(scores),
        Vocabulary::Ids(_) => Err(wrong_model(source, class)),
    }
}

fn wrong_model(source: &Source, class: &str) -> String {
    let file = source.file;
    format!("{file}: model.vocab: is not of the kind that the tokenizer class {class} reads")
}

fn bpe(source: &mut Source, class: &str) -> Result<BpeBuilder> {
    let ids = ids_of(source, class)?;
    let merges = std::mem::take(&mut source.merges);
    let merges = merges.into_iter().map(|merge| (merge.0, merge.1)).collect();
    Ok(BPE::builder().vocab_and_merges(ids.into_iter().collect::<ahash::AHashMap<_, _>>(), merges))
}

fn finish_bpe(builder: BpeBuilder, source: &Source) -> Result<Tokenizer> {
    let model = builder
        .build()
        .map_err(|error| format!("{}: model: {error:.300}", source.file))?;
    Ok(Tokenizer::new(without_cache(model.into())))
}

fn unigram(source: &mut Source, class: &str, unk_id: usize) -> Result<Tokenizer> {
    let scores = scores_of(source, class)?;
    Unigram::from(scores, Some(unk_id), false)
        .map(|model| Tokenizer::new(without_cache(model.into())))
        .map_err(|error| format!("{}: model: {error:.300}", source.file))
}

/// The character map as a normalizer, where there is one.
fn precompiled(source: &Source) -> Result<Option<Precompiled>> {
    let Some(map) = &source.character_map else {
        return Ok(None);
    };
    growth::check_character_map(map).map_err(|error| format!("{}: {error}", source.file))?;
    Precompiled::from(map)
        .map(Some)
        .map_err(|error| format!("{}: precompiled character map: {error}", source.file))
}

fn replace(pattern: ReplacePattern, content: &str) -> Result<NormalizerWrapper> {
    Replace::new(pattern, content)
        .map(NormalizerWrapper::Replace)
        .map_err(|error| format!("normalizer: {error}"))
}

fn with_normalizer(tokenizer: &mut Tokenizer, normalizer: NormalizerWrapper) -> Result<()> {
    tokenizer
        .with_normalizer(Some(normalizer))
        .map(|_| ())
        .map_err(|error| format!("normalizer: {error}"))
}

fn words_of_metaspace(scheme: PrependScheme) -> PreTokenizerSequence {
    PreTokenizerSequence::new(vec![
        PreTokenizerWrapper::WhitespaceSplit(WhitespaceSplit),
        PreTokenizerWrapper::Metaspace(Metaspace::new(WORD_START, scheme, true)),
    ])
}

fn t5(source: &mut Source) -> Result<Tokenizer> {
    let mut tokenizer = unigram(source, "T5Tokenizer", 2)?;
    if let Some(map) = precompiled(source)? {
        with_normalizer(&mut tokenizer, NormalizerWrapper::Precompiled(map))?;
    }
    tokenizer.with_pre_tokenizer(Some(words_of_metaspace(PrependScheme::Always)));
    Ok(tokenizer)
}

fn xlm_roberta(source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let mut tokenizer = unigram(source, "XLMRobertaTokenizer", 3)?;
    if let Some(map) = precompiled(source)? {
        with_normalizer(&mut tokenizer, NormalizerWrapper::Precompiled(map))?;
    }
    let scheme = match settings.config.switch("add_prefix_space")?.unwrap_or(true) {
        true => PrependScheme::Always,
        false => PrependScheme::Never,
    };
    tokenizer.with_pre_tokenizer(Some(words_of_metaspace(scheme)));
    Ok(tokenizer)
}

fn nllb(source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let builder = bpe(source, "NllbTokenizer")?
        .unk_token(settings.content("unk_token"))
        .fuse_unk(true);
    let mut tokenizer = finish_bpe(builder, source)?;
    if let Some(map) = precompiled(source)? {
        let spaces = replace(ReplacePattern::Regex(" {2,}".to_string()), " ")?;
        let steps = vec![NormalizerWrapper::Precompiled(map), spaces];
        with_normalizer(&mut tokenizer, NormalizerSequence::new(steps).into())?;
    }
    let metaspace = Metaspace::new(WORD_START, PrependScheme::Always, true);
    tokenizer.with_pre_tokenizer(Some(metaspace));
    Ok(tokenizer)
}

fn gemma(class: Class, source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let builder = bpe(source, "GemmaTokenizer")?
        .unk_token(settings.content("unk_token"))
        .fuse_unk(true)
        .byte_fallback(true);
    let mut tokenizer = finish_bpe(builder, source)?;
    let mut normalizer = replace(" ".into(), &WORD_START.to_string())?;
    if class == Class::Siglip2 {
        let steps = vec![NormalizerWrapper::Lowercase(Lowercase), normalizer];
        normalizer = NormalizerSequence::new(steps).into();
    }
    with_normalizer(&mut tokenizer, normalizer)?;
    let spaces = SplitPattern::String(" ".to_string());
    let split = Split::new(spaces, SplitDelimiterBehavior::MergedWithPrevious, false)
        .map_err(|error| format!("pre_tokenizer: {error}"))?;
    tokenizer.with_pre_tokenizer(Some(split));
    Ok(tokenizer)
}

fn bert(source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let ids = ids_of(source, "BertTokenizer")?;
    let model = WordPiece::builder()
        .vocab(ids.into_iter().collect::<ahash::AHashMap<_, _>>())
        .unk_token(settings.content("unk_token"))
        .build()
        .map_err(|error| format!("{}: model: {error:.300}", source.file))?;
    let config = &settings.config;
    let mut tokenizer = Tokenizer::new(model);
    let normalizer = BertNormalizer::new(
        true,
        config.switch("tokenize_chinese_chars")?.unwrap_or(true),
        config.switch("strip_accents")?,
        config.switch("do_lower_case")?.unwrap_or(true),
    );
    with_normalizer(&mut tokenizer, normalizer.into())?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(tokenizer)
}

fn roberta(source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let mut tokenizer = finish_bpe(bpe(source, "RobertaTokenizer")?, source)?;
    let prefix = settings.config.switch("add_prefix_space")?.unwrap_or(false);
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(prefix, true, true)));
    Ok(tokenizer)
}

fn clip(source: &mut Source, settings: &Settings) -> Result<Tokenizer> {
    let builder = bpe(source, "CLIPTokenizer")?
        .end_of_word_suffix("</w>".to_string())
        .unk_token(settings.content("unk_token"));
    let mut tokenizer = finish_bpe(builder, source)?;
    let steps = vec![
        NormalizerWrapper::NFC(NFC),
        replace(ReplacePattern::Regex(r"\s+".to_string()), " ")?,
        NormalizerWrapper::Lowercase(Lowercase),
    ];
    with_normalizer(&mut tokenizer, NormalizerSequence::new(steps).into())?;
    let words = SplitPattern::Regex(CLIP_WORDS.to_string());
    let split = Split::new(words, SplitDelimiterBehavior::Removed, true)
        .map_err(|error| format!("pre_tokenizer: {error}"))?;
    tokenizer.with_pre_tokenizer(Some(PreTokenizerSequence::new(vec![
        PreTokenizerWrapper::Split(split),
        PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
    ])));
    Ok(tokenizer)
}

fn template(single: &[&str], tokens: &[(&str, u32)]) -> Result<PostProcessorWrapper> {
    let tokens: Vec<(String, u32)> = tokens.iter().map(|(t, id)| (t.to_string(), *id)).collect();
    TemplateProcessing::builder()
        .try_single(single.to_vec())
        .map_err(|error| format!("post_processor: {error}"))?
        .special_tokens(tokens)
        .build()
        .map(PostProcessorWrapper::Template)
        .map_err(|error| format!("post_processor: {error}"))
}

fn surround(
    settings: &Settings,
    ids: &Ids,
    first: &'static str,
    last: &'static str,
) -> Result<Option<PostProcessorWrapper>> {
    let last_token = (settings.content(last), ids.of(last)?);
    let first_token = (settings.content(first), ids.of(first)?);
    Ok(Some(RobertaProcessing::new(last_token, first_token).into()))
}

/// What tokenizer.json says; without one, what the configuration does.
fn gemma_post(
    source: &Source,
    settings: &Settings,
    ids: &Ids,
) -> Result<Option<PostProcessorWrapper>> {
    if source.file == crate::json_file::FILE {
        return Ok(source.post_processor.clone());
    }
    let wanted = |key| settings.config.switch(key).map(|on| on.unwrap_or(false));
    let (bos, eos) = (settings.content("bos_token"), settings.content("eos_token"));
    let (mut single, mut tokens) = (vec!["$A"], Vec::new());
    if wanted("add_bos_token")? {
        single.insert(0, &bos);
        tokens.push((bos.as_str(), ids.of("bos_token")?));
    }
    if wanted("add_eos_token")? {
        single.push(&eos);
        tokens.push((eos.as_str(), ids.of("eos_token")?));
    }
    template(&single, &tokens).map(Some)
}

/// The language of the files in front. open_clip's `language` has no effect:
/// transformers goes back to the files' at each call.
fn nllb_post(settings: &Settings, ids: &Ids) -> Result<PostProcessorWrapper> {
    let code = settings.config.text("src_lang").unwrap_or(NLLB_LANGUAGE);
    let code_id = ids
        .of_content(code)
        .ok_or_else(|| format!("tokenizer_config.json: src_lang: {code:.64} is unknown"))?;
    let eos = settings.content("eos_token");
    let tokens = [(&*eos, ids.of("eos_token")?), (code, code_id)];
    match settings.config.switch("legacy_behaviour")?.unwrap_or(false) {
        true => template(&["$A", &eos, code], &tokens),
        false => template(&[code, "$A", &eos], &tokens),
    }
}
