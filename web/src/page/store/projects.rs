//! Projects: listed, loaded, saved, removed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::project::{Opened, Project, Summary, footage_from_json};

use super::database::{Access, Table, now_ms, pair};
use super::footage::{Known, gather};
use super::rest::Pieces;
use super::{Store, StoreError};

/// What is listed of a project.
#[derive(Serialize, Deserialize)]
struct Listed {
    summary: Summary,
    /// Keys of its footage.
    #[serde(default)]
    footage: Vec<String>,
}

impl Store {
    /// The projects that there are, the last saved first.
    ///
    /// # Errors
    /// [`StoreError`] if the browser fails.
    pub async fn list(&self) -> Result<Vec<Summary>, StoreError> {
        let transaction = self
            .0
            .database
            .transaction(&[Table::Listed], Access::Read)?;
        let all = transaction.all(Table::Listed, None)?.await?;
        let mut list: Vec<_> = all.iter().filter_map(|one| listed(&one)).collect();
        list.sort_by(|one, other| {
            let time = |listed: &Listed| listed.summary.saved_ms;
            let order = time(other).cmp(&time(one));
            order.then_with(|| one.summary.id.cmp(&other.summary.id))
        });
        Ok(list.into_iter().map(|listed| listed.summary).collect())
    }

    /// A project, with what had to be left out. It needs no claim; but only who has claimed it
    /// first knows that nobody changes it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NotThere`], [`StoreError::Damaged`], or what the browser says.
    pub async fn load(&self, id: &str) -> Result<Opened, StoreError> {
        let tables = [Table::Documents, Table::Footage];
        let transaction = self.0.database.transaction(&tables, Access::Read)?;
        let document = transaction.get(Table::Documents, &id.into())?.await?;
        let document = document.as_string().ok_or(StoreError::NotThere)?;
        let mut opened = Project::from_json(&document)?;
        // All asked for at once, since the transaction ends when nothing is asked.
        let mut asked = Vec::with_capacity(opened.apart.len());
        for (at, key) in std::mem::take(&mut opened.apart) {
            asked.push((
                at,
                transaction.get(Table::Footage, &key.as_str().into())?,
                key,
            ));
        }
        let mut pieces = Pieces::new();
        let mut known = Known::default();
        for (at, text, key) in asked {
            let text = text.await?.as_string();
            let footage = text.and_then(|text| footage_from_json(&text));
            let Some(clip) = opened.project.clips.get_mut(at) else {
                continue;
            };
            match footage {
                Some(footage) => {
                    known.note(footage.clone(), key);
                    clip.footage = Some(footage);
                }
                None => opened.notes.push(format!(
                    "What is known of {} cannot be read; the clip is looked at again.",
                    clip.media.path.name()
                )),
            }
            pieces.pause().await;
        }
        id.clone_into(&mut opened.project.id);
        self.0.known.borrow_mut().insert(id.to_owned(), known);
        Ok(opened)
    }

    /// Saves a project under its id, all of it or nothing.
    ///
    /// Up to the browser's own writing it does not wait unless much is new, so that a page that is
    /// about to close still saves. A project that this tab has not claimed is saved only if it is
    /// not there yet.
    ///
    /// # Errors
    /// [`StoreError::Full`] without room; [`StoreError::TakenOver`] or [`StoreError::Elsewhere`] if
    /// another tab has the project; [`StoreError::Newer`]; or what the browser says. The stored
    /// project is as it was.
    pub async fn save(&self, project: &Project) -> Result<(), StoreError> {
        let id = project.id.as_str();
        let before = self.0.known.borrow().get(id).cloned().unwrap_or_default();
        let (known, fresh) = gather(project, before).await;
        let saved_ms = now_ms();
        let apart =
            project.to_json_apart(saved_ms, |footage| known.key(footage).map(str::to_owned));
        let listed = Listed {
            summary: Summary {
                saved_ms,
                ..project.summary()
            },
            footage: apart.keys,
        };
        let listed = serde_json::to_string(&listed).unwrap_or_default();

        let tables = [
            Table::Listed,
            Table::Documents,
            Table::Footage,
            Table::Claims,
        ];
        let transaction = self.0.database.transaction(&tables, Access::Write)?;
        let key = JsValue::from(id);
        let document = JsValue::from(apart.document);
        let taken = if let Some(number) = self.number_of(id) {
            // There only if another claim came after this one.
            let next = pair(id, &(number + 1.0).into());
            transaction.add(Table::Claims, &next, &JsValue::TRUE)?;
            transaction.delete(Table::Claims, &next)?;
            transaction.put(Table::Documents, &key, &document)?;
            StoreError::TakenOver
        } else {
            transaction.add(Table::Documents, &key, &document)?;
            StoreError::Elsewhere
        };
        transaction.put(Table::Listed, &key, &listed.into())?;
        for one in fresh {
            transaction.put(Table::Footage, &one.key.into(), &one.text.into())?;
        }
        let ended = transaction.end(taken).await;
        match &ended {
            Ok(()) => {
                self.0.known.borrow_mut().insert(id.to_owned(), known);
            }
            Err(StoreError::TakenOver) => self.lose(id),
            Err(_) => {}
        }
        ended
    }

    /// Removes a project, unless another tab works on it.
    ///
    /// # Errors
    /// [`StoreError::Elsewhere`] if one does; or what the browser says.
    pub async fn remove(&self, id: &str) -> Result<(), StoreError> {
        let claim = self.claim_in_passing(id).await?;
        let tables = [Table::Listed, Table::Documents];
        let transaction = self.0.database.transaction(&tables, Access::Write)?;
        transaction.delete(Table::Listed, &id.into())?;
        transaction.delete(Table::Documents, &id.into())?;
        transaction.end(StoreError::Elsewhere).await?;
        self.0.known.borrow_mut().remove(id);
        drop(claim);
        self.sweep().await
    }

    /// Another project with the same in it, under another name. Gives back its id.
    ///
    /// # Errors
    /// As [`Self::load`] and [`Self::save`].
    pub async fn duplicate(&self, id: &str, name: &str) -> Result<String, StoreError> {
        let mut project = self.load(id).await?.project;
        project.id = Self::new_id();
        name.clone_into(&mut project.name);
        self.save(&project).await?;
        self.0.known.borrow_mut().remove(&project.id);
        Ok(project.id)
    }

    /// Deletes footage that no project has any more. Nothing depends on it but the room.
    async fn sweep(&self) -> Result<(), StoreError> {
        let tables = [Table::Listed, Table::Footage];
        // One transaction, so that no save comes between looking and deleting.
        let transaction = self.0.database.transaction(&tables, Access::Write)?;
        let all = transaction.all(Table::Listed, None)?.await?;
        let keys = transaction.keys(Table::Footage, None)?.await?;
        let listed: Option<Vec<_>> = all.iter().map(|one| listed(&one)).collect();
        // A project that cannot be understood may need any of it.
        let Some(listed) = listed else {
            return Ok(());
        };
        let used: BTreeSet<_> = listed.into_iter().flat_map(|one| one.footage).collect();
        for key in keys.iter() {
            if key.as_string().is_none_or(|key| !used.contains(&key)) {
                transaction.delete(Table::Footage, &key)?;
            }
        }
        transaction.end(StoreError::Elsewhere).await
    }
}

fn listed(value: &JsValue) -> Option<Listed> {
    serde_json::from_str(&value.as_string()?).ok()
}
