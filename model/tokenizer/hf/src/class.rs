//! Which of transformers' tokenizer classes a folder gets.

use crate::settings::Json;
use crate::Result;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// `PreTrainedTokenizerFast`: tokenizer.json as it stands.
    Backend,
    Bert,
    Clip,
    Gemma,
    Nllb,
    Roberta,
    Siglip2,
    T5,
    XlmRoberta,
}

/// Model types whose own class wins over the one that the folder names.
const OVERRULED: &[&str] = &["modernbert", "siglip2"];

impl Class {
    /// The class of that name, with or without "Fast". None for others.
    fn of_name(name: &str) -> Option<Class> {
        Some(match name.strip_suffix("Fast").unwrap_or(name) {
            "TokenizersBackend" | "PythonBackend" | "PreTrainedTokenizer" => Class::Backend,
            "BertTokenizer" | "DistilBertTokenizer" | "ElectraTokenizer" => Class::Bert,
            "CLIPTokenizer" => Class::Clip,
            "GemmaTokenizer" => Class::Gemma,
            "NllbTokenizer" => Class::Nllb,
            "RobertaTokenizer" | "BartTokenizer" => Class::Roberta,
            "Siglip2Tokenizer" => Class::Siglip2,
            "T5Tokenizer" => Class::T5,
            "XLMRobertaTokenizer" => Class::XlmRoberta,
            _ => return None,
        })
    }

    /// The class name that transformers registers for config.json's
    /// model_type; None for types that say nothing.
    fn name_of_model_type(model_type: &str) -> Option<&'static str> {
        Some(match model_type {
            "bert" | "distilbert" | "electra" => "BertTokenizer",
            "clip" => "CLIPTokenizer",
            "gemma" | "gemma2" | "gemma3" | "gemma3_text" => "GemmaTokenizer",
            "m2m_100" => "M2M100Tokenizer",
            "nllb" | "nllb-moe" => "NllbTokenizer",
            "roberta" | "bart" => "RobertaTokenizer",
            "siglip" => "SiglipTokenizer",
            "siglip2" => "Siglip2Tokenizer",
            "t5" | "mt5" => "T5Tokenizer",
            "xlm-roberta" => "XLMRobertaTokenizer",
            "modernbert" | "umt5" | "xlm-roberta-xl" => "TokenizersBackend",
            _ => return None,
        })
    }

    /// By tokenizer_config.json and, where it says nothing or less, by
    /// config.json. Errors where it is a class that is not supported.
    pub fn of_folder(tokenizer_config: &Json, config: &Json) -> Result<Class> {
        let model_type = config.text("model_type").unwrap_or("");
        let registered = Class::name_of_model_type(model_type);
        let (file, named) = match tokenizer_config.text("tokenizer_class") {
            Some(name) => (tokenizer_config.file, Some(name)),
            None => (config.file, config.text("tokenizer_class")),
        };
        let differ = |a: &str, b: &str| {
            a.strip_suffix("Fast").unwrap_or(a) != b.strip_suffix("Fast").unwrap_or(b)
        };
        match (registered, named) {
            (Some("TokenizersBackend"), _) => Ok(Class::Backend),
            (Some(own), Some(name)) if differ(own, name) && OVERRULED.contains(&model_type) => {
                Class::supported(own, "config.json", "model_type")
            }
            (_, Some(name)) => Class::supported(name, file, "tokenizer_class"),
            (Some(own), None) => Class::supported(own, "config.json", "model_type"),
            (None, None) => Ok(Class::Backend),
        }
    }

    fn supported(name: &str, file: &str, key: &str) -> Result<Class> {
        Class::of_name(name).ok_or_else(|| {
            format!(
                "{file}: {key}: the tokenizer class {name:.64} is not supported; save the \
                 tokenizer as a PreTrainedTokenizerFast"
            )
        })
    }
}
