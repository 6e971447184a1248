//! tokenizer.json, one key at a time, so that an error can name the key.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::Value;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::{
    AddedToken, ModelWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper,
};
use tokenizers::{PaddingParams, TruncationParams};

use crate::growth;
use crate::Result;

pub const FILE: &str = "tokenizer.json";

/// The keys of the file, not yet read.
pub struct JsonFile<'a>(BTreeMap<String, &'a RawValue>);

/// `model.vocab`: ids by token, or pieces with their scores.
pub enum Vocabulary {
    Ids(HashMap<String, u32>),
    Scores(Vec<(String, f64)>),
}

/// What the classes that build their own tokenizer take from `model`.
#[derive(Deserialize)]
pub struct ModelParts {
    pub vocab: Option<Vocabulary>,
    #[serde(default)]
    pub merges: Vec<Merge>,
}

pub struct Merge(pub String, pub String);

#[derive(Deserialize)]
struct AddedTokenWithId {
    id: u32,
    #[serde(flatten)]
    token: AddedToken,
}

impl<'a> JsonFile<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map(JsonFile)
            .map_err(|error| format!("{FILE}: {error}"))
    }

    /// One key; None where it is absent or null. The crate's enums answer an
    /// unknown kind with "did not match any variant", so its name is added.
    fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(raw) = self.0.get(key) else {
            return Ok(None);
        };
        serde_json::from_str(raw.get()).map_err(|error| {
            let kind = serde_json::from_str::<Value>(raw.get())
                .ok()
                .and_then(|value| value.get("type").and_then(Value::as_str).map(String::from));
            match kind {
                Some(kind) => format!("{FILE}: {key} of type {kind:.64}: {error:.300}"),
                None => format!("{FILE}: {key}: {error:.300}"),
            }
        })
    }

    pub fn added_tokens(&self) -> Result<Vec<(u32, AddedToken)>> {
        let tokens: Vec<AddedTokenWithId> = self.read("added_tokens")?.unwrap_or_default();
        Ok(tokens.into_iter().map(|t| (t.id, t.token)).collect())
    }

    pub fn normalizer(&self) -> Result<Option<NormalizerWrapper>> {
        if let Some(value) = self.read::<Value>("normalizer")? {
            growth::check_normalizer(&value).map_err(|e| format!("{FILE}: normalizer: {e}"))?;
        }
        self.read("normalizer")
    }

    /// The first precompiled character map of the normalizer or of its parts.
    pub fn character_map(&self) -> Result<Option<Vec<u8>>> {
        use base64::Engine;
        let Some(value) = self.read::<Value>("normalizer")? else {
            return Ok(None);
        };
        let parts = match value.get("normalizers") {
            Some(Value::Array(parts)) => parts.clone(),
            _ => vec![value],
        };
        let map = parts.iter().find_map(|part| {
            (part.get("type")? == "Precompiled").then_some(part.get("precompiled_charsmap")?)
        });
        let Some(map) = map else { return Ok(None) };
        let place = format!("{FILE}: normalizer.precompiled_charsmap");
        let text = map
            .as_str()
            .ok_or_else(|| format!("{place}: must be base64"))?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|error| format!("{place}: {error}"))?;
        Ok(Some(bytes))
    }

    pub fn pre_tokenizer(&self) -> Result<Option<PreTokenizerWrapper>> {
        self.read("pre_tokenizer")
    }

    pub fn post_processor(&self) -> Result<Option<PostProcessorWrapper>> {
        self.read("post_processor")
    }

    pub fn truncation(&self) -> Result<Option<TruncationParams>> {
        self.read("truncation")
    }

    pub fn padding(&self) -> Result<Option<PaddingParams>> {
        self.read("padding")
    }

    pub fn model(&self) -> Result<ModelWrapper> {
        let model = self
            .read("model")?
            .ok_or_else(|| format!("{FILE}: model: is missing"))?;
        if let ModelWrapper::WordPiece(WordPiece {
            max_input_chars_per_word,
            ..
        }) = &model
        {
            growth::check_word_length(*max_input_chars_per_word)
                .map_err(|e| format!("{FILE}: model.max_input_chars_per_word: {e}"))?;
        }
        Ok(model)
    }

    pub fn model_parts(&self) -> Result<ModelParts> {
        self.read("model")?
            .ok_or_else(|| format!("{FILE}: model: is missing"))
    }
}

impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct VocabularyVisitor;
        impl<'de> Visitor<'de> for VocabularyVisitor {
            type Value = Vocabulary;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("ids by token, or a list of pieces with scores")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Vocabulary, A::Error> {
                let mut ids = HashMap::new();
                while let Some((token, id)) = map.next_entry()? {
                    ids.insert(token, id);
                }
                Ok(Vocabulary::Ids(ids))
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> std::result::Result<Vocabulary, A::Error> {
                let mut scores = Vec::new();
                while let Some(piece) = list.next_element()? {
                    scores.push(piece);
                }
                Ok(Vocabulary::Scores(scores))
            }
        }
        deserializer.deserialize_any(VocabularyVisitor)
    }
}

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Pair(String, String),
            Line(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Pair(left, right) => Ok(Merge(left, right)),
            Written::Line(line) => match line.split_once(' ') {
                Some((left, right)) if !right.contains(' ') => {
                    Ok(Merge(left.to_string(), right.to_string()))
                }
                _ => Err(serde::de::Error::custom("a merge must be two symbols")),
            },
        }
    }
}
