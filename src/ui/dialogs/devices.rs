//! The devices that sign in to one's account by themselves, and forgetting one.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::{clean, gettext};
use crate::model::{Device, Network};

mod imp {
    use std::cell::RefCell;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/devices.ui")]
    pub struct DevicesPage {
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) devices_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) trouble_page: TemplateChild<adw::StatusPage>,
        pub(super) rows: RefCell<Vec<adw::ActionRow>>,
        pub(super) network: glib::WeakRef<Network>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for DevicesPage {
        const NAME: &'static str = "MajlisDevicesPage";
        type Type = super::DevicesPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for DevicesPage {}
    impl WidgetImpl for DevicesPage {}
    impl NavigationPageImpl for DevicesPage {}
}

glib::wrapper! {
    /// The devices that sign in to one's account by themselves.
    pub struct DevicesPage(ObjectSubclass<imp::DevicesPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl DevicesPage {
    /// A page of those of the account on this server.
    pub(crate) fn new(network: &Network) -> Self {
        let page: Self = glib::Object::new();
        page.imp().network.set(Some(network));
        page.look();
        page
    }

    /// Asks the server, and shows what it says.
    fn look(&self) {
        let Some(network) = self.imp().network.upgrade() else { return };
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                match network.look_at_devices().await {
                    Ok(devices) => page.show(&devices),
                    Err(words) => page.show_trouble(&words),
                }
            }
        ));
    }

    fn show(&self, devices: &[Device]) {
        let imp = self.imp();
        for row in imp.rows.take() {
            imp.devices_group.remove(&row);
        }
        let rows: Vec<_> = devices.iter().map(|device| self.row(device)).collect();
        for row in &rows {
            imp.devices_group.add(row);
        }
        imp.rows.replace(rows);
        imp.stack.set_visible_child_name("devices");
    }

    fn show_trouble(&self, words: &str) {
        let imp = self.imp();
        imp.trouble_page.set_description(Some(&glib::markup_escape_text(words)));
        imp.stack.set_visible_child_name("trouble");
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    fn row(&self, device: &Device) -> adw::ActionRow {
        let title = if device.is_own {
            // Translators: names the computer that one sits at in a list of devices.
            gettext("This Device")
        } else {
            // Translators: names a device in a list; six words follow by which it is known.
            gettext("Another Device")
        };
        // The words are the server's where it names a device in another way than Majlis does.
        let row = adw::ActionRow::builder()
            .title(title)
            .use_markup(false)
            .subtitle(clean(&device.words))
            .build();
        // One forgets the device that one sits at by signing out.
        if !device.is_own {
            row.add_suffix(&self.forget_button(&device.key));
        }
        row
    }

    fn forget_button(&self, key: &str) -> gtk::Button {
        let button = gtk::Button::builder()
            .label(gettext("_Forget"))
            .use_underline(true)
            .valign(gtk::Align::Center)
            .build();
        button.connect_clicked(glib::clone!(
            #[weak(rename_to = page)]
            self,
            #[to_owned]
            key,
            move |button| {
                button.set_sensitive(false);
                page.forget(key.clone());
            }
        ));
        button
    }

    fn forget(&self, key: String) {
        let Some(network) = self.imp().network.upgrade() else { return };
        glib::spawn_future_local(glib::clone!(
            #[weak(rename_to = page)]
            self,
            async move {
                match network.forget_device(&key).await {
                    Ok(()) => page.look(),
                    Err(words) => page.show_trouble(&words),
                }
            }
        ));
    }
}
