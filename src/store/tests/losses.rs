//! What the archive lives through: a process that is killed, a disk that is full.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

/// Tells [`writer`] where to write.
const FOLDER: &str = "MAJLIS_TEST_ARCHIVE";

/// A process that keeps one message after the other until it is killed or refused, and says so of each.
#[test]
#[ignore = "what other tests start, to end it"]
fn writer() {
    let folder = std::env::var_os(FOLDER).expect("another test says where");
    let archive = Archive::open(place(Path::new(&folder))).unwrap().archive;
    let room = archive.restore(1).wait().unwrap().remove(0).conversations.remove(0);
    let newest = room.newest.messages.last().map_or(0, |newest| newest.message.time_ms);
    for number in newest + 1.. {
        match archive.store_messages(vec![(room.row.key, messages([number]))]).wait() {
            Ok(()) => println!("kept {number}"),
            Err(error) => return println!("refused {error}"),
        }
    }
}

/// Starts [`writer`], through a shell where that is to set something first.
fn start_writer(folder: &Path, shell: Option<&str>) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command =
        Command::new(if shell.is_some() { Path::new("sh") } else { program.as_path() });
    if let Some(script) = shell {
        command.arg("-c").arg(format!("{script}; exec \"$0\" \"$@\"")).arg(&program);
    }
    command
        .args(["store::tests::losses::writer", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The number of a message that the writer says it kept.
fn kept(line: &str) -> Option<u64> {
    line.rsplit_once("kept ")?.1.parse().ok()
}

#[test]
fn what_was_answered_outlives_a_process_that_is_killed() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    fixture.archive.close_and_wait();
    let mut folder = fixture.folder;
    for round in 1..=8 {
        let mut child = start_writer(folder.path(), None);
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let enough = said.by_ref().filter_map(|line| kept(&line)).nth(round * 5).unwrap();
        child.kill().unwrap();
        // What it said before it heard of that counts, too.
        let last = said.filter_map(|line| kept(&line)).last().unwrap_or(enough);
        child.wait().unwrap();

        let found = Fixture::in_folder(folder);
        assert_eq!(found.trouble, None);
        let there = found.everything(&room);
        let count = u64::try_from(there.len()).unwrap();
        assert!((last..=last + 1).contains(&count), "{last} were answered, {count} are there");
        assert_eq!(there, messages(1..=count));
        found.archive.close_and_wait();
        folder = found.folder;
    }
}

#[test]
fn a_disk_that_refuses_in_the_middle_of_writing_costs_nothing_that_was_answered() {
    let fixture = Fixture::new();
    let (_, room) = fixture.add_room();
    fixture.archive.close_and_wait();
    // Half a million bytes a file; the signal that would end the process is not to.
    let mut child = start_writer(fixture.folder.path(), Some("trap '' XFSZ; ulimit -f 1000"));
    let said: Vec<_> =
        BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(child.wait().unwrap().success());
    assert!(
        said.iter().any(|line| line.contains("refused ")),
        "the disk took everything: {said:?}"
    );
    let last = said.iter().filter_map(|line| kept(line)).max().unwrap();

    let found = Fixture::in_folder(fixture.folder);
    assert_eq!(found.trouble, None);
    assert_eq!(found.everything(&room), messages(1..=last));
    found.store(&room, messages([last + 1]));
    assert_eq!(found.everything(&room), messages(1..=last + 1));
}

/// Lets the archive's file have so many pages more than now.
fn leave_pages(archive: &Archive, more: u32) {
    archive
        .ask(move |connection| {
            let count: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let limit = format!("PRAGMA max_page_count = {}", count + more);
            connection.query_row(&limit, [], |_| Ok(()))
        })
        .wait()
        .unwrap();
}

#[test]
fn a_full_disk_is_told_and_what_was_kept_stays() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Archive::open(place(folder.path())).unwrap();
    assert_eq!(opened.trouble.wait().unwrap(), None);
    let fixture = Fixture { folder, archive: opened.archive, trouble: None };
    let (_, room) = fixture.add_room();
    leave_pages(&fixture.archive, 20);
    let store =
        |number| fixture.archive.store_messages(vec![(room.key, messages([number]))]).wait();
    let full =
        (1..10_000).find(|&number| store(number) == Err(StoreError::Full)).expect("it fills");
    assert_eq!(opened.failures.recv_blocking(), Ok(StoreError::Full));
    let long = Waiting { text: "x".repeat(100_000), ..waiting("") };
    let refused = fixture.archive.queue(entries(&room, [&long])).wait();
    assert_eq!(refused, Err(StoreError::Full));

    let kept = |fixture: &Fixture| {
        let page = fixture.archive.page_before(room.key, None, 20_000).wait().unwrap();
        page.messages
    };
    assert_eq!(kept(&fixture), messages(1..full));
    assert_eq!(kept(&fixture.after_kill()), messages(1..full));

    // Somebody made room.
    leave_pages(&fixture.archive, 1000);
    fixture.archive.queue(entries(&room, [&long])).wait().unwrap();
    store(full).unwrap();
    assert_eq!(kept(&fixture), messages(1..=full));
    assert_eq!(outbox_texts(&fixture.restore()[0]), [long.text]);
}
