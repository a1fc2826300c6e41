//! One message: who said it, when, what, and how far it has come. What few messages need is in [`parts`], what the pointer does
//! in [`pointer`].

mod failure_box;
mod parts;
mod pointer;
mod quote_button;
mod toolbar;

use std::cell::RefCell;
use std::rc::Rc;

use adw::prelude::*;
use adw::subclass::prelude::*;

use self::parts::{Hooks, Parts};
use super::ReactionChip;
use super::reaction_chip::Toggle;
use crate::i18n::{gettext, gettext_f};
use crate::model::{ItemKind, SendState, TimelineItem};
use crate::ui::formatting::{folded, message_markup};
use crate::ui::text::{
    clean, is_chat_link, isolate, mark, markup, message_direction, read_in, sentence,
    without_brackets,
};

/// More signs than this at one message are not shown.
const CHIPS_MAX: usize = 24;

mod imp {
    use super::*;

    #[derive(Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/message_row.ui")]
    pub struct MessageRow {
        #[template_child]
        pub(super) overlay: TemplateChild<gtk::Overlay>,
        #[template_child]
        pub(super) content: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) avatar_space: TemplateChild<gtk::Overlay>,
        #[template_child]
        pub(super) column: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) header: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) sender_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) time_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) line: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) body_label: TemplateChild<gtk::Label>,
        pub(super) parts: Parts,
        pub(super) hooks: Hooks,
        /// The sender's nick, for those who ask: told beforehand, every tooltip would ask the display where the pointer is.
        pub(super) nick: RefCell<String>,
        /// When it was said, for those who ask.
        pub(super) time: RefCell<Option<glib::DateTime>>,
        pub(super) chips: RefCell<Vec<ReactionChip>>,
        /// What pressing one of the signs does.
        pub(super) toggle: RefCell<Option<Toggle>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for MessageRow {
        const NAME: &'static str = "MajlisMessageRow";
        type Type = super::MessageRow;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for MessageRow {
        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_pointer();
            // A browser opens other links, by itself.
            self.body_label.connect_activate_link(|label, link| {
                if !is_chat_link(link) {
                    return glib::Propagation::Proceed;
                }
                label
                    .activate_action("app.open-link", Some(&link.to_variant()))
                    .expect("the application has this action");
                glib::Propagation::Stop
            });
            // Over the text it would cover what is read; what has no time beside it tells it in front.
            let places: [&gtk::Widget; 2] =
                [self.time_label.upcast_ref(), self.avatar_space.upcast_ref()];
            for place in places {
                place.connect_query_tooltip(glib::clone!(
                    #[weak(rename_to = imp)]
                    self,
                    #[upgrade_or]
                    false,
                    move |_, _, _, _, tooltip| {
                        let words = imp.time.borrow().as_ref().and_then(date_and_time);
                        tooltip.set_text(words.as_deref());
                        words.is_some()
                    }
                ));
            }
        }
    }
    impl WidgetImpl for MessageRow {}
    impl BinImpl for MessageRow {}
}

