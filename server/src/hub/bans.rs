//! Bans from the whole server: whom it does not let in.
//!
//! Owns which masks there are, whom each covers, and whom none ever meets: addresses of this machine itself are never
//! banned, so that its operator cannot be locked out. Names and accounts are held to account wherever they come from. How
//! bans are set is the commands' and the subcommands' affair; each change gives the [`Write`] that keeps it.

use majlis_protocol::Timestamp;

use super::Hub;
use super::command::{Turn, end_with_error};
use super::control::Done;
use super::mask::{AddressRange, Host, Likeness, Mask, fold_mask};
use super::refusal::Refusal;
use super::user::UserId;
use crate::event::{AccountId, BanRequest, ConnId, Guest, ServerBan, Write};

/// All bans, in the order of setting.
#[derive(Debug, Default)]
pub(super) struct Bans(Vec<Ban>);

#[derive(Debug)]
struct Ban {
    kept: ServerBan,
    target: Target,
}

/// Whom a ban means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Whoever comes from there, as soon as they come (DLINE).
    Address(Host),
    /// Whoever bears such a name or is signed in to such an account (KLINE).
    Person(Mask),
}

impl Target {
    /// The target and its canonical spelling; nothing where it is neither addresses nor a mask.
    ///
    /// A mask that leaves name and username open, like `*@192.0.2.*`, means addresses.
    pub(super) fn parse(text: &str) -> Option<(String, Self)> {
        if let Some(found) = parse_addresses(text) {
            return Some(found);
        }
        let (canonical, mask) = Mask::parse(text)?;
        match canonical.strip_prefix("*!*@") {
            Some(host) => {
                let glob = Self::Address(Host::Glob(host.to_ascii_lowercase()));
                Some(parse_addresses(host).unwrap_or_else(|| (canonical.clone(), glob)))
            }
            None => Some((canonical, Self::Person(mask))),
        }
    }

    pub(super) fn covers(&self, who: Likeness<'_>) -> bool {
        match self {
            Self::Address(host) => {
                !who.address.to_canonical().is_loopback() && host.covers(who.address)
            }
            Self::Person(mask) => mask.covers(who),
        }
    }
}

/// An address, a range, or an address with `*` and `?` in it.
fn parse_addresses(text: &str) -> Option<(String, Target)> {
    if let Some(range) = AddressRange::parse(text) {
        return Some((range.to_string(), Target::Address(Host::Range(range))));
    }
    let is_wild = |c: char| matches!(c, '*' | '?');
    let is_v4 =
        text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.' || is_wild(c));
    let is_v6 = text.contains(':')
        && text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.') || is_wild(c));
    ((is_v4 || is_v6) && text.contains(is_wild)).then(|| {
        let glob = text.to_ascii_lowercase();
        (glob.clone(), Target::Address(Host::Glob(glob)))
    })
}

impl ServerBan {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Why a connection ends, for it and for those who saw it.
    fn last_words(&self) -> String {
        match self.reason.as_str() {
            "" => "Banned from this server".to_owned(),
            reason => format!("Banned from this server: {reason}"),
        }
    }
}

