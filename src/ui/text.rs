//! How words from the network become words on the screen: links, escaped markup, text direction, and
//! names that cannot disturb the sentence around them. Pure functions; nothing here knows a widget's state.

use gtk::pango;

pub(crate) use crate::i18n::{clean, isolate};

/// A message may hold more addresses than this; the rest stay plain text.
const LINKS_MAX: usize = 32;

/// What begins a link: what people write, and what is opened for it.
const SCHEMES: [(&str, &str); 7] = [
    ("https://", "https://"),
    ("http://", "http://"),
    ("www.", "https://www."),
    ("mailto:", "mailto:"),
    ("majlis://", "majlis://"),
    ("ircs://", "ircs://"),
    ("irc://", "irc://"),
];

const LEFT_TO_RIGHT_MARK: char = '\u{200E}';
const RIGHT_TO_LEFT_MARK: char = '\u{200F}';

/// Pango markup that shows the text as it is, with its addresses as links. Takes linear time.
pub(crate) fn markup(text: &str) -> String {
    let mut markup = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    for _ in 0..LINKS_MAX {
        let Some(link) = Link::find(rest) else { break };
        let (before, from_link) = rest.split_at(link.start);
        let (shown, after) = from_link.split_at(link.length);
        escape_into(&mut markup, before);
        markup.push_str("<a href=\"");
        escape_into(&mut markup, link.scheme);
        escape_into(&mut markup, &shown[link.written_bytes..]);
        markup.push_str("\">");
        escape_into(&mut markup, shown);
        markup.push_str("</a>");
        rest = after;
    }
    escape_into(&mut markup, rest);
    markup
}

/// Pango markup that shows the text as it is, for titles and descriptions that are always read as markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    escape_into(&mut markup, text);
    markup
}

/// The first address in a text, as it is opened.
pub(crate) fn first_link(text: &str) -> Option<String> {
    let link = Link::find(text)?;
    let shown = &text[link.start..link.start + link.length];
    Some(format!("{}{}", link.scheme, &shown[link.written_bytes..]))
}

/// Whether a link leads to a chat server, which this program opens by itself.
pub(crate) fn is_chat_link(link: &str) -> bool {
    ["majlis://", "ircs://", "irc://"].iter().any(|scheme| link.starts_with(scheme))
}

/// Where an address stands in a text.
struct Link {
    start: usize,
    length: usize,
    /// What the opened address begins with …
    scheme: &'static str,
    /// … in place of this many bytes of the text.
    written_bytes: usize,
}

impl Link {
    /// The first address in a text; one begins where a word does.
    fn find(text: &str) -> Option<Self> {
        let mut previous = ' ';
        for (start, character) in text.char_indices() {
            if !previous.is_alphanumeric()
                && character.is_ascii_alphabetic()
                && let Some(link) = Self::at(text, start)
            {
                return Some(link);
            }
            previous = character;
        }
        None
    }

    fn at(text: &str, start: usize) -> Option<Self> {
        let rest = &text[start..];
        let (written, scheme) = SCHEMES.iter().find(|(written, _)| {
            rest.get(..written.len()).is_some_and(|head| head.eq_ignore_ascii_case(written))
        })?;
        let address = &rest[written.len()..];
        let end = address.find(ends_address).unwrap_or(address.len());
        let tail_bytes = without_sentence_end(&address[..end]).len();
        (tail_bytes > 0).then_some(Self {
            start,
            length: written.len() + tail_bytes,
            scheme,
            written_bytes: written.len(),
        })
    }
}

fn ends_address(character: char) -> bool {
    character.is_whitespace()
        || is_unprintable(character)
        || matches!(character, '<' | '>' | '"' | '`')
}

/// Leaves off the punctuation of the sentence that an address stands in, but keeps the closing brackets
/// that it opened itself.
fn without_sentence_end(address: &str) -> &str {
    let count = |wanted| address.chars().filter(|&found| found == wanted).count();
    let mut unopened = count(')').saturating_sub(count('('));
    address.trim_end_matches(|character| match character {
        ')' if unopened > 0 => {
            unopened -= 1;
            true
        }
        ')' => false,
        _ => ".,;:!?'*_~|]}»”’،؛؟。，、！？".contains(character),
    })
}

fn escape_into(markup: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&apos;"),
            _ if is_unprintable(character) => {}
            _ => markup.push(character),
        }
    }
}

/// Control characters, which Pango's markup does not allow, but for the ones that shape text.
fn is_unprintable(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\t')
}

/// The direction in which a text is read, by its first letter that has one; `None` when it has none.
pub(crate) fn direction(text: &str) -> Option<gtk::TextDirection> {
    match pango::find_base_dir(text) {
        pango::Direction::Rtl => Some(gtk::TextDirection::Rtl),
        pango::Direction::Ltr => Some(gtk::TextDirection::Ltr),
        _ => None,
    }
}

/// The direction in which a message is read: that of what is said, not of the name that it begins with where it speaks to somebody, as
/// in "Ana: good morning".
pub(crate) fn message_direction(text: &str) -> Option<gtk::TextDirection> {
    let (name, said) = text.split_once([':', ',', '،']).unwrap_or_default();
    let is_address = said.starts_with(' ') && !name.contains(char::is_whitespace);
    is_address.then(|| direction(said)).flatten().or_else(|| direction(text))
}

/// A name as an avatar makes letters of it: of the words alone, without the brackets around a nick.
pub(crate) fn without_brackets(name: &str) -> String {
    name.replace(['(', ')'], "")
}

