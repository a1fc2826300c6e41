//! What there is to tell of the archive.

use std::path::Path;

use crate::i18n::{gettext, gettext_f, isolate};
use crate::store::{OpenTrouble, StoreError};

/// What was wrong with the archive's file, and what was done.
pub(super) fn open_trouble(trouble: &OpenTrouble) -> String {
    match trouble {
        OpenTrouble::Damaged(aside) => gettext_f(
            // Translators: {file} is the name of a file.
            "What was kept on this computer is damaged. It has been set aside as {file}, and a new archive begins.",
            &[("file", &isolate(&name(aside)))],
        ),
        OpenTrouble::Newer(aside) => gettext_f(
            // Translators: {file} is the name of a file.
            "What is kept on this computer was written by a newer version. It has been set aside as {file}, and a new archive begins.",
            &[("file", &isolate(&name(aside)))],
        ),
        OpenTrouble::InMemory(reason) => gettext_f(
            // Translators: {reason} is in the operating system's words.
            "Nothing can be kept on this computer, and all is forgotten at the end: {reason}",
            &[("reason", &isolate(reason))],
        ),
    }
}

/// What went wrong later.
pub(super) fn failure(error: &StoreError) -> String {
    match error {
        StoreError::Damaged => gettext(
            "What is kept on this computer is damaged. At the next start it is set aside, and a new archive begins.",
        ),
        StoreError::Full => gettext("The disk is full; what is said now is not kept."),
        StoreError::Closed => gettext("What is said now is not kept."),
        StoreError::Other(reason) => gettext_f(
            // Translators: {reason} is in the words of the database.
            "Something could not be kept on this computer: {reason}",
            &[("reason", &isolate(reason))],
        ),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
