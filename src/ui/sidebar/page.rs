//! The page beside the conversation: every room and person of every network.

use std::cell::OnceCell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::{ChannelRow, CurrentSelection, ServerSwitcher};
use crate::i18n::{gettext, gettext_f, pgettext};
use crate::model::{Channel, Chat, Network};
use crate::ui::text::isolate;

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/sidebar/page.ui")]
    pub struct SidebarPage {
        #[template_child]
        pub(super) server_switcher: TemplateChild<ServerSwitcher>,
        #[template_child]
        pub(super) banner: TemplateChild<adw::Banner>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        pub(super) selection: OnceCell<CurrentSelection>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SidebarPage {
        const NAME: &'static str = "MajlisSidebarPage";
        type Type = super::SidebarPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            ServerSwitcher::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for SidebarPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("channel-activated")
                        .param_types([Channel::static_type()])
                        .build(),
                ]
            })
        }
    }

    impl WidgetImpl for SidebarPage {}
    impl NavigationPageImpl for SidebarPage {}
}

glib::wrapper! {
    /// The page beside the conversation: every room and person of every network. Signal: `channel-activated` (`Channel`).
    pub struct SidebarPage(ObjectSubclass<imp::SidebarPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl SidebarPage {
    /// Says whose conversations are listed; called once, before the page is shown.
    pub(crate) fn set_chat(&self, chat: &Chat) {
        let imp = self.imp();
        imp.server_switcher.set_chat(chat);
        let selection = CurrentSelection::new(&sorted_channels(chat));
        imp.list_view.set_model(Some(&selection));
        imp.list_view.set_factory(Some(&ChannelRow::factory()));
        imp.list_view.set_header_factory(Some(&header_factory(chat)));
        // Where there are several networks, headings name theirs.
        chat.networks().connect_items_changed(glib::clone!(
            #[weak(rename_to = list_view)]
            imp.list_view,
            #[weak]
            chat,
            move |_, _, _, _| list_view.set_header_factory(Some(&header_factory(&chat)))
        ));
        imp.list_view.connect_activate(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_, position| {
                if let Some(channel) = page.channel_at(position) {
                    page.emit_by_name::<()>("channel-activated", &[&channel]);
                }
            }
        ));
        imp.selection.set(selection).expect("the chat view does it once");
    }

    /// The banner that tells how the connection stands where the conversation is not beside this page.
    pub(crate) fn banner(&self) -> adw::Banner {
        self.imp().banner.get()
    }

    /// Where one turns from one server to another.
    pub(crate) fn server_switcher(&self) -> ServerSwitcher {
        self.imp().server_switcher.get()
    }

    /// Names the network on top.
    pub(crate) fn set_network(&self, network: Option<&Network>) {
        self.imp().server_switcher.set_current(network);
    }

    /// Marks the conversation that is open.
    pub(crate) fn set_current(&self, channel: Option<&Channel>) {
        self.selection().set_current(channel);
    }

    /// Moves the keyboard's focus into the list.
    pub(crate) fn focus_list(&self) -> bool {
        let position = self.selection().position().unwrap_or(0);
        if self.selection().n_items() > 0 {
            self.imp().list_view.scroll_to(position, gtk::ListScrollFlags::FOCUS, None);
        }
        self.imp().list_view.grab_focus()
    }

    /// The conversations in the order shown.
    pub(crate) fn channels(&self) -> gio::ListModel {
        self.selection().clone().upcast()
    }

    /// The nearest conversation in this direction for which the condition holds, going round at the ends.
    pub(crate) fn neighbour(&self, step: i32, holds: impl Fn(&Channel) -> bool) -> Option<Channel> {
        let selection = self.selection();
        let count = i64::from(selection.n_items());
        let start = match selection.position() {
            Some(position) => i64::from(position),
            None if step > 0 => -1,
            None => count,
        };
        (1..=count)
            .map(|distance| (start + distance * i64::from(step)).rem_euclid(count))
            .filter_map(|position| self.channel_at(u32::try_from(position).ok()?))
            .find(|channel| Some(channel) != selection.current().as_ref() && holds(channel))
    }

    fn channel_at(&self, position: u32) -> Option<Channel> {
        self.selection().item(position).and_downcast()
    }

    fn selection(&self) -> &CurrentSelection {
        self.imp().selection.get().expect("set before the page is shown")
    }
}

/// The channels of all networks: by network, then rooms before people, then by name.
fn sorted_channels(chat: &Chat) -> gtk::SortListModel {
    let lists = gtk::MapListModel::new(Some(chat.networks()), |network| {
        network.downcast_ref::<Network>().expect("the list holds networks").channels().upcast()
    });
    let channels = gtk::FlattenListModel::new(Some(lists));
    let by_title = gtk::StringSorter::new(Some(Channel::this_expression("title")));
    let sorted = gtk::SortListModel::new(Some(channels), Some(by_title));
    let networks = chat.networks();
    sorted.set_section_sorter(Some(&gtk::CustomSorter::new(move |one, other| {
        section_of(&networks, one).cmp(&section_of(&networks, other)).into()
    })));
    sorted
}

fn section_of(networks: &gio::ListStore, channel: &glib::Object) -> (Option<u32>, bool) {
    let channel: &Channel = channel.downcast_ref().expect("the list holds channels");
    let network = channel.network().and_then(|network| networks.find(&network));
    (network, !channel.is_room())
}

fn header_factory(chat: &Chat) -> gtk::SignalListItemFactory {
    let factory = gtk::SignalListItemFactory::new();
    let networks = chat.networks();
    factory.connect_setup(|_, header| {
        let label = gtk::Label::builder()
            .xalign(0.0)
            .ellipsize(gtk::pango::EllipsizeMode::End)
            .css_classes(["heading", "dim-label", "section-heading"])
            .build();
        list_header(header).set_child(Some(&label));
    });
    factory.connect_bind(move |_, header| {
        let header = list_header(header);
        let label = header.child().and_downcast::<gtk::Label>().expect("set up above");
        let channel = header.item().and_downcast::<Channel>().expect("the list holds channels");
        label.set_label(&section_title(&channel, networks.n_items() > 1));
    });
    factory
}

fn list_header(header: &glib::Object) -> &gtk::ListHeader {
    header.downcast_ref().expect("the factory is a list view's header factory")
}

fn section_title(channel: &Channel, names_network: bool) -> String {
    let kind = if channel.is_room() {
        gettext("Rooms")
    } else {
        // Translators: A heading over the people whom one has conversations with.
        pgettext("conversations", "People")
    };
    match channel.network().filter(|_| names_network) {
        Some(network) => gettext_f(
            // Translators: A heading over rooms or people, such as "Rooms in library.local".
            "{kind} in {network}",
            &[("kind", &kind), ("network", &isolate(&network.name()))],
        ),
        None => kind,
    }
}
