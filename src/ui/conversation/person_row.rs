//! One person in a list of people.

use std::cell::RefCell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use crate::i18n::gettext;
use crate::model::{Member, Presence, Role};
use crate::ui::people::show_presence;
use crate::ui::text::{clean, isolate, without_brackets};

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/person_row.ui")]
    pub struct PersonRow {
        #[template_child]
        pub(super) avatar: TemplateChild<adw::Avatar>,
        #[template_child]
        pub(super) presence_image: TemplateChild<gtk::Image>,
        #[template_child]
        pub(super) name_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) detail_label: TemplateChild<gtk::Label>,
        pub(super) shown: RefCell<Option<(Member, glib::SignalHandlerId)>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for PersonRow {
        const NAME: &'static str = "MajlisPersonRow";
        type Type = super::PersonRow;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for PersonRow {}
    impl WidgetImpl for PersonRow {}
    impl BoxImpl for PersonRow {}
}

glib::wrapper! {
    /// One person in a list of people: name, role, and whether they are away.
    pub struct PersonRow(ObjectSubclass<imp::PersonRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for PersonRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl PersonRow {
    /// A factory of such rows for a list of `Member`s; activating a row is to choose them.
    pub(crate) fn factory() -> gtk::SignalListItemFactory {
        let factory = gtk::SignalListItemFactory::new();
        factory.connect_setup(|_, item| list_item(item).set_child(Some(&Self::default())));
        factory.connect_bind(|_, item| {
            let item = list_item(item);
            if let Some(member) = item.item().and_downcast::<Member>() {
                row_of(item).bind(&member, item);
            }
        });
        factory.connect_unbind(|_, item| row_of(list_item(item)).unbind());
        factory
    }

    fn bind(&self, member: &Member, item: &gtk::ListItem) {
        self.refresh(member, item);
        let handler = member.connect_notify_local(
            None,
            glib::clone!(
                #[weak(rename_to = row)]
                self,
                #[weak]
                item,
                move |member, _| row.refresh(member, &item)
            ),
        );
        self.imp().shown.replace(Some((member.clone(), handler)));
    }

    fn unbind(&self) {
        if let Some((member, handler)) = self.imp().shown.take() {
            member.disconnect(handler);
        }
    }

    fn refresh(&self, member: &Member, item: &gtk::ListItem) {
        let imp = self.imp();
        let name = member.display_name();
        let detail = detail(member);
        imp.avatar.set_text(Some(&without_brackets(&name)));
        show_presence(&imp.presence_image, presence_of(member));
        imp.name_label.set_label(&clean(&name));
        imp.detail_label.set_label(&detail);
        imp.detail_label.set_visible(!detail.is_empty());
        item.set_accessible_label(&[clean(&name), detail].join(" "));
    }
}

/// Whoever is in a room with us is here, or away.
fn presence_of(member: &Member) -> Presence {
    if member.away() { Presence::Away } else { Presence::Here }
}

/// What is worth knowing about a person, in one line.
fn detail(member: &Member) -> String {
    let mut parts = Vec::new();
    if member.is_me() {
        parts.push(gettext("You"));
    }
    match member.role() {
        // Translators: A person who looks after a room.
        Role::Operator => parts.push(gettext("Operator")),
        // Translators: A person who may speak in a room where not everybody may.
        Role::Voice => parts.push(gettext("May Speak")),
        Role::None => {}
    }
    if member.away() {
        // Translators: A person who is not at their computer.
        parts.push(gettext("Away"));
    }
    // A name that others have, too, has the nick in it.
    if !member.display_name().contains(&member.nick()) {
        parts.push(isolate(&member.nick()));
    }
    parts.join(" · ")
}

fn list_item(item: &glib::Object) -> &gtk::ListItem {
    item.downcast_ref().expect("the factory is a list view's")
}

fn row_of(item: &gtk::ListItem) -> PersonRow {
    item.child().and_downcast().expect("set up above")
}
