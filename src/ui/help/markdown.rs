//! Markdown of the guide as blocks that a widget can show; inline text becomes Pango markup.
//!
//! What the guide needs and no more: headings, paragraphs, lists, code and links. Pictures and raw HTML are passed over.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::guide::PageLink;

/// A piece of a page, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// Its level, 1 to 6, and its markup.
    Heading(i32, String),
    /// Markup.
    Paragraph(String),
    /// The items, each as markup, and the number of the first where they are counted.
    List(Option<u64>, Vec<String>),
    /// Text to be typed or read as it stands; not markup.
    Code(String),
}

/// Reads a page.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new(text) {
        reader.handle(event);
    }
    reader.blocks
}

/// The links of a page in their order, with what stands on them.
pub(super) fn links(text: &str) -> Vec<PageLink> {
    let mut links = Vec::new();
    let mut open: Option<PageLink> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                open = Some(PageLink { title: String::new(), file: dest_url.to_string() });
            }
            Event::Text(words) | Event::Code(words) => {
                if let Some(link) = &mut open {
                    link.title.push_str(&words);
                }
            }
            Event::End(TagEnd::Link) => links.extend(open.take()),
            _ => {}
        }
    }
    links
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The markup, or in a block of code the text, that is being gathered.
    inline: String,
    /// The list that is open. A list within it adds its items to it.
    list: Option<(Option<u64>, Vec<String>)>,
    depth: usize,
    is_code: bool,
}

impl Reader {
    fn handle(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code => self.inline.push_str(&text),
            Event::Text(text) => self.push_escaped(&text),
            Event::Code(text) => {
                self.inline.push_str("<tt>");
                self.push_escaped(&text);
                self.inline.push_str("</tt>");
            }
            Event::SoftBreak => self.inline.push(' '),
            Event::HardBreak => self.inline.push('\n'),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::List(first) => {
                // What an item says before a list within it is an item of its own.
                self.end_item();
                self.depth += 1;
                self.list.get_or_insert_with(|| (*first, Vec::new()));
            }
            Tag::CodeBlock(_) => self.is_code = true,
            Tag::Paragraph if self.list.is_some() && !self.inline.is_empty() => {
                self.inline.push_str("\n\n");
            }
            Tag::Link { dest_url, .. } => {
                self.inline.push_str("<a href=\"");
                self.push_escaped(dest_url);
                self.inline.push_str("\">");
            }
            Tag::Emphasis => self.inline.push_str("<i>"),
            Tag::Strong => self.inline.push_str("<b>"),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                let words = self.take_inline();
                self.blocks.push(Block::Heading(number(level), words));
            }
            TagEnd::Paragraph if self.list.is_none() => {
                let words = self.take_inline();
                self.blocks.push(Block::Paragraph(words));
            }
            TagEnd::Item => self.end_item(),
            TagEnd::List(_) => self.end_list(),
            TagEnd::CodeBlock => {
                self.is_code = false;
                let text = self.take_inline();
                self.blocks.push(Block::Code(text.trim_end().to_owned()));
            }
            TagEnd::Link => self.inline.push_str("</a>"),
            TagEnd::Emphasis => self.inline.push_str("</i>"),
            TagEnd::Strong => self.inline.push_str("</b>"),
            _ => {}
        }
    }

    fn end_item(&mut self) {
        let words = self.take_inline();
        if let Some((_, items)) = &mut self.list
            && !words.is_empty()
        {
            items.push(words);
        }
    }

    fn end_list(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0
            && let Some((first, items)) = self.list.take()
        {
            self.blocks.push(Block::List(first, items));
        }
    }

    fn take_inline(&mut self) -> String {
        std::mem::take(&mut self.inline)
    }

    fn push_escaped(&mut self, text: &str) {
        self.inline.push_str(&glib::markup_escape_text(text));
    }
}

fn number(level: HeadingLevel) -> i32 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headings_paragraphs_lists_and_code() {
        let page = "# Rooms\n\nOne *and*\n**two** `a<b`.\n\n- first\n- second\n\n```sh\nmajlis & co\n```\n\n3. third\n";
        assert_eq!(
            blocks(page),
            [
                Block::Heading(1, "Rooms".into()),
                Block::Paragraph("One <i>and</i> <b>two</b> <tt>a&lt;b</tt>.".into()),
                Block::List(None, vec!["first".into(), "second".into()]),
                Block::Code("majlis & co".into()),
                Block::List(Some(3), vec!["third".into()]),
            ]
        );
    }

    #[test]
    fn a_link_keeps_its_target_and_gives_its_words() {
        let page = "See [Rooms & more](rooms.md#x).";
        assert_eq!(
            blocks(page),
            [Block::Paragraph("See <a href=\"rooms.md#x\">Rooms &amp; more</a>.".into())]
        );
        let link = PageLink { title: "Rooms & more".into(), file: "rooms.md#x".into() };
        assert_eq!(links(page), [link]);
    }

    #[test]
    fn items_of_several_paragraphs_and_lists_within_lists_lose_no_word() {
        let page = "- a\n\n  b\n- c\n  - d\n";
        assert_eq!(
            blocks(page),
            [Block::List(None, vec!["a\n\nb".into(), "c".into(), "d".into()])]
        );
    }
}
