//! The page that shows a server's key, once, for a person to compare.

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::gettext_f;
use crate::ui::text::{isolate, sentence};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/trust_page.ui")]
    pub struct TrustPage {
        #[template_child]
        pub(super) explanation_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) words_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) fingerprint_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) button_stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) match_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) unchecked_button: TemplateChild<gtk::Button>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TrustPage {
        const NAME: &'static str = "MajlisTrustPage";
        type Type = super::TrustPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for TrustPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![Signal::builder("trusted").param_types([bool::static_type()]).build()]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            for (button, is_checked) in
                [(&self.match_button, true), (&self.unchecked_button, false)]
            {
                button.connect_clicked(glib::clone!(
                    #[weak(rename_to = imp)]
                    self,
                    move |_| {
                        imp.button_stack.set_visible_child_name("busy");
                        imp.obj().emit_by_name::<()>("trusted", &[&is_checked]);
                    }
                ));
            }
        }
    }

    impl WidgetImpl for TrustPage {}

    impl NavigationPageImpl for TrustPage {
        fn shown(&self) {
            self.parent_shown();
            // Not on a button that trusts: a key pressed too early must not answer the question.
            self.words_label.grab_focus();
            self.words_label.select_region(0, 0);
        }
    }
}

glib::wrapper! {
    /// The page that shows a server's key, once, for a person to compare. Signal: `trusted` (whether the words
    /// were compared).
    pub struct TrustPage(ObjectSubclass<imp::TrustPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl TrustPage {
    /// A page for the server at this address, with its key as six words and as a fingerprint. Where it was chosen by a name that
    /// the network told, it is spoken of by this, too.
    pub(crate) fn new(name: Option<&str>, address: &str, words: &str, fingerprint: &str) -> Self {
        let page: Self = glib::Object::new();
        let imp = page.imp();
        imp.explanation_label.set_label(&sentence(&explanation(name, address)));
        imp.words_label.set_label(&in_lines_of_three(words));
        imp.fingerprint_label.set_label(&in_groups_of_four(fingerprint));
        page
    }
}

fn explanation(name: Option<&str>, address: &str) -> String {
    let address = isolate(address);
    match name {
        Some(name) => gettext_f(
            // Translators: {name} is the name of a server, {address} its address, such as "192.168.1.5:33000".
            "{name}, at {address}, is new to this computer. Ask whoever runs it which six words it shows. Where they are the same, nobody stands between you.",
            &[("name", &*isolate(name)), ("address", &address)],
        ),
        None => gettext_f(
            // Translators: {address} is the address of a server, such as "majlis.local".
            "{address} is new to this computer. Ask whoever runs it which six words it shows. Where they are the same, nobody stands between you.",
            &[("address", &address)],
        ),
    }
}

/// Six words stand in two lines, wherever the page is wide enough for three.
fn in_lines_of_three(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.chunks(3).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}

/// Sixty-four digits in a row are hard to compare: four groups of four stand in a line.
fn in_groups_of_four(fingerprint: &str) -> String {
    let mut grouped = String::with_capacity(fingerprint.len() * 5 / 4);
    for (index, digit) in fingerprint.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(if index % 16 == 0 { '\n' } else { ' ' });
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{in_groups_of_four, in_lines_of_three};

    #[test]
    fn words_stand_in_lines_of_three() {
        assert_eq!(in_lines_of_three("a b c d e f"), "a b c\nd e f");
    }

    #[test]
    fn fingerprints_are_grouped() {
        assert_eq!(in_groups_of_four("0123456789"), "0123 4567 89");
        assert_eq!(in_groups_of_four(&"01234567".repeat(8)).lines().count(), 4);
        assert_eq!(in_groups_of_four(""), "");
    }
}
