//! Where a class that builds its own tokenizer finds the vocabulary.

use std::collections::HashMap;

use tokenizers::models::wordpiece::WordPiece;
use tokenizers::{PostProcessorWrapper, TruncationDirection};

use crate::class::Class;
use crate::files::Files;
use crate::json_file::{JsonFile, Merge, Vocabulary, FILE};
use crate::sentencepiece::SentencePiece;
use crate::settings::{Settings, Token};
use crate::Result;

/// What the files hold, whatever their format.
pub struct Source {
    /// For messages.
    pub file: &'static str,
    pub vocabulary: Vocabulary,
    pub merges: Vec<Merge>,
    pub character_map: Option<Vec<u8>>,
    pub post_processor: Option<PostProcessorWrapper>,
    pub truncation: Option<TruncationDirection>,
}

impl Source {
    pub fn read(
        files: &Files,
        json: Option<&JsonFile>,
        class: Class,
        settings: &mut Settings,
    ) -> Result<Source> {
        if let Some(json) = json {
            return Source::from_json(json);
        }
        match class {
            Class::Bert => Source::from_word_list(files),
            Class::Roberta | Class::Clip => Source::from_merges(files),
            Class::T5 => Source::from_pieces(files, "spiece.model", class, settings),
            Class::XlmRoberta | Class::Nllb => {
                Source::from_pieces(files, "sentencepiece.bpe.model", class, settings)
            }
            Class::Gemma | Class::Siglip2 => {
                Source::from_pieces(files, "tokenizer.model", class, settings)
            }
            Class::Backend => Err(missing(files, FILE)),
        }
    }

    fn of(file: &'static str, vocabulary: Vocabulary) -> Source {
        Source {
            file,
            vocabulary,
            merges: Vec::new(),
            character_map: None,
            post_processor: None,
            truncation: None,
        }
    }

    fn from_json(json: &JsonFile) -> Result<Source> {
        let parts = json.model_parts()?;
        let vocabulary = parts
            .vocab
            .ok_or_else(|| format!("{FILE}: model.vocab: is missing"))?;
        Ok(Source {
            merges: parts.merges,
            character_map: json.character_map()?,
            post_processor: json.post_processor()?,
            truncation: json.truncation()?.map(|truncation| truncation.direction),
            ..Source::of(FILE, vocabulary)
        })
    }

    fn from_word_list(files: &Files) -> Result<Source> {
        let (file, bytes) = find(files, &["vocab.txt"])?;
        let ids = WordPiece::read_bytes(bytes).map_err(|error| format!("{file}: {error}"))?;
        Ok(Source::of(file, Vocabulary::Ids(ids.into_iter().collect())))
    }

    fn from_merges(files: &Files) -> Result<Source> {
        let (file, bytes) = find(files, &["vocab.json"])?;
        let ids: HashMap<String, u32> =
            serde_json::from_slice(bytes).map_err(|error| format!("{file}: {error}"))?;
        let (merges_file, bytes) = find(files, &["merges.txt"])?;
        let text =
            std::str::from_utf8(bytes).map_err(|_| format!("{merges_file}: is not UTF-8 text"))?;
        let merges = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.starts_with("#version") && !line.is_empty())
            .map(|(number, line)| match line.split_once(' ') {
                Some((left, right)) => Ok(Merge(left.to_string(), right.to_string())),
                None => Err(format!(
                    "{merges_file}: line {}: must be two symbols",
                    number + 1
                )),
            })
            .collect::<Result<_>>()?;
        Ok(Source {
            merges,
            ..Source::of(file, Vocabulary::Ids(ids))
        })
    }

    fn from_pieces(
        files: &Files,
        name: &'static str,
        class: Class,
        settings: &mut Settings,
    ) -> Result<Source> {
        let (file, bytes) = find(files, &["tokenizer.model", name])?;
        let model = SentencePiece::parse(file, bytes)?;
        settings.additional = Some(Some(model.unsplit_tokens()));
        let (vocabulary, merges) = match class {
            Class::T5 => (t5_scores(&model, settings)?, Vec::new()),
            Class::XlmRoberta => (xlm_roberta_scores(&model, settings), Vec::new()),
            Class::Nllb => (nllb_ids(&model, settings), model.merges()),
            _ => (model.vocabulary_of_ids(), model.merges()),
        };
        Ok(Source {
            merges,
            character_map: model.character_map,
            ..Source::of(file, vocabulary)
        })
    }
}

fn find<'a>(files: &Files<'a>, names: &[&'static str]) -> Result<(&'static str, &'a [u8])> {
    files
        .first_of(names)
        .ok_or_else(|| missing(files, names[names.len() - 1]))
}

fn missing(files: &Files, name: &str) -> String {
    format!(
        "{name}: there is no such file and no {FILE} (there is {}); save the tokenizer with \
         save_pretrained",
        files.names()
    )
}

/// How many `<extra_id_N>` a T5 tokenizer has.
pub fn extra_ids(settings: &Settings) -> Result<usize> {
    Ok(settings.config.count("extra_ids", 100_000)?.unwrap_or(100))
}

fn t5_scores(model: &SentencePiece, settings: &Settings) -> Result<Vocabulary> {
    let mut scores = model.scores();
    let extra = (0..extra_ids(settings)?).rev();
    scores.extend(extra.map(|i| (format!("<extra_id_{i}>"), 0.0)));
    Ok(Vocabulary::Scores(scores))
}

/// fairseq's order: four special tokens of its own in front, a mask behind.
fn xlm_roberta_scores(model: &SentencePiece, settings: &Settings) -> Vocabulary {
    let content = |name, default: &str| match settings.named(name) {
        Some(token) => Token::content(&token).to_string(),
        None => default.to_string(),
    };
    let front = [
        content("bos_token", "<s>"),
        content("pad_token", "<pad>"),
        content("eos_token", "</s>"),
        content("unk_token", "<unk>"),
    ];
    let mut scores: Vec<_> = front.into_iter().map(|token| (token, 0.0)).collect();
    scores.extend(model.scores().into_iter().skip(3));
    scores.push((content("mask_token", "<mask>"), 0.0));
    Vocabulary::Scores(scores)
}

fn nllb_ids(model: &SentencePiece, settings: &Settings) -> Vocabulary {
    let mut ids = HashMap::new();
    let names = [
        ("bos_token", "<s>"),
        ("pad_token", "<pad>"),
        ("eos_token", "</s>"),
        ("unk_token", "<unk>"),
    ];
    for (id, (name, default)) in (0..).zip(names) {
        let token = settings.named(name);
        let content = token.as_ref().map_or(default, Token::content);
        ids.insert(content.to_string(), id);
    }
    for text in model.texts() {
        let next = ids.len() as u32;
        ids.entry(text.to_string()).or_insert(next);
    }
    Vocabulary::Ids(ids)
}
