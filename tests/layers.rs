//! Asserts who may import whom, as `ARCHITECTURE.md` draws it.
//!
//! It reads the sources as text: a compiler sees one crate where the layers are modules, so nothing
//! else would notice a widget that talks to a socket.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What one folder may name besides itself.
struct Layer {
    folder: &'static str,
    /// Modules of its own crate, as in `crate::NAME`.
    modules: &'static [&'static str],
    /// Those of our crates and of the toolkit's that are told apart here, as in `NAME::`.
    crates: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer { folder: "server/src/hub", modules: &["hub", "event"], crates: &["majlis_protocol"] },
    Layer {
        folder: "server/src/reactor",
        modules: &["reactor", "event"],
        crates: &["majlis_protocol", "majlis_wire"],
    },
    Layer {
        folder: "server/src/store",
        modules: &["store", "event"],
        crates: &["majlis_protocol"],
    },
    Layer { folder: "server/src/announce", modules: &[], crates: &["majlis_protocol"] },
    Layer { folder: "src/discovery", modules: &[], crates: &["majlis_protocol"] },
    Layer { folder: "src/irc", modules: &["irc"], crates: &["majlis_protocol", "majlis_wire"] },
    Layer { folder: "src/store", modules: &["store", "irc"], crates: &["majlis_protocol"] },
    Layer {
        folder: "src/model",
        modules: &["model", "discovery", "irc", "store", "secrets", "config", "i18n"],
        crates: &["glib", "gio", "majlis_protocol", "majlis_wire"],
    },
    Layer {
        folder: "src/ui",
        modules: &["ui", "model", "config", "i18n", "settings"],
        crates: &["glib", "gio", "gtk", "adw"],
    },
    Layer { folder: "protocol/src", modules: ANY, crates: &[] },
    Layer { folder: "wire/src", modules: ANY, crates: &[] },
    Layer {
        folder: "bench/src",
        modules: ANY,
        // The program names its own library.
        crates: &["majlis_protocol", "majlis_wire", "majlis_bench"],
    },
    // The program names its own library.
    Layer {
        folder: "server/src",
        modules: ANY,
        crates: &["majlis_protocol", "majlis_wire", "majlis_server"],
    },
];

/// A whole crate may name its own modules as it likes.
const ANY: &[&str] = &["*"];

/// The crates that say something about the layers; all others are told by `Cargo.toml` alone.
const TOLD_APART: &[&str] =
    &["majlis_protocol", "majlis_wire", "majlis_server", "glib", "gio", "gtk", "adw"];

#[test]
fn every_layer_imports_only_what_it_may() {
    let mut offences = Vec::new();
    for layer in LAYERS {
        let files = sources_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(layer.folder));
        assert!(!files.is_empty(), "{} has no sources; is the table stale?", layer.folder);
        for file in files {
            let source = fs::read_to_string(&file).expect("a source file can be read");
            for name in offending_names(layer, &source) {
                offences.push(format!("{} may not name {name}", file.display()));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn widgets_never_touch_the_socket_thread() {
    for file in sources_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui")) {
        let source = fs::read_to_string(&file).expect("a source file can be read");
        assert!(!code(&source).contains("irc::link"), "{}", file.display());
    }
}

#[test]
fn the_reader_of_sources_sees_every_way_to_name_a_module() {
    let source = "use crate::{hub::Hub, store};\nuse crate::event::{A, B};\n// crate::comment\n\
                  fn f() { crate::path::g(majlis_wire::h()) }\nuse gtk::prelude::*;\n\
                  #[cfg(test)]\nmod tests { use crate::only_in_tests; }";
    let code = code(source);
    let modules: Vec<_> = modules_named(&code).into_iter().collect();
    assert_eq!(modules, ["event", "hub", "path", "store"]);
    let layer = Layer { folder: "", modules: &["hub", "store", "event"], crates: &["gtk"] };
    let offending: Vec<_> = offending_names(&layer, source);
    assert_eq!(offending, ["crate::path", "majlis_wire"]);
}

fn offending_names(layer: &Layer, source: &str) -> Vec<String> {
    let code = code(source);
    let modules = modules_named(&code)
        .into_iter()
        .filter(|name| layer.modules != ANY && !layer.modules.contains(name))
        .map(|name| format!("crate::{name}"));
    let crates = TOLD_APART
        .iter()
        .filter(|name| !layer.crates.contains(name) && names_crate(&code, name))
        .map(ToString::to_string);
    modules.chain(crates).collect()
}

/// The source without comments and without the tests at its end, which may look further.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
        // A fingerprint is a value that every layer hands on; the stream and the TLS behind it are not.
        .replace("majlis_wire::Fingerprint", "Fingerprint")
}

/// The first names after each `crate::`, groups in braces included.
fn modules_named(code: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names_in_group(group)),
            None => names.extend(first_name(rest)),
        }
    }
    names
}

/// The names at the outermost level of `a::B, c, d::{E, F}}`.
fn first_names_in_group(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0_u32, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// Lower-case only: modules. What begins with a capital is the crate's own front door.
fn first_name(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text[..end].starts_with(|c: char| c.is_lowercase()).then(|| &text[..end])
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        code[at + name.len()..].starts_with("::")
            && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder of the checkout can be listed").path();
        if path.is_dir() {
            files.extend(sources_below(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files
}
