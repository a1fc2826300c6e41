//! Other people: who they are and what can be done about them; and saying that one is away.

mod away_dialog;
mod presence;
mod profile_dialog;

pub(crate) use away_dialog::AwayDialog;
pub(crate) use presence::{presence_words, show_presence};
pub(crate) use profile_dialog::ProfileDialog;
