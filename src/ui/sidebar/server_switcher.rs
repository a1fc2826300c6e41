//! The name of the server that is talked to, and behind it all others: how each stands, and what is unread there.

use std::cell::RefCell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::{gettext, ngettext_f};
use crate::model::{Channel, Chat, ConnectionState, Network};
use crate::ui::text::{clean, isolate};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/sidebar/server_switcher.ui")]
    pub struct ServerSwitcher {
        #[template_child]
        pub(super) button: TemplateChild<gtk::MenuButton>,
        #[template_child]
        pub(super) name_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) popover: TemplateChild<gtk::Popover>,
        #[template_child]
        pub(super) servers_list: TemplateChild<gtk::ListBox>,
        #[template_child]
        pub(super) settings_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) add_button: TemplateChild<gtk::Button>,
        pub(super) chat: RefCell<Option<Chat>>,
        pub(super) current: RefCell<Option<Network>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ServerSwitcher {
        const NAME: &'static str = "MajlisServerSwitcher";
        type Type = super::ServerSwitcher;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ServerSwitcher {
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

        fn constructed(&self) {
            self.parent_constructed();
            let switcher = self.obj();
            // How things stand when it opens; what changes while it is open is shown the next time.
            self.popover.connect_show(glib::clone!(
                #[weak]
                switcher,
                move |_| switcher.list_servers()
            ));
            for button in [&self.settings_button, &self.add_button] {
                button.connect_clicked(glib::clone!(
                    #[weak(rename_to = popover)]
                    self.popover,
                    move |_| popover.popdown()
                ));
            }
        }
    }

    impl WidgetImpl for ServerSwitcher {}
    impl BinImpl for ServerSwitcher {}
}

glib::wrapper! {
    /// The name of the server that is talked to, and behind it all others. Signal: `server-activated` (`Network`).
    pub struct ServerSwitcher(ObjectSubclass<imp::ServerSwitcher>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl ServerSwitcher {
    /// Says which servers there are; called once.
    pub(crate) fn set_chat(&self, chat: &Chat) {
        self.imp().chat.replace(Some(chat.clone()));
    }

    /// Names the server that is talked to.
    pub(crate) fn set_current(&self, network: Option<&Network>) {
        let imp = self.imp();
        imp.current.replace(network.cloned());
        let name = network.map_or_else(|| gettext("Majlis"), Network::name);
        imp.name_label.set_label(&clean(&name));
        imp.settings_button.set_sensitive(network.is_some());
    }

    fn list_servers(&self) {
        let imp = self.imp();
        imp.servers_list.remove_all();
        let Some(chat) = &*imp.chat.borrow() else { return };
        for network in chat.networks().iter::<Network>().flatten() {
            let is_current = imp.current.borrow().as_ref() == Some(&network);
            let row = server_row(&network, is_current);
            row.connect_activated(glib::clone!(
                #[weak(rename_to = switcher)]
                self,
                #[weak]
                network,
                move |_| {
                    switcher.imp().popover.popdown();
                    switcher.emit_by_name::<()>("server-activated", &[&network]);
                }
            ));
            imp.servers_list.append(&row);
        }
    }
}

fn server_row(network: &Network, is_current: bool) -> adw::ActionRow {
    let row = adw::ActionRow::builder().activatable(true).use_markup(false).build();
    row.set_title(&clean(&network.name()));
    row.set_subtitle(&state_words(network));
    if is_current {
        row.add_prefix(&gtk::Image::from_icon_name("object-select-symbolic"));
    }
    let channels = network.channels();
    let unread_count: u32 =
        channels.iter::<Channel>().flatten().map(|channel| channel.unread_count()).sum();
    if unread_count > 0 {
        let words = ngettext_f(
            "{count} unread message",
            "{count} unread messages",
            unread_count,
            &[("count", &unread_count.to_string())],
        );
        let badge = gtk::Label::builder()
            .label(unread_count.to_string())
            .tooltip_text(&words)
            .valign(gtk::Align::Center)
            .css_classes(["caption-heading", "numeric", "badge"])
            .build();
        badge.update_property(&[gtk::accessible::Property::Label(&words)]);
        row.add_suffix(&badge);
    }
    row
}

/// How the connection stands; for one that stands, where it leads.
fn state_words(network: &Network) -> String {
    match network.state() {
        ConnectionState::Online => isolate(&network.address()),
        ConnectionState::Offline if network.stays_offline() => gettext("Not connected"),
        _ => network.state_text(),
    }
}
