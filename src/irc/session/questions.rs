//! Putting questions and deeds to the server, and knowing which lines answer them.
//!
//! Of each kind one is under way at a time, so that answers are told apart also where there are no labels; the others wait.
//! With labels an answer is complete when its label is; without, at the numeric that ends it, and after a deed at the answer
//! to a PING sent behind. What the answers say is read in [`answers`](super::answers).

use std::collections::VecDeque;
use std::mem;

use majlis_protocol::{Capability, Encoder, Timestamp, escape_tag_value, fold};

use super::dispatch::Line;
use super::output::Labelled;
use super::{Now, Phase, Session};
use crate::irc::event::{Event, Refusal};
use crate::irc::question::{Answer, Deed, ModeChange, Question, SearchQuery};

/// How long a server may be silent about a question.
pub(super) const ANSWER_MS: u64 = 30_000;
/// How many questions may wait.
pub(super) const WAITING_MAX: usize = 64;
/// How many changes with a parameter one MODE may have where the server does not say (modern.ircdocs.horse, `MODES`).
const MODES_OF_A_LINE: usize = 3;

/// How the token begins of a PING that is sent behind a deed.
const PING_BEHIND: &str = "done-";

/// A question and its number.
#[derive(Debug)]
struct Asked {
    number: u32,
    question: Question,
}

/// A question under way.
#[derive(Debug)]
pub(super) struct Current {
    number: u32,
    pub(super) question: Question,
    /// How many of its lines are not yet answered, by labels.
    open_lines: usize,
    deadline_ms: u64,
    /// Why it is refused, in the server's first words.
    refusal: Option<Refusal>,
    /// What came so far.
    pub(super) answer: Answer,
    /// How many items of an answer came that is told in parts.
    pub(super) taken_count: usize,
}

/// The questions of one connection.
#[derive(Debug, Default)]
pub(super) struct Questions {
    waiting: VecDeque<Asked>,
    current: Vec<Current>,
}

impl Questions {
    /// When the first of those under way has taken too long.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.current.iter().map(|current| current.deadline_ms).min()
    }

    /// The first question under way for which this holds; while its answer comes, it is waited for.
    pub(super) fn find(
        &mut self,
        now: Now,
        holds: impl Fn(&Question) -> bool,
    ) -> Option<&mut Current> {
        let current = self.current.iter_mut().find(|current| holds(&current.question))?;
        current.deadline_ms = now.mono_ms + ANSWER_MS;
        Some(current)
    }

    fn is_under_way(&self, question: &Question) -> bool {
        let kind = mem::discriminant(question);
        self.current.iter().any(|current| mem::discriminant(&current.question) == kind)
    }

    /// Takes out the first that waits and may be put now.
    fn next(&mut self) -> Option<Asked> {
        let free = self.waiting.iter().position(|asked| !self.is_under_way(&asked.question))?;
        self.waiting.remove(free)
    }

    fn by_number(&mut self, number: u32) -> Option<&mut Current> {
        self.current.iter_mut().find(|current| current.number == number)
    }

    fn take(&mut self, number: u32) -> Option<Current> {
        let index = self.current.iter().position(|current| current.number == number)?;
        Some(self.current.remove(index))
    }
}

impl Session {
    /// The person wants to know something, or something done.
    pub(super) fn ask(&mut self, number: u32, question: Question) {
        let refusal = match self.live.phase {
            Phase::Registered if self.live.questions.waiting.len() < WAITING_MAX => None,
            Phase::Registered => Some(Refusal::TooManyWaiting),
            _ => Some(Refusal::NotConnected),
        };
        match refusal {
            Some(refusal) => self.tell_answer(number, Answer::Refused(refusal)),
            None => self.live.questions.waiting.push_back(Asked { number, question }),
        }
    }

    /// Puts what may be put.
    pub(super) fn put_questions(&mut self, now: Now) {
        while let Some(asked) = self.live.questions.next() {
            self.put(asked, now);
        }
    }

