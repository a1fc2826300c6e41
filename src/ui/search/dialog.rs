//! Asks what to search for, and shows what was found; activating a row goes there.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::HitRow;
use crate::i18n::{gettext, gettext_f, isolate};
use crate::model::{Channel, Chat, SearchHit};
use crate::ui::dialogs::begin_in;

/// Who types a name is searched for only once, not with each letter.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

mod imp {
    use std::cell::{Cell, OnceCell, RefCell};
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/search/dialog.ui")]
    pub struct SearchDialog {
        #[template_child]
        pub(super) search_entry: TemplateChild<gtk::SearchEntry>,
        #[template_child]
        pub(super) place_drop_down: TemplateChild<gtk::DropDown>,
        #[template_child]
        pub(super) person_entry: TemplateChild<gtk::Entry>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        pub(super) chat: OnceCell<Chat>,
        /// The conversation that can be searched alone.
        pub(super) channel: RefCell<Option<Channel>>,
        pub(super) hits: OnceCell<gio::ListStore>,
        /// How often it was searched; what answers an earlier search is not shown.
        pub(super) search: Cell<u32>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for SearchDialog {
        const NAME: &'static str = "MajlisSearchDialog";
        type Type = super::SearchDialog;
        type ParentType = adw::Dialog;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for SearchDialog {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("hit-activated")
                        .param_types([SearchHit::static_type()])
                        .build(),
                ]
            })
        }
    }

    impl WidgetImpl for SearchDialog {}
    impl AdwDialogImpl for SearchDialog {}
}

glib::wrapper! {
    /// Searches what was said. Signal: `hit-activated` (`SearchHit`).
    pub struct SearchDialog(ObjectSubclass<imp::SearchDialog>)
        @extends adw::Dialog, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::ShortcutManager;
}

impl SearchDialog {
    /// A dialog over a chat; where a conversation is open it is searched first, or everything with `everywhere`.
    pub(crate) fn new(chat: &Chat, channel: Option<&Channel>, everywhere: bool) -> Self {
        let dialog: Self = glib::Object::new();
        let imp = dialog.imp();
        imp.chat.set(chat.clone()).expect("the object is new");
        imp.channel.replace(channel.cloned());
        let mut places = vec![gettext("Everywhere")];
        if let Some(channel) = channel {
            let values = [("name", &*isolate(&channel.title()))];
            // Translators: where to search: {name} is a room or a person.
            places.insert(0, gettext_f("In {name}", &values));
        }
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        imp.place_drop_down.set_model(Some(&gtk::StringList::new(&places)));
        imp.place_drop_down.set_selected(u32::from(everywhere && channel.is_some()));
        dialog.connect_widgets();
        dialog
    }

    /// The person wants to go to a message. The dialog has closed by then.
    pub(crate) fn connect_hit_activated(&self, go: impl Fn(&Channel, &str) + 'static) {
        self.connect_closure(
            "hit-activated",
            false,
            glib::closure_local!(move |_: &Self, hit: &SearchHit| {
                if let Some(channel) = hit.channel() {
                    go(&channel, &hit.msgid());
                }
            }),
        );
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        begin_in(&*imp.search_entry);
        let hits = gio::ListStore::new::<SearchHit>();
        let selection = gtk::SingleSelection::new(Some(hits.clone()));
        imp.list_view.set_factory(Some(&HitRow::factory(&imp.search_entry)));
        imp.list_view.set_model(Some(&selection));
        imp.hits.set(hits).expect("an object is filled once");
        imp.list_view.connect_activate(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_, position| dialog.activate_hit(position)
        ));
        imp.search_entry.connect_search_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.search()
        ));
        imp.search_entry.connect_activate(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.activate_hit(0)
        ));
        imp.search_entry.connect_stop_search(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| {
                dialog.close();
            }
        ));
        imp.person_entry.connect_changed(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.search_soon()
        ));
        imp.place_drop_down.connect_selected_notify(glib::clone!(
            #[weak(rename_to = dialog)]
            self,
            move |_| dialog.search()
        ));
    }

    /// Searches once the person has paused.
    fn search_soon(&self) {
        let search = self.imp().search.get() + 1;
        self.imp().search.set(search);
        glib::timeout_add_local_once(
            PAUSE,
            glib::clone!(
                #[weak(rename_to = dialog)]
                self,
                move || {
                    if dialog.imp().search.get() == search {
                        dialog.search();
                    }
                }
            ),
        );
    }

    fn search(&self) {
        let imp = self.imp();
        let search = imp.search.get() + 1;
        imp.search.set(search);
        let (text, person) = (imp.search_entry.text(), imp.person_entry.text());
        let chat = imp.chat.get().expect("set with the dialog").clone();
        let channel = imp.channel.borrow().clone();
        let within = channel.filter(|_| imp.place_drop_down.selected() == 0);
        let dialog = self.downgrade();
        glib::spawn_future_local(async move {
            let found = gio::ListStore::new::<SearchHit>();
            // What the archive has is shown before the servers answer.
            let shown = found.connect_items_changed(glib::clone!(
                #[strong]
                dialog,
                move |found, _, _, _| {
                    if let Some(dialog) = dialog.upgrade() {
                        dialog.show(search, found);
                    }
                }
            ));
            chat.search(&text, &person, within.as_ref(), &found).await;
            found.disconnect(shown);
            if let Some(dialog) = dialog.upgrade() {
                dialog.show(search, &found);
            }
        });
    }

    fn show(&self, search: u32, found: &gio::ListStore) {
        let imp = self.imp();
        if imp.search.get() != search {
            return;
        }
        let hits = imp.hits.get().expect("filled with the dialog");
        let found: Vec<SearchHit> = found.iter().map_while(Result::ok).collect();
        hits.splice(0, hits.n_items(), &found);
        let is_asked = !imp.search_entry.text().is_empty() || !imp.person_entry.text().is_empty();
        let page = match found.len() {
            0 if is_asked => "nothing",
            0 => "start",
            _ => "hits",
        };
        imp.stack.set_visible_child_name(page);
    }

    fn activate_hit(&self, position: u32) {
        let hits = self.imp().hits.get().expect("filled with the dialog");
        if let Some(hit) = hits.item(position).and_downcast::<SearchHit>() {
            self.close();
            self.emit_by_name::<()>("hit-activated", &[&hit]);
        }
    }
}
