//! The user's guide inside the program: the pages of `docs/guide`, read without any network.

mod dialog;
mod guide;
mod markdown;
mod page_view;

pub(crate) use dialog::HelpDialog;
