//! Who others see: users, and the names by which they are found.
//!
//! Owns which name belongs to whom and which names stand in each other's way (identity.md, "Names"). What users do is the
//! commands' affair.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::net::IpAddr;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use indexmap::IndexMap;
use majlis_protocol::{Name, Timestamp, fold};
use majlis_wire::Fingerprint;

use super::invitations::Invitations;
use super::room_set::RoomSet;
use crate::event::{AccountId, Author, ConnId, Guest, Letters, Source};

/// One user, for as long as somebody holds their nick; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UserId(u64);

/// What is known of users by their identity.
pub(super) type ByUser<T> = IndexMap<UserId, T, BuildHasherDefault<CountHasher>>;

/// Hashes a number that counts up, which nobody chooses: it is spread well enough by one multiplication, where the usual
/// hash, made to withstand those who choose, takes ten times as long. Lists of a large room look up each of its members.
#[derive(Debug, Default)]
pub(super) struct CountHasher(u64);

impl Hasher for CountHasher {
    fn write_u64(&mut self, number: u64) {
        // An odd number near 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Being signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) account: AccountId,
    /// The account's name, as others are told.
    pub(super) name: Arc<str>,
}

/// What others see under one nick. A guest has one session; none is left only while the user is being removed.
#[derive(Debug)]
pub(super) struct User {
    pub(super) nick: Name,
    /// With `~`: nobody here has proved who they are.
    pub(super) username: Arc<str>,
    pub(super) host: Arc<str>,
    pub(super) realname: Arc<str>,
    /// The account they are signed in to.
    pub(super) account: Option<Arc<str>>,
    pub(super) guest: Guest,
    pub(super) encrypted: bool,
    /// The same by its identity; both are there, or neither.
    pub(super) account_id: Option<AccountId>,
    /// Of a guest: whoever shows this key again may take the nick over.
    pub(super) device_key: Option<Fingerprint>,
    /// What is kept with what they say, by which it is known as theirs.
    pub(super) author: Author,
    /// What was kept with what they said before they signed in.
    guest_author: Author,
    pub(super) sessions: Vec<ConnId>,
    pub(super) rooms: RoomSet,
    pub(super) signed_on: Timestamp,
    /// When they last said something, on the monotonic clock.
    pub(super) spoke_ms: u64,
    pub(super) address: IpAddr,
    /// User modes that are on: `B` a program, `i` invisible, `o` operator of the server, `w` hears WALLOPS.
    pub(super) modes: Letters,
    /// Why they are not there; never empty.
    pub(super) away: Option<Arc<str>>,
    /// Rooms they are invited into, the earliest first.
    pub(super) invitations: Invitations,
    /// After a takeover: when they are out of the rooms that no session of theirs has joined again.
    pub(super) reclaim_by_ms: Option<u64>,
    /// What relays name as their source; kept true by [`Users`].
    source: Source,
}

/// What a new user is made of.
pub(super) struct NewUser {
    pub(super) nick: Name,
    pub(super) username: Arc<str>,
    pub(super) host: Arc<str>,
    pub(super) realname: Arc<str>,
    pub(super) guest: Guest,
    pub(super) encrypted: bool,
    pub(super) login: Option<Login>,
    pub(super) device_key: Option<Fingerprint>,
    pub(super) author: Author,
    pub(super) guest_author: Author,
    pub(super) address: IpAddr,
    pub(super) session: ConnId,
    pub(super) signed_on: Timestamp,
    pub(super) now_ms: u64,
}

impl User {
    fn new(new: NewUser) -> Self {
        Self {
            source: source(&new.nick, &new.username, &new.host),
            nick: new.nick,
            username: new.username,
            host: new.host,
            realname: new.realname,
            account_id: new.login.as_ref().map(|login| login.account),
            account: new.login.map(|login| login.name),
            guest: new.guest,
            encrypted: new.encrypted,
            device_key: new.device_key,
            author: new.author,
            guest_author: new.guest_author,
            sessions: vec![new.session],
            rooms: RoomSet::default(),
            signed_on: new.signed_on,
            spoke_ms: new.now_ms,
            address: new.address,
            modes: Letters::default(),
            away: None,
            invitations: Invitations::default(),
            reclaim_by_ms: None,
        }
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// Whether what is marked so was said by them.
    pub(super) fn is_author(&self, author: Author) -> bool {
        author == self.author || author == self.guest_author
    }
}

fn source(nick: &Name, username: &str, host: &str) -> Source {
    Source::of(nick.as_str(), &format!("{username}@{host}"))
}

/// The host that others are shown: the address itself, which on a local network is no secret and tells two guests apart.
///
/// No parameter may begin with a colon, so `::1` is written `0::1`, which means the same. At most
/// [`HOST_MAX_BYTES`] long.
pub(super) fn shown_host(address: IpAddr) -> String {
    let host = address.to_canonical().to_string();
    if host.starts_with(':') { format!("0{host}") } else { host }
}

/// The longest host: an IPv6 address in full.
pub(super) const HOST_MAX_BYTES: usize = 39;

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collision {
    /// This user has it.
    Taken(UserId),
    /// It belongs to an account that they are not signed in to.
    Registered,
    /// People could take it for the name of somebody present or registered.
    Confusable,
}

/// All users, by identity and by name.
#[derive(Debug, Default)]
pub(super) struct Users {
    by_id: ByUser<User>,
    by_nick: HashMap<String, UserId>,
    /// Plain ASCII look-alikes may be present together, so one skeleton may be several users'.
    by_skeleton: HashMap<String, Vec<UserId>>,
    /// Somebody with an account may be here under several nicks.
    by_account: HashMap<AccountId, Vec<UserId>>,
    next_id: u64,
    most: usize,
    /// How many are invisible, and how many operators of the server; each greeting tells.
    invisible: usize,
    operators: usize,
}

impl Users {
    pub(super) fn find(&self, nick: &str) -> Option<UserId> {
        self.by_nick.get(&fold(nick)).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UserId, &User)> {
        self.by_id.iter().map(|(&id, user)| (id, user))
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The most that were ever here at one time.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many are invisible (user mode `i`).
    pub(super) fn invisible(&self) -> usize {
        self.invisible
    }

    /// How many are operators of the server (user mode `o`).
    pub(super) fn operators(&self) -> usize {
        self.operators
    }

    /// Whether the name can be had, by a newcomer or by `own`, who has another now.
    ///
    /// Of those present; [`Hub::check_name`](super::Hub::check_name) knows of those registered, too.
    pub(super) fn check_name(&self, name: &Name, own: Option<UserId>) -> Result<(), Collision> {
        match self.by_nick.get(name.folded()) {
            Some(&user) if Some(user) != own => return Err(Collision::Taken(user)),
            Some(_) => return Ok(()),
            None => {}
        }
        let alike = self.by_skeleton.get(&name.skeleton()).map_or(&[][..], Vec::as_slice);
        let in_the_way = |&other: &UserId| {
            let both_ascii = name.as_str().is_ascii() && self[other].nick.as_str().is_ascii();
            Some(other) != own && !both_ascii
        };
        if alike.iter().any(in_the_way) { Err(Collision::Confusable) } else { Ok(()) }
    }

    /// Adds a user whose name was checked.
    pub(super) fn insert(&mut self, new: NewUser) -> UserId {
        let id = UserId(self.next_id);
        self.next_id += 1;
        self.index_name(id, &new.nick);
        if let Some(login) = &new.login {
            self.by_account.entry(login.account).or_default().push(id);
        }
        self.by_id.insert(id, User::new(new));
        self.most = self.most.max(self.by_id.len());
        id
    }

    /// Gives a user another name, which was checked.
    pub(super) fn rename(&mut self, id: UserId, nick: Name) {
        let old = self[id].nick.clone();
        self.forget_name(id, &old);
        self.index_name(id, &nick);
        let user = &mut self[id];
        let is_bot = user.source.is_bot;
        user.source = Source { is_bot, ..source(&nick, &user.username, &user.host) };
        user.nick = nick;
    }

    /// Shows a user under another username and host.
    pub(super) fn set_user_host(&mut self, id: UserId, username: Arc<str>, host: Arc<str>) {
        let user = &mut self[id];
        let is_bot = user.source.is_bot;
        user.source = Source { is_bot, ..source(&user.nick, &username, &host) };
        (user.username, user.host) = (username, host);
    }

    /// Switches a user mode; returns whether that changed anything.
    pub(super) fn set_mode(&mut self, id: UserId, letter: char, on: bool) -> bool {
        let user = &mut self[id];
        let is_changed = user.modes.set(letter, on);
        user.source.is_bot = user.modes.contains('B');
        if let Some(count) = self.counted(letter).filter(|_| is_changed) {
            *count = if on { *count + 1 } else { *count - 1 };
        }
        is_changed
    }

    /// Makes a guest somebody with an account.
    pub(super) fn set_login(&mut self, id: UserId, login: &Login) {
        let user = &mut self[id];
        user.account_id = Some(login.account);
        user.account = Some(Arc::clone(&login.name));
        self.by_account.entry(login.account).or_default().push(id);
    }

    /// Everybody who is signed in to an account.
    pub(super) fn of_account(&self, account: AccountId) -> &[UserId] {
        self.by_account.get(&account).map_or(&[], Vec::as_slice)
    }

    pub(super) fn remove(&mut self, id: UserId) -> Option<User> {
        let user = self.by_id.swap_remove(&id)?;
        self.forget_name(id, &user.nick);
        for letter in ['i', 'o'].into_iter().filter(|&letter| user.modes.contains(letter)) {
            if let Some(count) = self.counted(letter) {
                *count -= 1;
            }
        }
        if let Some(account) = user.account_id {
            remove_from(&mut self.by_account, &account, id);
        }
        Some(user)
    }

    /// How many have this user mode, where that is counted.
    fn counted(&mut self, letter: char) -> Option<&mut usize> {
        match letter {
            'i' => Some(&mut self.invisible),
            'o' => Some(&mut self.operators),
            _ => None,
        }
    }

    fn index_name(&mut self, id: UserId, nick: &Name) {
        self.by_nick.insert(nick.folded().to_owned(), id);
        self.by_skeleton.entry(nick.skeleton()).or_default().push(id);
    }

    fn forget_name(&mut self, id: UserId, nick: &Name) {
        self.by_nick.remove(nick.folded());
        remove_from(&mut self.by_skeleton, &nick.skeleton(), id);
    }
}

/// Takes a user off a list, and the list away with its last.
fn remove_from<K: Eq + Hash>(lists: &mut HashMap<K, Vec<UserId>>, key: &K, id: UserId) {
    if let Some(users) = lists.get_mut(key) {
        users.retain(|&other| other != id);
        if users.is_empty() {
            lists.remove(key);
        }
    }
}

/// Of users who are known to be there: whoever a session or a membership names.
impl Index<UserId> for Users {
    type Output = User;

