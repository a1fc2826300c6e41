//! The words by which what was said is looked up, as the index holds them.
//!
//! What a word is, the protocol says, to both ends alike; here it becomes known to SQLite, for the text as it is kept.

use majlis_protocol::combined_text;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

/// Makes `search_words(text)` known to a connection, for the triggers that keep the index.
pub(super) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("search_words", 1, flags, |context| {
        Ok(words_of(context.get_raw(0).as_str()?))
    })
}

/// The words of a text with spaces between, each as it is looked up. What only the wire broke is one word.
pub(super) fn words_of(text: &str) -> String {
    majlis_protocol::words_of(&combined_text(text))
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn what_the_wire_broke_is_one_word() {
        for (text, words) in [
            ("one\ntwo thr\ree\n", "one two three "),
            ("\u{1}ACTION wa\rves\nand goes\u{1}\n", "waves and goes "),
        ] {
            assert_eq!(words_of(text), words);
        }
    }
}
