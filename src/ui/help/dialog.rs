//! The dialog *Help*: the pages of the guide beside the one that is read; in a narrow window, one after the other.

use std::cell::OnceCell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::guide::Guide;
use super::{markdown, page_view};

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/help/dialog.ui")]
    pub struct HelpDialog {
        #[template_child]
        pub(super) split_view: TemplateChild<adw::NavigationSplitView>,
        #[template_child]
        pub(super) contents_list: TemplateChild<gtk::ListBox>,
        #[template_child]
        pub(super) content_page: TemplateChild<adw::NavigationPage>,
        #[template_child]
        pub(super) scrolled_window: TemplateChild<gtk::ScrolledWindow>,
        #[template_child]
        pub(super) page_box: TemplateChild<gtk::Box>,
        pub(super) guide: OnceCell<Guide>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for HelpDialog {
        const NAME: &'static str = "MajlisHelpDialog";
        type Type = super::HelpDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for HelpDialog {
        fn constructed(&self) {
            self.parent_constructed();
            self.guide.set(Guide::of_person()).expect("an object is constructed once");
            self.obj().fill_contents();
        }
    }

    impl WidgetImpl for HelpDialog {}
    impl AdwDialogImpl for HelpDialog {}
}

glib::wrapper! {
    /// The user's guide.
    pub struct HelpDialog(ObjectSubclass<imp::HelpDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl HelpDialog {
    /// Opens at the first page; where the window is narrow, at the table of contents.
    pub(crate) fn new() -> Self {
        glib::Object::new()
    }

    fn fill_contents(&self) {
        let list = &self.imp().contents_list;
        for page in self.guide().pages() {
            let label = gtk::Label::builder().label(&page.title).xalign(0.0).wrap(true).build();
            let row = gtk::ListBoxRow::builder().child(&label).build();
            row.update_property(&[gtk::accessible::Property::Label(&page.title)]);
            list.append(&row);
        }
        list.connect_row_selected(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, row| {
                if let Some(position) = row.and_then(|row| usize::try_from(row.index()).ok()) {
                    dialog.show_page(position);
                }
            }
        ));
        // In a narrow window the page that is chosen already can be chosen again.
        list.connect_row_activated(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, _| dialog.imp().split_view.set_show_content(true)
        ));
        list.select_row(list.row_at_index(0).as_ref());
    }

    fn guide(&self) -> &Guide {
        self.imp().guide.get().expect("opened when the dialog was made")
    }

    fn show_page(&self, position: usize) {
        let imp = self.imp();
        let Some(page) = self.guide().pages().get(position) else { return };
        imp.content_page.set_title(&page.title);
        let mut blocks = markdown::blocks(&self.guide().text(page));
        // The title stands over the page already.
        blocks.retain(|block| !matches!(block, markdown::Block::Heading(1, _)));
        page_view::fill(
            &imp.page_box,
            &blocks,
            glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                #[upgrade_or]
                false,
                move |target| dialog.follow(target)
            ),
        );
        imp.scrolled_window.vadjustment().set_value(0.0);
    }

    /// Goes where a link leads, if that is a page of the guide.
    fn follow(&self, target: &str) -> bool {
        let imp = self.imp();
        let Some(position) = self.guide().position(target) else { return false };
        let row = i32::try_from(position).ok().and_then(|row| imp.contents_list.row_at_index(row));
        // The label that was clicked is still at it, and goes away with its page; the keyboard stays with the new one.
        glib::idle_add_local_once(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move || {
                dialog.imp().contents_list.select_row(row.as_ref());
                dialog.imp().scrolled_window.grab_focus();
            }
        ));
        true
    }
}