impl Bans {
    /// The bans as the store gives them back; what is no mask any more is left out.
    pub(super) fn new(restored: Vec<ServerBan>) -> Self {
        let bans = restored.into_iter().filter_map(|kept| {
            let (_, target) = Target::parse(&kept.mask)?;
            Some(Ban { kept, target })
        });
        Self(bans.collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Bans and whether each means addresses.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ServerBan, bool)> {
        self.0.iter().map(|ban| (&ban.kept, matches!(ban.target, Target::Address(_))))
    }

    pub(super) fn has(&self, mask: &str) -> bool {
        self.position(mask).is_some()
    }

    fn position(&self, mask: &str) -> Option<usize> {
        let folded = fold_mask(mask);
        self.0.iter().position(|ban| fold_mask(&ban.kept.mask) == folded)
    }

    /// Adds a ban whose mask is canonical; it takes the place of one with the same mask, and its spelling.
    pub(super) fn add(&mut self, mut kept: ServerBan, target: Target) -> Write {
        if let Some(at) = self.position(&kept.mask) {
            kept.mask = self.0.remove(at).kept.mask;
        }
        self.0.push(Ban { kept: kept.clone(), target });
        Write::BanAdded(kept)
    }

    /// Lifts a ban; returns its mask as it was kept, under which the store knows it.
    pub(super) fn remove(&mut self, mask: &str) -> Option<String> {
        let at = self.position(mask)?;
        Some(self.0.remove(at).kept.mask)
    }

    /// The first ban that meets somebody.
    fn meeting(&self, who: Likeness<'_>, now: Timestamp) -> Option<&ServerBan> {
        let mut bans = self.0.iter();
        bans.find(|ban| !ban.kept.is_over(now) && ban.target.covers(who)).map(|ban| &ban.kept)
    }

    fn take_old(&mut self, now: Timestamp) -> Vec<String> {
        let over = self.0.extract_if(.., |ban| ban.kept.is_over(now));
        over.map(|ban| ban.kept.mask).collect()
    }

    /// Does what the operator's subcommand asks.
    pub(super) fn control(&mut self, request: BanRequest, now: Timestamp) -> Result<Done, String> {
        match request {
            BanRequest::Add { mask, span_ms, reason } => {
                let (mask, target) = Target::parse(&mask).ok_or_else(|| no_mask(&mask))?;
                let until = span_ms.map(|ms| Timestamp(now.0.saturating_add(ms)));
                let line = format!("{mask} is banned.");
                let setter = "operator".to_owned();
                let write = self.add(ServerBan { mask, reason, setter, set: now, until }, target);
                Ok(Done::written(line, write))
            }
            BanRequest::Remove { mask } => {
                let (mask, _) = Target::parse(&mask).ok_or_else(|| no_mask(&mask))?;
                let mask = self.remove(&mask).ok_or_else(|| format!("{mask} is not banned."))?;
                let line = format!("{mask} is banned no more.");
                Ok(Done::written(line, Write::BanRemoved { mask }))
            }
            BanRequest::List => {
                Ok(Done::told(self.0.iter().map(|ban| ban.kept.listed()).collect()))
            }
        }
    }
}

fn no_mask(text: &str) -> String {
    format!("{text:?} is neither a name, an account ($a:NAME) nor an address or range.")
}

impl ServerBan {
    /// Its line in the operator's list.
    fn listed(&self) -> String {
        let until = self.until.map_or_else(|| "forever".to_owned(), |until| until.to_string());
        format!("{}\t{}\t{until}\t{}\t{}", self.mask, self.set, self.setter, self.reason)
    }
}

impl Hub {
    /// Turns a new connection away if its address is banned; returns whether it is gone.
    pub(super) fn turn_away(&mut self, conn: ConnId) -> bool {
        let ban = self.ban_on_newcomer(conn, "", "").cloned();
        ban.is_some_and(|ban| {
            self.close_banned(conn, &ban);
            true
        })
    }

    /// Ends the connections of all whom the ban that was set last meets, but for the server's operators.
    pub(super) fn enforce_newest_ban(&mut self) {
        let Some(Ban { kept, target }) = self.bans.0.last() else { return };
        let (kept, target) = (kept.clone(), target.clone());
        for conn in self.connections.keys().copied().collect::<Vec<_>>() {
            if self.is_met(conn, &target) {
                self.close_banned(conn, &kept);
            }
        }
    }

    /// Whether a ban meets a connection as it is now.
    fn is_met(&self, conn: ConnId, target: &Target) -> bool {
        let connection = &self.connections[&conn];
        let address = connection.peer.address;
        let account = self.login(self.account_of(conn)).map(|login| login.name);
        let mut who = Likeness { nick: "", username: "", address, account: account.as_deref() };
        if let Some(user) = connection.user() {
            let user = &self.users[user];
            if user.modes.contains('o') {
                return false;
            }
            (who.nick, who.username) = (user.nick.folded(), &user.username);
        }
        target.covers(who)
    }

    fn close_banned(&mut self, conn: ConnId, ban: &ServerBan) {
        if self.connections[&conn].guest == Guest::Irc {
            let mut turn = self.begin_turn(conn, None);
            turn.response.refuse(&Refusal::banned(&ban.reason));
            self.end_turn(turn);
        }
        self.close(conn, &ban.last_words());
    }

