//! The words by which what was said is looked up, as the index holds them.
//!
//! What a word is, the protocol says, to both ends alike; here it becomes known to SQLite, for the text as it is kept.

use majlis_protocol::{combined_text, words_of};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::event::RoomId;

use super::value::room_to_sql;

/// Makes known to a connection `room_words(room, text)`, for the triggers that keep the index, and `search_words(text)`, by which
/// the first versions of the database kept it.
pub(super) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("search_words", 1, flags, |context| {
        Ok(words_of(&combined_text(context.get_raw(0).as_str()?)))
    })?;
    conn.create_scalar_function("room_words", 2, flags, |context| {
        Ok(marked_words(context.get(0)?, context.get_raw(1).as_str()?))
    })
}

/// The words of what was said in a room, with spaces between, each as it is looked up. What only the wire broke is one word.
pub(super) fn room_words(room: RoomId, text: &str) -> String {
    marked_words(room_to_sql(room), text)
}

fn marked_words(room: i64, text: &str) -> String {
    mark_each(room, words_of(&combined_text(text)).trim_end())
}

/// An FTS5 query for what was said in one of these rooms; `query` is of words alone, each phrase of them between quotes.
pub(super) fn query_in(rooms: &[RoomId], query: &str) -> String {
    let in_room = |room: &RoomId| {
        let parts = query.split('"').enumerate().map(|(index, part)| {
            let is_phrase = index % 2 == 1;
            if is_phrase { mark_each(room_to_sql(*room), part) } else { part.to_owned() }
        });
        format!("({})", parts.collect::<Vec<_>>().join("\""))
    };
    rooms.iter().map(in_room).collect::<Vec<_>>().join(" OR ")
}

/// Makes each word one of its room: no letter stands in a number, so that it says where the word begins.
fn mark_each(room: i64, words: &str) -> String {
    let marked = words.split(' ').filter(|word| !word.is_empty());
    marked.map(|word| format!("{room}x{word}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_wire_broke_is_one_word() {
        for (text, words) in [
            ("one\ntwo thr\ree\n", "7xone 7xtwo 7xthree"),
            ("\u{1}ACTION wa\rves\nand goes\u{1}\n", "7xwaves 7xand 7xgoes"),
            ("👍", ""),
        ] {
            assert_eq!(room_words(RoomId(7), text), words);
        }
    }

    #[test]
    fn a_query_is_for_words_of_rooms() {
        let query = majlis_protocol::query_of("tea 李雷 x").unwrap();
        assert_eq!(query_in(&[RoomId(7)], &query), r#"("7xtea"* "7x李 7x雷" "7xx")"#);
        let query = majlis_protocol::query_of("tea").unwrap();
        assert_eq!(query_in(&[RoomId(1), RoomId(23)], &query), r#"("1xtea"*) OR ("23xtea"*)"#);
    }
}
