//! Compiles what the program carries or finds beside it: the Blueprint files with icons, style
//! sheet and user's guide into one `GResource` bundle, and for uninstalled runs the translations and the settings schema.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RESOURCE_ROOT: &str = "/io/github/majlis_chat/Majlis";

fn main() -> Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-env-changed=MAJLIS_LOCALE_FOLDER");
    compile_resources(&out)?;
    // Set when meson builds for an installation, where it does the rest itself.
    if env::var_os("MAJLIS_LOCALE_FOLDER").is_none() {
        compile_schema(&out.join("schemas"))?;
        compile_translations(&out.join("locale"))?;
    }
    Ok(())
}

fn compile_resources(out: &Path) -> Result<()> {
    let blueprints = files_below(Path::new("src/ui"), "blp")?;
    let icons = files_below(Path::new("data/icons"), "svg")?;
    let guide = files_below(Path::new("docs/guide"), "md")?;
    let interface = out.join("blueprint");
    // A page that was removed or renamed must not stay in the bundle.
    let _ = fs::remove_dir_all(&interface);
    run(Command::new("blueprint-compiler")
        .arg("batch-compile")
        .arg(&interface)
        .arg("src/ui")
        .args(&blueprints))?;

    let list = out.join("majlis.gresource.xml");
    fs::write(&list, resource_list(&blueprints, &icons, &guide)?)?;
    println!("cargo::rerun-if-changed=data/style.css");
    run(Command::new("glib-compile-resources")
        .arg("--sourcedir")
        .arg(&interface)
        .arg("--sourcedir=data")
        .arg("--sourcedir=docs/guide")
        .arg("--target")
        .arg(out.join("majlis.gresource"))
        .arg(&list))
}

/// The bundle: `ui/*.ui`, `style.css`, the icons where GTK looks for an application's own, and `guide/LANGUAGE/*.md`.
fn resource_list(blueprints: &[PathBuf], icons: &[PathBuf], guide: &[PathBuf]) -> Result<String> {
    let mut list = format!("<gresources><gresource prefix=\"{RESOURCE_ROOT}\">\n");
    list.push_str("<file>style.css</file>\n");
    for blueprint in blueprints {
        let page = blueprint.strip_prefix("src/ui")?.with_extension("ui");
        let page = page.display();
        writeln!(list, "<file alias=\"ui/{page}\" preprocess=\"xml-stripblanks\">{page}</file>")?;
    }
    for icon in icons {
        let file = icon.strip_prefix("data")?.display();
        let place = icon.strip_prefix("data/icons/hicolor")?.display();
        writeln!(list, "<file alias=\"icons/{place}\">{file}</file>")?;
    }
    for page in guide {
        let page = page.strip_prefix("docs/guide")?;
        // The source language lies at the top, as where people look first.
        let is_source = page.components().count() == 1;
        let language = if is_source { "en/" } else { "" };
        let page = page.display();
        writeln!(list, "<file alias=\"guide/{language}{page}\">{page}</file>")?;
    }
    list.push_str("</gresource></gresources>\n");
    Ok(list)
}

fn compile_schema(target: &Path) -> Result<()> {
    println!("cargo::rerun-if-changed=data/io.github.majlis_chat.Majlis.gschema.xml");
    fs::create_dir_all(target)?;
    run(Command::new("glib-compile-schemas")
        .arg("--strict")
        .arg("--targetdir")
        .arg(target)
        .arg("data"))
}

fn compile_translations(target: &Path) -> Result<()> {
    for catalogue in files_below(Path::new("po"), "po")? {
        let language = catalogue.file_stem().ok_or("a catalogue without a name")?;
        let folder = target.join(language).join("LC_MESSAGES");
        fs::create_dir_all(&folder)?;
        run(Command::new("msgfmt")
            .arg(format!("--output-file={}", folder.join("majlis.mo").display()))
            .arg(&catalogue))?;
    }
    Ok(())
}

/// All files with an extension below a folder, sorted; Cargo is told to look at the folder again.
fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs a tool; says which one is missing, and how to get all of them, instead of "not found".
fn run(command: &mut Command) -> Result<()> {
    let tool = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{tool} failed: {status}").into()),
        Err(error) => Err(format!(
            "{tool} cannot be started ({error}); `./dev shell` gives a place that has all it takes to build"
        )
        .into()),
    }
}
