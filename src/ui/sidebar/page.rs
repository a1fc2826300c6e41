//! The page beside the conversation: every room and person of every network.

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::{ChannelRow, CurrentSelection, Order, Section, ServerSwitcher, present_channel_menu};
use crate::i18n::{gettext, gettext_f, pgettext};
use crate::model::{Channel, Chat, Network, check_room_name, room_title};
use crate::ui::dialogs::room_name;
use crate::ui::text::{escaped, isolate};

mod imp {
    use std::marker::PhantomData;
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate, glib::Properties)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/sidebar/page.ui")]
    #[properties(wrapper_type = super::SidebarPage)]
    pub struct SidebarPage {
        /// Whether an empty list offers to join a room: where nothing beside it does.
        #[property(get = Self::offers_join, set = Self::set_offers_join)]
        offers_join: PhantomData<bool>,
        #[template_child]
        pub(super) join_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) server_switcher: TemplateChild<ServerSwitcher>,
        #[template_child]
        pub(super) banner: TemplateChild<adw::Banner>,
        #[template_child]
        pub(super) search_entry: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) nothing_page: TemplateChild<adw::StatusPage>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        pub(super) order: OnceCell<Order>,
        /// Where a room is joined that is not in the list.
        pub(super) network: RefCell<Option<Network>>,
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

    impl SidebarPage {
        fn offers_join(&self) -> bool {
            self.join_button.get_visible()
        }

        fn set_offers_join(&self, offers_join: bool) {
            self.join_button.set_visible(offers_join);
        }
    }

    #[glib::derived_properties]
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
        let order = Order::new(chat);
        let filter = gtk::StringFilter::new(Some(Channel::this_expression("title")));
        imp.search_entry.bind_property("text", &filter, "search").sync_create().build();
        let found = gtk::FilterListModel::new(Some(order.list().clone()), Some(filter));
        let selection = CurrentSelection::new(&found);
        order.connect_sections_changed(glib::clone!(
            #[weak]
            selection,
            move || {
                // Once the list is in order.
                glib::idle_add_local_once(move || {
                    let count = selection.n_items();
                    if count > 0 {
                        selection.sections_changed(0, count);
                    }
                });
            }
        ));
        imp.order.set(order).expect("the chat view does it once");
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
        self.connect_search();
        self.connect_menu_key();
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
        self.imp().network.replace(network.cloned());
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

    /// All conversations in the order shown, whatever is searched for.
    pub(crate) fn channels(&self) -> gio::ListModel {
        self.order().clone().upcast()
    }

    /// The nearest conversation in this direction for which the condition holds, going round at the ends.
    pub(crate) fn neighbour(&self, step: i32, holds: impl Fn(&Channel) -> bool) -> Option<Channel> {
        let (channels, current) = (self.order(), self.selection().current());
        let count = i64::from(channels.n_items());
        let at = |position: u32| channels.item(position).and_downcast::<Channel>();
        let start = (0..channels.n_items()).find(|&position| at(position) == current);
        let start = match start.filter(|_| current.is_some()) {
            Some(position) => i64::from(position),
            None if step > 0 => -1,
            None => count,
        };
        (1..=count)
            .map(|distance| (start + distance * i64::from(step)).rem_euclid(count))
            .filter_map(|position| at(u32::try_from(position).ok()?))
            .find(|channel| Some(channel) != current.as_ref() && holds(channel))
    }

    /// Typing narrows the list; Enter opens what is first, or joins the room that is not there.
    fn connect_search(&self) {
        let imp = self.imp();
        self.selection().connect_items_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_, _, _, _| page.show_found()
        ));
        imp.search_entry.connect_search_changed(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.show_found()
        ));
        imp.search_entry.connect_activate(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |entry| page.open_found(&entry.text())
        ));
        imp.search_entry.connect_stop_search(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |entry| {
                entry.set_text("");
                page.focus_list();
            }
        ));
        self.show_found();
    }

    fn show_found(&self) {
        let imp = self.imp();
        let is_empty = self.selection().n_items() == 0;
        let is_search = !imp.search_entry.text().is_empty();
        if is_empty && is_search {
            let name = room_name(&imp.search_entry.text());
            let name = name.filter(|name| check_room_name(name).is_ok());
            let words = name.map(|name| {
                // Translators: {room} is what the person typed into the search field.
                escaped(&gettext_f(
                    "Press Enter to join {room}.",
                    &[("room", &isolate(room_title(&name)))],
                ))
            });
            imp.nothing_page.set_description(words.as_deref());
        }
        imp.stack.set_visible_child_name(match (is_empty, is_search) {
            (true, true) => "nothing",
            (true, false) => "empty",
            (false, _) => "list",
        });
    }

    fn open_found(&self, typed: &str) {
        if typed.trim().is_empty() {
            return;
        }
        let found = self.channel_at(0);
        self.imp().search_entry.set_text("");
        if let Some(channel) = found {
            self.emit_by_name::<()>("channel-activated", &[&channel]);
            return;
        }
        let name = room_name(typed).filter(|name| check_room_name(name).is_ok());
        if let Some((network, name)) = self.imp().network.borrow().clone().zip(name) {
            network.join(&name);
        }
    }

    /// The Menu key, or Shift+F10, opens the menu of the row that has the focus.
    fn connect_menu_key(&self) {
        let keys = gtk::ShortcutController::new();
        for trigger in ["Menu", "<Shift>F10"] {
            let page = self.downgrade();
            let action = gtk::CallbackAction::new(move |_, _| {
                let opened = page.upgrade().is_some_and(|page| page.open_focused_menu());
                if opened { glib::Propagation::Stop } else { glib::Propagation::Proceed }
            });
            let trigger = gtk::ShortcutTrigger::parse_string(trigger);
            keys.add_shortcut(gtk::Shortcut::new(trigger, Some(action)));
        }
        self.imp().list_view.add_controller(keys);
    }

    fn open_focused_menu(&self) -> bool {
        let focus = self.root().and_then(|root| root.focus());
        let row = focus.and_then(|item| item.first_child()).and_downcast::<ChannelRow>();
        let Some((row, channel)) = row.and_then(|row| Some((row.clone(), row.channel()?))) else {
            return false;
        };
        present_channel_menu(&row, &channel, None);
        true
    }

    fn channel_at(&self, position: u32) -> Option<Channel> {
        self.selection().item(position).and_downcast()
    }

    fn order(&self) -> &gtk::SortListModel {
        self.imp().order.get().expect("set before the page is shown").list()
    }

    fn selection(&self) -> &CurrentSelection {
        self.imp().selection.get().expect("set before the page is shown")
    }
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
    let kind = match Section::of(channel) {
        // Translators: A heading over the rooms and people that one pinned.
        Section::Pinned => gettext("Pinned"),
        // Translators: A heading over the people whom one has conversations with.
        Section::People => pgettext("conversations", "People"),
        Section::Rooms => gettext("Rooms"),
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
