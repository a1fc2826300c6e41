//! Long text in pieces that fit on a line.

use unicode_bidi::{BidiClass, bidi_class};

/// Cuts text into pieces of at most `max_bytes`: at spaces where it can, the space itself left out, and else between
/// characters, keeping marks and joined emoji with what they belong to as far as one piece holds them.
///
/// No piece is empty; the empty text has none. Only a single character may be longer than `max_bytes`.
pub fn split_text(text: &str, max_bytes: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = take_piece(rest, max_bytes)?;
        rest = after;
        Some(piece)
    })
}

fn take_piece(text: &str, max_bytes: usize) -> Option<(&str, &str)> {
    let first_char = text.chars().next()?;
    if text.len() <= max_bytes {
        return Some((text, ""));
    }
    let fits = text.floor_char_boundary(max_bytes).max(first_char.len_utf8());
    if let Some(space) = last_space(text, fits) {
        return Some((&text[..space], &text[space + 1..]));
    }
    Some(text.split_at(last_border(text, fits).unwrap_or(fits)))
}

/// The last space that can follow a piece which ends at `fits` or before.
fn last_space(text: &str, fits: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (1..=fits).rev().find(|&at| bytes.get(at) == Some(&b' '))
}

/// The last place, not beyond `fits` and not at the beginning, where cutting takes nothing from the character before.
fn last_border(text: &str, fits: usize) -> Option<usize> {
    (1..=fits).rev().filter(|&at| text.is_char_boundary(at)).find(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        before != Some(ZERO_WIDTH_JOINER) && !after.is_some_and(is_attached)
    })
}

const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// Whether the character only changes the one before: a combining mark or variation selector, a joiner, a skin tone.
fn is_attached(c: char) -> bool {
    c == ZERO_WIDTH_JOINER
        || ('\u{1F3FB}'..='\u{1F3FF}').contains(&c)
        || bidi_class(c) == BidiClass::NSM
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str, max_bytes: usize) -> Vec<&str> {
        split_text(text, max_bytes).collect()
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(pieces("", 5), [""; 0]);
        assert_eq!(pieces("hello", 5), ["hello"]);
        assert_eq!(pieces("hello there you", 11), ["hello there", "you"]);
        assert_eq!(pieces("hello there you", 10), ["hello", "there you"]);
        assert_eq!(pieces("مرحبا يا نور", 16), ["مرحبا يا", "نور"]);
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(pieces("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(pieces("李雷李雷", 7), ["李雷", "李雷"]);
        assert_eq!(pieces("李", 1), ["李"]);
        assert_eq!(pieces("ab", 0), ["a", "b"]);
    }

    #[test]
    fn marks_and_joined_emoji_stay_together() {
        assert_eq!(pieces("abe\u{301}f", 4), ["ab", "e\u{301}f"]);
        assert_eq!(pieces("ab👩🏽\u{200D}🚀", 16), ["ab", "👩🏽\u{200D}🚀"]);
        let endless = "e\u{301}\u{301}\u{301}";
        assert_eq!(pieces(endless, 3).concat(), endless);
    }

    #[test]
    fn spaces_make_no_empty_piece() {
        assert_eq!(pieces("   a", 2), ["  ", "a"]);
        assert!(pieces(&" ".repeat(50), 3).iter().all(|piece| !piece.is_empty()));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_long(text in "[\\PC \u{301}\u{200D}]{0,60}", max in 4usize..40) {
            let pieces: Vec<_> = split_text(&text, max).collect();
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= max));
            prop_assert_eq!(pieces.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
