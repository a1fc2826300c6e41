//! What the pointer finds at a message.

use gtk::prelude::*;
use gtk::subclass::prelude::*;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/message_row/toolbar.ui")]
    #[expect(clippy::struct_field_names, reason = "each is a button, named as in the Blueprint")]
    pub struct MessageToolbar {
        #[template_child]
        pub(super) reply_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) react_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) more_button: TemplateChild<gtk::Button>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for MessageToolbar {
        const NAME: &'static str = "MajlisMessageToolbar";
        type Type = super::MessageToolbar;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for MessageToolbar {}
    impl WidgetImpl for MessageToolbar {}
    impl BoxImpl for MessageToolbar {}
}

glib::wrapper! {
    /// What the pointer finds at a message.
    pub struct MessageToolbar(ObjectSubclass<imp::MessageToolbar>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for MessageToolbar {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl MessageToolbar {
    /// Whether the message can be answered and signs put to it.
    pub(super) fn set_can_answer(&self, can_answer: bool) {
        self.imp().reply_button.set_visible(can_answer);
        self.imp().react_button.set_visible(can_answer);
    }

    /// Its buttons, and the timeline's action that each does with the row's item.
    pub(super) fn buttons(&self) -> [(gtk::Button, &'static str); 3] {
        let imp = self.imp();
        [
            (imp.reply_button.get(), "timeline.reply"),
            (imp.react_button.get(), "timeline.react"),
            (imp.more_button.get(), "timeline.open-menu"),
        ]
    }
}
