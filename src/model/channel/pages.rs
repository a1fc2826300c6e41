//! Pages of history: from the archive first, then from the server.
//!
//! One fetch is under way at a time. Jumping to the end takes the place of any other; what the other
//! still brings is kept in the archive and not shown.

use std::future::Future;

use glib::subclass::prelude::*;

use crate::irc::Command;
use crate::model::ConnectionState;
use crate::model::timeline;
use crate::store::{ArchivedMessage, ArchivedPage};

use super::Channel;

/// How many messages are asked for at once.
#[expect(clippy::cast_possible_truncation, reason = "a few")]
pub(in crate::model) const PAGE: u32 = timeline::PAGE as u32;

/// Which fetch is under way, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fetch {
    number: u32,
    is_under_way: bool,
    /// Whether the server was asked and has not answered.
    awaits_server: bool,
    /// How many answers of the server are still to come that nobody waits for any more.
    late_answers: u32,
    /// Whether the last one found nothing older, though there may be something: asking again at once would find no more.
    is_in_vain: bool,
}

impl Channel {
    /// Asks for a page before the oldest row, from the archive and then from the server; does nothing
    /// while one is on its way, nor where the last one was in vain, until we are online anew or the person looks again.
    pub fn load_older(&self) {
        let fetch = self.imp().fetch.get();
        if fetch.is_under_way || self.timeline().window().is_start {
            return;
        }
        // What was let go is in the archive.
        let is_cut = self.timeline().window().take_cut();
        if is_cut || !fetch.is_in_vain {
            self.fetch(Self::fetch_older);
        }
    }

    /// What was asked for in vain may be had now.
    pub(in crate::model) fn retry_older(&self) {
        let fetch = self.imp().fetch.get();
        if fetch.is_in_vain {
            self.imp().fetch.set(Fetch { is_in_vain: false, ..fetch });
            self.load_older();
        }
    }

    /// More than before may be there to be read: where the beginning was thought to be, older pages can be had again.
    pub(super) fn forget_beginning(&self) {
        let imp = self.imp();
        if imp.is_complete.replace(false) {
            imp.is_changed.set(true);
        }
        imp.fetch.set(Fetch { is_in_vain: false, ..imp.fetch.get() });
        self.timeline().window().is_start = false;
    }

    /// Asks for a page after the newest row, where the window is not at its end.
    pub fn load_newer(&self) {
        if !self.imp().fetch.get().is_under_way && !self.timeline().window().is_end() {
            self.fetch(Self::fetch_newer);
        }
    }

    /// Goes back to the newest messages, where the window is not at its end.
    pub fn jump_to_end(&self) {
        if !self.timeline().window().is_end() {
            self.fetch(Self::fetch_end);
        }
    }

    /// Takes in the page that the archive gave first.
    pub(super) fn add_first_page(&self, newest: ArchivedPage) {
        let is_start = self.is_first_page(&newest.messages);
        self.timeline().window().add_older(newest, is_start);
    }

    /// Takes in the server's answer.
    pub(super) fn take_older(&self, page: &ArchivedPage, is_start: bool) {
        let messages = &page.messages;
        let imp = self.imp();
        if is_start && !imp.is_complete.replace(true) {
            imp.is_changed.set(true);
        }
        let fetch = imp.fetch.get();
        if fetch.late_answers > 0 {
            imp.fetch.set(Fetch { late_answers: fetch.late_answers - 1, ..fetch });
        } else if let Some(told) = imp.way.take().filter(|_| fetch.awaits_server) {
            imp.fetch.set(Fetch { awaits_server: false, ..fetch });
            // At its beginning nothing came, and yet more is known.
            let _ = told.try_send(is_start || !messages.is_empty());
        } else if fetch.awaits_server {
            self.timeline().window().add_older(page.clone(), is_start);
            self.timeline().publish_older();
            self.end_fetch_older(messages.is_empty() && !is_start);
        }
    }

