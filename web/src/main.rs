//! Puts the planner page into the document.

fn main() {
    #[cfg(target_arch = "wasm32")]
    web::page::open();
}
