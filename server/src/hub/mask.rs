//! Masks: who is meant by `nick!user@host`, by `$a:account`, or by a range of addresses.
//!
//! Owns how a mask is written canonically and whom it covers. What being covered leads to is for the lists and commands
//! that keep masks.

use std::net::IpAddr;

use majlis_protocol::fold;

use super::user::{User, shown_host};

/// The longest mask of a list, in bytes: what a list shows is no longer, so that each can be taken off it again.
pub(super) const MASK_MAX_BYTES: usize = majlis_protocol::ECHO_MAX_BYTES;

/// What stands before the letter of a mask that is not `nick!user@host` (ISUPPORT `EXTBAN`).
pub(super) const EXTBAN_PREFIX: char = '$';

/// Whom one entry of a list means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// By what others see of them.
    Source { nick: String, username: String, host: Host },
    /// `$a:`: by their account (ISUPPORT `ACCOUNTEXTBAN`).
    Account(String),
}

/// Where somebody connects from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Glob(String),
    Range(AddressRange),
}

impl Mask {
    /// The mask and its canonical spelling; nothing where it cannot be one.
    ///
    /// What is missing stands for anybody: `ana` is `ana!*@*`, `*@host` is `*!*@host`.
    pub(super) fn parse(text: &str) -> Option<(String, Self)> {
        if let Some(rest) = text.strip_prefix(EXTBAN_PREFIX) {
            let account = rest.strip_prefix("a:").filter(|account| !account.is_empty())?;
            if account.contains([' ', ',']) || text.len() > MASK_MAX_BYTES {
                return None;
            }
            return Some((text.to_owned(), Self::Account(fold_mask(account))));
        }
        let (left, host) = match text.rsplit_once('@') {
            Some((left, host)) => (left, host),
            None => (text, "*"),
        };
        let (nick, username) = match left.split_once('!') {
            Some(parts) => parts,
            None if text.contains('@') => ("*", left),
            None => (left, "*"),
        };
        let [nick, username, host] =
            [nick, username, host].map(|part| if part.is_empty() { "*" } else { part });
        let canonical = format!("{nick}!{username}@{host}");
        let is_plain = !canonical.contains([' ', ',', '\0', '\r', '\n']) && !nick.starts_with(':');
        (is_plain && canonical.len() <= MASK_MAX_BYTES).then(|| {
            let host = match AddressRange::parse(host).filter(|_| host.contains('/')) {
                Some(range) => Host::Range(range),
                None => Host::Glob(host.to_ascii_lowercase()),
            };
            let (nick, username) = (fold_mask(nick), username.to_ascii_lowercase());
            (canonical, Self::Source { nick, username, host })
        })
    }

    pub(super) fn covers<'a>(&self, who: impl Into<Likeness<'a>>) -> bool {
        let who = who.into();
        match self {
            Self::Source { nick, username, host } => {
                matches(nick, who.nick)
                    && matches(username, &who.username.to_ascii_lowercase())
                    && host.covers(who.address)
            }
            Self::Account(account) => who.account.is_some_and(|own| matches(account, &fold(own))),
        }
    }
}

impl Host {
    pub(super) fn covers(&self, address: IpAddr) -> bool {
        match self {
            Self::Glob(glob) => matches(glob, &shown_host(address)),
            Self::Range(range) => range.contains(address),
        }
    }
}

/// Somebody as masks see them: a user, or who is about to become one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likeness<'a> {
    /// Folded; empty where they have none yet.
    pub(super) nick: &'a str,
    pub(super) username: &'a str,
    pub(super) address: IpAddr,
    pub(super) account: Option<&'a str>,
}

impl<'a> From<&'a User> for Likeness<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            nick: user.nick.folded(),
            username: &user.username,
            address: user.address,
            account: user.account.as_deref(),
        }
    }
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressRange {
    base: IpAddr,
    bits: u8,
}

impl AddressRange {
    /// `192.0.2.0/24`, `2001:db8::/32`, or one address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let base = address.parse::<IpAddr>().ok()?.to_canonical();
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base, bits })
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let unused = match self.base {
            IpAddr::V4(_) => 32 - self.bits,
            IpAddr::V6(_) => 128 - self.bits,
        };
        let front = |address| number(address).checked_shr(u32::from(unused)).unwrap_or(0);
        self.base.is_ipv4() == address.is_ipv4() && front(self.base) == front(address)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The range as it is listed; one address stands alone.
impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = if self.base.is_ipv4() { 32 } else { 128 };
        let base = self.base.to_string();
        // No parameter may begin with a colon.
        let zero = if base.starts_with(':') { "0" } else { "" };
        if self.bits == most {
            write!(f, "{zero}{base}")
        } else {
            write!(f, "{zero}{base}/{}", self.bits)
        }
    }
}

/// A mask in the form in which folded names are held against it: what stands between its `*` and `?`, folded.
pub(super) fn fold_mask(mask: &str) -> String {
    mask.split_inclusive(['*', '?'])
        .map(|piece| match piece.strip_suffix(['*', '?']) {
            Some(text) => format!("{}{}", fold(text), &piece[text.len()..]),
            None => fold(piece),
        })
        .collect()
}

/// Whether a name matches a mask, in which `*` stands for any text and `?` for any character, unless `\` stands before them
/// (modern.ircdocs.horse, "Wildcard Expressions"); both are folded already. Takes time in the product of both lengths at most.
pub(super) fn matches(mask: &str, name: &str) -> bool {
    let (mut mask_rest, mut name_rest) = (mask.chars(), name.chars());
    // Behind the last `*`: the mask's rest, and the name's from where that is tried next.
    let mut star: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (wanted, is_literal) = match mask_rest.next() {
            Some('\\') if mask_rest.as_str().starts_with(['*', '?']) => (mask_rest.next(), true),
            wanted => (wanted, false),
        };
        match (wanted, name_rest.clone().next()) {
            (Some('*'), _) if !is_literal => star = Some((mask_rest.clone(), name_rest.clone())),
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found || wanted == '?' && !is_literal => {
                name_rest.next();
            }
            _ => {
                let Some((behind, from)) = &mut star else { return false };
                if from.next().is_none() {
                    return false;
                }
                (mask_rest, name_rest) = (behind.clone(), from.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_names() {
        for (mask, name) in [
            ("*", ""),
            ("", ""),
            ("*", "ana"),
            ("a?a", "ana"),
            ("*a*", "zana"),
            ("a*b*c", "axxbxbc"),
            ("*aab", "aaaab"),
            ("نو?", "نور"),
            (r"a\*\?b", "a*?b"),
            (r"*\**", "a*b"),
            (r"a\b\", r"a\b\"),
        ] {
            assert!(matches(mask, name), "{mask} {name}");
        }
        for (mask, name) in [
            ("", "a"),
            ("?", ""),
            ("a*b", "a"),
            ("ana", "anas"),
            ("anas", "ana"),
            ("*x", "ana"),
            (r"\*", "a"),
            (r"\?", "a"),
            (r"\?", r"\a"),
        ] {
            assert!(!matches(mask, name), "{mask} {name}");
        }
    }

    #[test]
    fn masks_are_folded_between_their_wildcards() {
        assert_eq!(fold_mask("Ana*ÄB?"), "ana*äb?");
        assert_eq!(fold_mask("**"), "**");
    }

    #[test]
    fn what_a_mask_leaves_out_is_anybody() {
        for (typed, canonical) in [
            ("ana", "ana!*@*"),
            ("~x@192.0.2.*", "*!~x@192.0.2.*"),
            ("a!b", "a!b@*"),
            ("*!*@10.0.0.0/8", "*!*@10.0.0.0/8"),
            ("!@", "*!*@*"),
            ("$a:Nour", "$a:Nour"),
        ] {
            assert_eq!(Mask::parse(typed).map(|(text, _)| text).as_deref(), Some(canonical));
        }
        for wrong in ["$a:", "$a", "$x:ana", "a b", "a,b", ":a"] {
            assert_eq!(Mask::parse(wrong), None, "{wrong}");
        }
        let room = MASK_MAX_BYTES - "!*@*".len();
        assert!(Mask::parse(&"x".repeat(room)).is_some());
        assert!(Mask::parse(&"x".repeat(room + 1)).is_none());
    }

    #[test]
    fn ranges_hold_addresses_that_begin_alike() {
        let holds = |range: &str, address: &str| {
            AddressRange::parse(range).expect(range).contains(address.parse().expect(address))
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "192.0.2.1") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("::1", "::1") && !holds("::1", "::2"));
        assert!(holds("192.0.2.1", "::ffff:192.0.2.1"));
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1"] {
            assert_eq!(AddressRange::parse(wrong), None, "{wrong}");
        }
        for (typed, shown) in [("::1/128", "0::1"), ("::/0", "0::/0"), ("10.0.0.0/8", "10.0.0.0/8")]
        {
            assert_eq!(
                AddressRange::parse(typed).map(|range| range.to_string()).as_deref(),
                Some(shown)
            );
        }
    }
}