    /// The ban that meets a newcomer under this name, empty where they have none yet.
    pub(super) fn ban_on_newcomer(
        &self,
        conn: ConnId,
        nick: &str,
        username: &str,
    ) -> Option<&ServerBan> {
        let account = self.login(self.account_of(conn)).map(|login| login.name);
        let address = self.connections[&conn].peer.address;
        let who = Likeness { nick, username, address, account: account.as_deref() };
        self.bans.meeting(who, self.now.wall)
    }

    /// That no ban meets somebody under another nick; the server's operators are free.
    pub(super) fn check_nick_ban(&self, user: UserId, nick: &str) -> Result<(), Refusal> {
        let state = &self.users[user];
        let who = Likeness { nick, ..state.into() };
        match self.bans.meeting(who, self.now.wall) {
            Some(ban) if !state.modes.contains('o') => Err(Refusal::nick_banned(nick, &ban.reason)),
            _ => Ok(()),
        }
    }

    /// Ends the turn, and its connection, of somebody who has proved that a banned account is theirs; returns whether it did.
    pub(super) fn end_if_banned(&mut self, turn: &mut Turn, account: AccountId) -> bool {
        let address = self.connections[&turn.conn].peer.address;
        let name = self.account_name(account);
        let who = Likeness { nick: "", username: "", address, account: Some(&name) };
        let is_free = turn.user.is_some_and(|user| self.users[user].modes.contains('o'));
        let ban = self.bans.meeting(who, self.now.wall).filter(|_| !is_free).cloned();
        if let Some(ban) = &ban {
            self.end_banned(turn, ban);
        }
        ban.is_some()
    }

    /// Ends the turn and its connection.
    pub(super) fn end_banned(&mut self, turn: &mut Turn, ban: &ServerBan) {
        turn.response.refuse(&Refusal::banned(&ban.reason));
        end_with_error(self, turn, &ban.last_words());
    }

    /// Ends the visit of a plain guest under a banned name; returns whether it did.
    pub(super) fn end_banned_plain(&mut self, conn: ConnId, nick: &str) -> bool {
        let ban = self.ban_on_newcomer(conn, nick, PLAIN_USERNAME).cloned();
        ban.is_some_and(|ban| {
            self.close(conn, &ban.last_words());
            true
        })
    }

    /// Lifts the bans whose time is over.
    pub(super) fn end_old_bans(&mut self) {
        for mask in self.bans.take_old(self.now.wall) {
            self.store(Write::BanRemoved { mask });
        }
    }

    /// Whether the operator who sets a ban would be met by it.
    pub(super) fn would_meet(&self, user: UserId, target: &Target) -> bool {
        target.covers((&self.users[user]).into())
    }
}

/// What plain guests are seen under.
const PLAIN_USERNAME: &str = "~plain";

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn each_mask_has_one_spelling() {
        for (typed, canonical, is_address) in [
            ("spam*", "spam*!*@*", false),
            ("spam!~x@*", "spam!~x@*", false),
            ("$a:ana", "$a:ana", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.2.0/24", true),
            ("192.0.2.*", "192.0.2.*", true),
            ("2001:DB8::*", "2001:db8::*", true),
            ("::1", "0::1", true),
            ("*@192.0.2.7", "192.0.2.7", true),
            ("*!*@192.0.2.*", "192.0.2.*", true),
            ("*!*@*.lan", "*!*@*.lan", true),
            ("*", "*!*@*", true),
            ("a.b*", "a.b*!*@*", false),
        ] {
            let (found, target) = Target::parse(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!((&*found, matches!(target, Target::Address(_))), (canonical, is_address));
            assert_eq!(Target::parse(&found).as_ref(), Some(&(found.clone(), target)), "{typed}");
        }
        assert_eq!(Target::parse("a b"), None);
        assert_eq!(Target::parse("$a:"), None);
    }

    #[test]
    fn this_machine_is_never_banned_by_address() {
        let meets = |mask: &str, address: &str| {
            let address: IpAddr = address.parse().unwrap();
            let who = Likeness { nick: "ana", username: "~a", address, account: None };
            Target::parse(mask).unwrap().1.covers(who)
        };
        for mask in ["*", "0.0.0.0/0", "127.0.0.1", "::1", "::/0"] {
            assert!(!meets(mask, "127.0.0.1") && !meets(mask, "::1"), "{mask}");
            assert!(!meets(mask, "::ffff:127.0.0.1"), "{mask}");
        }
        assert!(meets("*", "192.0.2.1") && meets("an?", "127.0.0.1"));
    }
}
