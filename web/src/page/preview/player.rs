//! Clips that the worker cannot decode, by the browser's own player.
//!
//! A browser may play in a video element what it gives pages no decoder for. The worker says which
//! clip it needs and where; the player's pictures go to the worker, which draws them like others.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, HtmlVideoElement, ImageBitmap, Url};

use super::worker::{Files, Post, message, set};
use crate::page::field::{self, whole};

/// A player that is off by more than this, in seconds, is sent to where it should be.
const OFF: f64 = 0.08;
/// Speeds that players take.
const RATES: (f64, f64) = (0.25, 4.0);

/// All players. A handle.
#[derive(Clone)]
pub(super) struct Players {
    open: Rc<RefCell<BTreeMap<u64, Player>>>,
    files: Files,
    post: Rc<Post>,
}

/// A video element that nobody sees or hears.
struct Player {
    video: HtmlVideoElement,
    address: String,
    /// Its listeners, kept as long as it is.
    hears: Vec<(&'static str, Heard)>,
    _watch: Rc<Watch>,
}

/// Hears of every picture that a player shows, where the browser tells of them.
struct Watch {
    video: HtmlVideoElement,
    shown: Shown,
    /// What the browser calls the call for the next picture.
    call: RefCell<JsValue>,
}

/// Hears an event.
type Heard = Closure<dyn FnMut()>;

/// Hears of a picture that is shown.
type Shown = Closure<dyn FnMut(f64, JsValue)>;

/// Whether a picture is on its way to the worker.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Grab {
    Free,
    Busy,
    /// The player shows another one meanwhile, at this second.
    Again(f64),
}

impl Players {
    pub(super) fn new(post: Rc<Post>, files: Files) -> Self {
        Self {
            open: Rc::default(),
            files,
            post,
        }
    }

    /// Brings a player to where the worker wants it: `player`, `media`, `at_us`, `rate`.
    pub(super) fn lead(&self, asked: &JsValue) {
        let (Some(id), Some(media), Some(at_us)) = (
            whole(asked, "player"),
            whole(asked, "media"),
            field::number(asked, "at_us"),
        ) else {
            return;
        };
        let rate = field::number(asked, "rate").unwrap_or(0.0);
        if !self.open.borrow().contains_key(&id) {
            match self.open(id, media) {
                Some(player) => {
                    self.open.borrow_mut().insert(id, player);
                }
                None => self.unplayable(id),
            }
        }
        let open = self.open.borrow();
        let Some(Player { video, .. }) = open.get(&id) else {
            return;
        };
        let at = at_us / 1e6;
        if (video.current_time() - at).abs() > if rate > 0.0 { OFF } else { 0.001 } {
            video.set_current_time(at);
        }
        if rate > 0.0 {
            video.set_playback_rate(rate.clamp(RATES.0, RATES.1));
            if let Ok(playing) = video.play() {
                // A player that is sent elsewhere meanwhile breaks its promise, which is no matter.
                spawn_local(async move {
                    let _ = JsFuture::from(playing).await;
                });
            }
        } else if !video.paused() {
            let _ = video.pause();
        }
    }

    /// Lets a player go.
    pub(super) fn release(&self, asked: &JsValue) {
        if let Some(id) = whole(asked, "player") {
            self.open.borrow_mut().remove(&id);
        }
    }

    fn unplayable(&self, id: u64) {
        tell_unplayable(&self.post, id);
    }

