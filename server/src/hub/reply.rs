//! The answer to one command, gathered and then put on the wire.
//!
//! Owns the form of answers: who they come from, that their lines fit, and that a label is answered exactly once
//! (labeled-response): no line at all is an ACK, one line carries the label itself, more become a batch. What is
//! answered is the commands' affair.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use majlis_protocol::{Capability, CapabilitySet, Encoder, PARAMS_MAX, escape_tag_value};

use super::refusal::{Code, Refusal};
use crate::event::{Dialect, Relay};

/// The longest line, its CR LF included and its tags not (ISUPPORT `LINELEN`).
pub(super) const LINE_BYTES: usize = 512;

/// The lines that answer one command of one connection, or that one event sends it.
#[derive(Debug)]
pub(super) struct Response {
    server: Arc<str>,
    nick: Arc<str>,
    enabled: CapabilitySet,
    label: Option<Box<str>>,
    batch: Option<Batch>,
    entries: Vec<Entry>,
    /// Where the lines of `entries` stand, without tags.
    bodies: Vec<u8>,
}

/// What an answer is as a whole (batch).
#[derive(Debug)]
struct Batch {
    kind: &'static str,
    param: Option<Arc<str>>,
}

#[derive(Debug)]
enum Entry {
    Line(Range<usize>),
    Relay(Arc<Relay>),
    /// From here to its end, entries are a batch of this kind within the answer; such batches do not nest.
    Begin(Batch),
    End,
}

impl Response {
    /// An empty answer to a connection that is called `nick` (`*` where it has no name yet). The label counts where
    /// labels are enabled, with the batches they need.
    pub(super) fn new(
        server: Arc<str>,
        nick: Arc<str>,
        enabled: CapabilitySet,
        label: Option<&str>,
    ) -> Self {
        let has_labels =
            enabled.contains(Capability::LabeledResponse) && enabled.contains(Capability::Batch);
        let is_valid = |label: &&str| !label.is_empty() && label.len() <= LABEL_MAX_BYTES;
        let label = label.filter(is_valid).filter(|_| has_labels).map(Into::into);
        Self { server, nick, enabled, label, batch: None, entries: Vec::new(), bodies: Vec::new() }
    }

    /// Calls the connection by another nick from here on.
    pub(super) fn set_nick(&mut self, nick: Arc<str>) {
        self.nick = nick;
    }

    /// Leaves the label to be answered elsewhere.
    pub(super) fn take_label(&mut self) -> Option<Box<str>> {
        self.label.take()
    }

    pub(super) fn has_label(&self) -> bool {
        self.label.is_some()
    }

    /// A numeric with words and a text at its end.
    pub(super) fn numeric(&mut self, code: &str, words: &[&str], text: &str) {
        self.addressed_line(code, words, Some(text));
    }

    /// A numeric of words alone.
    pub(super) fn numeric_words(&mut self, code: &str, words: &[&str]) {
        self.addressed_line(code, words, None);
    }

