//! A tokenizer as it is used: one text in, one row of ids out.

use tokenizers::{AddedToken, Tokenizer, TruncationDirection, TruncationParams};

use crate::build::{self, Ids};
use crate::class::Class;
use crate::files::Files;
use crate::growth;
use crate::json_file::JsonFile;
use crate::settings::{Json, Settings, Token};
use crate::source::Source;
use crate::Result;

/// Bytes of one text. Callers bound a request far below it.
pub const MAX_TEXT_BYTES: usize = 1 << 20;

pub struct Loaded {
    tokenizer: Tokenizer,
    pub facts: Facts,
}

/// Ids of special tokens; None where the tokenizer has no such token.
#[derive(Clone, Copy, Default)]
pub struct Facts {
    pub pad: Option<u32>,
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    pub sep: Option<u32>,
    pub cls: Option<u32>,
    /// One more than the highest id of a token that is no added one.
    pub vocabulary_size: usize,
}

/// The ids of a text.
pub struct Row {
    pub ids: Vec<u32>,
    /// Whether tokens were cut off.
    pub truncated: bool,
}

impl Loaded {
    /// Rows have at most `max_length` ids; 0 means no limit.
    pub fn read(files: &Files, max_length: usize) -> Result<Loaded> {
        let config = Json::read(files, "tokenizer_config.json")?;
        let class = Class::of_folder(&config, &Json::read(files, "config.json")?)?;
        let json = files
            .get(crate::json_file::FILE)
            .map(JsonFile::parse)
            .transpose()?;
        let added = json
            .as_ref()
            .map(JsonFile::added_tokens)
            .transpose()?
            .unwrap_or_default();
        let mut settings = Settings::read(files, config, &added)?;
        let (mut tokenizer, direction) = match (class, &json) {
            (Class::Backend, Some(json)) => from_json(json, &added, &mut settings)?,
            _ => {
                let mut source = Source::read(files, json.as_ref(), class, &mut settings)?;
                from_source(class, &mut source, &mut settings)?
            }
        };
        let split = settings
            .config
            .switch("split_special_tokens")?
            .unwrap_or(false);
        tokenizer.set_encode_special_tokens(split);
        limit(&mut tokenizer, &settings, direction, max_length)?;
        let facts = Facts::of(&tokenizer, &settings);
        Ok(Loaded { tokenizer, facts })
    }

    pub fn encode(&self, text: &str, add_special_tokens: bool) -> Result<Row> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(format!("the text is longer than {MAX_TEXT_BYTES} bytes"));
        }
        let encoding = self
            .tokenizer
            .encode_fast(text, add_special_tokens)
            .map_err(|error| format!("the tokenizer failed: {error:.300}"))?;
        Ok(Row {
            ids: encoding.get_ids().to_vec(),
            truncated: !encoding.get_overflowing().is_empty(),
        })
    }
}

impl Facts {
    fn of(tokenizer: &Tokenizer, settings: &Settings) -> Facts {
        let ids = Ids {
            tokenizer,
            settings,
        };
        Facts {
            pad: ids.find("pad_token"),
            bos: ids.find("bos_token"),
            eos: ids.find("eos_token"),
            sep: ids.find("sep_token"),
            cls: ids.find("cls_token"),
            vocabulary_size: vocabulary_size(tokenizer),
        }
    }
}

/// Added tokens do not count: they appear only where a text spells them.
fn vocabulary_size(tokenizer: &Tokenizer) -> usize {
    let added = tokenizer.get_added_vocabulary().get_vocab();
    let ids = tokenizer.get_vocab(false).into_iter();
    ids.filter(|(token, _)| !added.contains_key(token))
        .map(|(_, id)| id as usize + 1)
        .max()
        .unwrap_or(0)
}

type Built = (Tokenizer, Option<TruncationDirection>);

/// tokenizer.json as it stands.
fn from_json(
    json: &JsonFile,
    added: &[(u32, AddedToken)],
    settings: &mut Settings,
) -> Result<Built> {
    let mut tokenizer = Tokenizer::new(build::without_cache(json.model()?));
    tokenizer
        .with_normalizer(json.normalizer()?)
        .map_err(|error| format!("tokenizer.json: normalizer: {error}"))?;
    tokenizer.with_pre_tokenizer(json.pre_tokenizer()?);
    tokenizer.with_post_processor(json.post_processor()?);
    tokenizer
        .add_tokens(added.iter().map(|(_, token)| token.clone()))
        .map_err(|error| format!("tokenizer.json: added_tokens: {error}"))?;
    if let Some(padding) = json.padding()? {
        settings.set_default_token("pad_token", Token::Text(padding.pad_token));
    }
    build::add_tokens(&mut tokenizer, settings)?;
    Ok((
        tokenizer,
        json.truncation()?.map(|truncation| truncation.direction),
    ))
}

/// As the class makes it.
fn from_source(class: Class, source: &mut Source, settings: &mut Settings) -> Result<Built> {
    let mut tokenizer = build::build(class, source, settings)?;
    build::add_tokens(&mut tokenizer, settings)?;
    let processor = build::post_processor(class, source, settings, &tokenizer)?;
    tokenizer.with_post_processor(processor);
    Ok((tokenizer, source.truncation))
}

fn limit(
    tokenizer: &mut Tokenizer,
    settings: &Settings,
    from_file: Option<TruncationDirection>,
    max_length: usize,
) -> Result<()> {
    if max_length == 0 {
        return Ok(());
    }
    let direction = match settings.config.text("truncation_side") {
        Some("left") => TruncationDirection::Left,
        Some("right") => TruncationDirection::Right,
        Some(_) => {
            return Err("tokenizer_config.json: truncation_side: must be left or right".into())
        }
        None => from_file.unwrap_or_default(),
    };
    let added = growth::added_tokens(tokenizer);
    if added > max_length {
        return Err(format!(
            "the tokenizer adds {added} special tokens, the context holds {max_length}"
        ));
    }
    let truncation = TruncationParams {
        direction,
        max_length,
        ..TruncationParams::default()
    };
    tokenizer
        .with_truncation(Some(truncation))
        .map(|_| ())
        .map_err(|error| format!("truncation: {error}"))
}
