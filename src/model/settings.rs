//! What a person fills in to join a server: reading it, and saying in words what is wrong with it.

use crate::i18n::gettext;
use crate::irc::{AddressError, Fingerprint, Name, ServerAddress, nick_from_display_name};

/// Where a server is, and as whom to join it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkSettings {
    /// Host name or address literal, without brackets.
    pub host: String,
    /// Port; 33000 where nothing else was said.
    pub port: u16,
    /// Whether to use TLS.
    pub encrypt: bool,
    /// The trusted key's fingerprint, 64 hexadecimal digits, where a link told it or it was trusted
    /// before.
    pub fingerprint: Option<String>,
    /// What the person calls themselves: any script, spaces welcome.
    pub display_name: String,
    /// The code of an invitation, where a link told it.
    pub invite: Option<String>,
    /// The room that a link leads to, if to one.
    pub room: Option<String>,
}

impl NetworkSettings {
    /// Reads an address in any form that people paste: `host`, `host:port`, `[v6]:port`, `ircs://…`,
    /// `majlis://…`.
    ///
    /// The error is a translated sentence to show beside the field.
    pub fn parse(address: &str, display_name: &str) -> Result<Self, String> {
        let address: ServerAddress = address.parse().map_err(address_error_words)?;
        Ok(Self {
            host: address.host,
            port: address.port,
            encrypt: address.encrypt,
            fingerprint: address.spki.map(|hash| Fingerprint::new(hash).to_string()),
            display_name: display_name.trim().to_owned(),
            invite: address.invite,
            room: address.room,
        })
    }
}

/// Whether a nick can be made of what a person calls themselves.
///
/// The error is a translated sentence to show beside the field.
pub fn check_display_name(display_name: &str) -> Result<(), String> {
    match nick_from_display_name(display_name) {
        Some(_) => Ok(()),
        None if display_name.trim().is_empty() => {
            Err(gettext("Type the name that others will see."))
        }
        None => Err(gettext("A name needs at least one letter.")),
    }
}

/// Whether there can be somebody of this nick.
///
/// The error is a translated sentence to show beside the field.
pub fn check_nick(nick: &str) -> Result<(), String> {
    match Name::nick(nick) {
        Ok(_) => Ok(()),
        Err(_) => Err(gettext("Nobody can have this name.")),
    }
}

/// Whether a room can have this name, which begins with `#`.
///
/// The error is a translated sentence to show beside the field.
pub fn check_room_name(name: &str) -> Result<(), String> {
    match Name::room(name) {
        Ok(_) => Ok(()),
        Err(_) => Err(gettext("This cannot be the name of a room.")),
    }
}

/// A host and a port as people write them.
pub(super) fn address_words(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn address_error_words(error: AddressError) -> String {
    match error {
        AddressError::Empty => gettext("Type the server’s address."),
        AddressError::BadHost => gettext("This is neither a host name nor an address."),
        AddressError::BadPort => gettext("The port is a number from 1 to 65535."),
        AddressError::UnknownScheme => gettext("This is not the link of a chat server."),
        AddressError::BadFingerprint => gettext("The link’s fingerprint is damaged."),
        AddressError::BadInvite => gettext("The link’s invitation is damaged."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_people_paste_is_read() {
        let read = |address: &str| NetworkSettings::parse(address, " Zoë ").unwrap();
        let plain = read("majlis.local");
        assert_eq!((plain.host.as_str(), plain.port, plain.encrypt), ("majlis.local", 33000, true));
        assert_eq!((plain.fingerprint, plain.display_name.as_str()), (None, "Zoë"));
        assert_eq!(read("[::1]:4000").port, 4000);
        assert_eq!(read("ircs://irc.example").port, 6697);
        let hash = Fingerprint::new([7; 32]);
        let text = format!("majlis://majlis.local:33000/?spki={}", hash.to_pin_text());
        let link = read(&text);
        assert_eq!(link.fingerprint, Some(hash.to_string()));
        assert_eq!(read("majlis://majlis.local/#invite=ABCD").invite.as_deref(), Some("ABCD"));
        assert_eq!(read("majlis://majlis.local/#tea").room.as_deref(), Some("#tea"));
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let words = |address| NetworkSettings::parse(address, "x").unwrap_err();
        assert_eq!(words(""), "Type the server’s address.");
        assert_eq!(words("majlis.local:0"), "The port is a number from 1 to 65535.");
        assert_eq!(check_display_name(" "), Err("Type the name that others will see.".into()));
        assert_eq!(check_display_name("هبة سليم"), Ok(()));
        assert_eq!(check_nick("ana"), Ok(()));
        for no_nick in ["#tea", "ana b", ""] {
            assert_eq!(check_nick(no_nick), Err("Nobody can have this name.".into()));
        }
    }

    #[test]
    fn addresses_are_written_as_people_write_them() {
        assert_eq!(address_words("majlis.local", 33000), "majlis.local:33000");
        assert_eq!(address_words("::1", 4000), "[::1]:4000");
    }
}
