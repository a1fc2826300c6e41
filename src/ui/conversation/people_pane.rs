//! The people in a room, beside what they say.

use std::cell::OnceCell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::PersonRow;
use crate::i18n::ngettext_f;
use crate::model::{Channel, Member};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/people_pane.ui")]
    pub struct PeoplePane {
        #[template_child]
        pub(super) window_title: TemplateChild<adw::WindowTitle>,
        #[template_child]
        pub(super) close_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) search_entry: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        pub(super) found: OnceCell<gtk::FilterListModel>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for PeoplePane {
        const NAME: &'static str = "MajlisPeoplePane";
        type Type = super::PeoplePane;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for PeoplePane {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("person-activated")
                        .param_types([String::static_type()])
                        .build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for PeoplePane {
        fn grab_focus(&self) -> bool {
            self.search_entry.grab_focus()
        }
    }

    impl BinImpl for PeoplePane {}
}

glib::wrapper! {
    /// The people in a room, beside what they say. Signal: `person-activated` (nick).
    pub struct PeoplePane(ObjectSubclass<imp::PeoplePane>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl PeoplePane {
    /// Shows the people of another room.
    pub(super) fn set_channel(&self, channel: Option<&Channel>) {
        let imp = self.imp();
        imp.search_entry.set_text("");
        imp.found
            .get()
            .expect("made with the pane")
            .set_model(channel.map(Channel::members).as_ref());
        self.show_count();
    }

    /// Whether the pane covers the conversation, and so needs a way back of its own.
    pub(super) fn set_covers(&self, covers: bool) {
        self.imp().close_button.set_visible(covers);
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        let filter = name_filter(&imp.search_entry);
        let found = gtk::FilterListModel::new(None::<gio::ListModel>, Some(filter));
        found.connect_items_changed(glib::clone!(
            #[weak(rename_to = pane)]
            self,
            move |_, _, _, _| pane.show_count()
        ));
        imp.list_view.set_model(Some(&gtk::NoSelection::new(Some(found.clone()))));
        imp.list_view.set_factory(Some(&PersonRow::factory()));
        imp.list_view.connect_activate(glib::clone!(
            #[weak(rename_to = pane)]
            self,
            move |_, position| pane.activate_person(position)
        ));
        imp.search_entry.connect_activate(glib::clone!(
            #[weak(rename_to = pane)]
            self,
            move |_| pane.activate_person(0)
        ));
        imp.search_entry.connect_stop_search(|entry| entry.set_text(""));
        imp.found.set(found).expect("an object is constructed once");
    }

    fn activate_person(&self, position: u32) {
        let found = self.imp().found.get().expect("made with the pane");
        if let Some(member) = found.item(position).and_downcast::<Member>() {
            self.emit_by_name::<()>("person-activated", &[&member.nick()]);
        }
    }

    fn show_count(&self) {
        let imp = self.imp();
        let found = imp.found.get().expect("made with the pane");
        let count = found.model().map_or(0, |people| people.n_items());
        let words = ngettext_f(
            // Translators: How many people are in a room.
            "{count} person",
            "{count} people",
            count,
            &[("count", &count.to_string())],
        );
        // Nobody is listed while there is no connection; that says nothing about who is there.
        imp.window_title.set_subtitle(if count > 0 { &words } else { "" });
        let is_search = !imp.search_entry.text().is_empty();
        let is_in_vain = is_search && found.n_items() == 0;
        imp.stack.set_visible_child_name(if is_in_vain { "nobody" } else { "people" });
    }
}

/// Lets through the members whose name or nick holds what the entry says, in any letter case.
pub(crate) fn name_filter(entry: &gtk::SearchEntry) -> gtk::AnyFilter {
    let filter = gtk::AnyFilter::new();
    for property in ["display-name", "nick"] {
        let by_property = gtk::StringFilter::new(Some(Member::this_expression(property)));
        entry.bind_property("text", &by_property, "search").sync_create().build();
        filter.append(by_property);
    }
    filter
}
