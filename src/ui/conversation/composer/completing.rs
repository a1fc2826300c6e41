//! Completing names, rooms, commands and emoji while one writes, and choosing an emoji.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::Composer;
use crate::ui::emoji_chooser::emoji_chooser;

/// Nothing is offered for words as long as this.
const WORD_MAX_CHARS: i32 = 200;

impl Composer {
    /// Follows the caret; called once, when the composer is made.
    pub(super) fn connect_completion(&self) {
        let imp = self.imp();
        imp.completion.set_parent(&*imp.text_view);
        imp.completion.connect_chosen(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move || {
                composer.take_offer();
            }
        ));
        imp.text_view.buffer().connect_cursor_position_notify(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_| {
                composer.offer_completion(false);
            }
        ));
        imp.text_view.connect_has_focus_notify(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |view| {
                if !view.has_focus() {
                    composer.leave_completion();
                }
            }
        ));
    }

    /// Whether a key was for what is offered; Tab asks for names where nothing is.
    pub(super) fn handle_completion_key(
        &self,
        key: gdk::Key,
        modifiers: gdk::ModifierType,
    ) -> bool {
        let completion = &self.imp().completion;
        if !modifiers.is_empty() {
            return false;
        }
        if completion.chosen().is_none() {
            return key == gdk::Key::Tab && self.offer_completion(true) && self.take_only_offer();
        }
        match key {
            gdk::Key::Up => completion.step(-1),
            gdk::Key::Down => completion.step(1),
            gdk::Key::Tab | gdk::Key::Return | gdk::Key::KP_Enter | gdk::Key::ISO_Enter => {
                return self.take_offer();
            }
            gdk::Key::Escape => return self.leave_completion(),
            _ => return false,
        }
        true
    }

    /// Offers what the word before the caret may become; whether there is anything.
    pub(super) fn offer_completion(&self, is_asked: bool) -> bool {
        let imp = self.imp();
        let buffer = imp.text_view.buffer();
        let caret = buffer.iter_at_mark(&buffer.get_insert());
        let before = before(&caret);
        let channel = imp.channel.borrow().clone().filter(|_| imp.text_view.has_focus());
        let completion = channel.and_then(|channel| channel.complete(&before, is_asked));
        let place = imp.text_view.iter_location(&caret);
        let (x, y) = imp.text_view.buffer_to_window_coords(
            gtk::TextWindowType::Widget,
            place.x(),
            place.y(),
        );
        let is_offered = completion.is_some();
        imp.completion.offer(completion.as_ref(), &gdk::Rectangle::new(x, y, 1, place.height()));
        is_offered
    }

    /// Where there is one offer alone, Tab takes it at once.
    fn take_only_offer(&self) -> bool {
        if self.imp().completion.is_only_one() {
            self.take_offer();
        }
        true
    }

    /// Puts what is selected in the place of the word.
    fn take_offer(&self) -> bool {
        let Some((start, text)) = self.imp().completion.chosen() else { return false };
        let buffer = self.imp().text_view.buffer();
        let mut caret = buffer.iter_at_mark(&buffer.get_insert());
        let before = before(&caret);
        let word_chars = before.get(start..).map_or(0, |word| word.chars().count());
        let mut word = caret;
        word.backward_chars(i32::try_from(word_chars).unwrap_or(0));
        buffer.begin_user_action();
        buffer.delete(&mut word, &mut caret);
        buffer.insert(&mut caret, &text);
        buffer.end_user_action();
        self.leave_completion();
        true
    }

    /// Opens the chooser of emoji; what is chosen stands where the caret is.
    pub(super) fn choose_emoji(&self) {
        let chooser = emoji_chooser();
        chooser.set_parent(&*self.imp().emoji_button);
        chooser.connect_emoji_picked(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_, emoji| composer.imp().text_view.buffer().insert_at_cursor(emoji)
        ));
        chooser.connect_closed(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |chooser| {
                // Not amid its own signal, after which the toolkit gives the focus back to the button.
                let chooser = chooser.clone();
                glib::idle_add_local_once(move || {
                    chooser.unparent();
                    composer.grab_focus();
                });
            }
        ));
        chooser.popup();
    }
}

/// What stands before the caret, as far as a word may go back; a space stands for all before that.
fn before(caret: &gtk::TextIter) -> String {
    let mut start = *caret;
    start.backward_chars(WORD_MAX_CHARS);
    let text = start.visible_text(caret);
    if start.is_start() { text.into() } else { format!(" {text}") }
}
