//! Which messages of which devices were taken already (identity.md, "Send once").
//!
//! Owns the memory, bounded in number and age; what a repeated message is answered with is the message command's affair.

use std::collections::{HashMap, VecDeque};

use majlis_protocol::{Timestamp, fold};
use majlis_wire::Fingerprint;

use crate::event::{MsgId, SendRecord};

/// What a message became, and to whom it was said, as far as that is known.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) msgid: MsgId,
    pub(super) time: Timestamp,
    target: Option<String>,
}

impl Sent {
    /// Whether it was for this target, in any spelling.
    pub(super) fn is_for(&self, target: &str) -> bool {
        self.target.as_ref().is_none_or(|known| *known == fold(target))
    }
}

/// The records, by device and the identifier it gave.
#[derive(Debug)]
pub(super) struct SentRecords {
    by_key: HashMap<(Fingerprint, String), Sent>,
    /// The same, oldest first.
    in_order: VecDeque<(Timestamp, Fingerprint, String)>,
    max_count: usize,
    max_age_ms: u64,
}

impl SentRecords {
    /// Starts with what the store gave back, oldest first.
    pub(super) fn new(restored: &[SendRecord], max_count: usize, max_age_ms: u64) -> Self {
        let mut records =
            Self { by_key: HashMap::new(), in_order: VecDeque::new(), max_count, max_age_ms };
        for record in restored {
            records.insert(record);
        }
        records
    }

    /// What the device's message became, if it was taken before.
    pub(super) fn find(&self, device: Fingerprint, send_id: &str) -> Option<&Sent> {
        self.by_key.get(&(device, send_id.to_owned()))
    }

    /// Remembers a message that was not known.
    pub(super) fn insert(&mut self, record: &SendRecord) {
        let key = (record.device_key, record.send_id.clone());
        let SendRecord { msgid, time, ref target, .. } = *record;
        self.by_key.insert(key, Sent { msgid, time, target: target.clone() });
        self.in_order.push_back((record.time, record.device_key, record.send_id.clone()));
        while self.in_order.len() > self.max_count {
            self.forget_oldest();
        }
    }

    /// Forgets what is older than the limit.
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        let oldest = now.0.saturating_sub(self.max_age_ms);
        while self.in_order.front().is_some_and(|(time, ..)| time.0 < oldest) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, device, send_id)) = self.in_order.pop_front() {
            self.by_key.remove(&(device, send_id));
        }
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl SentRecords {
    pub(super) fn verify(&self) {
        assert_eq!(self.by_key.len(), self.in_order.len());
        assert!(self.in_order.len() <= self.max_count);
    }
}
