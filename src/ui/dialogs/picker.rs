//! Choosing one of many by typing a few letters: a room to go to, a person to write to.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::begin_in;
use crate::i18n::gettext;
use crate::model::{Channel, Member, Network, check_nick};
use crate::ui::conversation::{PersonRow, name_filter};
use crate::ui::sidebar::ChannelRow;
use crate::ui::text::escaped;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/dialogs/picker.ui")]
    pub struct Picker {
        #[template_child]
        pub(super) search_entry: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        #[template_child]
        pub(super) nothing_page: TemplateChild<adw::StatusPage>,
        pub(super) selection: OnceCell<gtk::SingleSelection>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Picker {
        const NAME: &'static str = "MajlisPicker";
        type Type = super::Picker;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for Picker {}
    impl WidgetImpl for Picker {}
    impl AdwDialogImpl for Picker {}
}

glib::wrapper! {
    /// A dialog with a search entry over a list; Enter takes the row that is marked.
    pub struct Picker(ObjectSubclass<imp::Picker>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

/// Lets the person choose one of the open conversations.
pub(crate) fn present_go_to_room(
    parent: &impl IsA<gtk::Widget>,
    channels: &gio::ListModel,
    go: impl Fn(&Channel) + 'static,
) {
    let picker = Picker::new(&gettext("Go to Room"), &gettext("Search rooms and people"));
    let filter = gtk::StringFilter::new(Some(Channel::this_expression("title")));
    picker.imp().search_entry.bind_property("text", &filter, "search").sync_create().build();
    picker.fill(channels, &filter, &ChannelRow::factory());
    picker.connect_picked(
        |_| Ok(()),
        move |picked, _| {
            if let Some(channel) = picked.and_downcast_ref::<Channel>() {
                go(channel);
            }
        },
    );
    picker.present(Some(parent));
}

/// Lets the person choose somebody of this network; a nick that is not listed may be typed whole.
pub(crate) fn present_pick_person(
    parent: &impl IsA<gtk::Widget>,
    network: &Network,
    title: &str,
    choose: impl Fn(&str) + 'static,
) {
    let picker = Picker::new(title, &gettext("Search people"));
    let filter = name_filter(&picker.imp().search_entry);
    picker.fill(&people_of(network), &filter, &PersonRow::factory());
    picker.connect_picked(check_nick, move |picked, typed| {
        match picked.and_downcast_ref::<Member>() {
            Some(member) => choose(&member.nick()),
            None => choose(typed),
        }
    });
    picker.present(Some(parent));
}

/// Everybody else in the rooms that we are in, each once, by name.
fn people_of(network: &Network) -> gtk::SortListModel {
    let mut seen = HashSet::new();
    let people = gio::ListStore::new::<Member>();
    let rooms = network.channels();
    for member in rooms.iter::<Channel>().flatten().flat_map(|room| members_of(&room)) {
        if !member.is_me() && seen.insert(member.nick()) {
            people.append(&member);
        }
    }
    let by_name = gtk::StringSorter::new(Some(Member::this_expression("display-name")));
    gtk::SortListModel::new(Some(people), Some(by_name))
}

fn members_of(room: &Channel) -> Vec<Member> {
    room.members().iter::<Member>().flatten().collect()
}

impl Picker {
    fn new(title: &str, placeholder: &str) -> Self {
        let picker: Self = glib::Object::builder().property("title", title).build();
        let imp = picker.imp();
        begin_in(&*imp.search_entry);
        imp.search_entry.connect_changed(glib::clone!(
            #[weak]
            picker,
            move |_| picker.imp().nothing_page.set_description(None)
        ));
        imp.search_entry.set_placeholder_text(Some(placeholder));
        imp.search_entry.update_property(&[gtk::accessible::Property::Label(placeholder)]);
        imp.list_view.update_property(&[gtk::accessible::Property::Label(title)]);
        picker
    }

    fn fill(
        &self,
        items: &impl IsA<gio::ListModel>,
        filter: &impl IsA<gtk::Filter>,
        rows: &gtk::SignalListItemFactory,
    ) {
        let imp = self.imp();
        let found = gtk::FilterListModel::new(Some(items.clone()), Some(filter.clone()));
        let selection = gtk::SingleSelection::new(Some(found));
        selection.connect_items_changed(glib::clone!(
            #[weak(rename_to = picker)]
            self,
            move |_, _, _, _| picker.show_found()
        ));
        imp.list_view.set_factory(Some(rows));
        imp.list_view.set_model(Some(&selection));
        imp.selection.set(selection).expect("a picker is filled once");
        self.show_found();
        self.connect_arrow_keys();
    }

    /// Calls this with what was chosen, if anything was found, and with what was typed; where nothing was found, only with
    /// what the check lets pass, whose words are shown otherwise.
    fn connect_picked(
        &self,
        check: impl Fn(&str) -> Result<(), String> + 'static,
        choose: impl Fn(Option<glib::Object>, &str) + 'static,
    ) {
        let imp = self.imp();
        let pick = Rc::new(glib::clone!(
            #[weak(rename_to = picker)]
            self,
            move || {
                let chosen = picker.selection().selected_item();
                let typed = picker.imp().search_entry.text();
                if chosen.is_none() && typed.trim().is_empty() {
                    return;
                }
                if chosen.is_none()
                    && let Err(words) = check(typed.trim())
                {
                    return picker.show_trouble(&words);
                }
                picker.close();
                choose(chosen, typed.trim());
            }
        ));
        imp.search_entry.connect_activate(glib::clone!(
            #[strong]
            pick,
            move |_| pick()
        ));
        imp.search_entry.connect_stop_search(glib::clone!(
            #[weak(rename_to = picker)]
            self,
            move |_| {
                picker.close();
            }
        ));
        imp.list_view.connect_activate(glib::clone!(
            #[weak(rename_to = picker)]
            self,
            move |_, position| {
                picker.selection().set_selected(position);
                pick();
            }
        ));
    }

    /// The arrow keys move the mark while one types.
    fn connect_arrow_keys(&self) {
        let keys = gtk::EventControllerKey::new();
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = picker)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, key, _, _| {
                let selection = picker.selection();
                let selected = match key {
                    gtk::gdk::Key::Down => selection.selected().saturating_add(1),
                    gtk::gdk::Key::Up => selection.selected().saturating_sub(1),
                    _ => return glib::Propagation::Proceed,
                };
                if selected < selection.n_items() {
                    picker.imp().list_view.scroll_to(selected, gtk::ListScrollFlags::SELECT, None);
                }
                glib::Propagation::Stop
            }
        ));
        self.imp().search_entry.add_controller(keys);
    }

    fn show_trouble(&self, words: &str) {
        self.imp().nothing_page.set_description(Some(&escaped(words)));
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    fn show_found(&self) {
        let has_found = self.selection().n_items() > 0;
        self.imp().stack.set_visible_child_name(if has_found { "found" } else { "nothing" });
    }

    fn selection(&self) -> &gtk::SingleSelection {
        self.imp().selection.get().expect("filled before it is shown")
    }
}
