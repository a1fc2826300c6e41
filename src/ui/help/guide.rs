//! The pages of the guide that the program carries, in the person's language.
//!
//! Each language has a folder of Markdown files; its `README.md` is the table of contents, whose links give the order and the
//! titles. `build.rs` bundles them from `docs/guide`.

use std::path::Path;

use super::markdown;
use crate::config::RESOURCE_ROOT;

/// The language in which every page is there.
const SOURCE_LANGUAGE: &str = "en";

/// The guide in one language.
#[derive(Debug, Clone)]
pub(super) struct Guide {
    language: String,
    pages: Vec<PageLink>,
}

/// A line of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageLink {
    /// What the page is called, without markup.
    pub(super) title: String,
    /// The file's name, such as `rooms.md`.
    pub(super) file: String,
}

impl Guide {
    /// Opens the guide in the first of the person's languages that has one; else in English.
    pub(super) fn of_person() -> Self {
        let languages = glib::language_names();
        let language = languages.iter().map(glib::GString::as_str).find(|name| has_language(name));
        Self::in_language(language.unwrap_or(SOURCE_LANGUAGE))
    }

    fn in_language(language: &str) -> Self {
        let contents = read(language, "README.md").unwrap_or_default();
        let pages =
            markdown::links(&contents).into_iter().filter(|link| is_page(&link.file)).collect();
        Self { language: language.to_owned(), pages }
    }

    /// The pages in their order.
    pub(super) fn pages(&self) -> &[PageLink] {
        &self.pages
    }

    /// Which page a link leads to, `rooms.md` or `rooms.md#place`; `None` where it leads out of the guide.
    pub(super) fn position(&self, target: &str) -> Option<usize> {
        let file = target.split('#').next().unwrap_or_default();
        self.pages.iter().position(|page| page.file == file)
    }

    /// The Markdown of a page.
    pub(super) fn text(&self, page: &PageLink) -> String {
        read(&self.language, &page.file).unwrap_or_default()
    }
}

fn has_language(language: &str) -> bool {
    read(language, "README.md").is_some()
}

fn is_page(file: &str) -> bool {
    !file.contains('/') && Path::new(file).extension().is_some_and(|extension| extension == "md")
}

fn read(language: &str, file: &str) -> Option<String> {
    let path = format!("{RESOURCE_ROOT}/guide/{language}/{file}");
    let bytes = gio::resources_lookup_data(&path, gio::ResourceLookupFlags::NONE).ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn folder(language: &str) -> PathBuf {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide");
        if language == SOURCE_LANGUAGE { guide } else { guide.join(language) }
    }

    fn contents(language: &str) -> Vec<String> {
        let text = fs::read_to_string(folder(language).join("README.md"))
            .expect("each guide has its table of contents");
        let links = markdown::links(&text).into_iter();
        links.map(|link| link.file).filter(|file| is_page(file)).collect()
    }

    #[test]
    fn the_table_of_contents_names_each_page_once() {
        for language in [SOURCE_LANGUAGE, "ar"] {
            let files = fs::read_dir(folder(language)).expect("the guide is there");
            let there: BTreeSet<String> = files
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| is_page(name) && name != "README.md")
                .collect();
            let named = contents(language);
            assert_eq!(named.len(), there.len(), "{language}");
            assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), there, "{language}");
        }
    }

    #[test]
    fn arabic_has_every_page_in_the_same_order() {
        assert_eq!(contents("ar"), contents(SOURCE_LANGUAGE));
    }

    #[test]
    fn links_between_pages_lead_somewhere() {
        for language in [SOURCE_LANGUAGE, "ar"] {
            let named = contents(language);
            for file in &named {
                let text = fs::read_to_string(folder(language).join(file)).expect("it is named");
                for link in markdown::links(&text) {
                    let is_there = named.contains(&link.file) || link.file.starts_with("https://");
                    assert!(is_there, "{language}/{file}: {}", link.file);
                }
            }
        }
    }

    /// What the program says: each sentence of the catalogue in English and in Arabic, as it stands on a button.
    fn words_of_program() -> BTreeSet<String> {
        let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("po/ar.po");
        let catalogue = fs::read_to_string(catalogue).expect("the catalogue is there");
        let joined = catalogue.replace("\"\n\"", "");
        let quoted = joined.lines().filter(|line| line.starts_with("msg"));
        let texts = quoted.filter_map(|line| Some(&line[line.find('"')? + 1..line.rfind('"')?]));
        texts.map(|text| text.replace('_', "")).collect()
    }

    #[test]
    fn what_is_in_bold_is_called_so_in_the_program() {
        let program = words_of_program();
        for language in [SOURCE_LANGUAGE, "ar"] {
            for file in contents(language) {
                let text = fs::read_to_string(folder(language).join(&file)).expect("it is named");
                for name in text.split("**").skip(1).step_by(2) {
                    assert!(program.contains(name), "{language}/{file}: {name}");
                }
            }
        }
    }
}
