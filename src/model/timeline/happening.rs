//! The words of what people do to a room, as lines of its timeline.

use crate::i18n::{fill, gettext, gettext_f, isolate};
use crate::irc::event::{Happening, Occurrence, Role};

/// What somebody did, as a sentence. That they came or went is told by [`changes`](super::words::changes), folded.
pub(super) fn happening_words(occurrence: &Occurrence) -> String {
    let by = isolate(occurrence.display_name.as_ref().unwrap_or(&occurrence.nick));
    let who = |nick: &String, name: &Option<String>| isolate(name.as_ref().unwrap_or(nick));
    match &occurrence.what {
        Happening::Joined | Happening::Left => String::new(),
        Happening::Nick(nick) => {
            let values = [("old", &*isolate(&occurrence.nick)), ("new", &*isolate(nick))];
            // Translators: a person changed their name.
            gettext_f("{old} is now called {new}", &values)
        }
        Happening::Renamed(name) => {
            let values = [("by", &*by), ("room", &*isolate(name))];
            // Translators: {by} gave the room another name; {room} is the new one, such as "#tea".
            gettext_f("{by} renamed the room to {room}", &values)
        }
        Happening::Topic(topic) if topic.is_empty() => {
            // Translators: {by} is a person.
            gettext_f("{by} removed the topic", &[("by", &by)])
        }
        Happening::Topic(topic) => {
            // Translators: {by} is a person.
            gettext_f("{by} set the topic: {topic}", &[("by", &by), ("topic", &isolate(topic))])
        }
        Happening::Removed { nick, display_name, reason } => {
            let name = who(nick, display_name);
            let values = [("by", &*by), ("name", &*name), ("reason", &*isolate(reason))];
            if reason.is_empty() {
                // Translators: {by} put {name} out of the room.
                gettext_f("{by} removed {name}", &values)
            } else {
                // Translators: {by} put {name} out of the room; {reason} is in their words.
                gettext_f("{by} removed {name}: {reason}", &values)
            }
        }
        Happening::Role { nick, display_name, role } => {
            let name = who(nick, display_name);
            let values = [("by", &*by), ("name", &*name)];
            match role {
                // Translators: {by} lets {name} look after the room.
                Role::Operator => gettext_f("{by} made {name} an operator", &values),
                // Translators: {by} lets {name} speak where others may not.
                Role::Voice => gettext_f("{by} let {name} speak", &values),
                // Translators: {by} took away what {name} could do beyond others.
                Role::None => gettext_f("{by} took {name}’s role away", &values),
            }
        }
        Happening::Modes(modes) => settings_words(&by, modes),
    }
}

/// What somebody changed in a room's settings: a sentence for each letter that people know, and the others as they are.
fn settings_words(by: &str, modes: &str) -> String {
    let (mut told, mut others) = (Vec::new(), String::new());
    let (mut is_set, mut sign_of_others) = (true, None);
    for letter in modes.chars() {
        match letter {
            '+' | '-' => is_set = letter == '+',
            _ => {
                if let Some(sentence) = setting(is_set, letter) {
                    told.push(fill(&sentence, &[("by", by)]));
                    continue;
                }
                if sign_of_others.replace(is_set) != Some(is_set) {
                    others.push(if is_set { '+' } else { '-' });
                }
                others.push(letter);
            }
        }
    }
    if !others.is_empty() || told.is_empty() {
        let values = [("by", by), ("modes", &*isolate(&others))];
        // Translators: {modes} are letters such as "+C", each for a setting.
        told.push(gettext_f("{by} changed the room’s settings: {modes}", &values));
    }
    told.join(" · ")
}

/// What it means that a mode was set or taken away, with a place for who did it; none for a letter that says nothing to people.
fn setting(is_set: bool, letter: char) -> Option<String> {
    Some(match (is_set, letter) {
        // Translators: {by} is a person.
        (true, 'b') => gettext("{by} banned or muted somebody"),
        // Translators: {by} is a person. Somebody may enter or speak again.
        (false, 'b') => gettext("{by} lifted a ban"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'i') => gettext("{by} lets only invited people in"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'i') => gettext("{by} lets people in without an invitation"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'R') => gettext("{by} lets only signed-in people in"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'R') => gettext("{by} lets guests in"),
        // Translators: {by} is a person, who changed a room's settings. Newcomers to what was said are all who came later.
        (true, 'H') => gettext("{by} lets newcomers read only what is said after they come"),
        // Translators: {by} is a person, who changed a room's settings. Newcomers to what was said are all who came later.
        (false, 'H') => gettext("{by} lets newcomers read what was said before"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'k') => gettext("{by} gave the room a password"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'k') => gettext("{by} took the room’s password away"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'm') => gettext("{by} lets only operators speak, and whom they choose"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'm') => gettext("{by} lets everybody speak"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'M') => gettext("{by} muted guests"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'M') => gettext("{by} lets guests speak"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'S') => gettext("{by} turned slow mode on"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'S') => gettext("{by} turned slow mode off"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 'l') => gettext("{by} limited how many people come in"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 'l') => gettext("{by} lets any number of people in"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 't') => gettext("{by} lets only operators set the topic"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 't') => gettext("{by} lets everybody set the topic"),
        // Translators: {by} is a person, who changed a room's settings.
        (true, 's') => gettext("{by} took the room out of the list of all rooms"),
        // Translators: {by} is a person, who changed a room's settings.
        (false, 's') => gettext("{by} put the room into the list of all rooms"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::settings_words;

    #[test]
    fn settings_are_told_in_words_and_unknown_letters_as_they_are() {
        for (modes, words) in [
            ("+m", "Ana lets only operators speak, and whom they choose"),
            ("-H", "Ana lets newcomers read what was said before"),
            ("+b-i", "Ana banned or muted somebody · Ana lets people in without an invitation"),
            (
                "+Cm-nC",
                "Ana lets only operators speak, and whom they choose · Ana changed the room’s settings: +C-nC",
            ),
            ("", "Ana changed the room’s settings: "),
        ] {
            assert_eq!(settings_words("Ana", modes).replace(['\u{2068}', '\u{2069}'], ""), words);
        }
    }
}
