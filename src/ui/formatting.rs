//! How a message looks: code in a monospaced face, emoji alone in large, and a long text folded. Pure functions.

use crate::ui::text::{clean, markup};

/// A message may hold more pieces of code than this; the rest stays as it was typed.
const CODES_MAX: usize = 64;
/// So many emoji alone are shown large.
const LARGE_MAX: usize = 6;
/// A text of more lines than this is folded to …
const LINES_MAX: usize = 20;
/// … so many.
const FOLDED_LINES: usize = 12;
/// A text of more characters than this is folded to …
const CHARS_MAX: usize = 2000;
/// … so many.
const FOLDED_CHARS: usize = 1200;

const FENCE: &str = "```";
const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// Pango markup for what somebody said: links, and code between backticks; emoji alone are large.
pub(crate) fn message_markup(text: &str) -> String {
    if is_emoji_alone(text) {
        return format!("<span size=\"xx-large\">{}</span>", markup(text));
    }
    let mut shown = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    for _ in 0..CODES_MAX {
        let Some(code) = Code::find(rest) else { break };
        shown.push_str(&markup(&rest[..code.start]));
        shown.push_str("<tt>");
        shown.push_str(&escape(&rest[code.inner.clone()]));
        shown.push_str("</tt>");
        rest = &rest[code.end..];
    }
    shown + &markup(rest)
}

/// Where code stands in a text.
struct Code {
    start: usize,
    inner: std::ops::Range<usize>,
    end: usize,
}

impl Code {
    /// The first piece of code: a block between fences, or a span between two backticks on one line.
    fn find(text: &str) -> Option<Self> {
        let mut from = 0;
        while let Some(start) = text[from..].find('`').map(|at| from + at) {
            let found = if text[start..].starts_with(FENCE) {
                Self::block(text, start)
            } else {
                Self::span(text, start)
            };
            if found.is_some() {
                return found;
            }
            // What opens nothing is passed over, all of it at once.
            from = start + text[start..].chars().take_while(|&c| c == '`').count();
        }
        None
    }

    fn block(text: &str, start: usize) -> Option<Self> {
        let mut open = start + FENCE.len();
        let close = open + text[open..].find(FENCE)?;
        // A word right behind the fence names the language.
        if let Some((language, _)) = text[open..close].split_once('\n')
            && !language.contains(char::is_whitespace)
        {
            open += language.len() + 1;
        }
        let inner_end = open + text[open..close].trim_end_matches('\n').len();
        let is_empty = text[open..inner_end].trim().is_empty();
        (!is_empty).then_some(Self { start, inner: open..inner_end, end: close + FENCE.len() })
    }

    fn span(text: &str, start: usize) -> Option<Self> {
        let open = start + 1;
        let close = open + text[open..].find(['`', '\n'])?;
        let is_span = text[close..].starts_with('`') && !text[open..close].trim().is_empty();
        is_span.then_some(Self { start, inner: open..close, end: close + 1 })
    }
}

fn escape(text: &str) -> String {
    glib::markup_escape_text(&printable(text)).into()
}

/// Without the control characters that markup does not allow.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Whether there are a few emoji and nothing else.
fn is_emoji_alone(text: &str) -> bool {
    let mut count = 0;
    let mut is_joined = false;
    for character in text.chars().filter(|c| !c.is_whitespace()) {
        match character {
            ZERO_WIDTH_JOINER => is_joined = true,
            // Variations, skin tones, the tags of flags.
            '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' => {}
            _ if !is_emoji(character) => return false,
            _ => {
                count += usize::from(!is_joined);
                is_joined = false;
            }
        }
    }
    // A flag of two letters counts as two.
    count > 0 && count <= LARGE_MAX
}

fn is_emoji(character: char) -> bool {
    matches!(
        character,
        '\u{1F1E6}'..='\u{1F1FF}'
            | '\u{1F300}'..='\u{1FAFF}'
            | '\u{2600}'..='\u{27BF}'
            | '\u{2B50}' | '\u{2B55}' | '\u{231A}' | '\u{231B}' | '\u{23E9}'..='\u{23F3}'
    )
}