    fn fetch<F: Future<Output = ()> + 'static>(&self, how: fn(Self, Fetch) -> F) {
        let fetch = self.begin_fetch();
        glib::spawn_future_local(how(self.clone(), fetch));
    }

    /// Begins a fetch, which takes the place of any other.
    pub(super) fn begin_fetch(&self) -> Fetch {
        self.imp().way.take();
        let last = self.imp().fetch.get();
        let fetch = Fetch {
            number: last.number.wrapping_add(1),
            is_under_way: true,
            awaits_server: false,
            late_answers: last.late_answers + u32::from(last.awaits_server),
            is_in_vain: false,
        };
        self.imp().fetch.set(fetch);
        self.timeline().set_loading(true);
        fetch
    }

    /// Whether no other fetch has taken this one's place.
    pub(super) fn is_under_way(&self, fetch: Fetch) -> bool {
        self.imp().fetch.get().number == fetch.number
    }

    /// The server is being asked.
    pub(super) fn await_server(&self) {
        self.imp().fetch.set(Fetch { awaits_server: true, ..self.imp().fetch.get() });
    }

    pub(super) fn end_fetch(&self) {
        let fetch = self.imp().fetch.get();
        self.imp().fetch.set(Fetch { is_under_way: false, awaits_server: false, ..fetch });
        self.timeline().set_loading(false);
    }

    /// Nobody waits for the fetch under way any more; what it still brings is kept only.
    pub(super) fn abandon_fetch(&self) {
        self.begin_fetch();
        self.end_fetch();
    }

    /// The same where no answer is to come: there was nobody to take it.
    pub(in crate::model) fn forget_fetches(&self) {
        self.abandon_fetch();
        self.imp().fetch.set(Fetch { late_answers: 0, ..self.imp().fetch.get() });
    }

    fn end_fetch_older(&self, is_in_vain: bool) {
        self.imp().fetch.set(Fetch { is_in_vain, ..self.imp().fetch.get() });
        self.end_fetch();
    }

    async fn fetch_older(self, fetch: Fetch) {
        let oldest = self.timeline().window().oldest();
        let page = self.services().archive.page_before(self.key(), oldest, PAGE).await;
        if !self.is_under_way(fetch) {
            return;
        }
        // A failure is told by the archive itself; the server may still know.
        let page = page.unwrap_or_default();
        let (is_whole, is_empty) = (is_whole(&page.messages), page.messages.is_empty());
        self.add_first_page(page);
        self.timeline().publish_older();
        let is_start = self.timeline().window().is_start;
        if is_whole || is_start || !self.ask_server() {
            self.end_fetch_older(is_empty && !is_start);
        }
    }

    async fn fetch_newer(self, fetch: Fetch) {
        while !self.timeline().window().is_end() {
            let Some(newest) = self.timeline().window().newest() else {
                return self.fetch_end(fetch).await;
            };
            self.timeline().window().expect_newer();
            let page = self.services().archive.page_after(self.key(), newest, PAGE).await;
            if !self.is_under_way(fetch) {
                return;
            }
            let Ok(page) = page else { break };
            let is_whole = is_whole(&page.messages);
            self.timeline().window().add_newer(page, !is_whole);
            self.timeline().publish_newer();
            if is_whole {
                break;
            }
        }
        self.end_fetch();
    }

    async fn fetch_end(self, fetch: Fetch) {
        loop {
            self.timeline().window().expect_newer();
            let page = self.services().archive.page_before(self.key(), None, PAGE).await;
            if !self.is_under_way(fetch) {
                return;
            }
            let Ok(page) = page else { break };
            if self.timeline().window().replace(page) {
                self.timeline().publish_place();
                break;
            }
        }
        self.end_fetch();
    }

    /// Asks the server for what is older than the window; false where that makes no sense now.
    fn ask_server(&self) -> bool {
        let online = |network: &crate::model::Network| network.state() == ConnectionState::Online;
        let Some(network) = self.network().filter(online) else { return false };
        let before = self.timeline().window().oldest();
        self.await_server();
        network.ask(Command::FetchBefore { room: self.name(), before, limit: PAGE });
        true
    }

    /// Whether a page that the archive gave is the beginning of everything.
    fn is_first_page(&self, page: &[ArchivedMessage]) -> bool {
        !is_whole(page) && self.imp().is_complete.get()
    }
}

/// Whether as many came as were asked for, so that there may be more.
fn is_whole(page: &[ArchivedMessage]) -> bool {
    page.len() >= PAGE as usize
}
