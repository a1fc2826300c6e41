//! What is wrong with what a person filled in, at the foot of a dialog; it takes no room while nothing is.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::ui::dialogs::make_room_and_more;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/trouble_label.ui")]
    pub struct TroubleLabel {
        #[template_child]
        pub(super) label: TemplateChild<gtk::Label>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TroubleLabel {
        const NAME: &'static str = "MajlisTroubleLabel";
        type Type = super::TroubleLabel;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for TroubleLabel {}
    impl WidgetImpl for TroubleLabel {}
    impl BinImpl for TroubleLabel {}
}

glib::wrapper! {
    /// What is wrong with what a person filled in, at the foot of a dialog.
    pub struct TroubleLabel(ObjectSubclass<imp::TroubleLabel>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl TroubleLabel {
    /// Says what is wrong, aloud, too; what stands there already is not said again.
    pub(crate) fn tell(&self, words: &str) {
        let label = &self.imp().label;
        if self.is_visible() && label.label() == words {
            return;
        }
        label.set_label(words);
        self.set_visible(true);
        // A bar's height is taken with its words on one line.
        let height = |width| self.measure(gtk::Orientation::Vertical, width).1;
        make_room_and_more(self, |width| height(width) - height(-1));
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    /// Nothing is wrong any more.
    pub(crate) fn clear(&self) {
        self.set_visible(false);
    }
}
