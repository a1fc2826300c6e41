//! What a person may want otherwise, in one place.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::focus_first;
use crate::model::{Chat, Network};
use crate::settings::{ColorScheme, Key};
use crate::ui::text::{clean, isolate};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/preferences.ui")]
    pub struct PreferencesDialog {
        #[template_child]
        pub(super) notify_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) do_not_disturb_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) notify_text_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) typing_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) style_row: TemplateChild<adw::ComboRow>,
        #[template_child]
        pub(super) writing_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) spelling_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) background_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) autostart_row: TemplateChild<adw::SwitchRow>,
        #[template_child]
        pub(super) servers_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) servers_list: TemplateChild<gtk::ListBox>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for PreferencesDialog {
        const NAME: &'static str = "MajlisPreferencesDialog";
        type Type = super::PreferencesDialog;
        type ParentType = adw::PreferencesDialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for PreferencesDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("server-activated")
                        .param_types([Network::static_type()])
                        .build(),
                ]
            })
        }
    }

    impl WidgetImpl for PreferencesDialog {}
    impl AdwDialogImpl for PreferencesDialog {}
    impl PreferencesDialogImpl for PreferencesDialog {}
}

glib::wrapper! {
    /// What a person may want otherwise. Signal: `server-activated` (`Network`), whose settings are to be shown.
    pub struct PreferencesDialog(ObjectSubclass<imp::PreferencesDialog>)
        @extends adw::PreferencesDialog, adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl PreferencesDialog {
    /// A dialog over these settings; every row is one of them.
    pub(crate) fn new(settings: &gio::Settings, chat: &Chat) -> Self {
        let dialog: Self = glib::Object::new();
        focus_first(&*dialog.imp().notify_row);
        let imp = dialog.imp();
        for (key, row) in [
            (Key::Notify, &imp.notify_row),
            (Key::DoNotDisturb, &imp.do_not_disturb_row),
            (Key::NotifyText, &imp.notify_text_row),
            (Key::SendTyping, &imp.typing_row),
            (Key::CheckSpelling, &imp.spelling_row),
            (Key::Background, &imp.background_row),
            (Key::Autostart, &imp.autostart_row),
        ] {
            settings.bind(key.name(), &**row, "active").build();
        }
        imp.writing_group.set_visible(cfg!(feature = "spelling"));
        // Who is not there after the login cannot receive.
        imp.background_row
            .bind_property("active", &*imp.autostart_row, "sensitive")
            .sync_create()
            .build();
        settings
            .bind(Key::ColorScheme.name(), &*imp.style_row, "selected")
            .mapping(|value, _| Some(ColorScheme::from_name(value.str()?).position().to_value()))
            .set_mapping(|value, _| {
                let position: u32 = value.get().expect("a combo row's position is a number");
                Some(ColorScheme::at(position).name().to_variant())
            })
            .build();
        dialog.list_servers(chat);
        dialog
    }

    fn list_servers(&self, chat: &Chat) {
        let imp = self.imp();
        let networks = chat.networks();
        imp.servers_group.set_visible(networks.n_items() > 0);
        imp.servers_list.bind_model(
            Some(&networks),
            glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                #[upgrade_or_panic]
                move |network| {
                    let network: &Network =
                        network.downcast_ref().expect("the list holds networks");
                    dialog.server_row(network).upcast()
                }
            ),
        );
    }

    fn server_row(&self, network: &Network) -> adw::ActionRow {
        let row = adw::ActionRow::builder().activatable(true).use_markup(false).build();
        row.set_title(&clean(&network.name()));
        row.set_subtitle(&isolate(&network.address()));
        row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        row.connect_activated(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            #[weak]
            network,
            move |_| {
                dialog.close();
                dialog.emit_by_name::<()>("server-activated", &[&network]);
            }
        ));
        row
    }
}
