//! Searching what was said.

mod dialog;
mod hit_row;

pub(crate) use dialog::SearchDialog;

use hit_row::HitRow;
