//! What a person is writing: how much of it fits, and taking back what is not sent yet.

use super::Channel;
use crate::model::slash;

/// From this part of a message's limit on, it is worth telling.
const NEAR_PERCENT: usize = 80;

/// How a text that is being written fits into messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// There is room.
    Easily,
    /// There is room for about so many characters more.
    Nearly(u32),
    /// It will be sent as so many messages.
    Several(u32),
}

impl Channel {
    /// How a text fits into messages here, if it is said as it stands.
    pub fn fit(&self, text: &str) -> Fit {
        let Some(network) = self.network() else { return Fit::Easily };
        let max_bytes = network.message_max_bytes(&self.name());
        let bytes = text.trim_end().len();
        if !text.contains('\n') && bytes * 100 < max_bytes * NEAR_PERCENT {
            return Fit::Easily;
        }
        match network.messages_of(&self.name(), text, false).len() {
            0 | 1 if bytes * 100 < max_bytes * NEAR_PERCENT => Fit::Easily,
            0 | 1 => {
                let char_count = text.trim_end().chars().count();
                Fit::Nearly(number(max_bytes.saturating_sub(bytes) * char_count / bytes.max(1)))
            }
            count => Fit::Several(number(count)),
        }
    }

    /// Takes back the newest message that is not sent yet, to be corrected: what is typed to say it, and what it
    /// answered is answered again.
    pub fn correct_last(&self) -> Option<String> {
        let last = self.timeline().window().waiting().next_back().cloned()?;
        self.take_back(last.id);
        self.publish();
        if let Some(msgid) = last.reply_to {
            self.answer_again(&msgid);
        }
        Some(slash::spell(&last.text, last.is_action))
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
