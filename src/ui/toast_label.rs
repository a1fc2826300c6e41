//! The words of a toast, on as many lines as they need. The toolkit asks for their height before it knows their width, and for their
//! width at that height: as one line, which a narrow window with large letters has no room for.

use gtk::prelude::*;
use gtk::subclass::prelude::*;

mod imp {
    use std::cell::Cell;

    use super::*;

    #[derive(Debug, Default)]
    pub struct ToastLabel {
        pub(super) label: gtk::Label,
        /// How much room the words were given last.
        width: Cell<Option<i32>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ToastLabel {
        const NAME: &'static str = "MajlisToastLabel";
        type Type = super::ToastLabel;
        type ParentType = gtk::Widget;
    }

    impl ObjectImpl for ToastLabel {
        fn constructed(&self) {
            self.parent_constructed();
            self.label.set_wrap(true);
            self.label.set_wrap_mode(gtk::pango::WrapMode::WordChar);
            self.label.set_xalign(0.0);
            self.label.add_css_class("heading");
            self.label.set_parent(&*self.obj());
        }

        fn dispose(&self) {
            self.label.unparent();
        }
    }

    impl WidgetImpl for ToastLabel {
        fn request_mode(&self) -> gtk::SizeRequestMode {
            gtk::SizeRequestMode::HeightForWidth
        }

        fn measure(&self, orientation: gtk::Orientation, for_size: i32) -> (i32, i32, i32, i32) {
            match orientation {
                gtk::Orientation::Vertical if for_size < 0 => {
                    self.label.measure(orientation, self.width.get().unwrap_or(for_size))
                }
                gtk::Orientation::Vertical => self.label.measure(orientation, for_size),
                _ => self.label.measure(orientation, -1),
            }
        }

        fn size_allocate(&self, width: i32, height: i32, baseline: i32) {
            self.label.allocate(width, height, baseline, None);
            let (needed, ..) = self.label.measure(gtk::Orientation::Vertical, width);
            if self.width.replace(Some(width)) != Some(width) && needed != height {
                // Not amid the allocation that it is to change.
                glib::idle_add_local_once(glib::clone!(
                    #[weak(rename_to = widget)]
                    self.obj(),
                    move || widget.queue_resize()
                ));
            }
        }
    }
}

glib::wrapper! {
    /// The words of a toast, on as many lines as they need.
    pub struct ToastLabel(ObjectSubclass<imp::ToastLabel>)
        @extends gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl ToastLabel {
    /// Shows these words.
    pub(super) fn new(words: &str) -> Self {
        let widget: Self = glib::Object::new();
        widget.imp().label.set_label(words);
        widget
    }
}
