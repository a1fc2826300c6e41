//! One server on its way to being joined.

use adw::prelude::*;

use crate::model::Network;

/// What follows once the server is known and trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The person says what they are called.
    You,
    /// It was said already: in.
    Join(String),
    /// It was joined before: in, as ever.
    Online,
}

/// One server on its way to being joined; dropping it stops listening to it.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) network: Network,
    /// Whether giving up may forget it again.
    pub(super) is_new: bool,
    pub(super) next: Next,
    /// The code of the invitation that led here.
    pub(super) invite: Option<String>,
    /// The room that the link leads to.
    pub(super) room: Option<String>,
    pub(super) handlers: Vec<glib::SignalHandlerId>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            self.network.disconnect(handler);
        }
    }
}
