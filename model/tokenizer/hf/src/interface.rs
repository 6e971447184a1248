//! The C interface; `hf_tokenizer_library.h` is its header and contract.

use std::ffi::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

use crate::files::Files;
use crate::loaded::Loaded;
use crate::Result;

/// A borrowed run of bytes; `data` may be null where `size` is 0.
#[repr(C)]
pub struct ClipHfBytes {
    data: *const u8,
    size: usize,
}

#[repr(C)]
pub struct ClipHfFile {
    name: ClipHfBytes,
    bytes: ClipHfBytes,
}

/// Where a call writes its error: text that ends in NUL, cut where it is long.
#[repr(C)]
pub struct ClipHfError {
    text: *mut c_char,
    capacity: usize,
}

#[repr(C)]
pub struct ClipHfFacts {
    pad: i64,
    bos: i64,
    eos: i64,
    sep: i64,
    cls: i64,
    vocabulary_size: usize,
}

#[repr(C)]
pub struct ClipHfRow {
    ids: *mut u32,
    capacity: usize,
    count: usize,
    truncated: bool,
}

impl ClipHfBytes {
    unsafe fn get<'a>(&self) -> &'a [u8] {
        match self.size {
            0 => &[],
            size => std::slice::from_raw_parts(self.data, size),
        }
    }

    unsafe fn text<'a>(&self) -> Result<&'a str> {
        std::str::from_utf8(self.get()).map_err(|_| "text is not UTF-8".to_string())
    }
}

impl ClipHfError {
    unsafe fn set(&self, message: &str) {
        if self.capacity == 0 {
            return;
        }
        let mut size = message.len().min(self.capacity - 1);
        while !message.is_char_boundary(size) {
            size -= 1;
        }
        std::ptr::copy_nonoverlapping(message.as_ptr(), self.text.cast(), size);
        *self.text.add(size) = 0;
    }
}

/// Runs the work; neither an error nor a panic leaves it.
unsafe fn guarded<T>(error: ClipHfError, work: impl FnOnce() -> Result<T>) -> Option<T> {
    static QUIET: Once = Once::new();
    // A library writes nothing to stderr; the message is returned instead.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Some(value),
        Ok(Err(message)) => {
            error.set(&message.replace(['\n', '\0'], " "));
            None
        }
        Err(_) => {
            error.set("the tokenizer library panicked");
            None
        }
    }
}

/// # Safety
/// Every pointer must be valid for its size; see the header.
#[no_mangle]
pub unsafe extern "C" fn clip_hf_create(
    files: *const ClipHfFile,
    file_count: usize,
    max_length: usize,
    facts: *mut ClipHfFacts,
    error: ClipHfError,
) -> *mut Loaded {
    let loaded = guarded(error, || {
        tokenizers::utils::parallelism::set_parallelism(false);
        let mut named = Files::default();
        for i in 0..file_count {
            let file = &*files.add(i);
            named.insert(file.name.text()?, file.bytes.get());
        }
        Loaded::read(&named, max_length)
    });
    let Some(loaded) = loaded else {
        return std::ptr::null_mut();
    };
    let id = |token: Option<u32>| token.map_or(-1, i64::from);
    *facts = ClipHfFacts {
        pad: id(loaded.facts.pad),
        bos: id(loaded.facts.bos),
        eos: id(loaded.facts.eos),
        sep: id(loaded.facts.sep),
        cls: id(loaded.facts.cls),
        vocabulary_size: loaded.facts.vocabulary_size,
    };
    Box::into_raw(Box::new(loaded))
}

/// # Safety
/// `tokenizer` must be from clip_hf_create and `row.ids` have room.
#[no_mangle]
pub unsafe extern "C" fn clip_hf_encode(
    tokenizer: *const Loaded,
    text: ClipHfBytes,
    add_special_tokens: bool,
    row: *mut ClipHfRow,
    error: ClipHfError,
) -> bool {
    let encoded = guarded(error, || {
        (*tokenizer).encode(text.text()?, add_special_tokens)
    });
    let Some(encoded) = encoded else { return false };
    let row = &mut *row;
    row.count = encoded.ids.len().min(row.capacity);
    row.truncated = encoded.truncated || encoded.ids.len() > row.capacity;
    std::ptr::copy_nonoverlapping(encoded.ids.as_ptr(), row.ids, row.count);
    true
}

/// # Safety
/// `tokenizer` must be from clip_hf_create, and not be used again.
#[no_mangle]
pub unsafe extern "C" fn clip_hf_free(tokenizer: *mut Loaded) {
    drop(Box::from_raw(tokenizer));
}