    fn put(&mut self, asked: Asked, now: Now) {
        let Asked { number, question } = asked;
        if says_password(&question) && !self.live.opening.is_encrypted {
            return self.tell_answer(number, Answer::Refused(Refusal::Unencrypted));
        }
        let modes_max = self.live.features.modes_of_a_line().unwrap_or(MODES_OF_A_LINE);
        let lines = lines_of(&question, modes_max);
        let has_labels = self.has(Capability::LabeledResponse);
        let is_deed = matches!(question, Question::Do(_));
        let answer = Answer::beginning(&question);
        let sent = lines.iter().filter(|line| self.live.send_question(line, number, has_labels));
        let open_lines = sent.count();
        if open_lines < lines.len() || open_lines == 0 {
            self.tell_answer(number, Answer::Refused(Refusal::CannotBeSaid));
            return;
        }
        if is_deed && !has_labels {
            let token = format!("{PING_BEHIND}{number}");
            self.live.output.send(&Encoder::new("PING").param(&token));
        }
        let deadline_ms = now.mono_ms + ANSWER_MS;
        self.live.questions.current.push(Current {
            number,
            question,
            open_lines,
            deadline_ms,
            refusal: None,
            answer,
            taken_count: 0,
        });
    }

    /// One of a question's labels is answered.
    pub(super) fn finish_question_line(&mut self, number: u32) {
        let Some(current) = self.live.questions.by_number(number) else { return };
        current.open_lines = current.open_lines.saturating_sub(1);
        if current.open_lines == 0 {
            self.finish_question(number);
        }
    }

    /// The numeric came that ends an answer; where there are labels, the label's end does it.
    pub(super) fn finish_unlabelled(&mut self, line: &Line<'_>, is_it: impl Fn(&Question) -> bool) {
        if line.label.is_some() {
            return;
        }
        let found = self.live.questions.find(line.now, is_it).map(|current| current.number);
        if let Some(number) = found {
            self.finish_question(number);
        }
    }

    /// A PING that was sent behind a deed came back; whether it was one.
    pub(super) fn finish_deed_behind(&mut self, token: &str) -> bool {
        let number = token.strip_prefix(PING_BEHIND).and_then(|number| number.parse().ok());
        if let Some(number) = number {
            self.finish_question(number);
        }
        number.is_some()
    }

    fn finish_question(&mut self, number: u32) {
        let Some(current) = self.live.questions.take(number) else { return };
        let answer = current.refusal.map_or(current.answer, Answer::Refused);
        self.tell_answer(number, answer);
    }

    /// A request was refused: whether it was a question. With labels these say so, else what the line is about.
    pub(super) fn refuse_question(&mut self, line: &Line<'_>) -> bool {
        let labelled = line.label.and_then(|label| self.live.labels.get(label));
        let number = match labelled {
            Some(Labelled::Question(number)) => Some(*number),
            Some(_) => return false,
            None if self.has(Capability::LabeledResponse) => return false,
            None => self.refused_by_content(line),
        };
        let Some(current) = number.and_then(|number| self.live.questions.by_number(number)) else {
            return number.is_some();
        };
        let is_wrong = line.is_fail_of("PASSWORD") && line.param(1) == "INVALID_CREDENTIALS";
        current
            .refusal
            .get_or_insert_with(|| if is_wrong { Refusal::WrongPassword } else { line.refusal() });
        // A deed ends with its PING, and WHOIS with its numeric.
        let ends_by_itself = matches!(current.question, Question::Do(_) | Question::Whois { .. });
        if labelled.is_none() && !ends_by_itself {
            let number = current.number;
            self.finish_question(number);
        }
        true
    }

