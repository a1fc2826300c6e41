//! The words that people read: finding the message catalogue, and filling names into its sentences.
//!
//! A sentence with something to fill in uses named places, `"{name} has joined"`, so that a
//! translation may put them in another order. The functions' names are what `po/meson.build` tells
//! `xgettext` to look for.

use crate::config::{GETTEXT_DOMAIN, LOCALE_FOLDER};

pub use gettextrs::{gettext, ngettext, pgettext};

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// Finds the message catalogue; call it before the application starts.
///
/// Which language it is, GTK settles when it starts: it sets the locale from the environment (`gtk_init`). Doing that here, too,
/// would be unsafe as soon as another thread runs, and nothing is translated before. A locale that this system does not
/// know leaves the words in English; GTK says so.
pub fn init() {
    let bound = gettextrs::bindtextdomain(GETTEXT_DOMAIN, LOCALE_FOLDER)
        .and_then(|_| gettextrs::bind_textdomain_codeset(GETTEXT_DOMAIN, "UTF-8"))
        .and_then(|_| gettextrs::textdomain(GETTEXT_DOMAIN));
    if let Err(error) = bound {
        tracing::warn!(%error, "no translations");
    }
}

/// Translates a sentence, then fills each `{key}` with its value.
pub fn gettext_f(sentence: &str, values: &[(&str, &str)]) -> String {
    fill(&gettext(sentence), values)
}

/// Translates a sentence that depends on a number, then fills each `{key}` with its value.
pub fn ngettext_f(one: &str, many: &str, count: u32, values: &[(&str, &str)]) -> String {
    fill(&ngettext(one, many, count), values)
}

/// Fills named places in one pass, so that a value which looks like a place stays as it is.
///
/// A place without a value stays visible, as does a brace that closes or opens nothing.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        let value = rest.find('}').and_then(|close| {
            let (_, value) = values.iter().find(|(key, _)| *key == &rest[1..close])?;
            Some((*value, close + 1))
        });
        let (text, length) = value.unwrap_or(("{", 1));
        filled.push_str(text);
        rest = &rest[length..];
    }
    filled.push_str(rest);
    filled
}

/// A name to stand alone, without the characters that only turn text around.
pub fn clean(name: &str) -> String {
    name.chars().filter(|&character| !turns_text(character)).collect()
}

/// A name to stand inside a sentence: whatever script it is in, it turns nothing around it.
pub fn isolate(name: &str) -> String {
    format!("{FIRST_STRONG_ISOLATE}{}{POP_DIRECTIONAL_ISOLATE}", clean(name))
}

/// The embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9, section 2),
/// and control characters.
fn turns_text(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{fill, isolate};

    #[test]
    fn fills_named_places_in_any_order() {
        let values = [("name", "نور"), ("room", "#مجلس")];
        assert_eq!(fill("{name} has joined {room}", &values), "نور has joined #مجلس");
        assert_eq!(fill("{room}: {name}, {name}", &values), "#مجلس: نور, نور");
    }

    #[test]
    fn a_value_that_looks_like_a_place_stays_as_it_is() {
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "2")]), "{b}2");
    }

    #[test]
    fn unknown_places_and_lone_braces_stay_visible() {
        assert_eq!(fill("{who} {", &[("name", "x")]), "{who} {");
        assert_eq!(fill("} {é{name}", &[("name", "x")]), "} {éx");
    }

    #[test]
    fn a_name_cannot_turn_the_sentence_around_it() {
        assert_eq!(isolate("a\u{202e}b\u{2069}"), "\u{2068}ab\u{2069}");
    }
}
