//! Messages of many lines (draft/multiline): the lines of the wire, and the one text they are kept as.
//!
//! What came on one line is that line. What came as a batch is the lines it came on, each with an ending: LF, or CR where the
//! next one goes on within the same line of text. Neither can be within a line of IRC, so the text alone tells both kinds apart,
//! and nothing of how its sender composed it is lost.

use std::borrow::Cow;

/// The type of the batch that is one such message.
pub const MULTILINE_BATCH: &str = "draft/multiline";

/// The tag of a line that goes on where the one before ended.
pub const MULTILINE_CONCAT_TAG: &str = "draft/multiline-concat";

/// Ends a line of text.
const LINE_END: char = '\n';

/// Ends a line of the wire amid a line of text.
const WIRE_END: char = '\r';

/// One line of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireLine<'a> {
    /// What is on it; possibly empty, without CR or LF.
    pub text: &'a str,
    /// Whether it goes on where the line before ended; never so of the first.
    pub is_joined: bool,
}

/// Puts the lines of a batch together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MultilineText {
    kept: String,
    line_count: usize,
    joined_count: usize,
    has_text: bool,
}

impl MultilineText {
    /// Adds the next line. That the first were to be joined to one before it means nothing.
    pub fn push(&mut self, line: WireLine<'_>) {
        if self.line_count > 0 {
            self.joined_count += usize::from(line.is_joined);
            self.kept.push(if line.is_joined { WIRE_END } else { LINE_END });
        }
        self.kept.push_str(line.text);
        self.line_count += 1;
        self.has_text |= !line.text.is_empty();
    }

    /// How many lines of the wire there are: what counts towards `max-lines`.
    pub fn line_count(&self) -> usize {
        self.line_count
    }

    /// How long the combined message is, with the LF between its lines: what counts towards `max-bytes`.
    pub fn text_bytes(&self) -> usize {
        self.kept.len() - self.joined_count
    }

    /// Whether there are only empty lines, or none.
    pub fn is_blank(&self) -> bool {
        !self.has_text
    }

    /// The text as it is kept, each line with its ending.
    pub fn into_kept(mut self) -> String {
        self.kept.push(LINE_END);
        self.kept
    }
}

/// Whether a text came as a batch.
pub fn is_multiline(kept: &str) -> bool {
    kept.ends_with(LINE_END)
}

/// The lines of the wire that a text came on; exactly one where it came as no batch.
pub fn wire_lines(kept: &str) -> impl Iterator<Item = WireLine<'_>> {
    let body = body(kept);
    let mut start = 0;
    body.split([LINE_END, WIRE_END]).map(move |text| {
        let is_joined = body[..start].ends_with(WIRE_END);
        start += text.len() + 1;
        WireLine { text, is_joined }
    })
}

/// The text as people are to read it: LF between its lines, and nothing where only the wire broke it.
pub fn combined_text(kept: &str) -> Cow<'_, str> {
    let body = body(kept);
    if body.contains(WIRE_END) { body.replace(WIRE_END, "").into() } else { body.into() }
}

fn body(kept: &str) -> &str {
    kept.strip_suffix(LINE_END).unwrap_or(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text_of(lines: &[(&str, bool)]) -> MultilineText {
        let mut whole = MultilineText::default();
        for &(text, is_joined) in lines {
            whole.push(WireLine { text, is_joined });
        }
        whole
    }

    #[test]
    fn lines_make_one_text() {
        let whole = text_of(&[("hello", false), ("", false), ("how is ", false), ("all?", true)]);
        assert_eq!((whole.line_count(), whole.text_bytes()), (4, "hello\n\nhow is all?".len()));
        let kept = whole.into_kept();
        assert_eq!(kept, "hello\n\nhow is \rall?\n");
        assert_eq!(combined_text(&kept), "hello\n\nhow is all?");
        let lines: Vec<_> = wire_lines(&kept).map(|line| (line.text, line.is_joined)).collect();
        assert_eq!(lines, [("hello", false), ("", false), ("how is ", false), ("all?", true)]);
    }

    #[test]
    fn a_batch_of_one_line_is_no_bare_line() {
        let kept = text_of(&[("hello", true)]).into_kept();
        assert!(is_multiline(&kept) && !is_multiline("hello"));
        for text in ["hello", &kept] {
            let lines: Vec<_> = wire_lines(text).collect();
            assert_eq!(lines, [WireLine { text: "hello", is_joined: false }]);
            assert_eq!(combined_text(text), "hello");
        }
    }

    #[test]
    fn blank_lines_alone_are_blank() {
        assert!(text_of(&[]).is_blank() && text_of(&[("", false), ("", false)]).is_blank());
        assert!(!text_of(&[("", false), (" ", false)]).is_blank());
        assert_eq!(wire_lines("").count(), 1);
        assert_eq!(wire_lines("\n\n").count(), 2);
    }

    proptest! {
        #[test]
        fn what_was_put_together_comes_apart_the_same(
            lines in prop::collection::vec(("[^\r\n\u{0}]{0,6}", any::<bool>()), 1..8),
        ) {
            let lines: Vec<(&str, bool)> =
                lines.iter().enumerate().map(|(n, (text, joined))| (text.as_str(), *joined && n > 0)).collect();
            let whole = text_of(&lines);
            let (count, bytes) = (whole.line_count(), whole.text_bytes());
            let kept = whole.into_kept();
            prop_assert!(is_multiline(&kept));
            let again: Vec<_> = wire_lines(&kept).map(|line| (line.text, line.is_joined)).collect();
            prop_assert_eq!(again.len(), count);
            prop_assert_eq!(again, lines);
            prop_assert_eq!(combined_text(&kept).len(), bytes);
        }

        #[test]
        fn any_text_has_its_lines(kept in "[a\r\né]{0,12}") {
            let lines: Vec<_> = wire_lines(&kept).collect();
            prop_assert!(!lines.is_empty() && !lines[0].is_joined);
            prop_assert!(lines.iter().all(|line| !line.text.contains(['\r', '\n'])));
            let joined = lines.iter().skip(1).filter(|line| line.is_joined).count();
            let texts: usize = lines.iter().map(|line| line.text.len()).sum();
            prop_assert_eq!(combined_text(&kept).len(), texts + lines.len() - 1 - joined);
            let mut whole = MultilineText::default();
            for &line in &lines {
                whole.push(line);
            }
            prop_assert_eq!(whole.text_bytes(), combined_text(&kept).len());
            prop_assert!(wire_lines(&whole.into_kept()).eq(lines));
        }
    }
}