    fn open(&self, id: u64, media: u64) -> Option<Player> {
        let file = {
            let files = self.files.borrow();
            files.get(usize::try_from(media).ok()?)?.clone()?
        };
        let document = web_sys::window()?.document()?;
        let video: HtmlVideoElement = document.create_element("video").ok()?.dyn_into().ok()?;
        video.set_muted(true);
        video.set_preload("auto");
        // Phones would fill the screen with it.
        let _ = video.set_attribute("playsinline", "");
        let address = Url::create_object_url_with_blob(&file).ok()?;
        let busy = Rc::new(Cell::new(Grab::Free));
        let mut hears = Vec::new();
        let mut on = |event: &'static str, hear: Heard| {
            let listener = hear.as_ref().unchecked_ref();
            let _ = video.add_event_listener_with_callback(event, listener);
            hears.push((event, hear));
        };
        for event in ["loadeddata", "seeked"] {
            let (post, video, busy) = (Rc::clone(&self.post), video.clone(), Rc::clone(&busy));
            on(
                event,
                Heard::new(move || {
                    let at = video.current_time();
                    grab(&post, id, &video, at, &busy);
                }),
            );
        }
        let post = Rc::clone(&self.post);
        on("error", Heard::new(move || tell_unplayable(&post, id)));
        let watch = self.watch(id, &video, &busy);
        video.set_src(&address);
        Some(Player {
            video,
            address,
            hears,
            _watch: watch,
        })
    }

    /// Sends every picture that the player shows.
    fn watch(&self, id: u64, video: &HtmlVideoElement, busy: &Rc<Cell<Grab>>) -> Rc<Watch> {
        let (post, busy) = (Rc::clone(&self.post), Rc::clone(busy));
        let watch = Rc::new_cyclic(|watch: &Weak<Watch>| {
            let watch = watch.clone();
            let shown = Shown::new(move |_: f64, told: JsValue| {
                let Some(watch) = watch.upgrade() else { return };
                let at = field::number(&told, "mediaTime");
                let at = at.unwrap_or_else(|| watch.video.current_time());
                grab(&post, id, &watch.video, at, &busy);
                watch.call_for_picture();
            });
            Watch {
                video: video.clone(),
                shown,
                call: RefCell::default(),
            }
        });
        watch.call_for_picture();
        watch
    }
}

impl Watch {
    /// Asks the browser to tell of the next picture; older ones cannot, and then only pictures that were
    /// sought are seen.
    fn call_for_picture(&self) {
        let call = self.method("requestVideoFrameCallback", self.shown.as_ref());
        *self.call.borrow_mut() = call;
    }

    /// Calls a method that `web-sys` does not have; undefined where the browser does not have it either.
    fn method(&self, name: &str, with: &JsValue) -> JsValue {
        field::get(&self.video, name)
            .dyn_into::<Function>()
            .and_then(|method| method.call1(&self.video, with))
            .unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A picture may have been shown that the browser has not told of yet.
        self.method("cancelVideoFrameCallback", &self.call.borrow());
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        for (event, hear) in &self.hears {
            let listener = hear.as_ref().unchecked_ref();
            let _ = self
                .video
                .remove_event_listener_with_callback(event, listener);
        }
        let _ = self.video.pause();
        // Without a source it lets the file and its decoder go.
        let _ = self.video.remove_attribute("src");
        self.video.load();
        let _ = Url::revoke_object_url(&self.address);
    }
}

/// Sends the picture that a player shows at a second of its clip, one after the other.
fn grab(post: &Rc<Post>, id: u64, video: &HtmlVideoElement, at: f64, busy: &Rc<Cell<Grab>>) {
    if video.ready_state() < HtmlMediaElement::HAVE_CURRENT_DATA {
        return;
    }
    if busy.get() != Grab::Free {
        busy.set(Grab::Again(at));
        return;
    }
    if video.video_width() == 0 {
        tell_unplayable(post, id);
        return;
    }
    let taken = web_sys::window().and_then(|window| {
        window
            .create_image_bitmap_with_html_video_element(video)
            .ok()
    });
    let Some(taken): Option<Promise> = taken else {
        return;
    };
    busy.set(Grab::Busy);
    let (post, busy, video) = (Rc::clone(post), Rc::clone(busy), video.clone());
    spawn_local(async move {
        let taken = JsFuture::from(taken).await;
        if let Ok(bitmap) = taken.and_then(JsValue::dyn_into::<ImageBitmap>) {
            let message = message("picture");
            set(&message, "player", &number(id));
            set(&message, "at_us", &(at * 1e6).into());
            set(&message, "bitmap", &bitmap);
            post.send(message, Array::of1(&bitmap));
        }
        if let Grab::Again(at) = busy.replace(Grab::Free) {
            grab(&post, id, &video, at, &busy);
        }
    });
}

fn tell_unplayable(post: &Post, id: u64) {
    let message = message("unplayable");
    set(&message, "player", &number(id));
    post.send(message, Array::new());
}

fn number(id: u64) -> JsValue {
    crate::preview::clock::frames(id).into()
}
