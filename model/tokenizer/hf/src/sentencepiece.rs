//! SentencePiece's model file (a protocol buffer), as far as it says what a
//! tokenizer is: the pieces and the character map.

use std::collections::HashMap;

use tokenizers::AddedToken;

use crate::json_file::{Merge, Vocabulary};
use crate::settings::Token;
use crate::Result;

const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;

struct Piece {
    text: String,
    score: f32,
    kind: u64,
}

pub struct SentencePiece {
    pieces: Vec<Piece>,
    pub character_map: Option<Vec<u8>>,
}

/// One field of a message.
enum Field<'a> {
    Number(u64),
    Fixed32(u32),
    Fixed64,
    Bytes(&'a [u8]),
}

/// Reads the fields of a message one by one.
struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(taken)
    }

    /// None at the end; Some(None) where the message is damaged.
    fn next(&mut self) -> Option<Option<(u64, Field<'a>)>> {
        (!self.0.is_empty()).then(|| self.field())
    }

    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let tag = self.number()?;
        let field = match tag & 7 {
            0 => Field::Number(self.number()?),
            1 => self.take(8).map(|_| Field::Fixed64)?,
            2 => {
                let size = usize::try_from(self.number()?).ok()?;
                Field::Bytes(self.take(size)?)
            }
            5 => Field::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((tag >> 3, field))
    }
}

impl SentencePiece {
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self> {
        let mut model = SentencePiece {
            pieces: Vec::new(),
            character_map: None,
        };
        let damaged = || format!("{file}: is no SentencePiece model");
        let mut message = Message(bytes);
        while let Some(field) = message.next() {
            match field.ok_or_else(damaged)? {
                (1, Field::Bytes(piece)) => {
                    model.pieces.push(Piece::parse(piece).ok_or_else(damaged)?)
                }
                (3, Field::Bytes(normalizer)) => {
                    model.character_map = find_character_map(normalizer).ok_or_else(damaged)?;
                }
                _ => {}
            }
        }
        match model.pieces.is_empty() {
            true => Err(damaged()),
            false => Ok(model),
        }
    }

    pub fn scores(&self) -> Vec<(String, f64)> {
        let scored = |piece: &Piece| (piece.text.clone(), f64::from(piece.score));
        self.pieces.iter().map(scored).collect()
    }

    pub fn ids(&self) -> HashMap<String, u32> {
        (0..)
            .zip(&self.pieces)
            .map(|(id, piece)| (piece.text.clone(), id))
            .collect()
    }

    pub fn vocabulary_of_ids(&self) -> Vocabulary {
        Vocabulary::Ids(self.ids())
    }

    /// Texts in the order of the file.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|piece| piece.text.as_str())
    }

    /// Control pieces and what the user defined are never split.
    pub fn unsplit_tokens(&self) -> Vec<Token> {
        self.pieces
            .iter()
            .filter(|piece| piece.kind == CONTROL || piece.kind == USER_DEFINED)
            .map(|piece| AddedToken::from(piece.text.clone(), piece.kind == CONTROL))
            .map(|token| Token::Added(token.normalized(false)))
            .collect()
    }

    /// Each way to make a piece of two others, in the order of the pieces.
    pub fn merges(&self) -> Vec<Merge> {
        let ids = self.ids();
        let mut merges = Vec::new();
        for (whole, id) in &ids {
            for (position, _) in whole.char_indices().skip(1) {
                let (left, right) = whole.split_at(position);
                if let (Some(left_id), Some(right_id)) = (ids.get(left), ids.get(right)) {
                    let lengths = (left.chars().count(), right.chars().count());
                    merges.push(((*id, lengths, *left_id, *right_id), (left, right)));
                }
            }
        }
        merges.sort_unstable();
        merges
            .into_iter()
            .map(|(_, (left, right))| Merge(left.to_string(), right.to_string()))
            .collect()
    }
}

impl Piece {
    fn parse(bytes: &[u8]) -> Option<Piece> {
        let mut piece = Piece {
            text: String::new(),
            score: 0.0,
            kind: 1,
        };
        let mut message = Message(bytes);
        while let Some(field) = message.next() {
            match field? {
                (1, Field::Bytes(text)) => piece.text = String::from_utf8(text.to_vec()).ok()?,
                (2, Field::Fixed32(bits)) => piece.score = f32::from_bits(bits),
                (3, Field::Number(kind)) => piece.kind = kind,
                _ => {}
            }
        }
        Some(piece)
    }
}

/// None where the message is damaged.
fn find_character_map(bytes: &[u8]) -> Option<Option<Vec<u8>>> {
    let mut map = None;
    let mut message = Message(bytes);
    while let Some(field) = message.next() {
        if let (2, Field::Bytes(found)) = field? {
            map = (!found.is_empty()).then(|| found.to_vec());
        }
    }
    Some(map)
}
