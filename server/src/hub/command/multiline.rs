//! A message of many lines, as a client sends it (draft/multiline).
//!
//! Owns what its lines may be, and its limits. When they come, and what of them is left after a failure, is
//! [`batch`](super::batch)'s affair.

use majlis_protocol::{MULTILINE_CONCAT_TAG, Message, MultilineText, WireLine, fold};

use super::Outcome;
use super::speech::{Manner, Speech};
use crate::hub::refusal::Refusal;
use crate::hub::settings::Limits;

/// What has come of it.
#[derive(Debug)]
pub(in crate::hub) struct Multiline {
    /// As the client named it.
    target: Box<str>,
    /// The tags of its opening; the text is still to come.
    speech: Speech,
    /// That of the first line.
    manner: Option<Manner>,
    text: MultilineText,
}

impl Multiline {
    pub(super) fn new(target: &str, speech: Speech) -> Self {
        Self { target: target.into(), speech, manner: None, text: MultilineText::default() }
    }

    /// In which way it is said, as far as is known.
    pub(super) fn manner(&self) -> Manner {
        self.manner.unwrap_or(Manner::Privmsg)
    }

    /// Adds a line; after an error, there is no message any more.
    pub(super) fn push(&mut self, message: &Message<'_>, limits: &Limits) -> Outcome {
        self.check_manner(message.command())?;
        let is_known = |key: &str| key == "batch" || key == MULTILINE_CONCAT_TAG;
        if !message.tags().all(|tag| is_known(tag.key)) {
            let text = "All other tags belong on the line that opens a multiline batch";
            return Err(Refusal::of_multiline(text));
        }
        let target = message.param(0).unwrap_or_default();
        if !is_same_target(&self.target, target) {
            let context = [&*self.target, target];
            let text = "Invalid multiline target";
            return Err(Refusal::of_batch("MULTILINE_INVALID_TARGET", &context, text));
        }
        let Some(text) = message.param(1) else {
            return Err(Refusal::of_multiline("Invalid multiline batch with a line without text"));
        };
        let is_joined = message.tag(MULTILINE_CONCAT_TAG).is_some();
        if is_joined && text.is_empty() {
            let text = "Invalid multiline batch with concatenated blank line";
            return Err(Refusal::of_multiline(text));
        }
        self.text.push(WireLine { text, is_joined });
        self.check_size(limits)
    }

    fn check_manner(&mut self, command: &str) -> Outcome {
        let manners = [Manner::Privmsg, Manner::Notice];
        let manner =
            manners.into_iter().find(|manner| manner.command().eq_ignore_ascii_case(command));
        let Some(manner) = manner else {
            let text = "Only PRIVMSG or NOTICE can be in a multiline batch";
            return Err(Refusal::of_multiline(text));
        };
        if *self.manner.get_or_insert(manner) == manner {
            Ok(())
        } else {
            let text = "PRIVMSG and NOTICE cannot be in one multiline batch";
            Err(Refusal::of_multiline(text))
        }
    }

    fn check_size(&self, limits: &Limits) -> Outcome {
        let over =
            |code, limit: usize, text| Err(Refusal::of_batch(code, &[&limit.to_string()], text));
        if self.text.line_count() > limits.multiline_lines {
            let text = "Multiline batch max-lines exceeded";
            over("MULTILINE_MAX_LINES", limits.multiline_lines, text)
        } else if self.text.text_bytes() > limits.multiline_bytes {
            let text = "Multiline batch max-bytes exceeded";
            over("MULTILINE_MAX_BYTES", limits.multiline_bytes, text)
        } else {
            Ok(())
        }
    }

    /// To whom it is said, and what.
    pub(super) fn finish(self) -> Result<(Box<str>, Speech), Refusal> {
        let Some(manner) = self.manner else {
            return Err(Refusal::of_multiline("Invalid multiline batch without lines"));
        };
        if self.text.is_blank() {
            let text = "Invalid multiline batch with blank lines only";
            return Err(Refusal::of_multiline(text));
        }
        let text = self.text.into_kept().into();
        Ok((self.target, Speech { manner, text, ..self.speech }))
    }
}

#[cfg(any(test, feature = "fuzzing"))]
impl Multiline {
    pub(in crate::hub) fn verify(&self, limits: &Limits) {
        assert!(self.check_size(limits).is_ok(), "more waits than a message may have");
        assert_eq!(self.manner.is_some(), self.text.line_count() > 0);
    }
}

/// Whether two targets are one, whatever their case (ISUPPORT `STATUSMSG` included).
fn is_same_target(one: &str, other: &str) -> bool {
    let parts = |target: &str| {
        let name = target.trim_start_matches(['@', '%', '+']);
        (target.len() - name.len(), fold(name))
    };
    let (ranks, name) = parts(one);
    parts(other) == (ranks, name) && one[..ranks] == other[..ranks]
}

#[cfg(test)]
mod tests {
    use super::is_same_target;

    #[test]
    fn targets_are_compared_as_names_are() {
        for (one, other) in [("#a", "#A"), ("Zoë", "zoë"), ("@#نور", "@#نور"), ("+#a", "+#A")]
        {
            assert!(is_same_target(one, other), "{one} {other}");
        }
        for (one, other) in [("#a", "#b"), ("#a", "@#a"), ("%#a", "@#a"), ("#a", "")] {
            assert!(!is_same_target(one, other), "{one} {other}");
        }
    }
}
