//! Going to a message or a day, wherever it is: in the window, in the archive, or further back on the server.

use glib::subclass::prelude::*;

use crate::irc::{Command, HistoryMark};
use crate::model::ConnectionState;
use crate::store::{Found, Goal};

use super::Channel;
use super::pages::{Fetch, PAGE};

/// How many pages are fetched from the server at most on the way back to a goal: with these, there is no hole between.
const WAY_PAGES_MAX: u32 = 100;

impl Channel {
    /// Brings the message with this identifier into the timeline; whether it is there.
    pub async fn reveal_message(&self, msgid: String) -> bool {
        self.timeline().window().holds(&msgid) || self.reveal(Goal::Message(msgid)).await.is_some()
    }

    /// Brings the first message at this time or after it into the timeline: its identifier, if there is one.
    pub async fn reveal_time(&self, time: glib::DateTime) -> Option<String> {
        let time_ms = u64::try_from(time.to_unix()).unwrap_or(0).saturating_mul(1000);
        self.reveal(Goal::Time(time_ms)).await
    }

    async fn reveal(&self, goal: Goal) -> Option<String> {
        let fetch = self.begin_fetch();
        let revealed = self.find_way(goal, fetch).await;
        if self.is_under_way(fetch) {
            self.end_fetch();
        }
        revealed
    }

    async fn find_way(&self, goal: Goal, fetch: Fetch) -> Option<String> {
        for _ in 0..WAY_PAGES_MAX {
            let found = self.services().archive.find(self.key(), goal.clone()).await;
            if !self.is_under_way(fetch) {
                return None;
            }
            // A failure is told by the archive itself.
            let is_complete = self.imp().is_complete.get();
            match (found.ok()?, &goal) {
                (Found::Here(place), _) => return self.show_around(place, fetch).await,
                // Before the first message of all there is none: it is the first at that time or later.
                (Found::Older(Some(first)), Goal::Time(_)) if is_complete => {
                    return self.show_around(first, fetch).await;
                }
                (Found::Older(oldest), _) if !is_complete => self.fetch_way(oldest).await?,
                _ => return None,
            }
        }
        None
    }

    /// Has the page before the archive's oldest message fetched into the archive; `None` where it brings nothing.
    async fn fetch_way(&self, before: Option<HistoryMark>) -> Option<()> {
        let network = self.network().filter(|one| one.state() == ConnectionState::Online)?;
        let (told, answer) = async_channel::bounded(1);
        self.imp().way.replace(Some(told));
        self.await_server();
        network.ask(Command::FetchBefore { room: self.name(), before, limit: PAGE });
        // Where another fetch takes this one's place, nobody tells.
        answer.recv().await.ok().filter(|&has_come| has_come).map(drop)
    }

    async fn show_around(&self, place: HistoryMark, fetch: Fetch) -> Option<String> {
        let mut is_shown = self.timeline().window().holds(&place.msgid);
        while !is_shown {
            self.timeline().window().expect_newer();
            let around = self.services().archive.page_around(self.key(), place.clone(), PAGE);
            let around = around.await.ok().filter(|_| self.is_under_way(fetch))?;
            let is_start = around.is_oldest && self.imp().is_complete.get();
            is_shown =
                self.timeline().window().show_around(around.page, is_start, around.is_newest);
        }
        self.timeline().publish_place();
        Some(place.msgid)
    }
}
