//! The widgets, one `.rs` beside one `.blp` each.

mod window;

pub use window::Window;
