//! What networks and channels share: the archive, the way to the socket thread, and one turn of it.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use crate::irc::event::Occurrence;
use crate::irc::{Command, NetworkId, Request};
use crate::secrets::Secrets;
use crate::store::{Abouts, Answer, Archive, ArchivedMessage, ConversationKey};

use super::{Channel, Network};

/// The way to the socket thread.
pub(super) type SendRequest = Box<dyn Fn(Request)>;

/// What everything in a chat may ask.
pub(super) struct Services {
    pub(super) archive: Archive,
    pub(super) secrets: Box<dyn Secrets>,
    link: RefCell<Option<SendRequest>>,
    /// Whether others may be told that we are writing.
    pub(super) sends_typing: Cell<bool>,
}

impl Services {
    pub(super) fn new(archive: Archive, secrets: Box<dyn Secrets>) -> Self {
        Self { archive, secrets, link: RefCell::default(), sends_typing: Cell::new(true) }
    }

    /// From now on requests go this way.
    pub(super) fn set_link(&self, send: SendRequest) {
        self.link.replace(Some(send));
    }

    /// From now on nothing is asked any more.
    pub(super) fn drop_link(&self) {
        self.link.take();
    }

    /// Whether there is a socket thread.
    pub(super) fn has_link(&self) -> bool {
        self.link.borrow().is_some()
    }

    /// Asks the socket thread. Before there is one, nothing is connected that could be asked, and what
    /// is typed goes with the first connection.
    pub(super) fn ask(&self, network: NetworkId, command: Command) {
        if let Some(send) = &*self.link.borrow() {
            send(Request { network, command });
        }
    }
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("archive", &self.archive).finish_non_exhaustive()
    }
}

/// What events changed. It is kept soon; lists and properties tell of it when it is shown.
#[derive(Debug, Default)]
pub(super) struct Turn {
    messages: Vec<(ConversationKey, Vec<ArchivedMessage>)>,
    older: Vec<(ConversationKey, Vec<ArchivedMessage>)>,
    abouts: Vec<(ConversationKey, Abouts)>,
    happened: Vec<(ConversationKey, Vec<Occurrence>)>,
    touched: Vec<Channel>,
    is_touched: HashSet<Channel>,
    /// Where people are called otherwise.
    renaming: HashSet<Network>,
}

impl Turn {
    /// These are to be kept.
    pub(super) fn keep_messages(
        &mut self,
        conversation: ConversationKey,
        messages: Vec<ArchivedMessage>,
    ) {
        if !messages.is_empty() {
            self.messages.push((conversation, messages));
        }
    }

    /// And so are these, of an older page.
    pub(super) fn keep_older(&mut self, conversation: ConversationKey, page: Vec<ArchivedMessage>) {
        if !page.is_empty() {
            self.older.push((conversation, page));
        }
    }

    /// And so is this, behind the messages.
    pub(super) fn keep_abouts(&mut self, conversation: ConversationKey, abouts: Abouts) {
        self.abouts.push((conversation, abouts));
    }

    /// And so is what happened.
    pub(super) fn keep_happened(
        &mut self,
        conversation: ConversationKey,
        happened: Vec<Occurrence>,
    ) {
        if !happened.is_empty() {
            self.happened.push((conversation, happened));
        }
    }

    /// Something that is shown of this channel changed.
    pub(super) fn touch(&mut self, channel: &Channel) {
        if self.is_touched.insert(channel.clone()) {
            self.touched.push(channel.clone());
        }
    }

    /// Somebody on this network is called otherwise.
    pub(super) fn note_renaming(&mut self, network: &Network) {
        self.renaming.insert(network.clone());
    }

    /// Sends what is to be kept to the archive; the answer comes when it is.
    pub(super) fn keep(&mut self, archive: &Archive) -> Option<Answer<()>> {
        let messages = std::mem::take(&mut self.messages);
        let kept = (!messages.is_empty()).then(|| archive.store_messages(messages));
        let older = std::mem::take(&mut self.older);
        let kept = (!older.is_empty()).then(|| archive.store_older(older)).or(kept);
        let abouts = std::mem::take(&mut self.abouts);
        let kept = (!abouts.is_empty()).then(|| archive.store_abouts(abouts)).or(kept);
        let happened = std::mem::take(&mut self.happened);
        (!happened.is_empty()).then(|| archive.store_happened(happened)).or(kept)
    }

    /// Whether anything changed that is shown.
    pub(super) fn has_news(&self) -> bool {
        !self.touched.is_empty() || !self.renaming.is_empty()
    }

    /// The channels of which something is to be shown: after it was sent to the archive, so that what they say is true.
    pub(super) fn take_touched(&mut self) -> Vec<Channel> {
        self.is_touched.clear();
        std::mem::take(&mut self.touched)
    }

    /// The networks on which people are called otherwise.
    pub(super) fn take_renaming(&mut self) -> HashSet<Network> {
        std::mem::take(&mut self.renaming)
    }
}
