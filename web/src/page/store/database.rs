//! The database: its tables, and transactions over them.
//!
//! A request's result is awaited as a promise that the browser's own events settle. Between the
//! requests of one transaction nothing else may be awaited, or it ends.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

use super::error::StoreError;
use crate::page::said::{name_of, said};

const NAME: &str = "autocut";
/// Of the tables below. A change of what is in them is the document's affair.
const VERSION: u32 = 1;
/// How long the database may take to open before the page goes on without, in milliseconds.
const PATIENCE_MS: i32 = 8000;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// What a list shows of a project, and the keys of its footage, by its id.
    Listed,
    /// Projects without their footage, by id.
    Documents,
    /// Footage by the hash of its text.
    Footage,
    /// Claims: `[id, number]`. None is ever deleted.
    Claims,
    /// The rest, by name.
    State,
}

impl Table {
    const ALL: [Self; 5] = [
        Self::Listed,
        Self::Documents,
        Self::Footage,
        Self::Claims,
        Self::State,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Documents => "documents",
            Self::Footage => "footage",
            Self::Claims => "claims",
            Self::State => "state",
        }
    }
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// The open database.
pub(super) struct Database {
    open: IdbDatabase,
    _yields: Closure<dyn FnMut()>,
}

impl Database {
    pub(super) async fn open() -> Result<Self, StoreError> {
        let unavailable = |error: &JsValue| StoreError::Unavailable { why: said(error) };
        let window = web_sys::window().ok_or_else(|| unavailable(&"no window".into()))?;
        let factory = window
            .indexed_db()
            .map_err(|error| unavailable(&error))?
            .ok_or_else(|| unavailable(&"no IndexedDB".into()))?;
        let request = factory
            .open_with_u32(NAME, VERSION)
            .map_err(|error| unavailable(&error))?;
        let open = opened(request).await?;
        // A newer page may change the tables; this one then goes on without.
        let yields = Closure::new({
            let open = open.clone();
            move || open.close()
        });
        open.set_onversionchange(Some(yields.as_ref().unchecked_ref()));
        Ok(Self {
            open,
            _yields: yields,
        })
    }

