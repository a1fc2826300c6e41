//! Why a message of ours was not taken, and what can be done.

use adw::subclass::prelude::*;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(
        resource = "/io/github/majlis_chat/Majlis/ui/conversation/message_row/failure_box.ui"
    )]
    pub struct FailureBox {
        #[template_child]
        pub(super) label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) retry_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) delete_button: TemplateChild<gtk::Button>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for FailureBox {
        const NAME: &'static str = "MajlisFailureBox";
        type Type = super::FailureBox;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for FailureBox {}
    impl WidgetImpl for FailureBox {}
    impl BinImpl for FailureBox {}
}

glib::wrapper! {
    /// Why a message of ours was not taken, and what can be done.
    pub struct FailureBox(ObjectSubclass<imp::FailureBox>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Default for FailureBox {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl FailureBox {
    pub(super) fn show(&self, failure: &str) {
        self.imp().label.set_label(failure);
    }

    pub(super) fn retry_button(&self) -> gtk::Button {
        self.imp().retry_button.get()
    }

    pub(super) fn delete_button(&self) -> gtk::Button {
        self.imp().delete_button.get()
    }
}
