//! Searching what was said: in the archive first, and for what it lacks on the servers that can.

use std::collections::HashSet;

use gio::prelude::*;
use glib::subclass::prelude::*;

use crate::irc::event::Message;
use crate::irc::{Answer, Question, SearchQuery};
use crate::store::{FoundMessage, Neighbour, Search};

use super::channel::said_by;
use super::timeline::moment;
use super::{Channel, Chat, ConnectionState, Network};

/// How many messages are shown at most.
const HITS_MAX: u32 = 100;

mod imp {
    use std::cell::{Cell, RefCell};

    use glib::prelude::*;
    use glib::subclass::prelude::*;

    use super::Channel;

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::SearchHit)]
    pub struct SearchHit {
        /// Where it was said.
        #[property(get)]
        pub(super) channel: RefCell<Option<Channel>>,
        /// The message's identifier, by which it is shown there.
        #[property(get)]
        pub(super) msgid: RefCell<String>,
        /// What the sender calls themselves.
        #[property(get)]
        pub(super) sender: RefCell<String>,
        /// When, in words.
        #[property(get)]
        pub(super) time_text: RefCell<String>,
        /// What was said.
        #[property(get)]
        pub(super) text: RefCell<String>,
        /// What was said before it, with the name; possibly empty.
        #[property(get)]
        pub(super) before: RefCell<String>,
        /// What was said after it, with the name; possibly empty.
        #[property(get)]
        pub(super) after: RefCell<String>,
        pub(super) time_ms: Cell<u64>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SearchHit {
        const NAME: &'static str = "MajlisSearchHit";
        type Type = super::SearchHit;
    }

    #[glib::derived_properties]
    impl ObjectImpl for SearchHit {}
}

glib::wrapper! {
    /// A message that was found.
    ///
    /// Properties (all read-only, and never changing): `channel`, `msgid`, `sender`, `time-text`, `text`, `before`, `after`.
    pub struct SearchHit(ObjectSubclass<imp::SearchHit>);
}

impl SearchHit {
    fn new(channel: &Channel, message: &Message) -> Self {
        let hit: Self = glib::Object::new();
        let imp = hit.imp();
        imp.channel.replace(Some(channel.clone()));
        imp.msgid.replace(message.msgid.clone());
        imp.sender.replace(message.display_name.as_ref().unwrap_or(&message.nick).clone());
        imp.time_text.replace(moment(message.time_ms));
        imp.text.replace(message.text.clone());
        imp.time_ms.set(message.time_ms);
        hit
    }

    fn of_found(channel: &Channel, found: &FoundMessage) -> Self {
        let hit = Self::new(channel, &found.archived.message);
        let words = |neighbour: &Option<Neighbour>| {
            let words = neighbour.as_ref().map(|one| said_by(&one.sender, &one.text));
            words.unwrap_or_default()
        };
        hit.imp().before.replace(words(&found.before));
        hit.imp().after.replace(words(&found.after));
        hit
    }
}

impl Chat {
    /// Fills a list with what was said with these words by this person (part of a name), in one conversation or all that are
    /// open; the newest first. The archive's part is there first; the servers' follows before the answer. Empty words and
    /// an empty name find nothing.
    pub async fn search(
        &self,
        text: &str,
        person: &str,
        within: Option<&Channel>,
        into: &gio::ListStore,
    ) {
        let search = Search {
            text: text.to_owned(),
            person: person.to_owned(),
            conversation: within.map(Channel::key),
            limit: HITS_MAX,
        };
        // A failure is told by the archive itself.
        let found = self.services().archive.search(search).await.unwrap_or_default();
        let hits = found.iter().filter_map(|found| {
            let channel = self.find_channel(found.conversation.number().unsigned_abs())?;
            Some(SearchHit::of_found(&channel, found))
        });
        into.splice(0, into.n_items(), &hits.collect::<Vec<_>>());
        if text.trim().is_empty() {
            return;
        }
        for network in self.searchable(within) {
            let hits = network.search_server(text, person, within).await;
            add_missing(into, hits);
        }
    }

    /// The networks whose servers are asked, too.
    fn searchable(&self, within: Option<&Channel>) -> Vec<Network> {
        let of = within.map(Channel::network);
        let networks = self.networks().iter::<Network>().map_while(Result::ok).collect::<Vec<_>>();
        let is_asked = |network: &Network| {
            network.state() == ConnectionState::Online
                && network.abilities().has_search
                && of.as_ref().is_none_or(|of| of.as_ref() == Some(network))
        };
        networks.into_iter().filter(is_asked).collect()
    }
}

impl Network {
    async fn search_server(
        &self,
        text: &str,
        person: &str,
        within: Option<&Channel>,
    ) -> Vec<SearchHit> {
        let query = SearchQuery {
            text: text.trim().to_owned(),
            place: within.map(Channel::name),
            from: None,
            before_ms: None,
            limit: HITS_MAX,
        };
        // Where the server does not answer, there is what the archive found.
        let Ok(Answer::Found(found)) = self.inquire(Question::Search(query)).await else {
            return Vec::new();
        };
        let person = person.trim().to_lowercase();
        let is_by_person = |message: &Message| {
            let name = message.display_name.as_deref().unwrap_or_default();
            message.nick.to_lowercase().contains(&person) || name.to_lowercase().contains(&person)
        };
        let wanted = found
            .iter()
            .filter(|(_, message)| is_by_person(message) && !self.ignores(&message.nick));
        wanted
            .filter_map(|(place, message)| Some(SearchHit::new(&self.find_open(place)?, message)))
            .collect()
    }
}

/// Puts in their places those that are not in the list; it stays bounded.
fn add_missing(into: &gio::ListStore, hits: Vec<SearchHit>) {
    let known: HashSet<(u64, String)> =
        into.iter::<SearchHit>().flatten().map(|hit| key(&hit)).collect();
    for hit in hits.into_iter().filter(|hit| !known.contains(&key(hit))) {
        if into.n_items() < 2 * HITS_MAX {
            into.insert_sorted(&hit, |one, other| {
                let time = |hit: &glib::Object| {
                    hit.downcast_ref::<SearchHit>().map(|hit| hit.imp().time_ms.get())
                };
                time(other).cmp(&time(one))
            });
        }
    }
}

fn key(hit: &SearchHit) -> (u64, String) {
    (hit.channel().map_or(0, |channel| channel.id()), hit.msgid())
}
