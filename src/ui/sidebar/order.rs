//! The order of the sidebar: by network, then what is pinned, people, rooms, each by name. It stays as it is while one talks.

use std::cell::RefCell;
use std::collections::HashSet;

use gtk::prelude::*;

use crate::model::{Channel, Chat, Network};

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Pinned,
    People,
    Rooms,
}

impl Section {
    /// That of a conversation.
    pub(super) fn of(channel: &Channel) -> Self {
        match (channel.pinned(), channel.is_room()) {
            (true, _) => Self::Pinned,
            (false, false) => Self::People,
            (false, true) => Self::Rooms,
        }
    }
}

/// Every conversation of a chat, in order.
#[derive(Debug)]
pub(super) struct Order {
    sorted: gtk::SortListModel,
    by_section: gtk::CustomSorter,
}

impl Order {
    /// The conversations of all networks, now and later.
    pub(super) fn new(chat: &Chat) -> Self {
        let lists = gtk::MapListModel::new(Some(chat.networks()), |network| {
            network.downcast_ref::<Network>().expect("the list holds networks").channels().upcast()
        });
        let channels = gtk::FlattenListModel::new(Some(lists));
        let by_title = gtk::StringSorter::new(Some(Channel::this_expression("title")));
        let networks = chat.networks();
        let by_section = gtk::CustomSorter::new(move |one, other| {
            place_of(&networks, one).cmp(&place_of(&networks, other)).into()
        });
        watch(&channels, &by_section, &by_title);
        let sorted = gtk::SortListModel::new(Some(channels), Some(by_title));
        sorted.set_section_sorter(Some(&by_section));
        Self { sorted, by_section }
    }

    /// Something may stand in another section now, also where it keeps its place in the list, which the list itself does not tell.
    pub(super) fn connect_sections_changed(&self, f: impl Fn() + 'static) {
        self.by_section.connect_changed(move |_, _| f());
    }

    /// As a list with sections.
    pub(super) fn list(&self) -> &gtk::SortListModel {
        &self.sorted
    }
}

/// Sorts anew where a conversation is pinned or called otherwise.
fn watch(
    channels: &gtk::FlattenListModel,
    by_section: &gtk::CustomSorter,
    by_title: &gtk::StringSorter,
) {
    let watched: RefCell<HashSet<u64>> = RefCell::default();
    let (by_section, by_title) = (by_section.downgrade(), by_title.downgrade());
    let look_at = move |channel: &Channel| {
        if !watched.borrow_mut().insert(channel.id()) {
            // It was closed, and is open again.
            return;
        }
        let (by_section, by_title) = (by_section.clone(), by_title.clone());
        channel.connect_pinned_notify(move |_| {
            if let Some(sorter) = by_section.upgrade() {
                sorter.changed(gtk::SorterChange::Different);
            }
        });
        channel.connect_title_notify(move |_| {
            if let Some(sorter) = by_title.upgrade() {
                sorter.changed(gtk::SorterChange::Different);
            }
        });
    };
    let look_from = move |channels: &gtk::FlattenListModel, position: u32, added: u32| {
        let added = (position..position + added).filter_map(|position| channels.item(position));
        added.filter_map(|channel| channel.downcast().ok()).for_each(|channel| look_at(&channel));
    };
    look_from(channels, 0, channels.n_items());
    channels.connect_items_changed(move |channels, position, _, added| {
        look_from(channels, position, added);
    });
}

fn place_of(networks: &gio::ListStore, channel: &glib::Object) -> (Option<u32>, Section) {
    let channel: &Channel = channel.downcast_ref().expect("the list holds channels");
    let network = channel.network().and_then(|network| networks.find(&network));
    (network, Section::of(channel))
}
