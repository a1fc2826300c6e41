//! The mark by which a delivery is known: the last characters of each text that a sender says.
//!
//! It names the sender and counts its messages, so that every receiver can tell what is missing and what came twice. Standing
//! at the end of the line, it is read without parsing what comes before, whatever tags or sources a server puts there.

use majlis_protocol::Encoder;

/// `~`, four hexadecimal digits of the sender and eight of the count.
pub const MARK_BYTES: usize = 1 + SENDER_DIGITS + NUMBER_DIGITS;

const SENDER_DIGITS: usize = 4;
const NUMBER_DIGITS: usize = 8;
const FILLER: &str =
    "The quick brown fox jumps over the lazy dog while five wizards box with a big jar. ";

/// One message of one sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which sender, from 0.
    pub sender: u16,
    /// Which of its messages, from 0.
    pub number: u32,
}

/// Appends the line by which the marked text of `text_bytes` (at least [`MARK_BYTES`]) is said in the room.
pub fn write_message(out: &mut Vec<u8>, room: &str, mark: Mark, text_bytes: usize) {
    let Mark { sender, number } = mark;
    let filler = FILLER.chars().cycle().take(text_bytes.saturating_sub(MARK_BYTES));
    let text: String = filler.chain(format!("~{sender:04x}{number:08x}").chars()).collect();
    Encoder::new("PRIVMSG")
        .param(room)
        .trailing(&text)
        .write_to(out)
        .expect("rooms and texts of the generator's own fit a line");
}

/// The mark at the end of a line, with or without its line ending.
pub fn read_mark(line: &[u8]) -> Option<Mark> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mark = &line[line.len().checked_sub(MARK_BYTES)?..];
    let digits = mark.strip_prefix(b"~")?;
    let (sender, number) = digits.split_at(SENDER_DIGITS);
    Some(Mark { sender: u16::try_from(hex(sender)?).ok()?, number: hex(number)? })
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, &digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u32::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_whatever_stands_before_it() {
        let mark = Mark { sender: 0xabc, number: 0x1234_5678 };
        let mut line = Vec::new();
        write_message(&mut line, "#bench", mark, 100);
        assert_eq!(line.len(), "PRIVMSG #bench :".len() + 100 + 2);
        assert_eq!(read_mark(&line), Some(mark));
        let relayed = [b"@time=now;msgid=x :n!u@h ".as_slice(), line.trim_ascii_end()].concat();
        assert_eq!(read_mark(&relayed), Some(mark));
    }

    #[test]
    fn other_lines_have_no_mark() {
        for line in
            ["", "\r\n", "PING :x", ":n1!~u@127.0.0.1 JOIN #bench\r\n", "~00000000000g", "~0000"]
        {
            assert_eq!(read_mark(line.as_bytes()), None, "{line}");
        }
    }
}