    fn refused_by_content(&self, line: &Line<'_>) -> Option<u32> {
        let command = line.message.command();
        // That a message was not taken is about that message.
        if command == majlis_protocol::numeric::ERR_CANNOTSENDTOCHAN {
            return None;
        }
        let params = line.message.params();
        let named: Vec<String> =
            params[..params.len().saturating_sub(1)].iter().map(|param| fold(param)).collect();
        let is_about = |current: &&Current| match &current.question {
            Question::Search(_) => params.first() == Some(&"SEARCH"),
            Question::Rooms { .. } => params.contains(&"LIST"),
            Question::Devices | Question::Do(Deed::ForgetDevice(_)) => {
                params.first() == Some(&"DEVICE")
            }
            Question::Do(Deed::ProvePassword(_) | Deed::SetPassword(_)) => {
                params.first() == Some(&"PASSWORD")
            }
            question => named.contains(&subject(question)),
        };
        self.live.questions.current.iter().find(is_about).map(|current| current.number)
    }

    pub(super) fn handle_question_timeout(&mut self, now: Now) {
        let is_late = |current: &Current| now.mono_ms >= current.deadline_ms;
        let current = mem::take(&mut self.live.questions.current);
        let (late, waited_for) = current.into_iter().partition(is_late);
        self.live.questions.current = waited_for;
        for current in late {
            self.tell_answer(current.number, Answer::Refused(Refusal::NoAnswer));
        }
    }

    /// The connection is gone: nobody waits in vain for an answer.
    pub(super) fn answer_all_questions(&mut self) {
        let Questions { waiting, current } = mem::take(&mut self.live.questions);
        let current = current.into_iter().map(|current| current.number);
        for number in current.chain(waiting.into_iter().map(|asked| asked.number)) {
            self.tell_answer(number, Answer::Refused(Refusal::NotConnected));
        }
    }

    pub(super) fn tell_answer(&mut self, number: u32, answer: Answer) {
        self.tell(Event::Answer { number, answer });
    }
}

impl super::Live {
    fn send_question(&mut self, line: &Words, number: u32, has_labels: bool) -> bool {
        if !has_labels {
            return self.output.send(&line.to_line(None));
        }
        let label = self.labels.open(Labelled::Question(number));
        let is_sent = self.output.send(&line.to_line(Some(&label.to_string())));
        if !is_sent {
            self.labels.close(label);
        }
        is_sent
    }
}

impl Current {
    /// By which number it is answered.
    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl Answer {
    /// What is known before anything came.
    fn beginning(question: &Question) -> Self {
        match question {
            Question::Whois { .. } => Self::Whois(Box::default()),
            Question::Rooms { .. } => {
                Self::Rooms { rooms: Vec::new(), is_last: true, is_cut: false }
            }
            Question::Setup { .. } => Self::Setup(Box::default()),
            Question::Bans { .. } => Self::Bans(Vec::new()),
            Question::Search(_) => Self::Found(Vec::new()),
            Question::Devices => Self::Devices(Vec::new()),
            Question::Do(_) => Self::Done,
        }
    }
}

/// Whether it is only to be put where nobody else can read it.
fn says_password(question: &Question) -> bool {
    matches!(question, Question::Do(Deed::ProvePassword(_) | Deed::SetPassword(_)))
}

/// What a question is about, folded.
fn subject(question: &Question) -> String {
    match question {
        Question::Whois { nick } => fold(nick),
        Question::Setup { room }
        | Question::Bans { room }
        | Question::Do(
            Deed::Remove { room, .. }
            | Deed::Invite { room, .. }
            | Deed::Rename { room, .. }
            | Deed::SetTopic { room, .. }
            | Deed::SetModes { room, .. },
        ) => fold(room),
        Question::Do(Deed::ForgetDevice(key)) => fold(key),
        Question::Do(Deed::ProvePassword(_) | Deed::SetPassword(_))
        | Question::Rooms { .. }
        | Question::Search(_)
        | Question::Devices => String::new(),
    }
}

/// A line of a question.
#[derive(Debug)]
struct Words {
    command: &'static str,
    params: Vec<String>,
    trailing: Option<String>,
}

impl Words {
    fn new(command: &'static str, params: &[&str]) -> Self {
        let params = params.iter().map(|&param| param.to_owned()).collect();
        Self { command, params, trailing: None }
    }

