//! How much one page holds.
//!
//! A limit counts messages, and a message may have many lines (draft/multiline); a page of the longest would be more than its
//! reader's SendQ takes. A page that ends early is one whose reader asks on from its last message.

use crate::event::HistoryRow;

use majlis_protocol::wire_lines;

/// What the messages of a page come to at most, as lines; a single one may be longer. AROUND takes two.
///
/// Two fit into the usual SendQ, and the longest message that can be configured into one.
const PAGE_MAX_BYTES: usize = 384 * 1024;

/// What stands on a line besides source, target and text: `batch`, the concat tag, the command and what separates them.
const LINE_BYTES: usize = 96;

/// What the first line has besides: time, identifier, account.
const MESSAGE_BYTES: usize = 160;

/// Takes messages as they come for as long as there is room, and at least one.
pub(in crate::store) fn collect(
    rows: impl Iterator<Item = rusqlite::Result<HistoryRow>>,
) -> rusqlite::Result<Vec<HistoryRow>> {
    let mut page = Vec::new();
    let mut page_bytes = 0;
    for row in rows {
        let row = row?;
        page_bytes += row_bytes(&row);
        if page_bytes > PAGE_MAX_BYTES && !page.is_empty() {
            break;
        }
        page.push(row);
    }
    Ok(page)
}

/// At least what a message weighs on the wire.
fn row_bytes(row: &HistoryRow) -> usize {
    let line_bytes = LINE_BYTES + row.source.len() + row.target.len();
    let lines = wire_lines(&row.text).count() * line_bytes;
    MESSAGE_BYTES + row.client_tags.len() + lines + row.text.len()
}

#[cfg(test)]
mod tests {
    use majlis_protocol::Timestamp;

    use super::*;
    use crate::event::{MsgId, RoomId, StoredKind};

    fn row(text: String) -> HistoryRow {
        HistoryRow {
            room: RoomId(1),
            msgid: MsgId(1),
            time: Timestamp(0),
            source: "a!a@h".to_owned(),
            account: None,
            kind: StoredKind::Privmsg,
            target: "#a".to_owned(),
            text,
            client_tags: String::new(),
            author: None,
        }
    }

    fn count(rows: Vec<HistoryRow>) -> usize {
        collect(rows.into_iter().map(Ok)).unwrap().len()
    }

    /// A message of one line that weighs so much.
    fn weighing(bytes: usize) -> HistoryRow {
        let empty = row_bytes(&row(String::new()));
        row("x".repeat(bytes - empty))
    }

    #[test]
    fn a_page_ends_where_it_is_full_to_the_byte() {
        let half = PAGE_MAX_BYTES / 2;
        assert_eq!(count(vec![weighing(half), weighing(half), weighing(300)]), 2);
        assert_eq!(count(vec![weighing(half), weighing(half + 1)]), 1);
        assert_eq!(count(vec![row(String::new()); 200]), 200);
    }

    #[test]
    fn a_message_longer_than_a_page_is_one() {
        assert_eq!(count(vec![weighing(PAGE_MAX_BYTES + 1), row(String::new())]), 1);
        assert_eq!(count(Vec::new()), 0);
    }

    #[test]
    fn each_line_of_a_message_counts() {
        let flat = row_bytes(&row("x".repeat(200)));
        let lines = row_bytes(&row("x\n".repeat(100)));
        assert_eq!(lines - flat, 99 * (LINE_BYTES + "a!a@h#a".len()));
    }
}