/// How a long text begins; `None` where it is not long.
pub(crate) fn folded(text: &str) -> Option<&str> {
    let is_long = text.lines().count() > LINES_MAX || text.chars().count() > CHARS_MAX;
    if !is_long {
        return None;
    }
    let line_end = text.match_indices('\n').nth(FOLDED_LINES - 1).map_or(text.len(), |(at, _)| at);
    let char_end = text.char_indices().nth(FOLDED_CHARS).map_or(text.len(), |(at, _)| at);
    Some(text[..line_end.min(char_end)].trim_end())
}

/// Messages as one copies them to take them elsewhere: one line says who and when, and the text follows.
pub(crate) fn transcript<'a>(
    messages: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) -> String {
    let lines = messages.map(|(name, time, text)| format!("[{time}] {}: {text}", clean(name)));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_monospaced_and_holds_neither_links_nor_markup() {
        let cases = [
            ("use `a < b` here", "use <tt>a &lt; b</tt> here"),
            ("`http://a`", "<tt>http://a</tt>"),
            ("```rust\nfn a() {}\n```", "<tt>fn a() {}</tt>"),
            ("x ```a\n`b`\n``` y", "x <tt>`b`</tt> y"),
            ("```one two\nthree```", "<tt>one two\nthree</tt>"),
            ("``` `a` ```", "<tt> `a` </tt>"),
        ];
        for (text, expected) in cases {
            assert_eq!(message_markup(text), expected, "{text}");
        }
    }

    #[test]
    fn backticks_that_hold_nothing_stay() {
        for text in ["a ` b", "``", "` `", "a `b\nc` d", "```", "``` ```", "```\nopen", "it`s"] {
            assert_eq!(message_markup(text), markup(text), "{text}");
        }
    }

    #[test]
    fn pieces_of_code_are_bounded() {
        let text = "`a` ".repeat(CODES_MAX + 5);
        assert_eq!(message_markup(&text).matches("<tt>").count(), CODES_MAX);
        // Takes linear time, or this test does not end.
        message_markup(&"`".repeat(60_000));
        message_markup(&"`\n".repeat(30_000));
    }

    #[test]
    fn markup_of_any_code_is_understood_by_pango() {
        for text in ["`<b>`", "`\u{1}\u{7}a`", "```&\u{0}<```", "`a`<i>`b`"] {
            assert!(gtk::pango::parse_markup(&message_markup(text), '\0').is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_few_emoji_alone_are_large() {
        for text in ["🎉", "👍🏽 👩🏽\u{200D}🚀", "❤️", "🇪🇬", "😀😀😀 😀😀😀"]
        {
            assert!(is_emoji_alone(text), "{text}");
        }
        for text in ["", " ", "a🎉", "42", "😀😀😀😀😀😀😀", "\u{200D}", "::"] {
            assert!(!is_emoji_alone(text), "{text}");
        }
    }

    #[test]
    fn long_texts_are_folded_to_their_beginning() {
        assert_eq!(folded(&"a\n".repeat(LINES_MAX)), None);
        let lines = "a\n".repeat(LINES_MAX + 1);
        assert_eq!(folded(&lines).map(|text| text.lines().count()), Some(FOLDED_LINES));
        assert_eq!(folded(&"ن".repeat(CHARS_MAX)), None);
        let long = "ن".repeat(CHARS_MAX + 1);
        assert_eq!(folded(&long).map(|text| text.chars().count()), Some(FOLDED_CHARS));
    }

    #[test]
    fn a_transcript_names_who_said_what_when() {
        let messages = [("Ana", "10:32", "hi"), ("بدر", "10:33", "one\ntwo")];
        assert_eq!(transcript(messages.into_iter()), "[10:32] Ana: hi\n[10:33] بدر: one\ntwo");
    }
}
