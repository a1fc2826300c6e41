//! A row that nobody said: a new day, the beginning of what is unread, people who came and went.

use gtk::prelude::*;
use gtk::subclass::prelude::*;

use crate::model::ItemKind;
use crate::ui::text::sentence;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/divider_row.ui")]
    pub struct DividerRow {
        #[template_child]
        pub(super) start_line: TemplateChild<gtk::Separator>,
        #[template_child]
        pub(super) label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) end_line: TemplateChild<gtk::Separator>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for DividerRow {
        const NAME: &'static str = "MajlisDividerRow";
        type Type = super::DividerRow;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for DividerRow {}
    impl WidgetImpl for DividerRow {}
    impl BoxImpl for DividerRow {}
}

glib::wrapper! {
    /// A row that nobody said: a new day, the beginning of what is unread, people who came and went.
    pub struct DividerRow(ObjectSubclass<imp::DividerRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for DividerRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl DividerRow {
    /// Shows this sentence in the manner of its kind.
    pub(super) fn show(&self, kind: ItemKind, text: &str) {
        let imp = self.imp();
        let is_marker = kind == ItemKind::Unread;
        let has_lines = is_marker || kind == ItemKind::Day;
        imp.start_line.set_visible(has_lines);
        imp.end_line.set_visible(has_lines);
        self.set_halign(if has_lines { gtk::Align::Fill } else { gtk::Align::Center });
        imp.label.set_label(&sentence(text));
        set_class(self, "unread-marker", is_marker);
        set_class(&*imp.label, "dim-label", !is_marker);
    }
}

fn set_class(widget: &impl IsA<gtk::Widget>, class: &str, is_set: bool) {
    if is_set {
        widget.add_css_class(class);
    } else {
        widget.remove_css_class(class);
    }
}
