//! The beginning of the message that another one answers; pressing it leads there.

use gtk::prelude::*;
use gtk::subclass::prelude::*;

use crate::i18n::{gettext, gettext_f};
use crate::model::TimelineItem;
use crate::ui::text::clean;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(
        resource = "/io/github/majlis_chat/Majlis/ui/conversation/message_row/quote_button.ui"
    )]
    pub struct QuoteButton {
        #[template_child]
        pub(super) sender_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) text_label: TemplateChild<gtk::Label>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for QuoteButton {
        const NAME: &'static str = "MajlisQuoteButton";
        type Type = super::QuoteButton;
        type ParentType = gtk::Button;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for QuoteButton {}
    impl WidgetImpl for QuoteButton {}
    impl ButtonImpl for QuoteButton {}
}

glib::wrapper! {
    /// The beginning of the message that another one answers; pressing it leads there.
    pub struct QuoteButton(ObjectSubclass<imp::QuoteButton>)
        @extends gtk::Button, gtk::Widget,
        @implements gtk::Accessible, gtk::Actionable, gtk::Buildable, gtk::ConstraintTarget;
}

impl Default for QuoteButton {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl QuoteButton {
    /// Shows what this message answers.
    pub(super) fn show(&self, item: &TimelineItem) {
        let imp = self.imp();
        let (sender, text) = (clean(&item.quote_sender()), clean(&item.quote_text()));
        imp.sender_label.set_visible(!sender.is_empty());
        imp.sender_label.set_label(&sender);
        let text = if sender.is_empty() {
            // Translators: Stands over a reply, in place of the beginning of the message that it answers.
            gettext("An earlier message")
        } else if text.is_empty() {
            // Translators: Stands over a reply to a message that was deleted.
            gettext("Deleted message")
        } else {
            text
        };
        imp.text_label.set_label(&text);
        let values = [("name", &*sender), ("text", &*text)];
        // Translators: Said by a screen reader for the button that leads from a reply to the message it answers.
        let label = gettext_f("In reply to {name}: {text}", &values);
        self.update_property(&[gtk::accessible::Property::Label(&label)]);
    }
}