    /// Numerics whose text is a list with spaces between, on as many lines as it needs.
    pub(super) fn numeric_list<'a>(
        &mut self,
        code: &str,
        words: &[&str],
        items: impl IntoIterator<Item = Cow<'a, str>>,
    ) {
        let words_bytes: usize = words.iter().map(|word| word.len() + 1).sum();
        for line in lines_of(items, self.list_room(code) - words_bytes) {
            self.numeric(code, words, &line);
        }
    }

    /// The same without words and with commas between; there are no spaces in the items.
    pub(super) fn numeric_commas<'a>(
        &mut self,
        code: &str,
        items: impl IntoIterator<Item = Cow<'a, str>>,
    ) {
        for line in lines_of(items, self.list_room(code)) {
            self.numeric(code, &[], &line.replace(' ', ","));
        }
    }

    /// Numerics of so many words that each line holds, and no text.
    pub(super) fn numeric_many(&mut self, code: &str, words: &[String]) {
        let words = words.iter().map(|word| Cow::Borrowed(word.as_str()));
        for line in lines_of(words, self.list_room(code)) {
            let words: Vec<&str> = line.split(' ').collect();
            for words in words.chunks(PARAMS_MAX - 1) {
                self.numeric_words(code, words);
            }
        }
    }

    /// How many bytes the text of a numeric without words may have.
    fn list_room(&self, code: &str) -> usize {
        let around = ":   :\r\n".len() + self.server.len() + code.len() + self.nick.len();
        LINE_BYTES - around
    }

    /// Begins a batch of this kind within the answer, where batches are understood.
    pub(super) fn begin_inner(&mut self, kind: &'static str, param: Option<Arc<str>>) {
        if self.enabled.contains(Capability::Batch) {
            self.entries.push(Entry::Begin(Batch { kind, param }));
        }
    }

    /// Ends the batch that was begun last.
    pub(super) fn end_inner(&mut self) {
        if self.enabled.contains(Capability::Batch) {
            self.entries.push(Entry::End);
        }
    }

    pub(super) fn is_enabled(&self, capability: Capability) -> bool {
        self.enabled.contains(capability)
    }

    /// A command of the server's own.
    pub(super) fn command(&mut self, command: &str, words: &[&str], text: Option<&str>) {
        let server = Arc::clone(&self.server);
        self.line(Some(&server), command, words, text);
    }

    /// A chunk of a SASL message, which is the server's own however long it is.
    pub(super) fn sasl_chunk(&mut self, chunk: &str) {
        let server = Arc::clone(&self.server);
        let line = Encoder::new("AUTHENTICATE").source(&server).param(chunk);
        let start = self.bodies.len();
        if line.write_to(&mut self.bodies).is_ok() {
            self.entries.push(Entry::Line(start..self.bodies.len()));
        }
    }

    /// A CAP of the server's own, which names the client before the subcommand.
    pub(super) fn cap(&mut self, subcommand: &str, is_more: bool, names: &str) {
        let words: &[&str] = if is_more { &[subcommand, "*"] } else { &[subcommand] };
        self.addressed_line("CAP", words, Some(names));
    }

    /// A line without source, which is about the connection itself: PING, ERROR.
    pub(super) fn link(&mut self, command: &str, text: &str) {
        self.line(None, command, &[], Some(text));
    }

    /// The connection's own copy of what it caused, if it is told of such things. One of many lines brings a batch of its own,
    /// which nests in any other.
    pub(super) fn relay(&mut self, relay: Arc<Relay>) {
        if relay.action.is_told(self.enabled) {
            self.entries.push(Entry::Relay(relay));
        }
    }

    /// Says why something was not done: a numeric, or a FAIL (standard-replies) where that is understood.
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        let words: Vec<&str> = refusal.words.iter().map(String::as_str).collect();
        match refusal.code {
            Code::Numeric(code) => self.numeric(code, &words, &refusal.text),
            Code::Fail if self.enabled.contains(Capability::StandardReplies) => {
                self.command("FAIL", &words, Some(&refusal.text));
            }
            Code::FailAlways => self.command("FAIL", &words, Some(&refusal.text)),
            Code::Fail => self.addressed_line("NOTICE", &[], Some(&refusal.text)),
        }
    }

    /// Makes the whole answer a batch of this kind, however many lines it has.
    pub(super) fn set_batch(&mut self, kind: &'static str, param: Option<Arc<str>>) {
        self.batch = Some(Batch { kind, param });
    }

    fn addressed_line(&mut self, command: &str, words: &[&str], text: Option<&str>) {
        let (server, nick) = (Arc::clone(&self.server), Arc::clone(&self.nick));
        let mut all = Vec::with_capacity(words.len() + 1);
        all.push(&*nick);
        all.extend_from_slice(words);
        self.line(Some(&server), command, &all, text);
    }

    /// Adds a line. Words that a client sent and that cannot be given back become `*`; a text that is too long is cut.
    ///
    /// With that, every line the hub says can be written; one that could not would be left out.
    fn line(&mut self, source: Option<&str>, command: &str, words: &[&str], text: Option<&str>) {
        let text = text.map(on_one_line);
        let mut line = words.iter().fold(Encoder::new(command), |line, word| line.echoed(word));
        if let Some(source) = source {
            line = line.source(source);
        }
        if let Some(text) = &text {
            let room = LINE_BYTES.saturating_sub(line.body_bytes() + " :".len());
            line = line.trailing(cut(text, room));
        }
        let start = self.bodies.len();
        if line.write_to(&mut self.bodies).is_ok() {
            self.entries.push(Entry::Line(start..self.bodies.len()));
        }
    }

    /// The answer as bytes; none where there is nothing to answer. `batch_number` is used up for each batch.
    pub(super) fn finish(mut self, batch_number: &mut u64) -> Vec<u8> {
        if self.entries.is_empty() && self.batch.is_none() && self.has_label() {
            self.command("ACK", &[], None);
        }
        let has_batches = self.enabled.contains(Capability::Batch);
        let batch = match self.batch.take() {
            Some(batch) => Some(batch).filter(|_| has_batches),
            None if self.has_label() && self.entries.len() > 1 => {
                Some(Batch { kind: "labeled-response", param: None })
            }
            None => None,
        };
        match batch {
            Some(batch) => {
                *batch_number += 1;
                let reference = batch_number.to_string();
                self.finish_batch(&batch, &reference, batch_number)
            }
            None => self.finish_lines(batch_number),
        }
    }

    fn finish_lines(&self, batch_number: &mut u64) -> Vec<u8> {
        let label = self.label.as_deref().map(|label| ("label", label));
        let mut out = Vec::with_capacity(self.bodies.len() + 128);
        self.write_entries(&mut out, label.as_slice(), batch_number);
        out
    }

    fn finish_batch(&self, batch: &Batch, reference: &str, batch_number: &mut u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bodies.len() + 32 * self.entries.len() + 128);
        let (start, end) = (format!("+{reference}"), format!("-{reference}"));
        let mut first = Encoder::new("BATCH").source(&self.server);
        if let Some(label) = &self.label {
            first = first.tag("label", label);
        }
        first = first.param(&start).param(batch.kind);
        if let Some(param) = &batch.param {
            first = first.param(param);
        }
        first.write_to(&mut out).expect(ALWAYS_FITS);
        self.write_entries(&mut out, &[("batch", reference)], batch_number);
        let last = Encoder::new("BATCH").source(&self.server).param(&end);
        last.write_to(&mut out).expect(ALWAYS_FITS);
        out
    }

    /// Writes all entries with these tags; what is in a batch within the answer has that batch's instead.
    fn write_entries(&self, out: &mut Vec<u8>, tags: &[(&str, &str)], batch_number: &mut u64) {
        let mut inner: Option<String> = None;
        for entry in &self.entries {
            match entry {
                Entry::Begin(batch) => {
                    *batch_number += 1;
                    self.write_border(out, tags, &format!("+{batch_number}"), Some(batch));
                    inner = Some(batch_number.to_string());
                }
                Entry::End => {
                    let reference = inner.take().unwrap_or_default();
                    self.write_border(out, tags, &format!("-{reference}"), None);
                }
                _ => match &inner {
                    Some(reference) => self.write_entry(out, entry, &[("batch", reference)]),
                    None => self.write_entry(out, entry, tags),
                },
            }
        }
    }

    /// The first or last line of a batch within the answer.
    fn write_border(
        &self,
        out: &mut Vec<u8>,
        tags: &[(&str, &str)],
        word: &str,
        batch: Option<&Batch>,
    ) {
        write_tags(out, tags);
        let line = Encoder::new("BATCH").source(&self.server).param(word);
        let kind = batch.map(|batch| batch.kind);
        let param = batch.and_then(|batch| batch.param.as_deref());
        let line = kind.into_iter().chain(param).fold(line, Encoder::param);
        line.write_to(out).expect(ALWAYS_FITS);
    }

    fn write_entry(&self, out: &mut Vec<u8>, entry: &Entry, tags: &[(&str, &str)]) {
        match entry {
            Entry::Line(range) => {
                write_tags(out, tags);
                out.extend_from_slice(&self.bodies[range.clone()]);
            }
            Entry::Relay(relay) => {
                if let Some(bytes) = relay.encode(Dialect::irc(self.enabled), tags) {
                    out.extend_from_slice(&bytes);
                }
            }
            Entry::Begin(_) | Entry::End => {}
        }
    }
}

