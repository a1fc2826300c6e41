//! How much the field holds. A text of a million letters would stop the window while it is laid out, and no room wants it.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::Composer;
use crate::i18n::gettext_f;

/// So many characters, many messages' worth, fit into the field, whichever way they come.
pub(super) const TEXT_MAX_CHARS: usize = 50_000;

impl Composer {
    /// Keeps the text within its bound; called once, when the composer is made.
    pub(super) fn bound_text(&self) {
        self.imp().text_view.buffer().connect_insert_text(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |buffer, place, text| {
                let held_chars = usize::try_from(buffer.char_count()).unwrap_or(0);
                let Some(fitting) = beginning(text, TEXT_MAX_CHARS.saturating_sub(held_chars))
                else {
                    return;
                };
                buffer.stop_signal_emission_by_name("insert-text");
                if !fitting.is_empty() {
                    buffer.insert(place, fitting);
                }
                composer.show_trouble(&cut_words());
            }
        ));
    }
}

/// So many characters of a text; `None` where it has no more.
fn beginning(text: &str, max_chars: usize) -> Option<&str> {
    text.char_indices().nth(max_chars).map(|(end, _)| &text[..end])
}

fn cut_words() -> String {
    gettext_f(
        // Translators: Somebody pasted a very long text into the field where one writes; {count} is 50000.
        "The text was cut: no more than {count} characters fit here.",
        &[("count", &TEXT_MAX_CHARS.to_string())],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_long_is_cut_and_only_between_letters() {
        assert_eq!(beginning("مجلس", 4), None);
        assert_eq!(beginning("مجلس", 3), Some("مجل"));
        assert_eq!(beginning("x", 0), Some(""));
        assert_eq!(beginning("", 0), None);
    }
}