/// A sentence in the person's own language, which is read in that language's direction even where it begins
/// with a name in another script.
pub(crate) fn sentence(words: &str) -> String {
    read_in(words, gtk::Widget::default_direction())
}

/// These words, read in this direction whatever they begin with.
pub(crate) fn read_in(words: &str, reading: gtk::TextDirection) -> String {
    match direction(words) {
        Some(first) if first != reading => format!("{}{words}", mark(reading)),
        _ => words.to_owned(),
    }
}

/// The invisible letter that gives the words after it their direction.
pub(crate) fn mark(reading: gtk::TextDirection) -> char {
    match reading {
        gtk::TextDirection::Rtl => RIGHT_TO_LEFT_MARK,
        _ => LEFT_TO_RIGHT_MARK,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        LINKS_MAX, direction, escaped, first_link, is_chat_link, markup, message_direction, read_in,
    };

    #[test]
    fn text_is_escaped() {
        assert_eq!(markup("<b>a & \"b\"</b>"), "&lt;b&gt;a &amp; &quot;b&quot;&lt;/b&gt;");
        assert_eq!(markup("a\u{1}b\u{0}c\td"), "abc\td");
        for text in ["In R&D", "<b>no", "In a\u{1}\u{7f}\u{85}b", "'\"&lt;"] {
            let (_, shown, _) = gtk::pango::parse_markup(&escaped(text), '\0').unwrap();
            assert_eq!(shown, text.replace(char::is_control, ""));
        }
    }

    #[test]
    fn addresses_become_links_and_sentences_keep_their_ends() {
        let cases = [
            (
                "see https://a.example/x.",
                "see <a href=\"https://a.example/x\">https://a.example/x</a>.",
            ),
            ("(http://a.example/)", "(<a href=\"http://a.example/\">http://a.example/</a>)"),
            ("http://a/b_(c))", "<a href=\"http://a/b_(c)\">http://a/b_(c)</a>)"),
            ("WWW.a.example?", "<a href=\"https://www.a.example\">WWW.a.example</a>?"),
            ("http://a/?x=1&y=2", "<a href=\"http://a/?x=1&amp;y=2\">http://a/?x=1&amp;y=2</a>"),
            (
                "انظر https://a.example،",
                "انظر <a href=\"https://a.example\">https://a.example</a>،",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(markup(text), expected);
        }
    }

    #[test]
    fn the_first_link_is_told_as_it_is_opened() {
        assert_eq!(first_link("no link"), None);
        let link = first_link("(see WWW.a.example, http://b)").unwrap();
        assert_eq!(link, "https://www.a.example");
        assert!(!is_chat_link(&link));
        assert!(is_chat_link(&first_link("MAJLIS://host/#tea!").unwrap()));
        assert_eq!(first_link("majlis://host/#tea.").as_deref(), Some("majlis://host/#tea"));
    }

    #[test]
    fn what_is_no_address_stays_text() {
        for text in [
            "http://",
            "xhttp://a",
            "awww.b",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://.",
        ] {
            assert!(!markup(text).contains("<a "), "{text}");
        }
    }

    #[test]
    fn an_address_cannot_break_out_of_its_attribute() {
        assert_eq!(
            markup("http://a\"onclick='x'"),
            "<a href=\"http://a\">http://a</a>&quot;onclick=&apos;x&apos;"
        );
    }

    #[test]
    fn links_are_bounded() {
        let text = "http://a ".repeat(LINKS_MAX + 5);
        assert_eq!(markup(&text).matches("<a ").count(), LINKS_MAX);
    }

    #[test]
    fn markup_of_anything_is_understood_by_pango() {
        for text in ["http://&<>'\u{7}", "a\u{202e}b", "&amp;", "www.\u{0}x", "<a href=\"x\">"] {
            // Links are GtkLabel's own; to Pango they are shown as an attribute that takes any text, too.
            let markup = markup(text).replace("<a href", "<span lang").replace("</a>", "</span>");
            assert!(gtk::pango::parse_markup(&markup, '\0').is_ok(), "{text:?}");
        }
    }

    #[test]
    fn direction_follows_the_first_letter() {
        assert_eq!(direction("1. مرحبا"), Some(gtk::TextDirection::Rtl));
        assert_eq!(direction("hello مرحبا"), Some(gtk::TextDirection::Ltr));
        assert_eq!(direction("42!"), None);
    }

    #[test]
    fn a_message_is_read_as_what_it_says_and_not_as_the_name_it_begins_with() {
        let (ltr, rtl) = (Some(gtk::TextDirection::Ltr), Some(gtk::TextDirection::Rtl));
        assert_eq!(message_direction("نور: can you come?"), ltr);
        assert_eq!(message_direction("@Ana, صباح الخير"), rtl);
        assert_eq!(message_direction("هل نبدأ: yes or no?"), rtl, "this is no name");
        assert_eq!(message_direction("نور: 42!"), rtl, "there is nothing else to go by");
        assert_eq!(message_direction("12:30"), None);
    }

    #[test]
    fn a_sentence_is_read_in_its_language_whatever_name_it_begins_with() {
        let ltr = gtk::TextDirection::Ltr;
        let rtl = gtk::TextDirection::Rtl;
        assert_eq!(direction(&read_in("بدر joined", ltr)), Some(ltr));
        assert_eq!(direction(&read_in("Ana انضمت", rtl)), Some(rtl));
        assert_eq!(read_in("Ana joined", ltr), "Ana joined");
    }
}
