//! Files that are dropped or chosen: where they lay, and what is in them.

use js_sys::{Array, Promise, Uint8Array};
use leptos::prelude::event_target;
use planner_wasm::worker::protocol::{Reply, Request};
use shared::fingerprint::{Fingerprint, windows};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, Event, File, FileList, HtmlInputElement};

use crate::page::field::{get, holds, text};
use crate::page::planner::{Bulk, Planner};
use crate::page::said::said;
use crate::project::sort::HEAD_BYTES;

/// Most files taken at once; more are a folder that was not meant.
const MOST_FILES: usize = 5_000;

/// A file and where it lay among those that came with it.
#[derive(Debug, Clone)]
pub struct Dropped {
    /// The file.
    pub file: File,
    /// Its path below the folder that was dropped, parts joined by `/`; its name if it came alone.
    pub path: String,
}

/// A file's size in bytes.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size is a whole number below 2^53"
)]
pub fn size(file: &File) -> u64 {
    file.size() as u64
}

/// What the file is by content; see [`shared::fingerprint`].
///
/// # Errors
/// A sentence: the file cannot be read, or the planner is gone.
pub async fn fingerprint(planner: &Planner, file: &File) -> Result<Fingerprint, String> {
    let bytes = size(file);
    let windows = windows(bytes);
    let all: u64 = windows.iter().map(|window| window.end - window.start).sum();
    let together = Uint8Array::new_with_length(u32::try_from(all).unwrap_or(u32::MAX));
    let mut at = 0_u32;
    #[expect(clippy::cast_precision_loss, reason = "a file's size is below 2^53")]
    for window in windows {
        let part = file
            .slice_with_f64_and_f64(window.start as f64, window.end as f64)
            .map_err(|error| said(&error))?;
        let part = JsFuture::from(part.array_buffer())
            .await
            .map_err(|_| "The file cannot be read. It may have been moved; choose it again.")?;
        let part = Uint8Array::new(&part);
        together.set(&part, at);
        at = at.saturating_add(part.length());
    }
    let planner = planner.clone();
    let answer = Promise::new(&mut |resolve, reject| {
        let request = |id| Request::Fingerprint { id, bytes };
        planner.ask(request, Some(Bulk::Bytes(together.clone())), move |reply| {
            let told = match reply {
                Reply::Fingerprint { fingerprint, .. } => {
                    resolve.call1(&JsValue::UNDEFINED, &fingerprint.to_string().into())
                }
                Reply::Failed { message, .. } => reject.call1(&JsValue::UNDEFINED, &message.into()),
                _ => return,
            };
            // Settling a promise does not fail.
            drop(told);
        });
    });
    let text = JsFuture::from(answer).await.map_err(|error| said(&error))?;
    let text = text.as_string().unwrap_or_default();
    text.parse().map_err(|error| format!("{error}"))
}

/// What is offered where files are chosen.
pub const KINDS: &str = "audio/*,video/*,.mkv,.mts,.m2ts,.ts,.avi,.mov,.json";

/// The files that were just chosen in the input that tells of it.
#[must_use]
pub fn chosen(event: &Event) -> Vec<Dropped> {
    let input: HtmlInputElement = event_target(event);
    let files = listed(input.files());
    // So that the same files may be chosen again.
    input.set_value("");
    files
}

/// The files of a list, with their paths if a folder was chosen.
fn listed(files: Option<FileList>) -> Vec<Dropped> {
    let Some(files) = files else {
        return Vec::new();
    };
    (0..files.length())
        .filter_map(|at| files.get(at))
        .take(MOST_FILES)
        .map(|file| {
            let file: File = file.unchecked_into();
            let path = text(&file, "webkitRelativePath")
                .filter(|path| !path.is_empty())
                .unwrap_or_else(|| file.name());
            Dropped { file, path }
        })
        .collect()
}

/// The files of a drop, folders walked.
pub async fn dropped(data: DataTransfer) -> Vec<Dropped> {
    // The entries must be taken before the first turn of the event loop; afterwards they are gone.
    let items = data.items();
    let mut entries: Vec<JsValue> = (0..items.length())
        .filter_map(|at| items.get(at))
        .filter_map(|item| {
            let as_entry = method(&item, "webkitGetAsEntry").ok()?;
            let entry = as_entry.call0(&item).ok()?;
            (!entry.is_null() && !entry.is_undefined()).then_some(entry)
        })
        .collect();
    if entries.is_empty() {
        return listed(data.files());
    }
    entries.reverse();
    let mut found = Vec::new();
    while let Some(entry) = entries.pop() {
        if found.len() >= MOST_FILES {
            break;
        }
        if holds(&entry, "isFile") {
            if let Ok(file) = promised(&entry, "file").await {
                let path = text(&entry, "fullPath").unwrap_or_default();
                let file: File = file.unchecked_into();
                let path = path.trim_start_matches('/').to_owned();
                let path = if path.is_empty() { file.name() } else { path };
                found.push(Dropped { file, path });
            }
        } else if let Ok(reader) =
            method(&entry, "createReader").and_then(|make| make.call0(&entry))
        {
            // A reader gives some entries at a time, and an empty list at the end.
            let mut inside = Vec::new();
            while let Ok(some) = promised(&reader, "readEntries").await {
                let some = Array::from(&some);
                if some.length() == 0 {
                    break;
                }
                inside.extend(some.iter());
            }
            inside.sort_by_key(|entry| text(entry, "name"));
            entries.extend(inside.into_iter().rev());
        }
    }
    found
}

fn method(object: &JsValue, name: &str) -> Result<js_sys::Function, JsValue> {
    get(object, name).dyn_into()
}

/// The result of a method that takes a callback for success and one for failure.
async fn promised(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    let method = method(object, name)?;
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = method.call2(object, &resolve, &reject) {
            // Settling a promise does not fail.
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(promise).await
}

/// The first bytes of a file; none if it cannot be read.
pub(super) async fn head(file: &File) -> Vec<u8> {
    #[expect(clippy::cast_precision_loss, reason = "some bytes")]
    let Ok(part) = file.slice_with_f64_and_f64(0.0, HEAD_BYTES as f64) else {
        return Vec::new();
    };
    let bytes = JsFuture::from(part.array_buffer()).await;
    bytes.map_or_else(|_| Vec::new(), |bytes| Uint8Array::new(&bytes).to_vec())
}
