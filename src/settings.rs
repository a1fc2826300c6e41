//! The application's settings: where they come from, and their names. What they mean is in the schema,
//! `data/*.gschema.xml`.

use gio::prelude::*;
use gio::{Settings, SettingsSchemaSource};

use crate::config::{APP_ID, SCHEMA_FOLDER};

/// Opens the application's settings, by the installed schema or, uninstalled, by the one just built.
///
/// `None`, with a warning in the log, where the schema is missing, as in a half-finished installation: the
/// program then runs with its defaults and remembers nothing of them.
pub fn open() -> Option<Settings> {
    let installed = SettingsSchemaSource::default();
    let source = match SCHEMA_FOLDER {
        Some(folder) => SettingsSchemaSource::from_directory(folder, installed.as_ref(), true).ok(),
        None => installed,
    };
    let Some(schema) = source.and_then(|source| source.lookup(APP_ID, true)) else {
        tracing::warn!("the settings schema {APP_ID} is not installed; nothing is remembered");
        return None;
    };
    Some(Settings::new_full(&schema, gio::SettingsBackend::NONE, None))
}

/// A setting that more than one part of the program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Whether mentions and private messages are notified.
    Notify,
    /// Whether a notification says what was said.
    NotifyText,
    /// The rooms of which every message is notified, by `Channel::id`.
    NotifyRooms,
    /// Whether nothing is notified.
    DoNotDisturb,
    /// Whether closing the window keeps receiving.
    Background,
    /// Whether the desktop was asked once to let Majlis receive in the background.
    BackgroundAsked,
    /// Whether to start at login, without a window.
    Autostart,
    /// Whether others may see that one is writing.
    SendTyping,
    /// Whether words that the dictionary lacks are underlined.
    CheckSpelling,
    /// The dictionary's language; the person's own where it is empty.
    SpellingLanguage,
    /// Light, dark, or as the system.
    ColorScheme,
}

impl Key {
    /// Its name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::NotifyText => "notify-text",
            Self::NotifyRooms => "notify-rooms",
            Self::DoNotDisturb => "do-not-disturb",
            Self::Background => "background",
            Self::BackgroundAsked => "background-asked",
            Self::Autostart => "autostart",
            Self::SendTyping => "send-typing",
            Self::CheckSpelling => "check-spelling",
            Self::SpellingLanguage => "spelling-language",
            Self::ColorScheme => "color-scheme",
        }
    }
}

/// Whether light or dark is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorScheme {
    /// As the system has it.
    #[default]
    System,
    /// Light, whatever the system has.
    Light,
    /// Dark, whatever the system has.
    Dark,
}

impl ColorScheme {
    /// In the order of the choices.
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one of this name; the system's where there is none.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name).unwrap_or_default()
    }

    /// Its place among the choices.
    pub fn position(self) -> u32 {
        Self::ALL.iter().zip(0..).find(|(scheme, _)| **scheme == self).map_or(0, |(_, place)| place)
    }

    /// The one at this place; the system's where there is none.
    pub fn at(position: u32) -> Self {
        Self::ALL.into_iter().find(|scheme| scheme.position() == position).unwrap_or_default()
    }
}

/// The rooms of which every message is notified.
pub fn notify_rooms(settings: &Settings) -> Vec<u64> {
    settings.value(Key::NotifyRooms.name()).get().unwrap_or_default()
}

/// Has every message of a room notified, or only those that name us.
pub fn set_notify_room(settings: &Settings, room: u64, is_wanted: bool) {
    let mut rooms = notify_rooms(settings);
    rooms.retain(|&kept| kept != room);
    if is_wanted {
        rooms.push(room);
    }
    if let Err(error) = settings.set_value(Key::NotifyRooms.name(), &rooms.to_variant()) {
        tracing::warn!(%error, "the choice of a room is not remembered");
    }
}

#[cfg(test)]
mod tests {
    use super::ColorScheme;

    #[test]
    fn every_scheme_is_found_by_its_name_and_place() {
        for scheme in ColorScheme::ALL {
            assert_eq!(ColorScheme::from_name(scheme.name()), scheme);
            assert_eq!(ColorScheme::at(scheme.position()), scheme);
        }
        assert_eq!(ColorScheme::from_name("sepia"), ColorScheme::System);
        assert_eq!(ColorScheme::at(3), ColorScheme::System);
    }
}
