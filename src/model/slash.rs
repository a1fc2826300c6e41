//! What a person types into the composer: words, or a slash command.

use crate::i18n::{gettext, gettext_f, isolate};

/// What was typed, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed<'a> {
    /// Say this, as it stands.
    Say(&'a str),
    /// `/me`: say this as something one does.
    Act(&'a str),
    /// `/join`: go into this room.
    Join(&'a str),
    /// `/msg`: open the conversation with this person, and say this if it is not empty.
    Message(&'a str, &'a str),
    /// `/nick`: be called this.
    Nick(&'a str),
    /// `/topic`: this is the room's topic.
    Topic(&'a str),
    /// `/quit`, `/shutdown`: leave the chat with these words, possibly none.
    Quit(&'a str),
}

/// Reads what was typed. A line that begins with two slashes says itself with one.
///
/// The error is a translated sentence.
pub(super) fn read(text: &str) -> Result<Typed<'_>, String> {
    let Some(rest) = text.strip_prefix('/') else { return Ok(Typed::Say(text)) };
    if rest.starts_with('/') {
        return Ok(Typed::Say(rest));
    }
    let (name, words) = split_word(rest);
    if name.is_empty() {
        return Ok(Typed::Say(text));
    }
    read_command(name, words)
}

fn read_command<'a>(name: &str, words: &'a str) -> Result<Typed<'a>, String> {
    // Translators: the words in capitals stand for what the person types there.
    let what_to_do = || gettext("Type “/me WORDS”.");
    match name.to_ascii_lowercase().as_str() {
        "me" => needed(words, what_to_do).map(Typed::Act),
        // Translators: the word in capitals stands for what the person types there.
        "join" => needed(split_word(words).0, || gettext("Type “/join ROOM”.")).map(Typed::Join),
        "msg" => {
            let (nick, words) = split_word(words);
            // Translators: the words in capitals stand for what the person types there.
            let nick = needed(nick, || gettext("Type “/msg NAME WORDS”."))?;
            Ok(Typed::Message(nick, words))
        }
        // Translators: the word in capitals stands for what the person types there.
        "nick" => needed(words, || gettext("Type “/nick NAME”.")).map(Typed::Nick),
        // Translators: the word in capitals stands for what the person types there.
        "topic" => needed(words, || gettext("Type “/topic WORDS”.")).map(Typed::Topic),
        "quit" | "shutdown" => Ok(Typed::Quit(words)),
        _ => Err(gettext_f(
            // Translators: {name} is something like "/jion". Two slashes are typed to say one.
            "There is no command {name}. To say it, begin with “//”.",
            &[("name", &isolate(&format!("/{name}")))],
        )),
    }
}

fn needed(words: &str, mistake: impl FnOnce() -> String) -> Result<&str, String> {
    if words.is_empty() { Err(mistake()) } else { Ok(words) }
}

/// The first word, and everything behind it without the space around.
fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_slashes_say_themselves() {
        for text in ["hello", "", "a /me b", " /me x", "/ 2", "/"] {
            assert_eq!(read(text), Ok(Typed::Say(text)));
        }
        assert_eq!(read("//me waves"), Ok(Typed::Say("/me waves")));
        assert_eq!(read("///"), Ok(Typed::Say("//")));
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(read("/me waves  twice "), Ok(Typed::Act("waves  twice")));
        assert_eq!(read("/JOIN #مجلس now"), Ok(Typed::Join("#مجلس")));
        assert_eq!(read("/msg ana see you"), Ok(Typed::Message("ana", "see you")));
        assert_eq!(read("/msg ana"), Ok(Typed::Message("ana", "")));
        assert_eq!(read("/nick هبة سليم"), Ok(Typed::Nick("هبة سليم")));
        assert_eq!(read("/topic tea\nat five"), Ok(Typed::Topic("tea\nat five")));
        assert_eq!(read("/quit"), Ok(Typed::Quit("")));
        assert_eq!(read("/shutdown bye"), Ok(Typed::Quit("bye")));
    }

    #[test]
    fn mistakes_are_told_in_words() {
        assert!(read("/jion #x").unwrap_err().contains("/jion"));
        for text in ["/me", "/me ", "/join", "/msg", "/nick", "/topic\n"] {
            assert!(read(text).unwrap_err().starts_with("Type “/"), "{text}");
        }
    }
}
