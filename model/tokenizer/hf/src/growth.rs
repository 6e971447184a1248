//! Bounds on what a hostile tokenizer file can make of one text.

use serde_json::Value;
use tokenizers::{PostProcessor, Tokenizer};

use crate::Result;

/// Real files have up to four.
const MAX_NORMALIZERS: usize = 32;
/// How many times as long replacements may make a text, all together.
const MAX_GROWTH: usize = 256;
/// Longest replacement of one character; the longest in use has 33 bytes.
const MAX_MAPPED_BYTES: usize = 1024;
/// BERT's is 100. A word takes time with the cube of its length.
const MAX_WORD_CHARACTERS: usize = 512;

/// Refuses a normalizer whose steps multiply the length of a text.
pub fn check_normalizer(value: &Value) -> Result<()> {
    let mut count = 0;
    let mut growth = 1;
    walk(value, &mut |part| {
        count += 1;
        for key in ["content", "prepend"] {
            if let Some(text) = part.get(key).and_then(Value::as_str) {
                growth = usize::saturating_mul(growth, text.len().max(1));
            }
        }
    });
    if count > MAX_NORMALIZERS {
        return Err(format!("more than {MAX_NORMALIZERS} steps"));
    }
    if growth > MAX_GROWTH {
        return Err("its replacements could make a text too long".to_string());
    }
    Ok(())
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    if let Some(Value::Array(parts)) = value.get("normalizers") {
        parts.iter().for_each(|part| walk(part, visit));
    }
}

/// Refuses a precompiled character map (length of the trie, trie, strings that
/// end in NUL) that has a string of absurd length.
pub fn check_character_map(map: &[u8]) -> Result<()> {
    let strings = map
        .first_chunk::<4>()
        .and_then(|size| map.get(4 + u32::from_le_bytes(*size) as usize..))
        .ok_or("the precompiled character map is cut short")?;
    match strings
        .split(|byte| *byte == 0)
        .any(|s| s.len() > MAX_MAPPED_BYTES)
    {
        true => Err("the precompiled character map has a string of absurd length".to_string()),
        false => Ok(()),
    }
}

pub fn check_word_length(characters: usize) -> Result<()> {
    match characters > MAX_WORD_CHARACTERS {
        true => Err(format!("must be at most {MAX_WORD_CHARACTERS}")),
        false => Ok(()),
    }
}

/// How many special tokens a row gets.
pub fn added_tokens(tokenizer: &Tokenizer) -> usize {
    tokenizer
        .get_post_processor()
        .map_or(0, |processor| processor.added_tokens(false))
}