    pub(super) fn transaction(
        &self,
        tables: &[Table],
        access: Access,
    ) -> Result<Transaction, StoreError> {
        let names: Array = tables
            .iter()
            .map(|table| JsValue::from(table.name()))
            .collect();
        let mode = match access {
            Access::Read => IdbTransactionMode::Readonly,
            Access::Write => IdbTransactionMode::Readwrite,
        };
        let inner = self
            .open
            .transaction_with_str_sequence_and_mode(&names, mode)
            .map_err(|error| match name_of(&error).as_str() {
                // Closed: a newer page has it, or the browser has deleted it.
                "InvalidStateError" => StoreError::Newer,
                _ => error.into(),
            })?;
        // Listened to from the start, so that no end is missed.
        let done = Promise::new(&mut |resolve, reject| {
            inner.set_oncomplete(Some(&resolve));
            inner.set_onabort(Some(&reject));
        });
        Ok(Transaction {
            inner,
            done: done.into(),
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.open.set_onversionchange(None);
        self.open.close();
    }
}

/// Waits until the database is open, with its tables, but not for ever: some browsers never answer. One
/// that opens later gets its tables all the same, and is closed.
async fn opened(request: IdbOpenDbRequest) -> Result<IdbDatabase, StoreError> {
    let upgrade = Closure::once({
        let request = request.clone();
        move || {
            // What fails here fails the opening, which is awaited.
            if let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) {
                for table in Table::ALL {
                    let _ = database.create_object_store(table.name());
                }
            }
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let silent = || StoreError::Unavailable {
        why: "its database does not answer".to_owned(),
    };
    let result = |request: &IdbOpenDbRequest| request.result().map(JsCast::unchecked_into);
    let answer = settled(&request);
    let late = Promise::new(&mut |resolve, _| rest_then(&resolve));
    let first = Promise::race(&Array::of2(&answer, &late));
    match JsFuture::from(first).await {
        // An answer is an event. While tables are made there is a result, but none to be used yet.
        Ok(answered) if answered.is_undefined() => {
            spawn_local(async move {
                if JsFuture::from(answer).await.is_ok()
                    && let Ok(open) = result(&request)
                {
                    IdbDatabase::close(&open);
                }
                // The browser calls it until the request is settled.
                drop(upgrade);
            });
            Err(silent())
        }
        Ok(_) => result(&request).map_err(|_| silent()),
        Err(_) => {
            let error = request.error().ok().flatten().map(JsValue::from);
            let error = error.unwrap_or(JsValue::UNDEFINED);
            Err(match StoreError::from(error) {
                StoreError::Failed { why } => StoreError::Unavailable { why },
                other => other,
            })
        }
    }
}

fn rest_then(resolve: &Function) {
    if let Some(window) = web_sys::window() {
        // Without a clock nobody is waited for.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(resolve, PATIENCE_MS);
    }
}

/// A promise that a request's own events settle.
fn settled(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    })
}

/// A transaction. It ends by itself once nothing more is asked of it.
pub(super) struct Transaction {
    inner: IdbTransaction,
    done: JsFuture,
}

impl Transaction {
    fn table(&self, table: Table) -> Result<IdbObjectStore, StoreError> {
        Ok(self.inner.object_store(table.name())?)
    }

    /// The value of a key; undefined if there is none. The request is made at once.
    pub(super) fn get(
        &self,
        table: Table,
        key: &JsValue,
    ) -> Result<impl Future<Output = Result<JsValue, StoreError>> + use<>, StoreError> {
        Ok(result(self.table(table)?.get(key)?))
    }

    /// All values, in the order of their keys.
    pub(super) fn all(
        &self,
        table: Table,
        keys: Option<&IdbKeyRange>,
    ) -> Result<impl Future<Output = Result<Array, StoreError>> + use<>, StoreError> {
        let table = self.table(table)?;
        let request = match keys {
            Some(keys) => table.get_all_with_key(keys),
            None => table.get_all(),
        };
        Ok(list(request?))
    }

    /// All keys, in order.
    pub(super) fn keys(
        &self,
        table: Table,
        keys: Option<&IdbKeyRange>,
    ) -> Result<impl Future<Output = Result<Array, StoreError>> + use<>, StoreError> {
        let table = self.table(table)?;
        let request = match keys {
            Some(keys) => table.get_all_keys_with_key(keys),
            None => table.get_all_keys(),
        };
        Ok(list(request?))
    }

    /// Writes a value. What fails fails the transaction.
    pub(super) fn put(
        &self,
        table: Table,
        key: &JsValue,
        value: &JsValue,
    ) -> Result<(), StoreError> {
        self.table(table)?.put_with_key(value, key)?;
        Ok(())
    }

    /// Writes a value under a key that must be new; otherwise the transaction fails.
    pub(super) fn add(
        &self,
        table: Table,
        key: &JsValue,
        value: &JsValue,
    ) -> Result<(), StoreError> {
        self.table(table)?.add_with_key(value, key)?;
        Ok(())
    }

    /// Deletes a key, or a range of keys.
    pub(super) fn delete(&self, table: Table, keys: &JsValue) -> Result<(), StoreError> {
        self.table(table)?.delete(keys)?;
        Ok(())
    }

    /// Commits, and waits until it is done. A page that is closed meanwhile has committed all the
    /// same; one that left it to the browser to find that nothing more is asked would not have.
    ///
    /// # Errors
    /// `taken` if a key that must be new was there; else what the browser says. Nothing of the
    /// transaction has happened then.
    pub(super) async fn end(self, taken: StoreError) -> Result<(), StoreError> {
        let Self { inner, done } = self;
        commit(&inner);
        if done.await.is_ok() {
            return Ok(());
        }
        let error = inner.error().map(JsValue::from);
        let error = error.unwrap_or_else(|| "it was given up".into());
        Err(match name_of(&error).as_str() {
            "ConstraintError" => taken,
            _ => error.into(),
        })
    }
}

/// Commits now. `web-sys` takes the call for an obsolete one of another meaning.
fn commit(transaction: &IdbTransaction) {
    let call = Reflect::get(transaction, &"commit".into()).ok();
    if let Some(call) = call.and_then(|call| call.dyn_into::<Function>().ok()) {
        // Browsers without the call commit by themselves. A transaction that has failed already
        // tells so at its end.
        let _ = call.call0(transaction);
    }
}

/// The result of a request. Listened to from the start, whenever it is awaited.
fn result(request: IdbRequest) -> impl Future<Output = Result<JsValue, StoreError>> + use<> {
    let settled = JsFuture::from(settled(&request));
    async move {
        if settled.await.is_ok() {
            return Ok(request.result()?);
        }
        let error = request.error()?;
        Err(error.map_or(JsValue::UNDEFINED, JsValue::from).into())
    }
}

fn list(request: IdbRequest) -> impl Future<Output = Result<Array, StoreError>> + use<> {
    let result = result(request);
    async move { Ok(result.await?.unchecked_into()) }
}

/// The key `[id, part]`.
pub(super) fn pair(id: &str, part: &JsValue) -> JsValue {
    Array::of2(&id.into(), part).into()
}

/// All keys `[id, …]`.
pub(super) fn pairs_of(id: &str) -> Result<IdbKeyRange, StoreError> {
    let first = Array::of1(&id.into());
    // A list comes after every number and text.
    let last = Array::of2(&id.into(), &Array::new());
    Ok(IdbKeyRange::bound(&first, &last)?)
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds after 1970"
    )]
    let now = js_sys::Date::now() as u64;
    now
}
