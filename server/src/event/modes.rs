//! The modes and lists of a room, in the form in which hub and store exchange them. What a letter means is the hub's to know.

use std::fmt;

use majlis_protocol::Timestamp;
use majlis_wire::Fingerprint;

/// A set of ASCII letters: modes that are on or off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Letters(u64);

impl Letters {
    /// The letters of a text; what is no ASCII letter is passed over.
    pub fn of(text: &str) -> Self {
        text.chars().fold(Self::default(), |mut set, letter| {
            set.set(letter, true);
            set
        })
    }

    /// Whether the letter is in it.
    pub fn contains(self, letter: char) -> bool {
        self.0 & bit(letter) != 0
    }

    /// Puts the letter in or takes it out; returns whether that changed anything.
    pub fn set(&mut self, letter: char, on: bool) -> bool {
        let before = self.0;
        self.0 = if on { before | bit(letter) } else { before & !bit(letter) };
        self.0 != before
    }

    /// Whether no letter is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The letters in the order of ASCII.
impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ('A'..='z').filter(|&letter| self.contains(letter)).try_for_each(|c| write!(f, "{c}"))
    }
}

fn bit(letter: char) -> u64 {
    if letter.is_ascii_alphabetic() { 1 << (u32::from(letter) - u32::from('A')) } else { 0 }
}

/// A room's modes, but for its lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomModes {
    /// Those without a parameter.
    pub flags: Letters,
    /// `+k`: the word that opens the door.
    pub key: Option<String>,
    /// `+l`: how many people may be in it.
    pub limit: Option<u32>,
    /// `+S`: seconds between two messages of one person.
    pub slow_seconds: Option<u32>,
}

/// A new room's: only members speak, only operators set the topic.
impl Default for RoomModes {
    fn default() -> Self {
        Self { flags: Letters::of("nt"), key: None, limit: None, slow_seconds: None }
    }
}

/// Which of a room's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `+b`: who may not enter, or not speak.
    Ban,
    /// `+e`: whom no ban meets.
    Exception,
    /// `+I`: who needs no invitation.
    InviteException,
}

impl ListKind {
    /// Its mode letter.
    pub fn letter(self) -> char {
        match self {
            Self::Ban => 'b',
            Self::Exception => 'e',
            Self::InviteException => 'I',
        }
    }

    /// The list of that mode letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::Ban, Self::Exception, Self::InviteException]
            .into_iter()
            .find(|kind| kind.letter() == letter)
    }
}

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// Whom it means, in canonical spelling.
    pub mask: String,
    /// `nick!user@host` of who set it.
    pub setter: String,
    /// When.
    pub time: Timestamp,
}

/// Who made a room, and becomes its operator whenever they enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Founder {
    /// Whoever is signed in to this account.
    Account(String),
    /// The guest whose device holds this key.
    Device(Fingerprint),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_a_set() {
        let mut letters = Letters::of("nt t-!é");
        assert_eq!(letters.to_string(), "nt");
        assert!(letters.set('C', true) && !letters.set('C', true));
        assert!(letters.set('t', false) && !letters.set('é', true));
        assert_eq!(letters.to_string(), "Cn");
        assert!(letters.contains('C') && !letters.contains('t') && !letters.contains('['));
        assert!(Letters::of("").is_empty());
    }

    #[test]
    fn lists_have_their_letters() {
        for letter in ['b', 'e', 'I'] {
            assert_eq!(ListKind::from_letter(letter).map(ListKind::letter), Some(letter));
        }
        assert_eq!(ListKind::from_letter('B'), None);
    }
}
