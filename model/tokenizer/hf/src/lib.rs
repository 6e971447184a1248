//! Hugging Face tokenizers for the C++ model library: the files of a model
//! folder in, token ids out.
//!
//! The `tokenizers` crate reads a `tokenizer.json`; which tokenizer Python's
//! `transformers` 5.23 makes of a folder is another matter, because most of its
//! classes take the vocabulary from that file and build the rest themselves.
//! This crate does the same, so that the ids are open_clip's.
//!
//! `interface` is the whole of the C interface; nothing else is public.

mod build;
mod class;
mod files;
mod growth;
mod interface;
mod json_file;
mod languages;
mod loaded;
mod sentencepiece;
mod settings;
mod source;

/// One line that names the file and the key.
type Error = String;
type Result<T> = std::result::Result<T, Error>;
