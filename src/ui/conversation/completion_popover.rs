//! What the word before the caret may become, over the field where one writes. The caret stays in the field, whose keys are the
//! composer's to understand.

use std::cell::RefCell;

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use crate::model::{Completion, Offer};
use crate::ui::text::isolate;

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct CompletionPopover {
        pub(super) list: gtk::ListBox,
        pub(super) completion: RefCell<Option<Completion>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for CompletionPopover {
        const NAME: &'static str = "MajlisCompletionPopover";
        type Type = super::CompletionPopover;
        type ParentType = gtk::Popover;
    }

    impl ObjectImpl for CompletionPopover {
        fn constructed(&self) {
            self.parent_constructed();
            let popover = self.obj();
            popover.set_autohide(false);
            popover.set_has_arrow(false);
            popover.set_position(gtk::PositionType::Top);
            popover.add_css_class("completion");
            self.list.set_selection_mode(gtk::SelectionMode::Browse);
            self.list.set_can_focus(false);
            popover.set_child(Some(&self.list));
        }
    }

    impl WidgetImpl for CompletionPopover {}
    impl PopoverImpl for CompletionPopover {}
}

glib::wrapper! {
    /// What the word before the caret may become.
    pub struct CompletionPopover(ObjectSubclass<imp::CompletionPopover>)
        @extends gtk::Popover, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Native, gtk::ShortcutManager;
}

impl Default for CompletionPopover {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl CompletionPopover {
    /// Pressing one of them does this; called once.
    pub(super) fn connect_chosen(&self, choose: impl Fn() + 'static) {
        self.imp().list.connect_row_activated(move |_, _| choose());
    }

    /// Offers this at a place of the parent, or nothing.
    pub(super) fn offer(&self, completion: Option<&Completion>, place: &gdk::Rectangle) {
        let imp = self.imp();
        if imp.completion.borrow().as_ref() == completion {
            return;
        }
        imp.list.remove_all();
        for offer in completion.into_iter().flat_map(|completion| &completion.offers) {
            imp.list.append(&row(offer));
        }
        imp.list.select_row(imp.list.row_at_index(0).as_ref());
        let is_offered = imp.completion.replace(completion.cloned()).is_some();
        if completion.is_some() {
            self.set_pointing_to(Some(place));
            self.set_halign(self.side(place));
            self.popup();
            if !is_offered {
                self.announce_selected();
            }
        } else {
            self.popdown();
        }
    }

    /// Reaches from a place in the field to where more of the field is, so that it stays in the window: a command is read from left
    /// to right in every language, and what one writes in any.
    fn side(&self, place: &gdk::Rectangle) -> gtk::Align {
        let width = self.parent().map_or(0, |field| field.width());
        let is_at_left = place.x() < width / 2;
        let is_ltr = self.direction() != gtk::TextDirection::Rtl;
        if is_at_left == is_ltr { gtk::Align::Start } else { gtk::Align::End }
    }

    /// Where the word begins and what takes its place, while something is offered.
    pub(super) fn chosen(&self) -> Option<(usize, String)> {
        let imp = self.imp();
        let completion = imp.completion.borrow();
        let index = usize::try_from(imp.list.selected_row()?.index()).ok()?;
        let completion = completion.as_ref()?;
        Some((completion.start, completion.offers.get(index)?.text.clone()))
    }

    /// Whether one thing alone is offered.
    pub(super) fn is_only_one(&self) -> bool {
        self.imp().completion.borrow().as_ref().is_some_and(|one| one.offers.len() == 1)
    }

    /// Goes to the next offer, or the one before.
    pub(super) fn step(&self, step: i32) {
        let list = &self.imp().list;
        let count = list.observe_children().n_items();
        let count = i32::try_from(count).unwrap_or(i32::MAX).max(1);
        let current = list.selected_row().map_or(0, |row| row.index());
        list.select_row(list.row_at_index((current + step).rem_euclid(count)).as_ref());
        self.announce_selected();
    }

    /// The focus is elsewhere, so it has to be said what is selected.
    fn announce_selected(&self) {
        let completion = self.imp().completion.borrow();
        let index =
            self.imp().list.selected_row().and_then(|row| usize::try_from(row.index()).ok());
        let offer = completion.as_ref().zip(index).and_then(|(one, index)| one.offers.get(index));
        if let Some(offer) = offer {
            let words = format!("{} {}", offer.label, offer.detail);
            self.announce(words.trim(), gtk::AccessibleAnnouncementPriority::Medium);
        }
    }
}

fn row(offer: &Offer) -> gtk::ListBoxRow {
    let label = gtk::Label::builder().label(isolate(&offer.label)).xalign(0.0).build();
    let detail = gtk::Label::builder()
        .label(isolate(&offer.detail))
        .xalign(1.0)
        .hexpand(true)
        .ellipsize(gtk::pango::EllipsizeMode::End)
        .max_width_chars(24)
        .build();
    detail.add_css_class("dim-label");
    let line = gtk::Box::builder().spacing(12).build();
    line.append(&label);
    line.append(&detail);
    let row = gtk::ListBoxRow::builder().child(&line).can_focus(false).build();
    row.update_property(&[gtk::accessible::Property::Label(&offer.label)]);
    row
}
