//! The page on which a person chooses where to go: a server that the network tells of, one that they know, an address, an
//! invitation.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::NearbyGroup;
use crate::model::{Chat, FoundPlace, Network};
use crate::ui::text::{clean, isolate};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/find_page.ui")]
    pub struct FindPage {
        #[template_child]
        pub(super) leave_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) nearby_group: TemplateChild<NearbyGroup>,
        /// What is behind that group.
        #[template_child]
        pub(super) known_ways: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) servers_group: TemplateChild<adw::PreferencesGroup>,
        #[template_child]
        pub(super) servers_list: TemplateChild<gtk::ListBox>,
        #[template_child]
        pub(super) address_row: TemplateChild<adw::ButtonRow>,
        #[template_child]
        pub(super) invitation_row: TemplateChild<adw::ButtonRow>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for FindPage {
        const NAME: &'static str = "MajlisFindPage";
        type Type = super::FindPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            NearbyGroup::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for FindPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("address-requested").build(),
                    Signal::builder("invitation-requested").build(),
                    Signal::builder("leave-requested").build(),
                    Signal::builder("place-activated")
                        .param_types([FoundPlace::static_type()])
                        .build(),
                    Signal::builder("server-activated")
                        .param_types([Network::static_type()])
                        .build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            let page = self.obj();
            for (row, signal) in [
                (&self.address_row, "address-requested"),
                (&self.invitation_row, "invitation-requested"),
            ] {
                row.connect_activated(glib::clone!(
                    #[weak]
                    page,
                    move |_| page.emit_by_name::<()>(signal, &[])
                ));
            }
            self.nearby_group.watch_behind(&*self.known_ways);
            self.nearby_group.connect_local(
                "place-activated",
                false,
                glib::clone!(
                    #[weak]
                    page,
                    #[upgrade_or_default]
                    move |values| {
                        let place: FoundPlace =
                            values[1].get().expect("the signal carries a place");
                        page.emit_by_name::<()>("place-activated", &[&place]);
                        None
                    }
                ),
            );
            self.leave_button.connect_clicked(glib::clone!(
                #[weak]
                page,
                move |_| page.emit_by_name::<()>("leave-requested", &[])
            ));
        }
    }

    impl WidgetImpl for FindPage {}
    impl NavigationPageImpl for FindPage {}
}

glib::wrapper! {
    /// The page on which a person chooses where to go.
    ///
    /// Signals: `address-requested`, `invitation-requested`, `place-activated` (`FoundPlace`), `server-activated` (`Network`),
    /// and `leave-requested` where there is a chat to go back to.
    pub struct FindPage(ObjectSubclass<imp::FindPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl FindPage {
    /// Says which servers there are to go back to; called once.
    pub(crate) fn set_chat(&self, chat: &Chat) {
        let imp = self.imp();
        let networks = chat.networks();
        let page = self.downgrade();
        imp.servers_list.bind_model(Some(&networks), move |network| {
            let network: &Network = network.downcast_ref().expect("the list holds networks");
            server_row(network, &page).upcast()
        });
        let show = glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |networks: &gio::ListStore| {
                page.imp().servers_group.set_visible(networks.n_items() > 0);
            }
        );
        show(&networks);
        networks.connect_items_changed(move |networks, _, _, _| show(networks));
    }

    /// Whether there is a chat behind this page to go back to.
    pub(crate) fn set_can_leave(&self, can_leave: bool) {
        self.imp().leave_button.set_visible(can_leave);
    }

    /// Puts the focus on the first thing to choose.
    pub(crate) fn focus_first(&self) {
        let imp = self.imp();
        match imp.servers_list.row_at_index(0) {
            Some(row) => row.grab_focus(),
            None => imp.address_row.grab_focus(),
        };
    }
}

/// A row that leads to a server.
fn server_row(network: &Network, page: &glib::WeakRef<FindPage>) -> adw::ActionRow {
    let row = adw::ActionRow::builder().activatable(true).use_markup(false).build();
    network
        .bind_property("name", &row, "title")
        .transform_to(|_, name: &str| Some(clean(name)))
        .sync_create()
        .build();
    network
        .bind_property("address", &row, "subtitle")
        .transform_to(|_, address: String| Some(isolate(&address)))
        .sync_create()
        .build();
    row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
    row.connect_activated(glib::clone!(
        #[weak]
        network,
        #[strong]
        page,
        move |_| {
            if let Some(page) = page.upgrade() {
                page.emit_by_name::<()>("server-activated", &[&network]);
            }
        }
    ));
    row
}