/// labeled-response, "Tag value".
const LABEL_MAX_BYTES: usize = 64;

const ALWAYS_FITS: &str = "a server's name, a number, a kind and a room's name are valid and short";

/// Writes a few short tags before a line that has none.
fn write_tags(out: &mut Vec<u8>, tags: &[(&str, &str)]) {
    for (index, (key, value)) in tags.iter().enumerate() {
        out.push(if index == 0 { b'@' } else { b';' });
        out.extend_from_slice(key.as_bytes());
        out.push(b'=');
        out.extend_from_slice(escape_tag_value(value).as_bytes());
    }
    if !tags.is_empty() {
        out.push(b' ');
    }
}

/// As much of the text as fits into so many bytes, whole characters only.
pub(super) fn cut(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

/// The text without what would end its line.
fn on_one_line(text: &str) -> Cow<'_, str> {
    const ENDS: [char; 3] = ['\0', '\r', '\n'];
    if text.contains(ENDS) { text.replace(ENDS, " ").into() } else { text.into() }
}

/// Items with spaces between, in lines of at most so many bytes.
pub(super) fn lines_of<'a>(
    items: impl IntoIterator<Item = Cow<'a, str>>,
    max_bytes: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + item.len() <= max_bytes => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item.into_owned()),
        }
    }
    lines
}
