//! Shows one page of the guide: a widget for each block, with the roles that a screen reader steps by.

use adw::prelude::*;

use super::markdown::Block;

/// Fills a box with the blocks of a page. `follow` is asked where a link leads; it says whether it went there itself.
pub(super) fn fill(
    page: &gtk::Box,
    blocks: &[Block],
    follow: impl Fn(&str) -> bool + Clone + 'static,
) {
    while let Some(old) = page.first_child() {
        page.remove(&old);
    }
    for block in blocks {
        page.append(&widget(block, &follow));
    }
}

fn widget(block: &Block, follow: &(impl Fn(&str) -> bool + Clone + 'static)) -> gtk::Widget {
    match block {
        Block::Heading(level, markup) => heading(*level, markup).upcast(),
        Block::Paragraph(markup) => paragraph(markup, follow).upcast(),
        Block::List(first, items) => list(*first, items, follow).upcast(),
        Block::Code(text) => code(text).upcast(),
    }
}

fn heading(level: i32, markup: &str) -> gtk::Label {
    let label = gtk::Label::builder()
        .accessible_role(gtk::AccessibleRole::Heading)
        .label(markup)
        .use_markup(true)
        .wrap(true)
        .xalign(0.0)
        .css_classes([if level == 1 { "title-1" } else { "title-3" }])
        .build();
    label.update_property(&[gtk::accessible::Property::Level(level)]);
    if level > 1 {
        label.set_margin_top(12);
    }
    label
}

fn paragraph(markup: &str, follow: &(impl Fn(&str) -> bool + Clone + 'static)) -> gtk::Label {
    let label = gtk::Label::builder()
        .label(markup)
        .use_markup(true)
        .wrap(true)
        .wrap_mode(gtk::pango::WrapMode::WordChar)
        .natural_wrap_mode(gtk::NaturalWrapMode::None)
        .hexpand(true)
        .xalign(0.0)
        .build();
    let follow = follow.clone();
    label.connect_activate_link(move |_, target| follow(target).into());
    label
}

fn list(
    first: Option<u64>,
    items: &[String],
    follow: &(impl Fn(&str) -> bool + Clone + 'static),
) -> gtk::Box {
    let list = gtk::Box::builder()
        .accessible_role(gtk::AccessibleRole::List)
        .orientation(gtk::Orientation::Vertical)
        .spacing(6)
        .build();
    let mut number = first;
    for markup in items {
        let mark = number.map_or_else(|| "•".to_owned(), |number| format!("{number}."));
        number = number.map(|number| number.saturating_add(1));
        let item =
            gtk::Box::builder().accessible_role(gtk::AccessibleRole::ListItem).spacing(9).build();
        item.append(&gtk::Label::builder().label(mark).valign(gtk::Align::Start).build());
        item.append(&paragraph(markup, follow));
        list.append(&item);
    }
    list
}

/// What is typed is copied by many, and reads from left to right in every language.
fn code(text: &str) -> gtk::Label {
    let label = gtk::Label::builder()
        .label(text)
        .selectable(true)
        .wrap(true)
        .wrap_mode(gtk::pango::WrapMode::WordChar)
        .xalign(0.0)
        .css_classes(["monospace", "card", "help-code"])
        .build();
    label.set_direction(gtk::TextDirection::Ltr);
    label
}
