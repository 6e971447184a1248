//! What tokenizer_config.json and the older files beside it say.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use crate::files::Files;
use crate::Result;

/// One JSON object and the file that it is from. Absent files are empty.
pub struct Json {
    pub file: &'static str,
    pub values: Map<String, Value>,
}

impl Json {
    pub fn read(files: &Files, file: &'static str) -> Result<Json> {
        let values = match files.get(file) {
            None => Map::new(),
            Some(bytes) => {
                serde_json::from_slice(bytes).map_err(|error| format!("{file}: {error}"))?
            }
        };
        Ok(Json { file, values })
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).and_then(Value::as_str)
    }

    /// A switch; None where it is absent or null.
    pub fn switch(&self, key: &str) -> Result<Option<bool>> {
        match self.values.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(format!("{}: {key}: must be true or false", self.file)),
        }
    }

    pub fn count(&self, key: &str, limit: u64) -> Result<Option<usize>> {
        match self.values.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) if count <= limit => Ok(Some(count as usize)),
                _ => Err(format!("{}: {key}: must be 0 to {limit}", self.file)),
            },
        }
    }
}

/// A token by its text alone, or with its switches.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    Text(String),
    Added(AddedToken),
}

impl Token {
    pub fn content(&self) -> &str {
        match self {
            Token::Text(content) => content,
            Token::Added(token) => &token.content,
        }
    }

    fn parse(value: &Value, place: &str) -> Result<Token> {
        match value {
            Value::String(content) => Ok(Token::Text(content.clone())),
            Value::Object(fields) => Ok(Token::Added(parse_added(fields, place)?)),
            _ => Err(format!("{place}: must be a token")),
        }
    }
}

fn parse_added(fields: &Map<String, Value>, place: &str) -> Result<AddedToken> {
    let content = fields
        .get("content")
        .and_then(Value::as_str)
        .ok_or_else(|| format!("{place}.content: must be a string"))?;
    let flag = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(format!("{place}.{key}: must be true or false")),
    };
    let special = flag("special")?.unwrap_or(false);
    Ok(AddedToken::from(content, special)
        .single_word(flag("single_word")?.unwrap_or(false))
        .lstrip(flag("lstrip")?.unwrap_or(false))
        .rstrip(flag("rstrip")?.unwrap_or(false))
        .normalized(flag("normalized")?.unwrap_or(!special)))
}

fn parse_tokens(value: &Value, place: &str) -> Result<Option<Vec<Token>>> {
    match value {
        Value::Null => Ok(None),
        Value::Array(items) => items
            .iter()
            .map(|item| Token::parse(item, place))
            .collect::<Result<Vec<_>>>()
            .map(Some),
        _ => Err(format!("{place}: must be a list of tokens")),
    }
}

/// transformers' SPECIAL_TOKENS_ATTRIBUTES, in the order in which they are
/// added to a vocabulary that lacks them.
pub const NAMES: [&str; 7] = [
    "bos_token",
    "eos_token",
    "unk_token",
    "sep_token",
    "pad_token",
    "cls_token",
    "mask_token",
];

/// The arguments with which transformers would call the class.
pub struct Settings {
    pub config: Json,
    /// Of NAMES: what the files say; an inner None is JSON's null.
    named: BTreeMap<&'static str, Option<Token>>,
    /// Tokens of other names ("image_token").
    pub model_specific: Vec<Token>,
    /// `extra_special_tokens`: None where it is absent, an inner None for null.
    pub extra: Option<Option<Vec<Token>>>,
    /// `additional_special_tokens`, its older name, where that stayed.
    pub additional: Option<Option<Vec<Token>>>,
    /// By id.
    pub added: BTreeMap<u32, AddedToken>,
}

impl Settings {
    /// `backend_tokens` are tokenizer.json's added_tokens with their ids.
    pub fn read(files: &Files, config: Json, backend_tokens: &[(u32, AddedToken)]) -> Result<Self> {
        let mut settings = Settings {
            config,
            named: BTreeMap::new(),
            model_specific: Vec::new(),
            extra: None,
            additional: None,
            added: BTreeMap::new(),
        };
        settings.read_config()?;
        if !settings.config.values.contains_key("added_tokens_decoder") {
            settings.read_special_tokens_map(&Json::read(files, "special_tokens_map.json")?)?;
            settings.read_added_tokens(&Json::read(files, "added_tokens.json")?)?;
            settings.added.extend(backend_tokens.iter().cloned());
        }
        settings.resolve_names();
        Ok(settings)
    }

