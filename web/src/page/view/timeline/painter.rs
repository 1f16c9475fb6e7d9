//! Draws when something changed: once for each picture that the screen shows.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::desk::{Desk, INSET};
use super::draw::{self, Overview};
use super::pen::{Palette, Pen};
use super::scene::{Scene, looks, thumbs};
use crate::gesture::Lanes;
use crate::page::view::paint::{context, pixels};

/// The canvas and what is on it.
pub(super) struct Painter {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    overview: Overview,
    palette: Palette,
    scene: Scene,
    size: (f64, f64),
    density: f64,
    /// The still part of the overview must be drawn again.
    stale: bool,
    /// A picture has been asked for.
    asked: bool,
}

/// A painter. A handle.
#[derive(Clone, Copy)]
pub(super) struct Easel(StoredValue<Option<Painter>, LocalStorage>);

impl Easel {
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(None))
    }

    /// Begins to draw on a canvas.
    pub(super) fn put(self, canvas: &HtmlCanvasElement) {
        let Some(document) = web_sys::window().and_then(|window| window.document()) else {
            return;
        };
        let other = document.create_element("canvas").ok();
        let other = other.and_then(|other| other.dyn_into::<HtmlCanvasElement>().ok());
        let (Some(context_here), Some(other)) = (context(canvas), other) else {
            return;
        };
        let Some(context_other) = context(&other) else {
            return;
        };
        self.0.set_value(Some(Painter {
            canvas: canvas.clone(),
            context: context_here,
            overview: Overview {
                canvas: other,
                context: context_other,
            },
            palette: Palette::of(canvas).unwrap_or_default(),
            scene: Scene::default(),
            size: (0.0, 0.0),
            density: 0.0,
            stale: true,
            asked: false,
        }));
    }

    /// Changes what is drawn; it is drawn with the next picture.
    fn change(self, change: impl FnOnce(&mut Painter)) {
        let mut ask = false;
        self.0.try_update_value(|painter| {
            if let Some(painter) = painter {
                change(painter);
                ask = !std::mem::replace(&mut painter.asked, true);
            }
        });
        if ask {
            request_animation_frame(move || {
                // The timeline may be gone by now.
                let _ = self.0.try_update_value(|painter| {
                    if let Some(painter) = painter {
                        painter.asked = false;
                        painter.draw();
                    }
                });
            });
        }
    }

    /// The colours may be others.
    pub(super) fn recolour(self) {
        self.change(|painter| {
            painter.palette = Palette::of(&painter.canvas).unwrap_or_default();
            painter.stale = true;
        });
    }

    /// Follows everything that is drawn.
    pub(super) fn follow(self, desk: Desk) {
        let studio = desk.studio;
        Effect::new(move |_| {
            let size = desk.size.get();
            self.change(|painter| painter.size = size);
        });
        Effect::new(move |_| {
            let (plan, score) = (studio.plan.get(), studio.viewing.score.get());
            self.change(|painter| {
                painter.stale = true;
                painter.scene.plan = plan;
                painter.scene.score = score;
            });
        });
        Effect::new(move |_| {
            let sound = studio.song.sound.with(|sound| {
                let sound = sound.as_ref()?;
                Some(sound.waveform.clone())
            });
            self.change(|painter| {
                let loudest = sound.as_ref().map_or(1.0, |sound| sound.loudest().into());
                painter.stale = true;
                painter.scene.loudest = loudest;
                painter.scene.sound = sound;
            });
        });
        Effect::new(move |_| {
            let looks = looks(studio).into();
            self.change(|painter| painter.scene.looks = looks);
        });
        Effect::new(move |_| {
            let thumbs = thumbs(studio).into();
            self.change(|painter| painter.scene.thumbs = thumbs);
        });
        Effect::new(move |_| {
            let stale = studio.planning.pending.with(Option::is_some);
            self.change(|painter| painter.scene.stale = stale);
        });
        Effect::new(move |_| {
            let view = studio.viewing.viewport.get();
            self.change(|painter| {
                let before = painter.scene.view.replace(view);
                let other = |before: crate::viewport::Viewport| {
                    before.frames() != view.frames()
                        || (before.width() - view.width()).abs() > f64::EPSILON
                };
                painter.stale |= before.is_none_or(other);
            });
        });
        Effect::new(move |_| {
            let looped = studio.transport.looped.get();
            self.change(|painter| painter.scene.looped = looped);
        });
        Effect::new(move |_| {
            let (selected, hovered) = (studio.selected.get(), desk.hovered.get());
            let (cut, drag) = (desk.cut.get(), desk.drag.get());
            self.change(|painter| {
                let scene = &mut painter.scene;
                (scene.selected, scene.hovered) = (selected, hovered);
                (scene.cut, scene.drag) = (cut, drag);
            });
        });
    }
}

impl Painter {
    fn draw(&mut self) {
        let (width, height) = self.size;
        if width < 1.0 || height < 1.0 {
            return;
        }
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let (wide, tall) = (pixels(width * density), pixels(height * density));
        let other = (self.canvas.width(), self.canvas.height()) != (wide, tall);
        if other || (density - self.density).abs() > f64::EPSILON {
            // Setting a canvas' size clears it, so that it is only done when it differs.
            self.canvas.set_width(wide);
            self.canvas.set_height(tall);
            self.density = density;
            self.stale = true;
        }
        let lanes = Lanes::of(height);
        if std::mem::take(&mut self.stale) {
            let view_width = (width - 2.0 * INSET).max(1.0);
            let tall = lanes.overview.end - lanes.overview.start;
            let size = (view_width, tall);
            draw::overview_still(&self.overview, &self.palette, &self.scene, size, density);
        }
        let pen = Pen::new(
            &self.context,
            &self.palette,
            (width, height),
            (density, INSET),
        );
        draw::scene(&pen, &lanes, &self.scene, &self.overview);
    }
}
