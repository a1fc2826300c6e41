//! What a person types into the composer: words, or a slash command.

use crate::i18n::{gettext, gettext_f, isolate};

/// What was typed, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed<'a> {
    /// Say this, as it stands.
    Say(&'a str),
    /// `/me`: say this as something one does.
    Act(&'a str),
    /// `/join`: go into this room, with this password, possibly none.
    Join(&'a str, &'a str),
    /// `/msg`: open the conversation with this person, and say this if it is not empty.
    Message(&'a str, &'a str),
    /// `/nick`: be called this.
    Nick(&'a str),
    /// `/topic`: this is the room's topic.
    Topic(&'a str),
    /// `/whois`: show who this is.
    Whois(&'a str),
    /// `/invite`: ask this person into the room.
    Invite(&'a str),
    /// `/kick`: put this person out, with these words, possibly none.
    Kick(&'a str, &'a str),
    /// `/ban`: keep this person out.
    Ban(&'a str),
    /// `/ignore`: do not hear this person, or hear them again.
    Ignore(&'a str),
    /// `/away`: be away with these words, or back where there are none.
    Away(&'a str),
    /// `/list`: show all rooms.
    List,
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

/// What is typed so that [`read`] has it said like this.
pub(super) fn spell(text: &str, is_action: bool) -> String {
    match text {
        _ if is_action => format!("/me {text}"),
        _ if text.starts_with('/') => format!("/{text}"),
        _ => text.to_owned(),
    }
}

fn read_command<'a>(name: &str, words: &'a str) -> Result<Typed<'a>, String> {
    // Translators: the words in capitals stand for what the person types there.
    let what_to_do = || gettext("Type “/me WORDS”.");
    match name.to_ascii_lowercase().as_str() {
        "me" => needed(words, what_to_do).map(Typed::Act),
        "join" => {
            let (room, key) = split_word(words);
            // Translators: the word in capitals stands for what the person types there.
            let room = needed(room, || gettext("Type “/join ROOM”."))?;
            Ok(Typed::Join(room, split_word(key).0))
        }
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
        "away" => Ok(Typed::Away(words)),
        "list" => Ok(Typed::List),
        "quit" | "shutdown" => Ok(Typed::Quit(words)),
        "whois" | "invite" | "kick" | "ban" | "ignore" => read_about_person(name, words),
        _ => Err(gettext_f(
            // Translators: {name} is something like "/jion". Two slashes are typed to say one.
            "There is no command {name}. To say it, begin with “//”.",
            &[("name", &isolate(&format!("/{name}")))],
        )),
    }
}

/// A command about somebody, whose name comes first.
fn read_about_person<'a>(name: &str, words: &'a str) -> Result<Typed<'a>, String> {
    let name = name.to_ascii_lowercase();
    let (nick, words) = split_word(words);
    if nick.is_empty() {
        // Translators: {command} is something like "/kick". The word in capitals stands for what the person types there.
        let mistake = "Type “{command} NAME”.";
        return Err(gettext_f(mistake, &[("command", &isolate(&format!("/{name}")))]));
    }
    Ok(match name.as_str() {
        "whois" => Typed::Whois(nick),
        "invite" => Typed::Invite(nick),
        "kick" => Typed::Kick(nick, words),
        "ban" => Typed::Ban(nick),
        _ => Typed::Ignore(nick),
    })
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
        assert_eq!(read("/JOIN #مجلس now"), Ok(Typed::Join("#مجلس", "now")));
        assert_eq!(read("/msg ana see you"), Ok(Typed::Message("ana", "see you")));
        assert_eq!(read("/msg ana"), Ok(Typed::Message("ana", "")));
        assert_eq!(read("/nick هبة سليم"), Ok(Typed::Nick("هبة سليم")));
        assert_eq!(read("/topic tea\nat five"), Ok(Typed::Topic("tea\nat five")));
        assert_eq!(read("/quit"), Ok(Typed::Quit("")));
        assert_eq!(read("/whois ana"), Ok(Typed::Whois("ana")));
        assert_eq!(read("/INVITE ana now"), Ok(Typed::Invite("ana")));
        assert_eq!(read("/kick ana that is  enough"), Ok(Typed::Kick("ana", "that is  enough")));
        assert_eq!(read("/ban ana"), Ok(Typed::Ban("ana")));
        assert_eq!(read("/ignore ana"), Ok(Typed::Ignore("ana")));
        assert_eq!(read("/away at lunch"), Ok(Typed::Away("at lunch")));
        assert_eq!(read("/away"), Ok(Typed::Away("")));
        assert_eq!(read("/list"), Ok(Typed::List));
        assert_eq!(read("/shutdown bye"), Ok(Typed::Quit("bye")));
    }

    #[test]
    fn mistakes_are_told_in_words() {
        assert!(read("/jion #x").unwrap_err().contains("/jion"));
        let people = ["/whois", "/invite", "/kick ", "/ban", "/ignore"];
        for text in ["/me", "/me ", "/join", "/msg", "/nick", "/topic\n"].into_iter().chain(people)
        {
            let words = read(text).unwrap_err().replace('\u{2068}', "");
            assert!(words.starts_with("Type “/"), "{text}");
        }
    }
}
