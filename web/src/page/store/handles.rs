//! Handles of files and folders, where the browser has them: with one, and a click, a file that
//! was dropped in an earlier session is there again.
//!
//! Handles are the browser's own objects; only Chromium gives them to a page for good. Elsewhere
//! [`of_drop`] finds none and a person drops the files again.

use js_sys::{Array, AsyncIterator, Function, Promise, Reflect};
use shared::media::MediaPath;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransferItem, File};

use super::database::{Access, Table, pair, pairs_of};
use super::{Store, StoreError};

/// Most files that are taken from one folder.
const MOST_FILES: usize = 20_000;

/// A file or folder that a person gave the page.
#[derive(Debug, Clone)]
pub struct Handle(JsValue);

/// Whether the page may read what a handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It may.
    Granted,
    /// It may ask, when a person has just clicked.
    Ask,
    /// It may not.
    Denied,
}

impl Handle {
    /// The handle in what a picker or a drop gave, if it is one.
    #[must_use]
    pub fn of(value: JsValue) -> Option<Self> {
        let handle = Self(value);
        (handle.0.is_object() && !handle.name().is_empty()).then_some(handle)
    }

    /// Its name, without a folder.
    #[must_use]
    pub fn name(&self) -> String {
        self.text("name")
    }

    /// Whether it is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.text("kind") == "directory"
    }

    /// Whether the page may read it now.
    pub async fn permission(&self) -> Permission {
        self.permission_by("queryPermission").await
    }

    /// Asks the person. Only in answer to a click; else nothing is asked and the answer is no.
    pub async fn ask(&self) -> Permission {
        self.permission_by("requestPermission").await
    }

    /// The files that it stands for, with their paths: one, or all in a folder at any depth, whose
    /// name the paths begin with. What is gone or may not be read is left out.
    pub async fn files(&self) -> Vec<(String, File)> {
        let mut found = Vec::new();
        let mut left = vec![(self.name(), self.clone())];
        while let Some((path, handle)) = left.pop() {
            if handle.is_folder() {
                for (name, inside) in handle.inside().await {
                    left.push((format!("{path}/{name}"), inside));
                }
            } else if let Ok(file) = handle.call("getFile").await
                && let Ok(file) = file.dyn_into()
            {
                found.push((path, file));
            }
            if found.len() >= MOST_FILES {
                break;
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }

    async fn inside(&self) -> Vec<(String, Self)> {
        let mut inside = Vec::new();
        let Some(entries) = self.method("entries").and_then(|entries| {
            let entries = entries.call0(&self.0).ok()?;
            Some(entries.unchecked_into::<AsyncIterator>())
        }) else {
            return inside;
        };
        while let Ok(next) = entries.next() {
            let Ok(next) = JsFuture::from(next).await else {
                break;
            };
            let field = |name: &str| Reflect::get(&next, &name.into()).unwrap_or_default();
            if field("done").is_truthy() || inside.len() >= MOST_FILES {
                break;
            }
            let Ok(entry) = field("value").dyn_into::<Array>() else {
                break;
            };
            if let Some(handle) = Self::of(entry.get(1)) {
                inside.push((handle.name(), handle));
            }
        }
        inside
    }

    async fn permission_by(&self, method: &str) -> Permission {
        match self
            .call(method)
            .await
            .ok()
            .and_then(|said| said.as_string())
        {
            Some(said) if said == "granted" => Permission::Granted,
            Some(said) if said == "prompt" => Permission::Ask,
            _ => Permission::Denied,
        }
    }

    fn text(&self, field: &str) -> String {
        let value = Reflect::get(&self.0, &field.into()).ok();
        value
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    }

    fn method(&self, name: &str) -> Option<Function> {
        Reflect::get(&self.0, &name.into()).ok()?.dyn_into().ok()
    }

    async fn call(&self, method: &str) -> Result<JsValue, JsValue> {
        let method = self.method(method).ok_or(JsValue::UNDEFINED)?;
        let promise: Promise = method.call0(&self.0)?.dyn_into()?;
        JsFuture::from(promise).await
    }
}

/// The handle of a thing that is being dropped; the promise must be asked for while the drop's
/// event is handled, and may be awaited later. `None` where the browser gives none.
#[must_use]
pub fn of_drop(item: &DataTransferItem) -> Option<impl Future<Output = Option<Handle>> + use<>> {
    let method = Reflect::get(item, &"getAsFileSystemHandle".into()).ok()?;
    let promise = method.dyn_into::<Function>().ok()?.call0(item).ok()?;
    let promise = JsFuture::from(promise.dyn_into::<Promise>().ok()?);
    Some(async move { Handle::of(promise.await.ok()?) })
}

impl Store {
    /// Keeps the handle of a file or folder that a project uses, under its path as dropped. One
    /// that is there under this path already is replaced.
    ///
    /// # Errors
    /// [`StoreError::Full`], or what the browser says.
    pub async fn keep_handle(
        &self,
        id: &str,
        path: &MediaPath,
        handle: &Handle,
    ) -> Result<(), StoreError> {
        let transaction = self
            .0
            .database
            .transaction(&[Table::Handles], Access::Write)?;
        transaction.put(Table::Handles, &pair(id, &path.as_text().into()), &handle.0)?;
        transaction.end(StoreError::Elsewhere).await
    }

    /// The handles of a project, in the order of their paths.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn handles(&self, id: &str) -> Result<Vec<Handle>, StoreError> {
        let transaction = self
            .0
            .database
            .transaction(&[Table::Handles], Access::Read)?;
        let all = transaction
            .all(Table::Handles, Some(&pairs_of(id)?))?
            .await?;
        Ok(all.iter().filter_map(Handle::of).collect())
    }
}
