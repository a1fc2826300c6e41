//! A room's lists: bans, exceptions, and who needs no invitation.
//!
//! Owns that a list holds each mask once and no more than it may. A ban that begins with `$m:` mutes: whom it covers may
//! enter and listen, but not speak.

use super::mask::{EXTBAN_PREFIX, MASK_MAX_BYTES, Mask, fold_mask};
use super::user::User;
use crate::event::{ListEntry, ListKind};

/// All lists of one room.
#[derive(Debug, Default)]
pub(super) struct Lists {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    kind: ListKind,
    text: ListEntry,
    mask: Mask,
    is_mute: bool,
}

impl Lists {
    /// The lists as the store gives them back; what is no mask any more is left out.
    pub(super) fn restore(entries: Vec<(ListKind, ListEntry)>) -> Self {
        let entries = entries.into_iter().filter_map(|(kind, text)| {
            let (_, mask, is_mute) = parse(kind, &text.mask)?;
            Some(Entry { kind, text, mask, is_mute })
        });
        Self { entries: entries.collect() }
    }

    /// How many entries all lists have together (ISUPPORT `MAXLIST`).
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn of(&self, kind: ListKind) -> impl Iterator<Item = &ListEntry> {
        self.entries.iter().filter(move |entry| entry.kind == kind).map(|entry| &entry.text)
    }

    /// Adds an entry whose mask is canonical; returns whether it was not there.
    pub(super) fn add(&mut self, kind: ListKind, text: ListEntry) -> bool {
        if self.position(kind, &text.mask).is_some() {
            return false;
        }
        let Some((_, mask, is_mute)) = parse(kind, &text.mask) else { return false };
        self.entries.push(Entry { kind, text, mask, is_mute });
        true
    }

    /// Takes an entry out, if it is there.
    pub(super) fn remove(&mut self, kind: ListKind, mask: &str) -> Option<ListEntry> {
        let position = self.position(kind, mask)?;
        Some(self.entries.remove(position).text)
    }

    /// Whether somebody may not enter.
    pub(super) fn is_banned(&self, user: &User) -> bool {
        self.is_met(user, |entry| !entry.is_mute)
    }

    /// Whether somebody may not speak.
    pub(super) fn is_muted(&self, user: &User) -> bool {
        self.is_met(user, |_| true)
    }

    /// Whether somebody needs no invitation.
    pub(super) fn is_expected(&self, user: &User) -> bool {
        self.has(ListKind::InviteException, user, |_| true)
    }

    /// Whether one of these bans covers somebody, and no exception does.
    fn is_met(&self, user: &User, counts: impl Fn(&Entry) -> bool) -> bool {
        self.has(ListKind::Ban, user, counts) && !self.has(ListKind::Exception, user, |_| true)
    }

    fn has(&self, kind: ListKind, user: &User, counts: impl Fn(&Entry) -> bool) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.kind == kind && counts(entry) && entry.mask.covers(user))
    }

    fn position(&self, kind: ListKind, mask: &str) -> Option<usize> {
        let folded = fold_mask(mask);
        let is_it = |entry: &Entry| entry.kind == kind && fold_mask(&entry.text.mask) == folded;
        self.entries.iter().position(is_it)
    }
}

/// A mask's canonical spelling on that list; nothing where it cannot be on it.
pub(super) fn canonical(kind: ListKind, mask: &str) -> Option<String> {
    parse(kind, mask).map(|(canonical, ..)| canonical)
}

/// The canonical spelling, whom it means, and whether it only mutes, which bans alone can.
fn parse(kind: ListKind, text: &str) -> Option<(String, Mask, bool)> {
    let muted = text.strip_prefix(EXTBAN_PREFIX).and_then(|rest| rest.strip_prefix("m:"));
    match muted {
        Some(rest) if kind == ListKind::Ban && !rest.is_empty() => {
            let (canonical, mask) = Mask::parse(rest)?;
            let canonical = format!("{EXTBAN_PREFIX}m:{canonical}");
            (canonical.len() <= MASK_MAX_BYTES).then_some((canonical, mask, true))
        }
        Some(_) => None,
        None => Mask::parse(text).map(|(canonical, mask)| (canonical, mask, false)),
    }
}
