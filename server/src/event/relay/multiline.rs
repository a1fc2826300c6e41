//! A message of many lines (draft/multiline), for those who understand such and for those who do not.
//!
//! The batch's reference is the message's identifier: the same for everybody, so that a reactor's connections share the bytes,
//! and another for every message of a page of history.

use majlis_protocol::{
    Capability, EncodeError, Encoder, MULTILINE_BATCH, MULTILINE_CONCAT_TAG, wire_lines,
};

use super::{Relay, Words};
use crate::event::MsgId;

/// What is said, and to whom.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) command: &'a str,
    pub(super) target: &'a str,
    /// As it is kept, see [`wire_lines`].
    pub(super) text: &'a str,
}

impl Relay {
    /// Appends the lines; after an error, not all of them.
    pub(super) fn write_multiline<'a>(
        &'a self,
        out: &mut Vec<u8>,
        said: Said<'a>,
        words: &'a Words<'a>,
    ) -> Result<(), EncodeError> {
        if words.enabled.contains(Capability::Multiline) {
            self.write_batch(out, said, words)
        } else {
            self.write_lines(out, said, words)
        }
    }

    /// The tags stand on the line that opens the batch; of those that the answer gives, its end has all but the label.
    fn write_batch<'a>(
        &'a self,
        out: &mut Vec<u8>,
        said: Said<'a>,
        words: &'a Words<'a>,
    ) -> Result<(), EncodeError> {
        let reference = self.msgid.unwrap_or(MsgId(0)).to_string();
        let (start, end) = (format!("+{reference}"), format!("-{reference}"));
        let opening = self.tagged("BATCH", words);
        opening.param(&start).param(MULTILINE_BATCH).param(said.target).write_to(out)?;
        for line in wire_lines(said.text) {
            let mut encoder = Encoder::new(said.command).source(&words.mask);
            encoder = encoder.tag("batch", &reference);
            if line.is_joined {
                encoder = encoder.tag_flag(MULTILINE_CONCAT_TAG);
            }
            encoder.param(said.target).trailing(line.text).write_to(out)?;
        }
        words.unlabelled("BATCH").param(&end).write_to(out)
    }

    /// Line by line as it was composed, without the empty ones. The first has all tags, the others those that are as true of
    /// them ("Fallback").
    fn write_lines<'a>(
        &'a self,
        out: &mut Vec<u8>,
        said: Said<'a>,
        words: &'a Words<'a>,
    ) -> Result<(), EncodeError> {
        let lines = wire_lines(said.text).filter(|line| !line.text.is_empty());
        for (index, line) in lines.enumerate() {
            let encoder = if index == 0 {
                self.tagged(said.command, words)
            } else {
                self.attributed(words.unlabelled(said.command), words)
            };
            encoder.param(said.target).trailing(line.text).write_to(out)?;
        }
        Ok(())
    }
}

impl<'a> Words<'a> {
    /// A line of the same source, in the same batch of an answer; a label is on the first line only (labeled-response).
    fn unlabelled(&'a self, command: &'a str) -> Encoder<'a> {
        let tags = self.server_tags.iter().filter(|(key, _)| *key != "label");
        let line = Encoder::new(command).source(&self.mask);
        tags.fold(line, |line, (key, value)| line.tag(key, value))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use majlis_protocol::{Capability, CapabilitySet, Timestamp};

    use crate::event::{Action, Dialect, MsgId, Relay, Source};

    const ID: &str = "00000000000000000000000007";

    fn relay(text: &str) -> Relay {
        Relay {
            source: Source { is_bot: true, ..Source::of("nour", "~n@h") },
            account: Some("nour".into()),
            time: Timestamp(0),
            msgid: Some(MsgId(7)),
            client_tags: "+a=b".into(),
            action: Action::Privmsg { target: "#x".into(), text: text.into() },
        }
    }

    fn lines(relay: &Relay, capabilities: &[Capability], tags: &[(&str, &str)]) -> Vec<String> {
        let enabled: CapabilitySet = capabilities.iter().copied().collect();
        let bytes: Arc<[u8]> = relay.encode(Dialect::irc(enabled), tags).expect("it is told");
        let text = std::str::from_utf8(&bytes).unwrap();
        text.split_terminator("\r\n").map(ToOwned::to_owned).collect()
    }

    #[test]
    fn who_understands_it_gets_a_batch_with_all_tags_on_its_opening() {
        use Capability::{AccountTag, Batch, MessageTags, Multiline, ServerTime};
        let relay = relay("hello\n\nhow is \reveryone?\n");
        let all = [AccountTag, Batch, MessageTags, Multiline, ServerTime];
        let tags = [("label", "l"), ("batch", "9")];
        let expected = [
            format!(
                "@label=l;batch=9;time=1970-01-01T00:00:00.000Z;account=nour;msgid={ID};bot;+a=b \
                 :nour!~n@h BATCH +{ID} draft/multiline #x"
            ),
            format!("@batch={ID} :nour!~n@h PRIVMSG #x :hello"),
            format!("@batch={ID} :nour!~n@h PRIVMSG #x :"),
            format!("@batch={ID} :nour!~n@h PRIVMSG #x :how is "),
            format!("@batch={ID};draft/multiline-concat :nour!~n@h PRIVMSG #x :everyone?"),
            format!("@batch=9 :nour!~n@h BATCH -{ID}"),
        ];
        assert_eq!(lines(&relay, &all, &tags), expected);
    }

    #[test]
    fn the_others_get_its_lines_and_one_identifier() {
        use Capability::{AccountTag, Batch, MessageTags, ServerTime};
        let relay = relay("\nhello\n\nhow is \reveryone?\n");
        let tagged = [AccountTag, Batch, MessageTags, ServerTime];
        let time = "time=1970-01-01T00:00:00.000Z;account=nour";
        let expected = [
            format!("@batch=9;{time};msgid={ID};bot;+a=b :nour!~n@h PRIVMSG #x :hello"),
            format!("@batch=9;{time};bot :nour!~n@h PRIVMSG #x :how is "),
            format!("@batch=9;{time};bot :nour!~n@h PRIVMSG #x :everyone?"),
        ];
        assert_eq!(lines(&relay, &tagged, &[("batch", "9")]), expected);
        let bare = ["hello", "how is ", "everyone?"];
        let bare = bare.map(|text| format!(":nour!~n@h PRIVMSG #x :{text}"));
        assert_eq!(lines(&relay, &[], &[]), bare);
    }

    #[test]
    fn without_batches_there_is_no_multiline() {
        let relay = relay("one\ntwo\n");
        assert_eq!(lines(&relay, &[Capability::Multiline], &[]), lines(&relay, &[], &[]));
        let one_line = [Capability::Multiline, Capability::Batch];
        assert_eq!(lines(&self::relay("one\n"), &one_line, &[]).len(), 3);
        assert_eq!(lines(&self::relay("one"), &one_line, &[]).len(), 1);
    }

    #[test]
    fn the_plain_room_reads_who_said_each_line() {
        let plain = |relay: &Relay| {
            let bytes = relay.encode(Dialect::Plain, &[]).expect("it is told");
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let said = relay("hello\n\nhow is \reveryone?\n\u{1b}bob: no\n");
        assert_eq!(plain(&said), "nour: hello\nnour: how is everyone?\nnour: bob: no");
        let deed = relay("\u{1}ACTION waves\nand goes\u{1}\n");
        assert_eq!(plain(&deed), "* nour waves\n* nour and goes");
    }
}