    fn read_config(&mut self) -> Result<()> {
        let values = self.config.values.clone();
        for (key, value) in &values {
            let place = format!("{}: {key}", self.config.file);
            match key.as_str() {
                "added_tokens_decoder" => self.read_decoder(value, &place)?,
                "extra_special_tokens" => match value {
                    Value::Object(tokens) => {
                        for token in tokens.values() {
                            self.model_specific.push(Token::parse(token, &place)?);
                        }
                    }
                    _ => self.extra = Some(parse_tokens(value, &place)?),
                },
                "additional_special_tokens" => self.additional = Some(parse_tokens(value, &place)?),
                _ => self.read_named(key, value, &place)?,
            }
        }
        // The newer name wins only where it lists something.
        if self.additional.is_some() && self.extra_tokens().is_empty() {
            self.extra = self.additional.take();
        }
        Ok(())
    }

    fn extra_tokens(&self) -> &[Token] {
        self.extra
            .iter()
            .flatten()
            .next()
            .map_or(&[], Vec::as_slice)
    }

    fn read_named(&mut self, key: &str, value: &Value, place: &str) -> Result<()> {
        if let Some(name) = NAMES.iter().find(|name| **name == key) {
            let token = match value {
                Value::Null => None,
                _ => Some(Token::parse(value, place)?),
            };
            self.named.insert(name, token);
        } else if key.ends_with("_token") && value.is_string() {
            self.model_specific.push(Token::parse(value, place)?);
        }
        Ok(())
    }

    fn read_decoder(&mut self, value: &Value, place: &str) -> Result<()> {
        let entries = value
            .as_object()
            .ok_or_else(|| format!("{place}: must be an object"))?;
        for (id, token) in entries {
            let place = format!("{place}[{id:.16}]");
            let number: u32 = id
                .parse()
                .map_err(|_| format!("{place}: the key must be an id"))?;
            let fields = token
                .as_object()
                .ok_or_else(|| format!("{place}: must be an object"))?;
            self.added.insert(number, parse_added(fields, &place)?);
        }
        Ok(())
    }

    fn read_special_tokens_map(&mut self, map: &Json) -> Result<()> {
        for (key, value) in &map.values {
            let place = format!("{}: {key}", map.file);
            match key.as_str() {
                "additional_special_tokens" => self.additional = Some(parse_tokens(value, &place)?),
                "extra_special_tokens" => {
                    let mut tokens = self.extra_tokens().to_vec();
                    tokens.extend(parse_tokens(value, &place)?.unwrap_or_default());
                    self.extra = Some(Some(tokens));
                }
                _ => {
                    let mut value = value.clone();
                    if let Value::Object(fields) = &mut value {
                        fields.insert("special".to_string(), Value::Bool(true));
                    }
                    self.read_named(key, &value, &place)?;
                }
            }
        }
        Ok(())
    }

    fn read_added_tokens(&mut self, added: &Json) -> Result<()> {
        for (content, id) in &added.values {
            let id = id
                .as_u64()
                .and_then(|id| u32::try_from(id).ok())
                .ok_or_else(|| format!("{}: {content:.64}: must be an id", added.file))?;
            let special = self
                .named
                .values()
                .flatten()
                .chain(self.extra_tokens())
                .any(|token| token.content() == content);
            self.added
                .insert(id, AddedToken::from(content.clone(), special));
        }
        Ok(())
    }

    /// A named token that is also an added token has that one's switches.
    fn resolve_names(&mut self) {
        for token in self.named.values_mut().flatten() {
            let added = self.added.values().rev();
            if let Some(known) = added.clone().find(|known| known.content == token.content()) {
                *token = Token::Added(known.clone());
            }
        }
    }

    /// The token of that name; the class's default where no file names one.
    pub fn named(&self, name: &'static str) -> Option<Token> {
        self.named.get(name).cloned().flatten()
    }

    pub fn set_default(&mut self, name: &'static str, content: &str) {
        self.named
            .entry(name)
            .or_insert_with(|| Some(Token::Text(content.to_string())));
    }

    pub fn set_default_token(&mut self, name: &'static str, token: Token) {
        self.named.entry(name).or_insert(Some(token));
    }

    pub fn make_named(&mut self, name: &'static str, token: Token) {
        self.named.insert(name, Some(token));
    }

    /// Its text; Python's "None" where it was null.
    pub fn content(&self, name: &'static str) -> String {
        match self.named(name) {
            Some(token) => token.content().to_string(),
            None => "None".to_string(),
        }
    }

    /// All special tokens, in the order in which they are added.
    pub fn specials(&self) -> Vec<Token> {
        NAMES
            .iter()
            .filter_map(|name| self.named(name))
            .chain(self.model_specific.iter().cloned())
            .collect()
    }
}
