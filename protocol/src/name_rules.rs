//! Which names are allowed, and why others are not (identity.md, "Names"; RFC 8265, section 3.3).
//!
//! A name is checked in its canonical spelling, full-width letters already made plain. The rules of PRECIS decide which
//! characters there are; IRC's own grammar and the safety of readers (UTS 39) take a few more away.

use std::fmt;

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::Rules;
use precis_profiles::precis_core::{
    Error as PrecisError, IdentifierClass, StringClass, UnexpectedError,
};
use unicode_bidi::{BidiClass, bidi_class};

/// The longest nick, in characters. Count these, and [`NICK_MAX_BYTES`] as well.
pub const NICK_MAX_CHARS: usize = 32;
/// The longest nick, in bytes on the wire.
pub const NICK_MAX_BYTES: usize = 64;
/// The longest name of a room, its `#` included, in characters. Count these, and [`ROOM_MAX_BYTES`] as well.
pub const ROOM_MAX_CHARS: usize = 48;
/// The longest name of a room, its `#` included, in bytes on the wire.
pub const ROOM_MAX_BYTES: usize = 96;

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// There is nothing in it.
    Empty,
    /// It has more characters, or more bytes, than this.
    TooLong {
        /// The most characters.
        max_chars: usize,
        /// The most bytes.
        max_bytes: usize,
    },
    /// It holds a character that names do not have.
    Forbidden(char),
    /// It begins with a character that no name begins with.
    BadStart(char),
    /// It is a nick without any letter.
    NoLetters,
    /// It writes numbers in the digits of more than one script.
    MixedDigits,
    /// It is a nick of letters from right to left and others, which no reader could tell from its reverse.
    MixedDirections,
    /// It is no name of a room: it has no `#` before it.
    NotARoom,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("a name cannot be empty"),
            Self::TooLong { max_chars, max_bytes } => {
                write!(f, "a name can have at most {max_chars} characters and {max_bytes} bytes")
            }
            Self::Forbidden(' ') => f.write_str("a name cannot contain a space"),
            Self::Forbidden(c) => write!(f, "a name cannot contain {}", Shown(c)),
            Self::BadStart(c) => write!(f, "a name cannot begin with {}", Shown(c)),
            Self::NoLetters => f.write_str("a name needs at least one letter"),
            Self::MixedDigits => f.write_str("a name cannot mix the digits of different scripts"),
            Self::MixedDirections => {
                f.write_str("a name cannot mix letters of different writing directions")
            }
            Self::NotARoom => f.write_str("the name of a room begins with #"),
        }
    }
}

impl std::error::Error for NameError {}

/// A character as it can be shown to anybody: itself where it is visible, and its number.
struct Shown(char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(c) = *self;
        let number = u32::from(c);
        if c.is_ascii_graphic() {
            write!(f, "“{c}”")
        } else if c.escape_debug().eq([c]) {
            write!(f, "“{c}” (U+{number:04X})")
        } else {
            write!(f, "the invisible character U+{number:04X}")
        }
    }
}

/// What IRC's masks, lists, sources and parameters use for themselves, and the dot by which servers are known.
const NOT_IN_NICKS: &[char] = &[',', '*', '?', '!', '@', ':', '$', '.'];
/// What stands before rooms and, in lists, before members.
const NOT_BEFORE_NICKS: &[char] = &['#', '&', '+', '%', '~'];
/// What separates rooms, and what stands for any in masks.
const NOT_IN_ROOMS: &[char] = &[',', '*', '?'];

/// A longer text is refused unread: nothing so long can become a name.
const INPUT_MAX_BYTES: usize = 1024;

/// The canonical spelling of a nick.
pub(crate) fn spell_nick(text: &str) -> Result<String, NameError> {
    let nick = spell(text, "", NOT_IN_NICKS, (NICK_MAX_CHARS, NICK_MAX_BYTES))?;
    match nick.chars().next() {
        Some(c) if NOT_BEFORE_NICKS.contains(&c) => Err(NameError::BadStart(c)),
        _ if !nick.contains(char::is_alphabetic) => Err(NameError::NoLetters),
        _ if !has_one_direction(&nick) => Err(NameError::MixedDirections),
        _ => Ok(nick),
    }
}

/// The canonical spelling of a room's name.
pub(crate) fn spell_room(text: &str) -> Result<String, NameError> {
    let body = text.strip_prefix('#').ok_or(NameError::NotARoom)?;
    spell(body, "#", NOT_IN_ROOMS, (ROOM_MAX_CHARS, ROOM_MAX_BYTES))
}

fn spell(
    body: &str,
    prefix: &str,
    forbidden: &[char],
    (max_chars, max_bytes): (usize, usize),
) -> Result<String, NameError> {
    if body.len() > INPUT_MAX_BYTES {
        return Err(NameError::TooLong { max_chars, max_bytes });
    }
    let wide = UsernameCaseMapped::new().width_mapping_rule(body);
    let plain = wide.expect("mapping a character to its plain form cannot fail");
    check_characters(&plain, forbidden)?;
    let spelling = normalize(&plain);
    // Normalization can make a character that PRECIS does not have (`Α` and U+0345 become `ᾼ`).
    check_precis(&spelling)?;
    let name = format!("{prefix}{spelling}");
    if name.len() > max_bytes || name.chars().count() > max_chars {
        return Err(NameError::TooLong { max_chars, max_bytes });
    }
    Ok(name)
}

