//! What is asked of the server and answered: the way there and back.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use async_channel::{Receiver, Sender};
use glib::subclass::prelude::*;

use crate::irc::event::Refusal;
use crate::irc::{Answer, Command, Deed, Question};
use crate::model::ConnectionState;

use super::{Network, words};

/// The questions that are not yet answered.
#[derive(Debug, Default)]
pub(super) struct Questions {
    last: Cell<u32>,
    // Unbounded: a list of rooms comes in as many parts as the session allows.
    open: RefCell<HashMap<u32, Sender<Answer>>>,
}

impl Network {
    /// Whether there is somebody to ask.
    pub(super) fn has_session(&self) -> bool {
        matches!(self.state(), ConnectionState::Registering | ConnectionState::Online)
    }

    /// Asks; what comes of it arrives at the other end, which closes where the connection does.
    pub(super) fn question(&self, question: Question) -> Receiver<Answer> {
        let (told, answers) = async_channel::unbounded();
        if !self.has_session() {
            return answers;
        }
        let questions = &self.imp().questions;
        let number = questions.last.get().wrapping_add(1);
        questions.last.set(number);
        questions.open.borrow_mut().insert(number, told);
        self.ask(Command::Ask { number, question });
        answers
    }

    /// Asks what has one answer. The error is a translated sentence.
    pub(in crate::model) async fn inquire(&self, question: Question) -> Result<Answer, String> {
        let answer = self.question(question).recv().await;
        match answer.unwrap_or(Answer::Refused(Refusal::NotConnected)) {
            Answer::Refused(refusal) => Err(words::refusal(&refusal)),
            answer => Ok(answer),
        }
    }

    /// Has something done. The error is a translated sentence.
    pub(in crate::model) async fn carry_out(&self, deed: Deed) -> Result<(), String> {
        self.inquire(Question::Do(deed)).await.map(drop)
    }

    pub(super) fn handle_answer(&self, number: u32, answer: Answer) {
        let open = &self.imp().questions.open;
        let more_follow = matches!(answer, Answer::Rooms { is_last: false, .. });
        let told = if more_follow {
            open.borrow().get(&number).cloned()
        } else {
            open.borrow_mut().remove(&number)
        };
        if let Some(told) = told {
            // Who asked may not wait any more.
            let _ = told.try_send(answer);
        }
    }

    /// There is no connection: nobody waits in vain.
    pub(super) fn drop_questions(&self) {
        if !self.has_session() {
            self.imp().questions.open.borrow_mut().clear();
        }
    }
}
