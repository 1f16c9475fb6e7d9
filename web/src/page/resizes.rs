//! When an element has another size on the screen.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

/// Follows the size of an element for as long as it is kept.
pub struct Resizes {
    observer: ResizeObserver,
    _told: Closure<dyn FnMut()>,
}

impl Resizes {
    /// Calls `told` in a moment, and whenever the element has another size. None where the browser cannot
    /// tell, which every browser can that runs WebAssembly of this kind.
    #[must_use]
    pub fn of(element: &Element, told: impl FnMut() + 'static) -> Option<Self> {
        let told = Closure::<dyn FnMut()>::new(told);
        let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            _told: told,
        })
    }
}

impl Drop for Resizes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
