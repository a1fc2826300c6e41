//! What operators do for a room and to people in it, and asking people in. Every error is a translated sentence, often in the
//! server's words.

use crate::i18n::gettext;
use crate::irc::{Deed, ModeChange};
use crate::model::{Network, Role};

use super::Channel;

/// The mode of who looks after a room (modern.ircdocs.horse, "Operator Prefix").
const OPERATOR: char = 'o';
/// The mode of who may not enter ("Ban Channel Mode").
const BAN: char = 'b';

impl Channel {
    /// Whether we look after this room.
    pub fn is_operator(&self) -> bool {
        let nick = self.network().map(|network| network.nick()).unwrap_or_default();
        self.find_member(&nick).is_some_and(|me| me.role() == Role::Operator)
    }

    /// Puts somebody out, with words for them that may be empty.
    pub async fn remove_person(&self, nick: &str, reason: &str) -> Result<(), String> {
        let (room, nick, reason) = (self.name(), nick.to_owned(), reason.to_owned());
        self.deed_network()?.carry_out(Deed::Remove { room, nick, reason }).await
    }

    /// Keeps somebody from coming in again: by their account, or from where they are. Gives the mask of
    /// [`set_ban`](Self::set_ban), with which it is undone.
    pub async fn ban(&self, nick: &str) -> Result<String, String> {
        let mask = self.deed_network()?.mask_of(nick).await?;
        self.set_ban(&mask, true).await?;
        Ok(mask)
    }

    /// Lets somebody in and listen, but not speak. Gives the mask, as [`ban`](Self::ban) does.
    pub async fn mute(&self, nick: &str) -> Result<String, String> {
        let network = self.deed_network()?;
        let mask = network.abilities().mute_of(&network.mask_of(nick).await?);
        self.set_ban(&mask, true).await?;
        Ok(mask)
    }

    /// Puts a mask on the list of bans, or takes it off.
    pub async fn set_ban(&self, mask: &str, is_set: bool) -> Result<(), String> {
        self.change_modes(vec![ModeChange::about(BAN, mask, is_set)]).await
    }

    /// Makes somebody look after the room, or takes that back.
    pub async fn set_operator(&self, nick: &str, is_operator: bool) -> Result<(), String> {
        self.change_modes(vec![ModeChange::about(OPERATOR, nick, is_operator)]).await
    }

    /// Asks somebody in.
    pub async fn invite(&self, nick: &str) -> Result<(), String> {
        let (room, nick) = (self.name(), nick.to_owned());
        self.deed_network()?.carry_out(Deed::Invite { room, nick }).await
    }

    pub(super) async fn change_modes(&self, changes: Vec<ModeChange>) -> Result<(), String> {
        let room = self.name();
        self.deed_network()?.carry_out(Deed::SetModes { room, changes }).await
    }

    pub(super) fn deed_network(&self) -> Result<Network, String> {
        self.network().ok_or_else(|| gettext("This can be done only while there is a connection."))
    }
}
