//! Asks for the words that others are told while one is away.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::model::Network;
use crate::ui::dialogs::begin_in;

mod imp {
    use std::cell::RefCell;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/people/away_dialog.ui")]
    pub struct AwayDialog {
        #[template_child]
        pub(super) cancel_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) away_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) words_row: TemplateChild<adw::EntryRow>,
        pub(super) network: RefCell<Option<Network>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for AwayDialog {
        const NAME: &'static str = "MajlisAwayDialog";
        type Type = super::AwayDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for AwayDialog {
        fn constructed(&self) {
            self.parent_constructed();
            let dialog = self.obj();
            begin_in(&*self.words_row);
            dialog.set_default_widget(Some(&*self.away_button));
            self.cancel_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| {
                    dialog.close();
                }
            ));
            self.away_button.connect_clicked(glib::clone!(
                #[weak]
                dialog,
                move |_| dialog.go_away()
            ));
            self.words_row
                .bind_property("text", &*self.away_button, "sensitive")
                .transform_to(|_, text: &str| Some(!text.trim().is_empty()))
                .sync_create()
                .build();
        }
    }

    impl WidgetImpl for AwayDialog {}
    impl AdwDialogImpl for AwayDialog {}
}

glib::wrapper! {
    /// Asks for the words that others are told while one is away.
    pub struct AwayDialog(ObjectSubclass<imp::AwayDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl AwayDialog {
    /// A dialog about ourselves on this network; it begins with the words that were said last.
    pub(crate) fn new(network: &Network) -> Self {
        let dialog: Self = glib::Object::new();
        let words = network.away_words();
        if !words.is_empty() {
            dialog.imp().words_row.set_text(&words);
        }
        dialog.imp().network.replace(Some(network.clone()));
        dialog
    }

    fn go_away(&self) {
        if let Some(network) = &*self.imp().network.borrow() {
            network.go_away(&self.imp().words_row.text());
        }
        self.close();
    }
}
