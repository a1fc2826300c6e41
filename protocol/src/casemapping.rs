//! Names of people and rooms, and when two of them are the same (identity.md, "Names").
//!
//! Two names are the same when they fold to the same text: PRECIS `UsernameCaseMapped` (RFC 8265, section 3.3), which for
//! ASCII is what `CASEMAPPING=ascii` says. Two names are confusable when people could take one for the other (UTS 39,
//! section 4). Which pairs a server then refuses is its own affair.

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::{Profile, Rules};
use unicode_security::confusable_detection::skeleton;

use crate::name_rules::{
    NICK_MAX_BYTES, NICK_MAX_CHARS, NameError, is_nick_char, is_nick_start, normalize, spell_nick,
    spell_room,
};

/// A valid name, of a person or a room.
///
/// Equality is of the spelling; ask [`folded`](Self::folded) whether two names are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    spelling: Box<str>,
    folded: Box<str>,
}

impl Name {
    /// A nick: at most 32 characters and 64 bytes, at least one letter, letters of one direction; see [`NameError`].
    pub fn nick(text: &str) -> Result<Self, NameError> {
        let spelling = spell_nick(text)?;
        Ok(Self { folded: fold_valid(&spelling).into(), spelling: spelling.into() })
    }

    /// A room: `#` and what follows it, at most 48 characters and 96 bytes, in any mixture of scripts; see [`NameError`].
    pub fn room(text: &str) -> Result<Self, NameError> {
        let spelling = spell_room(text)?;
        Ok(Self { folded: fold_valid(&spelling).into(), spelling: spelling.into() })
    }

    /// The canonical spelling, which others are shown; a room's with its `#`.
    pub fn as_str(&self) -> &str {
        &self.spelling
    }

    /// The key by which the name is looked up, the same as [`fold`] gives; a room's with its `#`.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// A text that is the same for names that look the same (UTS 39, section 4). It is no name and is not to be shown.
    ///
    /// It is made from the spelling, which is what people see, and then folded, so that neither a foreign letter nor a
    /// change of case makes another. Also plain ASCII look-alikes (`user1`, `userl`) have the same.
    pub fn skeleton(&self) -> String {
        skeleton(&self.spelling).flat_map(char::to_lowercase).collect()
    }
}

/// The key by which a nick or a room is looked up, for any text at all.
///
/// It is [`Name::folded`] for whatever is a valid name. Other texts have only their ASCII letters lowered, so that names of
/// other servers can be looked up, too.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let (hash, body) = text.strip_prefix('#').map_or(("", text), |body| ("#", body));
    match UsernameCaseMapped::new().prepare(body) {
        Ok(plain) => format!("{hash}{}", fold_valid(&plain)),
        Err(_) => text.to_ascii_lowercase(),
    }
}

fn fold_valid(plain: &str) -> String {
    let lower = UsernameCaseMapped::new().case_mapping_rule(plain);
    normalize(&lower.expect("every letter has a lower case, if only itself"))
}

/// A valid nick made of what people call themselves, or `None` where nothing in it can be one.
///
/// Spaces become `_`, what no nick can have is left out, and what is too long is cut. Where the whole still is no nick
/// (two writing directions, digits of two scripts), its first part that is one is taken.
pub fn nick_from_display_name(display_name: &str) -> Option<String> {
    let whole = to_nick_characters(display_name);
    let parts = std::iter::once(whole.as_str()).chain(whole.split('_'));
    parts.flat_map(|part| [part.to_owned(), without_digits(part)]).find_map(|part| {
        Name::nick(cut_to_nick_length(&part)).ok().map(|name| name.as_str().to_owned())
    })
}

/// As much of what somebody calls themselves as is looked at.
const DISPLAY_NAME_MAX_CHARS: usize = 256;