    fn index(&self, id: UserId) -> &User {
        &self.by_id[&id]
    }
}

impl IndexMut<UserId> for Users {
    fn index_mut(&mut self, id: UserId) -> &mut User {
        &mut self.by_id[&id]
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Users {
    pub(super) fn verify(&self) {
        assert_eq!(
            self.by_nick.len(),
            self.by_id.len(),
            "every user has one name, and no other has it"
        );
        for (id, user) in &self.by_id {
            assert_eq!(self.by_nick.get(user.nick.folded()), Some(id));
            assert!(self.by_skeleton[&user.nick.skeleton()].contains(id));
            assert_eq!(&*user.source.nick, user.nick.as_str());
        }
        assert_eq!(self.by_skeleton.values().map(Vec::len).sum::<usize>(), self.by_id.len());
        let with = |letter| self.by_id.values().filter(|user| user.modes.contains(letter)).count();
        assert_eq!((self.invisible, self.operators), (with('i'), with('o')));
        let signed_in = self.by_id.values().filter_map(|user| user.account_id).count();
        assert_eq!(self.by_account.values().map(Vec::len).sum::<usize>(), signed_in);
        for (account, users) in &self.by_account {
            assert!(!users.is_empty());
            assert!(users.iter().all(|&id| self[id].account_id == Some(*account)));
        }
        for alike in self.by_skeleton.values().filter(|users| users.len() > 1) {
            assert!(alike.iter().all(|&id| self[id].nick.as_str().is_ascii()), "names look alike");
        }
    }
}
