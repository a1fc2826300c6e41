//! What the archive's statements can ask of this program: `folded(name)`, by which names are the same, and
//! `search_words(text)`, by which the index of words is kept.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::irc::{fold, words_of};

/// Makes the functions known to a connection.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("folded", 1, flags, |context| {
        Ok(fold(context.get_raw(0).as_str()?))
    })?;
    connection.create_scalar_function("search_words", 1, flags, |context| {
        Ok(words_of(context.get_raw(0).as_str()?))
    })
}