glib::wrapper! {
    /// One message: who said it, when, what, and how far it has come.
    pub struct MessageRow(ObjectSubclass<imp::MessageRow>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Default for MessageRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl MessageRow {
    /// Shows this message as it is now.
    pub(super) fn show(&self, item: &TimelineItem) {
        self.show_sender(item);
        self.show_quote(item);
        self.show_body(item);
        self.show_reactions(item);
        self.show_progress(item);
        set_classes(
            self,
            &[
                ("message", true),
                ("grouped", item.is_grouped()),
                ("mention", item.is_mention()),
                ("notice", item.kind() == ItemKind::Notice),
                ("pending", item.state() == SendState::Pending),
                ("deleted", !item.deletion().is_empty()),
                ("leaving", item.is_leaving()),
                ("highlighted", item.is_highlighted()),
            ],
        );
    }

    fn show_sender(&self, item: &TimelineItem) {
        let imp = self.imp();
        let is_shown = !item.is_grouped();
        imp.header.set_visible(is_shown);
        if let Some(avatar) = self.avatar(is_shown) {
            let sender = item.sender();
            avatar.set_text(Some(&without_brackets(&sender)));
            imp.sender_label.set_label(&clean(&sender));
            imp.nick.replace(item.sender_nick());
            imp.time_label.set_label(&item.time_text());
        }
    }

    /// Pressing a sign does this with it; called once, when the row is made.
    pub(super) fn connect_toggled(&self, toggle: impl Fn(&str) + 'static) {
        self.imp().toggle.replace(Some(Rc::new(toggle)));
    }

    fn show_reactions(&self, item: &TimelineItem) {
        let imp = self.imp();
        let groups = item.reactions();
        let shown = &groups[..groups.len().min(CHIPS_MAX)];
        let Some(chips_box) = self.reactions_box(!shown.is_empty()) else { return };
        let mut chips = imp.chips.borrow_mut();
        while chips.len() < shown.len() {
            let chip = ReactionChip::new(imp.toggle.borrow().clone());
            chips_box.append(&chip);
            chips.push(chip);
        }
        for (index, chip) in chips.iter().enumerate() {
            chip.set_visible(index < shown.len());
        }
        for (chip, group) in chips.iter().zip(shown) {
            chip.show_group(group);
        }
    }

    fn show_quote(&self, item: &TimelineItem) {
        if let Some(quote) = self.quote(!item.reply_to().is_empty()) {
            quote.show(item);
        }
    }

    fn show_body(&self, item: &TimelineItem) {
        let label = &self.imp().body_label;
        self.imp().time.replace(item.time());
        self.show_fold(item);
        let deletion = item.deletion();
        if !deletion.is_empty() {
            label.set_markup(&format!("<i>{}</i>", markup(&sentence(&deletion))));
            label.set_direction(gtk::Widget::default_direction());
            return;
        }
        let text = item.text();
        let shown = folded(&text).filter(|_| !item.is_unfolded()).unwrap_or(&text);
        let reading = message_direction(&text).unwrap_or_else(gtk::Widget::default_direction);
        label.set_markup(&if item.is_action() {
            // What was done settles the direction, not the name in front of it.
            let name = markup(&isolate(&item.sender()));
            format!("{}<i><b>{name}</b> {}</i>", mark(reading), markup(shown))
        } else {
            message_markup(&read_in(shown, reading))
        });
        label.set_direction(reading);
    }

    fn show_fold(&self, item: &TimelineItem) {
        if let Some(button) = self.fold_button(folded(&item.text()).is_some()) {
            button.set_label(&if item.is_unfolded() {
                gettext("Show Less")
            } else {
                // Translators: Shows the rest of a long message.
                gettext("Show More")
            });
        }
    }

    /// Whether messages are being chosen for copying, and whether this one is. Where nothing is left to copy, the button takes
    /// its room all the same, so that every row begins in one line.
    pub(super) fn show_selecting(&self, is_selecting: bool, item: &TimelineItem) {
        let Some(button) = self.select_button(is_selecting) else { return };
        let can_be_copied = item.deletion().is_empty();
        button.set_sensitive(can_be_copied);
        let is_selected = can_be_copied && item.is_selected();
        if button.is_active() != is_selected {
            button.set_active(is_selected);
        }
    }

    fn show_progress(&self, item: &TimelineItem) {
        self.show_pending(item.state() == SendState::Pending);
        if let Some(failure) = self.failure_box(item.state() == SendState::Failed) {
            failure.show(&item.failure());
        }
    }
}

fn set_classes(widget: &impl IsA<gtk::Widget>, classes: &[(&str, bool)]) {
    for (class, is_set) in classes {
        if *is_set {
            widget.add_css_class(class);
        } else {
            widget.remove_css_class(class);
        }
    }
}

pub(super) fn date_and_time(time: &glib::DateTime) -> Option<String> {
    // Translators: A date and a time of day, in the codes of strftime; for example "Friday, 2 January 2026, 10:32".
    time.format(&gettext("%A, %-d %B %Y, %H:%M")).ok().map(String::from)
}

/// What a screen reader says for a message.
pub(super) fn describe(item: &TimelineItem) -> String {
    let sender = clean(&item.sender());
    let time = item.time_text();
    let (text, deletion) = (item.text(), item.deletion());
    let text = clean(if deletion.is_empty() { &text } else { &deletion });
    let values = [("name", &*sender), ("time", &*time), ("text", &*text)];
    let said = if item.is_action() {
        // Translators: Said by a screen reader for a message such as "Ana waves".
        gettext_f("{name} {text}, {time}", &values)
    } else {
        // Translators: Said by a screen reader for a message.
        gettext_f("{name}, {time}: {text}", &values)
    };
    let said = if item.reply_to().is_empty() {
        said
    } else {
        let values = [("said", &*said), ("name", &*clean(&item.quote_sender()))];
        // Translators: Said by a screen reader for a message that answers one of {name}'s, which may be empty.
        gettext_f("{said} (in reply to {name})", &values)
    };
    let said = if item.reaction_summary().is_empty() {
        said
    } else {
        let values = [("said", &*said), ("reactions", &*item.reaction_summary())];
        // Translators: Said by a screen reader for a message with reactions, such as "👍 2, 🎉 1".
        gettext_f("{said} (reactions: {reactions})", &values)
    };
    match item.state() {
        SendState::Sent if item.is_leaving() => {
            format!("{said} ({})", gettext("about to be deleted"))
        }
        SendState::Sent => said,
        SendState::Pending => format!("{said} ({})", gettext("waiting to be sent")),
        SendState::Failed => format!("{said} ({})", item.failure()),
    }
}
