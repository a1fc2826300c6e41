//! Words that the dictionary lacks are underlined, and corrected from the menu of the field. Whether, and in which language, is
//! one choice for all conversations.
//!
//! libspelling works on the buffer of a source editor, so the field gets one; nothing of source code is highlighted in it.

use std::cell::Cell;

use adw::prelude::*;
use adw::subclass::prelude::*;
use libspelling::{Checker, Provider, TextBufferAdapter};

use super::Composer;
use crate::settings::{self, Key};

impl Composer {
    /// Has what is written looked up as the settings say; called once, before anything else holds the field's buffer.
    ///
    /// Reading a dictionary takes its time, so that begins once the field is in sight.
    pub(super) fn check_spelling(&self) {
        libspelling::init();
        let buffer = sourceview::Buffer::builder().highlight_matching_brackets(false).build();
        self.imp().text_view.set_buffer(Some(&buffer));
        let waiting = Cell::new(Some(buffer));
        self.connect_map(move |composer| {
            if let Some(buffer) = waiting.take() {
                let composer = composer.downgrade();
                glib::idle_add_local_once(move || {
                    if let Some(composer) = composer.upgrade() {
                        composer.begin_to_check(&buffer);
                    }
                });
            }
        });
    }

    fn begin_to_check(&self, buffer: &sourceview::Buffer) {
        let text_view = &self.imp().text_view;
        let settings = settings::open();
        let language = language(settings.as_ref());
        let checker = Checker::new(None, language.as_deref());
        let adapter = TextBufferAdapter::new(buffer, &checker);
        text_view.set_extra_menu(Some(&adapter.menu_model()));
        text_view.insert_action_group("spelling", Some(&adapter));
        let Some(settings) = settings else { return };
        match language {
            Some(_) => settings.bind(Key::CheckSpelling.name(), &adapter, "enabled").build(),
            // In a language that the person does not write, every word would be wrong. They may still choose it.
            None => adapter.set_enabled(false),
        }
        checker.connect_language_notify(move |checker| {
            let language = checker.language().unwrap_or_default();
            if let Err(error) = settings.set_string(Key::SpellingLanguage.name(), &language) {
                tracing::warn!(%error, "the language of the dictionary is not remembered");
            }
        });
    }
}

/// The language chosen before, or else the person's own; `None` where there is no dictionary for it.
fn language(settings: Option<&gio::Settings>) -> Option<String> {
    let provider = Provider::default();
    let chosen = settings.map(|settings| settings.string(Key::SpellingLanguage.name()));
    let candidates = chosen.filter(|chosen| !chosen.is_empty()).into_iter().chain(own_languages());
    candidates.map(String::from).find(|language| provider.supports_language(language))
}

/// From the most to the least wanted. A system without a language speaks English, as the program itself does.
fn own_languages() -> Vec<glib::GString> {
    let names = glib::language_names();
    let is_without = names.first().is_none_or(|name| name == "C" || name.starts_with("C."));
    if is_without { vec!["en_US".into()] } else { names }
}
