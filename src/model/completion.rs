//! What a word that is being written may become: somebody's name, a room, a command, an emoji.

mod emoji;

use gio::prelude::*;

use crate::i18n::gettext;
use crate::irc::fold;

use self::emoji::EMOJI;
use super::{Channel, Member};

/// More than this are not offered at once.
const OFFERED_MAX: usize = 8;
/// So many letters of an emoji's name are needed, so that times and faces made of signs stay what they are.
const EMOJI_LETTERS_MIN: usize = 2;

/// What may take the place of the word before the caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in bytes.
    pub start: usize,
    /// At least one, the best first.
    pub offers: Vec<Offer>,
}

/// One thing that a word may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is shown.
    pub label: String,
    /// What it is, in other words; possibly empty.
    pub detail: String,
    /// What takes the word's place.
    pub text: String,
}

impl Channel {
    /// What the word at the end of this text may become, if it begins with a sign that says what it is to be (`@`, `#`, `/`,
    /// `:`); with `is_asked`, any word may become a name.
    pub fn complete(&self, before_caret: &str, is_asked: bool) -> Option<Completion> {
        let start = before_caret
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + before_caret[at..].chars().next().map_or(0, char::len_utf8));
        let word = &before_caret[start..];
        let offers = match word.chars().next()? {
            '/' if start == 0 => complete_command(&word[1..]),
            '#' => self.complete_room(word),
            ':' => complete_emoji(&word[1..]),
            '@' => self.complete_name(&word[1..], start == 0),
            _ if is_asked => self.complete_name(word, start == 0),
            _ => Vec::new(),
        };
        // What is written out already is left as it is: the next Enter sends it.
        let is_whole = offers.iter().any(|offer| offer.text.trim_end() == word);
        (!offers.is_empty() && !is_whole).then_some(Completion { start, offers })
    }

    /// People of the room by nick or name; at the beginning they are spoken to.
    fn complete_name(&self, beginning: &str, is_first: bool) -> Vec<Offer> {
        let wanted = fold(beginning);
        let me = self.network().map(|network| fold(&network.nick())).unwrap_or_default();
        let members = self.members();
        let matching = members.iter::<Member>().flatten().filter(|member| {
            let (nick, name) = (fold(&member.nick()), member.display_name().to_lowercase());
            let begins = nick.starts_with(&wanted)
                || name.split_whitespace().any(|word| word.starts_with(&beginning.to_lowercase()));
            begins && nick != me
        });
        let offer = |member: Member| {
            let (label, nick) = (member.display_name(), member.nick());
            let text = format!("{nick}{}", if is_first { ": " } else { " " });
            let detail = if label.contains(&nick) { String::new() } else { nick };
            Offer { label, detail, text }
        };
        matching.take(OFFERED_MAX).map(offer).collect()
    }

    fn complete_room(&self, beginning: &str) -> Vec<Offer> {
        let Some(network) = self.network() else { return Vec::new() };
        let wanted = fold(beginning);
        let rooms = network
            .open_channels()
            .into_iter()
            .filter(|channel| channel.is_room() && fold(&channel.name()).starts_with(&wanted));
        let offer = |room: Channel| Offer {
            label: room.name(),
            detail: room.topic(),
            text: format!("{} ", room.name()),
        };
        rooms.take(OFFERED_MAX).map(offer).collect()
    }
}

fn complete_command(beginning: &str) -> Vec<Offer> {
    let commands = [
        // Translators: What the command /me does.
        ("me", gettext("Say what you do")),
        // Translators: What the command /join does.
        ("join", gettext("Go into a room")),
        // Translators: What the command /msg does.
        ("msg", gettext("Write to one person")),
        // Translators: What the command /nick does.
        ("nick", gettext("Be called something else")),
        // Translators: What the command /topic does.
        ("topic", gettext("Set the room’s topic")),
        // Translators: What the command /quit does.
        ("quit", gettext("Leave the chat")),
    ];
    let wanted = beginning.to_ascii_lowercase();
    let matching = commands.into_iter().filter(|(name, _)| name.starts_with(&wanted));
    let offer = |(name, detail): (&str, String)| Offer {
        label: format!("/{name}"),
        detail,
        text: format!("/{name} "),
    };
    matching.map(offer).collect()
}

/// Emoji whose names begin so, then those in whose names a word does.
fn complete_emoji(beginning: &str) -> Vec<Offer> {
    let wanted = beginning.to_lowercase();
    if wanted.chars().count() < EMOJI_LETTERS_MIN {
        return Vec::new();
    }
    let first = EMOJI.iter().filter(|(name, _)| name.starts_with(&wanted));
    let second = EMOJI.iter().filter(|(name, _)| {
        !name.starts_with(&wanted) && name.split('_').any(|word| word.starts_with(&wanted))
    });
    let offer = |&(name, emoji): &(&str, &str)| Offer {
        label: format!("{emoji} :{name}:"),
        detail: String::new(),
        text: format!("{emoji} "),
    };
    first.chain(second).take(OFFERED_MAX).map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_found_by_their_names_and_by_words_in_them() {
        let labels = |beginning| -> Vec<String> {
            complete_emoji(beginning).into_iter().map(|offer| offer.text).collect()
        };
        assert_eq!(labels("sunf"), ["🌻 "]);
        assert_eq!(labels("up"), ["⬆️ ", "👍 "], "first what begins so");
        assert_eq!(labels("d"), [""; 0], "one letter is a face");
        assert_eq!(labels("zzzz"), [""; 0]);
        assert!(labels("he").len() <= OFFERED_MAX);
    }

    #[test]
    fn every_emoji_has_one_plain_name() {
        for (index, (name, emoji)) in EMOJI.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(name.chars().all(is_plain) && !emoji.is_ascii(), "{name}");
            assert!(EMOJI[..index].iter().all(|(other, _)| other != name), "{name} twice");
        }
    }

    #[test]
    fn commands_are_offered_by_their_beginning() {
        let labels = |beginning| -> Vec<String> {
            complete_command(beginning).into_iter().map(|offer| offer.label).collect()
        };
        assert_eq!(labels("M"), ["/me", "/msg"]);
        assert_eq!(labels("").len(), 6);
        assert_eq!(labels("x"), [""; 0]);
    }
}
