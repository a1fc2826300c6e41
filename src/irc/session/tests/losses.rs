//! Whatever happens to connections: each message once, in order, without a hole.

use proptest::prelude::*;

use super::super::history::PAGE_ANSWER_MS;
use super::server::Abilities;
use super::world::{World, config, outgoing};
use crate::irc::event::{Event, Refusal};
use crate::irc::{Command, Outgoing};

const ROOMS: [&str; 2] = ["#lobby", "#den"];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// We say something in a room; whether it is noted already that it may have been sent.
    Say(usize, bool),
    /// The disk answers.
    Note,
    /// Somebody else does.
    Hear(usize),
    /// Some bytes reach the server.
    Up(usize),
    /// Some bytes reach the session.
    Down(usize),
    /// The server sends its newest message once more.
    Repeat(usize),
    /// Time passes.
    Wait(u64),
    /// The connection is lost after some more bytes reached the server.
    Cut(usize),
    /// The connection is lost, and what was on its way to the server arrives late, if the server can cope with that.
    CutLate,
    /// One of those lines arrives.
    Late,
    /// A new connection.
    Open,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..ROOMS.len(), any::<bool>()).prop_map(|(room, is_noted)| Step::Say(room, is_noted)),
        3 => Just(Step::Note),
        3 => (0..ROOMS.len()).prop_map(Step::Hear),
        5 => (1..400usize).prop_map(Step::Up),
        5 => (1..900usize).prop_map(Step::Down),
        1 => (0..ROOMS.len()).prop_map(Step::Repeat),
        1 => (0..25_000u64).prop_map(Step::Wait),
        1 => (0..600usize).prop_map(Step::Cut),
        1 => Just(Step::CutLate),
        3 => Just(Step::Late),
        2 => Just(Step::Open),
    ]
}

/// Whether messages come back to us in the server's order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Echoes {
    InOrder,
    /// Without echoes ours is told when the server is known to have it, which others' words may overtake.
    None,
}

/// Whether what is told may be in another order than the server's: what one waited for in vain comes later.
fn may_be_late(steps: &[Step]) -> bool {
    let waited = steps.iter().map(|step| if let Step::Wait(ms) = step { *ms } else { 0 });
    waited.sum::<u64>() >= PAGE_ANSWER_MS
}

fn servers() -> Vec<(Abilities, Echoes)> {
    let trusting = Abilities::elsewhere();
    vec![
        (Abilities::majlis(), Echoes::InOrder),
        (trusting.clone(), Echoes::InOrder),
        (trusting.clone().without(&["labeled-response"]), Echoes::InOrder),
        (trusting.clone().without(&["echo-message"]), Echoes::None),
        (trusting.without(&["echo-message", "labeled-response"]), Echoes::None),
    ]
}

fn run(world: &mut World, steps: &[Step]) -> Vec<Vec<String>> {
    let mut said = vec![Vec::new(); ROOMS.len()];
    for (number, step) in steps.iter().enumerate() {
        let text = format!("t{number}");
        match *step {
            Step::Say(room, is_noted) => {
                let outgoing = outgoing(number as u128, ROOMS[room], &text);
                world.command(Command::Send(Outgoing { is_noted, ..outgoing }));
                said[room].push(text);
            }
            Step::Note => drop(world.note()),
            Step::Hear(room) => world.say_as("bo", ROOMS[room], &text),
            Step::Up(bytes) => drop(world.deliver_up(bytes)),
            Step::Down(bytes) => drop(world.deliver_down(bytes)),
            Step::Repeat(room) => world.repeat_newest(ROOMS[room]),
            Step::Wait(ms) => world.wait(ms),
            Step::Cut(bytes) => {
                world.deliver_up(bytes);
                world.cut();
            }
            Step::CutLate if world.server.abilities.takes_once => world.cut_late(),
            Step::CutLate => drop(world.cut()),
            Step::Late => world.deliver_late(),
            Step::Open => world.open(),
        }
    }
    world.open();
    world.settle();
    said
}

/// What was told as being in doubt, which is not what our own server leaves anybody in.
fn doubted(world: &World) -> Result<Vec<String>, TestCaseError> {
    let mut doubted = Vec::new();
    for event in &world.events {
        if let Event::SendFailed { id, reason } = event {
            prop_assert_eq!(reason, &Refusal::InDoubt);
            prop_assert!(!world.server.abilities.takes_once, "it could have been sent again");
            doubted.push(format!("t{}", id.as_u128()));
        }
    }
    Ok(doubted)
}

fn check(world: &World, said: &[Vec<String>], is_in_order: bool) -> Result<(), TestCaseError> {
    let doubted = doubted(world)?;
    for (room, said) in ROOMS.iter().zip(said) {
        let kept = world.kept_texts(room);
        let mut ours = kept.clone();
        ours.retain(|text| said.iter().any(|own| own == text));
        let mut expected = said.clone();
        expected.retain(|text| !doubted.contains(text) || ours.contains(&text.as_str()));
        prop_assert_eq!(
            &ours,
            &expected,
            "each of ours is on the server once, in order: {:?}",
            kept
        );
        let mut told = world.told_texts(room);
        let mut kept = kept;
        if !is_in_order {
            told.sort_unstable();
            kept.sort_unstable();
        }
        prop_assert_eq!(told, kept, "each message was told once, in {}", room);
        let is_certain = |text: &&String| !doubted.contains(text);
        let own = world.told(room).into_iter().filter(|message| message.send_id.is_some());
        let own = own.map(|message| &message.text).filter(is_certain);
        prop_assert_eq!(own.count(), said.iter().filter(is_certain).count());
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_message_arrives_once_and_is_told_once(
        (abilities, echoes) in prop::sample::select(servers()),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::new(abilities, &config(&ROOMS));
        // What is in a room before the first connection may be older than its newest page.
        world.open();
        world.settle();
        let said = run(&mut world, &steps);
        let is_in_order = echoes == Echoes::InOrder && !may_be_late(&steps);
        check(&world, &said, is_in_order)?;
    }
}
