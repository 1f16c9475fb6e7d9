//! What is taken home: the plan and the project as files.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::Studio;
use super::clips::ClipStage;
use crate::document::compact;
use crate::page::said::said;

impl Studio {
    /// What a person should know of the plan before it is taken home.
    #[must_use]
    pub fn plan_notes(self) -> Vec<String> {
        let Some(plan) = self.plan.get() else {
            return Vec::new();
        };
        let mut notes = Vec::new();
        if self.is_of_other_song() {
            notes.push(
                "The plan was made for another song than the one that is here now. Plan again to \
                 use the one that is here."
                    .to_owned(),
            );
        }
        let used = |media: usize| {
            plan.slots
                .iter()
                .any(|slot| usize::try_from(slot.clip.media) == Ok(media))
        };
        let (mut unseen, mut missing) = (Vec::new(), Vec::new());
        for clip in self.clips.list.get() {
            if !used(clip.media) {
                continue;
            }
            let name = clip.entry.with(|entry| entry.media.path.name().to_owned());
            match clip.stage.get() {
                ClipStage::Unseen => unseen.push(name),
                ClipStage::Missing => missing.push(name),
                _ => {}
            }
        }
        if !unseen.is_empty() {
            notes.push(format!(
                "Chosen without being seen, since this browser cannot decode them: {}. They are \
                 rendered as usual.",
                unseen.join(", ")
            ));
        }
        if !missing.is_empty() {
            notes.push(format!(
                "Not here at the moment, but part of the plan: {}.",
                missing.join(", ")
            ));
        }
        notes
    }

    /// Saves the plan to a file.
    pub fn save_plan(self) {
        if let Some(plan) = self.plan.get_untracked() {
            let name = untrack(|| self.project().plan_file_name());
            self.save_text(&name, &compact(&plan).to_json());
        }
    }

    /// Saves the project to a file.
    pub fn save_project_file(self) {
        let project = untrack(|| self.project());
        self.save_text(&project.project_file_name(), &project.to_json());
    }

    fn save_text(self, name: &str, text: &str) {
        if let Err(error) = offer(name, text) {
            self.notices
                .warn(format!("{name} cannot be saved: {}.", said(&error)));
        }
    }
}

/// Offers a text as a file to be saved.
fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&text.into());
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download has begun; its address is not needed for long.
    let revoke = move || {
        // An address that is gone already is no error.
        let _ = web_sys::Url::revoke_object_url(&url);
    };
    set_timeout(revoke, Duration::from_mins(1));
    Ok(())
}