fn to_nick_characters(display_name: &str) -> String {
    let start: String = display_name.chars().take(DISPLAY_NAME_MAX_CHARS).collect();
    let wide = UsernameCaseMapped::new().width_mapping_rule(normalize(&start));
    let plain = wide.expect("mapping a character to its plain form cannot fail");
    let words = plain.split_whitespace().map(|word| {
        let kept: String = word.chars().filter(|&c| is_nick_char(c)).collect();
        kept.trim_start_matches(|c| !is_nick_start(c)).to_owned()
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

fn without_digits(part: &str) -> String {
    part.replace(char::is_numeric, "")
}

fn cut_to_nick_length(part: &str) -> &str {
    let ends = part.char_indices().map(|(start, c)| start + c.len_utf8()).take(NICK_MAX_CHARS);
    let end = ends.take_while(|&end| end <= NICK_MAX_BYTES).last().unwrap_or(0);
    part[..end].trim_matches('_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name_rules::{ROOM_MAX_BYTES, ROOM_MAX_CHARS};

    fn nick(text: &str) -> String {
        Name::nick(text).map_or_else(|error| panic!("{text}: {error}"), |name| name.as_str().into())
    }

    fn key(text: &str) -> String {
        Name::nick(text).unwrap().folded().to_owned()
    }

    #[test]
    fn nicks_of_any_script_are_kept_as_written() {
        for text in [
            "هبة_سليم",
            "نور_",
            "_نور",
            "نُور",
            "مُحَمَّد",
            "نور2",
            "نور٢",
            "Zoë",
            "李雷",
            "Ana",
            "user1",
            "2pac",
            "O'Brien",
            "[away]",
            "Ω",
            "Дима",
            "שָׁלוֹם",
            "अनिता",
            "한글",
            "さくら",
            "a-b_c|d`^{}\\",
        ] {
            assert_eq!(nick(text), text);
        }
    }

    #[test]
    fn the_same_name_can_be_written_differently() {
        assert_eq!(nick("Ｚｏｅ"), "Zoe");
        assert_eq!(nick("Zoe\u{308}"), "Zoë");
        assert_eq!(key("ZOË"), "zoë");
        assert_eq!(key("Zoe\u{308}"), "zoë");
        assert_eq!(key("ДИМА"), key("дима"));
        assert_eq!(key("A[]\\~"), "a[]\\~");
    }

    #[test]
    fn bad_nicks_are_refused_for_a_reason() {
        use NameError::{BadStart, Empty, Forbidden, MixedDigits, MixedDirections, NoLetters};
        let table = [
            ("", Empty),
            (" ", Forbidden(' ')),
            ("a b", Forbidden(' ')),
            ("a\u{A0}b", Forbidden('\u{A0}')),
            ("a\u{7}", Forbidden('\u{7}')),
            ("a\0", Forbidden('\0')),
            ("a,b", Forbidden(',')),
            ("a*", Forbidden('*')),
            ("who?", Forbidden('?')),
            ("a!b", Forbidden('!')),
            ("a@b", Forbidden('@')),
            ("a:", Forbidden(':')),
            ("$a", Forbidden('$')),
            ("irc.example", Forbidden('.')),
            ("＃", BadStart('#')),
            ("#a", BadStart('#')),
            ("&a", BadStart('&')),
            ("+a", BadStart('+')),
            ("%a", BadStart('%')),
            ("~a", BadStart('~')),
            ("\u{301}a", BadStart('\u{301}')),
            ("123", NoLetters),
            ("١٢٣", NoLetters),
            ("___", NoLetters),
            ("a1١", MixedDigits),
            ("نور1١", MixedDigits),
            ("نور۱١", MixedDigits),
            ("a\u{200B}", Forbidden('\u{200B}')),
            ("a\u{200D}b", Forbidden('\u{200D}')),
            ("می\u{200C}خواهم", Forbidden('\u{200C}')),
            ("a\u{202E}b", Forbidden('\u{202E}')),
            ("a\u{FE0F}", Forbidden('\u{FE0F}')),
            ("a\u{2800}", Forbidden('\u{2800}')),
            ("a\u{3164}", Forbidden('\u{3164}')),
            ("ﬁ", Forbidden('ﬁ')),
            ("🎉", Forbidden('🎉')),
            ("Α\u{345}", Forbidden('ᾼ')),
            ("نورNour", MixedDirections),
            ("Nourنور", MixedDirections),
            ("2نور", MixedDirections),
        ];
        for (text, error) in table {
            assert_eq!(Name::nick(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn nicks_have_a_length_in_characters_and_in_bytes() {
        let too_long =
            Err(NameError::TooLong { max_chars: NICK_MAX_CHARS, max_bytes: NICK_MAX_BYTES });
        assert_eq!(nick(&"a".repeat(32)).len(), 32);
        assert_eq!(Name::nick(&"a".repeat(33)), too_long);
        assert_eq!(nick(&"ن".repeat(32)).len(), NICK_MAX_BYTES);
        assert_eq!(nick(&"李".repeat(21)).len(), 63);
        assert_eq!(Name::nick(&"李".repeat(22)), too_long);
        assert_eq!(Name::nick(&"a".repeat(100_000)), too_long);
        assert_eq!(nick(&"ａ".repeat(32)), "a".repeat(32));
    }

    #[test]
    fn rooms_may_mix_what_nicks_may_not() {
        for text in
            ["#مجلس", "#مشروع-GTK", "#lobby", "#c++", "##c", "#2024", "#node.js", "#a:b", "#李雷"]
        {
            let room = Name::room(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(room.as_str(), text);
            assert_eq!(room.folded(), fold(text));
        }
        assert_eq!(Name::room("#مشروع-GTK").unwrap().folded(), "#مشروع-gtk");
    }

    #[test]
    fn bad_rooms_are_refused_for_a_reason() {
        let too_long = NameError::TooLong { max_chars: ROOM_MAX_CHARS, max_bytes: ROOM_MAX_BYTES };
        let long = format!("#{}", "a".repeat(ROOM_MAX_CHARS));
        let table = [
            ("", NameError::NotARoom),
            ("lobby", NameError::NotARoom),
            ("＃lobby", NameError::NotARoom),
            ("#", NameError::Empty),
            ("#a b", NameError::Forbidden(' ')),
            ("#a,b", NameError::Forbidden(',')),
            ("#a*", NameError::Forbidden('*')),
            ("#a\u{7}", NameError::Forbidden('\u{7}')),
            ("#a\u{200B}", NameError::Forbidden('\u{200B}')),
            ("#\u{301}a", NameError::BadStart('\u{301}')),
            ("#1١", NameError::MixedDigits),
            (&long, too_long),
        ];
        for (text, error) in table {
            assert_eq!(Name::room(text), Err(error), "{text:?}");
        }
        assert!(Name::room(&long[..ROOM_MAX_CHARS]).is_ok());
        assert!(Name::room(&format!("#{}", "ن".repeat(47))).is_ok());
    }

    #[test]
    fn names_that_look_the_same_have_one_skeleton() {
        let skeleton = |text: &str| Name::nick(text).unwrap().skeleton();
        for (one, other) in [
            ("paypal", "раураl"),
            ("Anna", "ΑΝΝΑ"),
            ("Bob", "Вob"),
            ("user1", "userl"),
            ("lan", "Ian"),
            ("bob", "BOB"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("ana"), skeleton("anna"));
        assert_ne!(skeleton("هبة"), skeleton("نور"));
    }

    #[test]
    fn nicks_are_made_of_what_people_call_themselves() {
        let table = [
            ("Ana María", Some("Ana_María")),
            ("  هبة   سليم ", Some("هبة_سليم")),
            ("J. R. R. Tolkien", Some("J_R_R_Tolkien")),
            ("李\u{3000}雷", Some("李_雷")),
            ("Zoe\u{308}", Some("Zoë")),
            ("Ｚｏｅ", Some("Zoe")),
            ("#1 Fan! 🎉", Some("1_Fan")),
            ("می\u{200C}خواهم", Some("میخواهم")),
            ("Nour نور", Some("Nour")),
            ("نور Nour", Some("نور")),
            ("Ana 1١", Some("Ana")),
            ("2 نور", Some("نور")),
            ("\u{301}a", Some("a")),
            ("user@example.org", Some("userexampleorg")),
            ("", None),
            ("   ", None),
            ("🎉🎉", None),
            ("123", None),
            ("***", None),
        ];
        for (display_name, expected) in table {
            assert_eq!(
                nick_from_display_name(display_name).as_deref(),
                expected,
                "{display_name:?}"
            );
        }
        assert_eq!(nick_from_display_name(&"ab ".repeat(1000)).unwrap().len(), NICK_MAX_CHARS);
        assert_eq!(nick_from_display_name(&"李".repeat(1000)).unwrap().len(), 63);
    }

    /// Texts that are often names, or nearly.
    fn name_like() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,40}",
            "[#]?[A-Za-zÀ-ɏͰ-ӿא-ي٠-٩0-9_\u{300}-\u{320}Ａ-ｚ]{1,20}",
            ".{0,20}"
        ]
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in name_like()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn a_name_folds_as_any_of_its_spellings(text in name_like()) {
            for name in [Name::nick(&text), Name::room(&text)].into_iter().flatten() {
                prop_assert_eq!(fold(&text), name.folded());
                prop_assert_eq!(fold(name.as_str()), name.folded());
            }
        }

        #[test]
        fn a_valid_spelling_is_its_own_canonical_one(text in name_like()) {
            if let Ok(name) = Name::nick(&text) {
                prop_assert_eq!(&Name::nick(name.as_str()), &Ok(name));
            }
            if let Ok(name) = Name::room(&text) {
                prop_assert_eq!(&Name::room(name.as_str()), &Ok(name));
            }
        }

        #[test]
        fn a_name_is_one_word_of_the_wire(text in name_like()) {
            for name in [Name::nick(&text), Name::room(&text)].into_iter().flatten() {
                prop_assert!(name.as_str().len() <= ROOM_MAX_BYTES);
                prop_assert!(!name.as_str().contains(|c: char| c.is_control() || c.is_whitespace()));
            }
        }

        #[test]
        fn a_nick_from_a_display_name_is_valid(text in name_like()) {
            if let Some(nick) = nick_from_display_name(&text) {
                let name = Name::nick(&nick);
                prop_assert_eq!(name.as_ref().map(Name::as_str), Ok(nick.as_str()));
            }
        }

        #[test]
        fn a_valid_nick_stays_when_taken_for_a_display_name(text in "[A-Za-zÀ-ɏ][A-Za-z0-9]{0,30}") {
            if let Ok(name) = Name::nick(&text) {
                let made = nick_from_display_name(&text);
                prop_assert_eq!(made.as_deref(), Some(name.as_str()));
            }
        }
    }
}
