//! One message: who said it, when, what, and how far it has come.

use std::cell::RefCell;

use gtk::prelude::*;
use gtk::subclass::prelude::*;

use crate::i18n::{gettext, gettext_f};
use crate::model::{ItemKind, SendState, TimelineItem};
use crate::ui::text::{clean, direction, isolate, mark, markup};

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/message_row.ui")]
    pub struct MessageRow {
        #[template_child]
        pub(super) avatar: TemplateChild<adw::Avatar>,
        #[template_child]
        pub(super) header: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) sender_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) time_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) body_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) pending_image: TemplateChild<gtk::Image>,
        #[template_child]
        pub(super) failure_box: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) failure_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) retry_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) delete_button: TemplateChild<gtk::Button>,
        /// When it was said, for those who ask.
        pub(super) time: RefCell<Option<glib::DateTime>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for MessageRow {
        const NAME: &'static str = "MajlisMessageRow";
        type Type = super::MessageRow;
        type ParentType = gtk::Box;

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
            self.body_label.connect_query_tooltip(glib::clone!(
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
    impl WidgetImpl for MessageRow {}
    impl BoxImpl for MessageRow {}
}

glib::wrapper! {
    /// One message: who said it, when, what, and how far it has come.
    pub struct MessageRow(ObjectSubclass<imp::MessageRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
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
        self.show_body(item);
        self.show_progress(item);
        set_classes(
            self,
            &[
                ("message", true),
                ("grouped", item.is_grouped()),
                ("mention", item.is_mention()),
                ("notice", item.kind() == ItemKind::Notice),
                ("pending", item.state() == SendState::Pending),
            ],
        );
    }

    /// Pressing *Retry* or *Delete* in place does this; called once, when the row is made.
    pub(super) fn connect_decided(&self, retry: impl Fn() + 'static, delete: impl Fn() + 'static) {
        let imp = self.imp();
        imp.retry_button.connect_clicked(move |_| retry());
        imp.delete_button.connect_clicked(move |_| delete());
    }

    fn show_sender(&self, item: &TimelineItem) {
        let imp = self.imp();
        let is_shown = !item.is_grouped();
        imp.avatar.set_visible(is_shown);
        imp.header.set_visible(is_shown);
        if is_shown {
            let sender = item.sender();
            imp.avatar.set_text(Some(&sender));
            imp.sender_label.set_label(&clean(&sender));
            imp.sender_label.set_tooltip_text(Some(&item.sender_nick()));
            imp.time_label.set_label(&item.time_text());
        }
    }

    fn show_body(&self, item: &TimelineItem) {
        let label = &self.imp().body_label;
        let text = item.text();
        let reading = direction(&text).unwrap_or_else(gtk::Widget::default_direction);
        label.set_markup(&if item.is_action() {
            // What was done settles the direction, not the name in front of it.
            let name = markup(&isolate(&item.sender()));
            format!("{}<i><b>{name}</b> {}</i>", mark(reading), markup(&text))
        } else {
            markup(&text)
        });
        label.set_direction(reading);
        self.imp().time.replace(item.time());
    }

    fn show_progress(&self, item: &TimelineItem) {
        let imp = self.imp();
        imp.pending_image.set_visible(item.state() == SendState::Pending);
        imp.failure_box.set_visible(item.state() == SendState::Failed);
        imp.failure_label.set_label(&item.failure());
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

fn date_and_time(time: &glib::DateTime) -> Option<String> {
    // Translators: A date and a time of day, in the codes of strftime; for example "Friday, 2 January 2026, 10:32".
    time.format(&gettext("%A, %-d %B %Y, %H:%M")).ok().map(String::from)
}

/// What a screen reader says for a message.
pub(super) fn describe(item: &TimelineItem) -> String {
    let sender = clean(&item.sender());
    let time = item.time_text();
    let text = clean(&item.text());
    let values = [("name", &*sender), ("time", &*time), ("text", &*text)];
    let said = if item.is_action() {
        // Translators: Said by a screen reader for a message such as "Ana waves".
        gettext_f("{name} {text}, {time}", &values)
    } else {
        // Translators: Said by a screen reader for a message.
        gettext_f("{name}, {time}: {text}", &values)
    };
    match item.state() {
        SendState::Sent => said,
        SendState::Pending => format!("{said} ({})", gettext("waiting to be sent")),
        SendState::Failed => format!("{said} ({})", item.failure()),
    }
}