fn check_characters(plain: &str, forbidden: &[char]) -> Result<(), NameError> {
    let first = plain.chars().next().ok_or(NameError::Empty)?;
    if let Some(c) = plain.chars().find(|c| forbidden.contains(c) || is_joiner(*c)) {
        return Err(NameError::Forbidden(c));
    }
    if has_mixed_digits(plain) {
        return Err(NameError::MixedDigits);
    }
    check_precis(plain)?;
    if is_mark(first) {
        return Err(NameError::BadStart(first));
    }
    Ok(())
}

fn check_precis(plain: &str) -> Result<(), NameError> {
    let class = IdentifierClass::default();
    class.allows(plain).map_err(|error| {
        let culprit = match error {
            PrecisError::BadCodepoint(info)
            | PrecisError::Unexpected(
                UnexpectedError::MissingContextRule(info)
                | UnexpectedError::ContextRuleNotApplicable(info),
            ) => char::from_u32(info.cp),
            PrecisError::Invalid | PrecisError::Unexpected(_) => None,
        };
        let first_conditional = || plain.chars().find(|&c| !is_identifier_char(c));
        NameError::Forbidden(
            culprit.or_else(first_conditional).unwrap_or(char::REPLACEMENT_CHARACTER),
        )
    })
}

/// Whether a nick can have the character, whatever stands beside it.
pub(crate) fn is_nick_char(c: char) -> bool {
    is_identifier_char(c) && !NOT_IN_NICKS.contains(&c)
}

/// Whether a nick can begin with the character, if it can have it.
pub(crate) fn is_nick_start(c: char) -> bool {
    !NOT_BEFORE_NICKS.contains(&c) && !is_mark(c)
}

/// Whether PRECIS has the character in names, whatever stands beside it.
fn is_identifier_char(c: char) -> bool {
    IdentifierClass::default().allows(c.encode_utf8(&mut [0; 4])).is_ok()
}

/// Unicode's normalization form C.
pub(crate) fn normalize(text: &str) -> String {
    let normal = UsernameCaseMapped::new().normalization_rule(text);
    normal.expect("every text has a normal form").into_owned()
}

/// The joiners, invisible between letters. PRECIS has scripts in which they matter; two names must differ by more than that.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether the character is drawn over the one before.
fn is_mark(c: char) -> bool {
    bidi_class(c) == BidiClass::NSM
}

/// Whether all strong letters of a nick run the same way, by the Bidi rule (RFC 5893, section 2).
///
/// Signs around the name (`نور_`) are left out of it: applications show a nick isolated from the text about it. The rule's
/// fourth condition is met by names without mixed digits; the crate that has PRECIS refuses vowel signs within a word.
fn has_one_direction(nick: &str) -> bool {
    use BidiClass::{AL, AN, EN, L, NSM, R};

    let core = nick.trim_matches(|c: char| c.is_ascii_punctuation());
    let classes = || core.chars().map(bidi_class);
    if !classes().any(|class| matches!(class, R | AL | AN)) {
        return true;
    }
    let begins_right_to_left = classes().next().is_some_and(|class| matches!(class, R | AL));
    let last = core.chars().rev().map(bidi_class).find(|&class| class != NSM);
    let ends_well = last.is_some_and(|class| matches!(class, R | AL | EN | AN));
    begins_right_to_left && ends_well && classes().all(|class| class != L)
}

/// Where the ten digits of each script begin (Unicode 6.3, which PRECIS's registry stands on; full-width ones are made plain).
const ZEROS: &[char] = &[
    '0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '႐', '០',
    '᠐', '᥆', '᧐', '᪀', '᪐', '᭐', '᮰', '᱀', '᱐', '꘠', '꣐', '꤀', '꧐', '꩐', '꯰', '𐒠', '𑁦', '𑃰', '𑄶',
    '𑇐', '𑛀',
];

/// Whether decimal digits of more than one script are in the text (UTS 39, section 5.3).
fn has_mixed_digits(text: &str) -> bool {
    let mut systems = text.chars().filter_map(digit_system);
    let first = systems.next();
    systems.any(|system| Some(system) != first)
}

fn digit_system(c: char) -> Option<char> {
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= c)].last()?;
    (u32::from(c) - u32::from(*zero) < 10).then_some(*zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_zero_begins_ten_digits() {
        assert!(ZEROS.is_sorted());
        for &zero in ZEROS {
            for offset in 0..10 {
                let digit = char::from_u32(u32::from(zero) + offset).unwrap();
                assert!(digit.is_numeric(), "U+{:04X}", u32::from(digit));
                assert_eq!(digit_system(digit), Some(zero));
            }
        }
        assert_eq!(['/', ':', 'a', '!'].map(digit_system), [None; 4]);
    }

    #[test]
    fn every_digit_that_names_can_have_is_of_a_script() {
        let digits = ('\0'..=char::MAX).filter(|&c| c.is_numeric() && is_identifier_char(c));
        let strays: Vec<char> = digits.filter(|&c| digit_system(c).is_none()).collect();
        // The Han zero is one of the numerals that are letters, not of ten digits.
        assert_eq!(strays, ['〇']);
    }

    #[test]
    fn refusals_are_told_in_words() {
        let table = [
            (NameError::Forbidden(' '), "a name cannot contain a space"),
            (NameError::Forbidden('!'), "a name cannot contain “!”"),
            (NameError::Forbidden('☃'), "a name cannot contain “☃” (U+2603)"),
            (
                NameError::Forbidden('\u{202E}'),
                "a name cannot contain the invisible character U+202E",
            ),
            (NameError::BadStart('#'), "a name cannot begin with “#”"),
            (
                NameError::TooLong { max_chars: 32, max_bytes: 64 },
                "a name can have at most 32 characters and 64 bytes",
            ),
        ];
        for (error, words) in table {
            assert_eq!(error.to_string(), words);
        }
    }
}
