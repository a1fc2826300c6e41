//! The words of rows that nobody said: days, times of day, and who came or went.

use crate::i18n::{gettext, gettext_f, isolate, ngettext_f};

use crate::irc::event::Deletion;

use super::entry::{Change, Day};
use super::reactions::ReactionGroup;

/// The day of a time in milliseconds since 1970, where this computer is.
pub(super) fn local_day(time_ms: u64) -> Day {
    local_time(time_ms).map_or(0, |time| day_number(&time))
}

/// Today.
pub(super) fn today() -> Day {
    glib::DateTime::now_local().map_or(0, |now| day_number(&now))
}

/// A time in milliseconds since 1970, where this computer is; `None` past the year 9999.
pub(super) fn local_time(time_ms: u64) -> Option<glib::DateTime> {
    glib::DateTime::from_unix_local(i64::try_from(time_ms / 1000).ok()?).ok()
}

/// The time of day as people write it here.
pub(super) fn time_of_day(time: &glib::DateTime) -> String {
    // Translators: a time of day beside a message, in the form that g_date_time_format() reads;
    // use "%-I:%M %p" where people count twelve hours.
    format(time, &gettext("%H:%M"))
}

/// A day's name, seen from another.
pub(super) fn day(day: Day, today: Day) -> String {
    match today.checked_sub(day) {
        // Translators: names a day in a conversation.
        Some(0) => gettext("Today"),
        // Translators: names a day in a conversation.
        Some(1) => gettext("Yesterday"),
        _ => date(day, today),
    }
}

/// A moment as people write it: day and time of day.
pub(crate) fn moment(time_ms: u64) -> String {
    let Some(time) = local_time(time_ms) else { return String::new() };
    let values = [("day", &*day(day_number(&time), today())), ("time", &time_of_day(&time))];
    // Translators: a moment, such as "Yesterday, 17:05".
    gettext_f("{day}, {time}", &values)
}

fn date(day: Day, today: Day) -> String {
    let Some((date, now)) = date_of(day).zip(date_of(today)) else { return String::new() };
    let form = if date.year() == now.year() {
        // Translators: names a day of this year, such as "Sunday, 22 November", in the form that
        // g_date_time_format() reads.
        gettext("%A, %-e %B")
    } else {
        // Translators: names a day of another year, such as "Sunday, 22 November 2026", in the form
        // that g_date_time_format() reads.
        gettext("%A, %-e %B %Y")
    };
    format(&date, &form)
}

/// A form that a translation got wrong leaves the text empty.
fn format(time: &glib::DateTime, form: &str) -> String {
    time.format(form).map(String::from).unwrap_or_default()
}

/// The first day of the year 1 is day 1, as `GDate` counts.
fn day_number(time: &glib::DateTime) -> Day {
    let year = time.year() - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + time.day_of_year()
}

/// The noon of a day.
fn date_of(day: Day) -> Option<glib::DateTime> {
    let first = glib::DateTime::from_local(1, 1, 1, 12, 0, 0.0).ok()?;
    first.add_days(day - 1).ok()
}

/// That a message was deleted, by whom and why.
pub(super) fn deletion(deletion: &Deletion) -> String {
    let name = deletion.display_name.as_ref().unwrap_or(&deletion.nick);
    let values = [("name", &*isolate(name)), ("reason", &*isolate(&deletion.reason))];
    if deletion.reason.is_empty() {
        // Translators: Stands where a message was.
        gettext_f("Deleted by {name}", &values)
    } else {
        // Translators: Stands where a message was; {reason} is in the words of who deleted it.
        gettext_f("Deleted by {name}: {reason}", &values)
    }
}

/// Signs and how many there are of each, in one line.
pub(super) fn reactions(groups: &[ReactionGroup]) -> String {
    let signs = groups.iter().map(|group| format!("{} {}", isolate(&group.sign), group.count()));
    // Translators: Stands between the items of a short list, such as "👍 2, 🎉 1".
    signs.collect::<Vec<_>>().join(&gettext(", "))
}

/// Who came and who went, folded into one line: "Ana and 3 others joined · Ben left".
pub(super) fn changes(changes: &[&Change]) -> String {
    let mut people: Vec<Person> = Vec::new();
    for change in changes {
        match people.iter_mut().find(|person| person.nick == change.nick) {
            Some(person) => person.is_in = change.is_join,
            None => people.push(Person {
                nick: &change.nick,
                name: &change.display_name,
                was_in: !change.is_join,
                is_in: change.is_join,
            }),
        }
    }
    let names = |was_in, is_in| {
        let chosen = people.iter().filter(|p| (p.was_in, p.is_in) == (was_in, is_in));
        chosen.map(|person| isolate(person.name)).collect::<Vec<_>>()
    };
    let sentences = [
        joined(&names(false, true)),
        left(&names(true, false)),
        joined_and_left(&names(false, false)),
        came_back(&names(true, true)),
    ];
    let told: Vec<_> = sentences.into_iter().flatten().collect();
    told.join(" · ")
}

struct Person<'a> {
    nick: &'a str,
    name: &'a str,
    was_in: bool,
    is_in: bool,
}

fn joined(names: &[String]) -> Option<String> {
    Some(match names {
        [] => return None,
        // Translators: somebody came into the room.
        [name] => gettext_f("{name} joined", &[("name", name)]),
        // Translators: two people came into the room.
        [one, two] => gettext_f("{one} and {two} joined", &[("one", one), ("two", two)]),
        [name, others @ ..] => ngettext_f(
            // Translators: many people came into the room; {count} is never below 2.
            "{name} and {count} other joined",
            "{name} and {count} others joined",
            count(others),
            &[("name", name), ("count", &others.len().to_string())],
        ),
    })
}

fn left(names: &[String]) -> Option<String> {
    Some(match names {
        [] => return None,
        // Translators: somebody left the room.
        [name] => gettext_f("{name} left", &[("name", name)]),
        // Translators: two people left the room.
        [one, two] => gettext_f("{one} and {two} left", &[("one", one), ("two", two)]),
        [name, others @ ..] => ngettext_f(
            // Translators: many people left the room; {count} is never below 2.
            "{name} and {count} other left",
            "{name} and {count} others left",
            count(others),
            &[("name", name), ("count", &others.len().to_string())],
        ),
    })
}

fn joined_and_left(names: &[String]) -> Option<String> {
    Some(match names {
        [] => return None,
        // Translators: somebody came into the room and soon left it.
        [name] => gettext_f("{name} joined and left", &[("name", name)]),
        // Translators: two people came and soon left.
        [one, two] => gettext_f("{one} and {two} joined and left", &[("one", one), ("two", two)]),
        [name, others @ ..] => ngettext_f(
            // Translators: many people came and soon left; {count} is never below 2.
            "{name} and {count} other joined and left",
            "{name} and {count} others joined and left",
            count(others),
            &[("name", name), ("count", &others.len().to_string())],
        ),
    })
}

fn came_back(names: &[String]) -> Option<String> {
    Some(match names {
        [] => return None,
        // Translators: somebody left the room and soon came back.
        [name] => gettext_f("{name} came back", &[("name", name)]),
        // Translators: two people left and soon came back.
        [one, two] => gettext_f("{one} and {two} came back", &[("one", one), ("two", two)]),
        [name, others @ ..] => ngettext_f(
            // Translators: many people left and soon came back; {count} is never below 2.
            "{name} and {count} other came back",
            "{name} and {count} others came back",
            count(others),
            &[("name", name), ("count", &others.len().to_string())],
        ),
    })
}

fn count(others: &[String]) -> u32 {
    u32::try_from(others.len()).unwrap_or(u32::MAX)
}