    fn with_trailing(command: &'static str, params: &[&str], trailing: &str) -> Self {
        Self { trailing: Some(trailing.to_owned()), ..Self::new(command, params) }
    }

    fn to_line<'a>(&'a self, label: Option<&'a str>) -> Encoder<'a> {
        let mut line = Encoder::new(self.command);
        if let Some(label) = label {
            line = line.tag("label", label);
        }
        for param in &self.params {
            line = line.param(param);
        }
        self.trailing.iter().fold(line, |line, trailing| line.trailing(trailing))
    }
}

/// The lines that put a question.
fn lines_of(question: &Question, modes_max: usize) -> Vec<Words> {
    let line = match question {
        // Twice, so that the server on which somebody is says how long they said nothing.
        Question::Whois { nick } => Words::new("WHOIS", &[nick, nick]),
        Question::Rooms { matching } if matching.is_empty() => Words::new("LIST", &[]),
        Question::Rooms { matching } => Words::new("LIST", &[&format!("*{matching}*")]),
        Question::Setup { room } => Words::new("MODE", &[room]),
        Question::Bans { room } => Words::new("MODE", &[room, "b"]),
        Question::Search(query) => Words::new("SEARCH", &[&attributes(query)]),
        Question::Devices => Words::new("DEVICE", &["LIST"]),
        Question::Do(Deed::SetModes { room, changes }) => {
            let lines = changes.chunks(modes_max.max(1));
            return lines.map(|changes| mode_line(room, changes)).collect();
        }
        Question::Do(deed) => line_of_deed(deed),
    };
    vec![line]
}

fn line_of_deed(deed: &Deed) -> Words {
    match deed {
        Deed::Remove { room, nick, reason } if reason.is_empty() => {
            Words::new("KICK", &[room, nick])
        }
        Deed::Remove { room, nick, reason } => Words::with_trailing("KICK", &[room, nick], reason),
        Deed::Invite { room, nick } => Words::new("INVITE", &[nick, room]),
        Deed::Rename { room, name } => Words::new("RENAME", &[room, name]),
        Deed::SetTopic { room, topic } => Words::with_trailing("TOPIC", &[room], topic),
        Deed::SetModes { room, changes } => mode_line(room, changes),
        Deed::ProvePassword(password) => {
            Words::with_trailing("PASSWORD", &["CHECK"], password.reveal())
        }
        Deed::SetPassword(password) => {
            Words::with_trailing("PASSWORD", &["SET"], password.reveal())
        }
        Deed::ForgetDevice(key) => Words::new("DEVICE", &["REMOVE", key]),
    }
}

fn mode_line(room: &str, changes: &[ModeChange]) -> Words {
    let mut letters = String::new();
    for change in changes {
        letters.extend([if change.is_set { '+' } else { '-' }, change.letter]);
    }
    let mut line = Words::new("MODE", &[room, &letters]);
    line.params.extend(changes.iter().filter_map(|change| change.param.clone()));
    line
}

/// A search's attributes, written as message tags are (soju.im/search).
fn attributes(query: &SearchQuery) -> String {
    let before = query.before_ms.map(|time_ms| Timestamp(time_ms).to_string());
    let limit = (query.limit > 0).then(|| query.limit.to_string());
    let text = Some(query.text.clone()).filter(|text| !text.is_empty());
    let given = [
        ("text", text),
        ("in", query.place.clone()),
        ("from", query.from.clone()),
        ("before", before),
        ("limit", limit),
    ];
    let written = given.into_iter().filter_map(|(key, value)| {
        let value = value?;
        Some(format!("{key}={}", escape_tag_value(&value)))
    });
    written.collect::<Vec<_>>().join(";")
}
