//! The recycled row of the timeline: it wears the widget that its item's kind needs, and keeps it.

use std::cell::{Cell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::message_row::describe;
use super::{DividerRow, MessageRow, TimelineView};
use crate::i18n::gettext;
use crate::model::{ItemKind, TimelineItem};

mod imp {
    use super::*;

    #[derive(Debug, Default, glib::Properties)]
    #[properties(wrapper_type = super::TimelineRow)]
    pub struct TimelineRow {
        /// Whether messages are being chosen for copying.
        #[property(get, set = Self::set_selecting)]
        pub(super) is_selecting: Cell<bool>,
        pub(super) message: RefCell<Option<MessageRow>>,
        pub(super) divider: RefCell<Option<DividerRow>>,
        pub(super) list_item: glib::WeakRef<gtk::ListItem>,
        pub(super) shown: RefCell<Option<(TimelineItem, glib::SignalHandlerId)>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TimelineRow {
        const NAME: &'static str = "MajlisTimelineRow";
        type Type = super::TimelineRow;
        type ParentType = adw::Bin;
    }

    impl TimelineRow {
        fn set_selecting(&self, is_selecting: bool) {
            self.is_selecting.set(is_selecting);
            if let Some(item) = self.obj().item() {
                self.obj().refresh(&item);
            }
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for TimelineRow {}
    impl WidgetImpl for TimelineRow {}
    impl BinImpl for TimelineRow {}
}

glib::wrapper! {
    /// The recycled row of the timeline: it wears the widget that its item's kind needs, and keeps it.
    pub struct TimelineRow(ObjectSubclass<imp::TimelineRow>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl TimelineRow {
    /// A factory of such rows for a timeline's list of `TimelineItem`s.
    pub(super) fn factory(timeline: &TimelineView) -> gtk::SignalListItemFactory {
        let factory = gtk::SignalListItemFactory::new();
        factory.connect_setup(glib::clone!(
            #[weak]
            timeline,
            move |_, item| {
                let item = list_item(item);
                item.set_activatable(false);
                item.set_selectable(false);
                let row = Self::new(item);
                timeline.bind_property("is-selecting", &row, "is-selecting").sync_create().build();
                item.set_child(Some(&row));
            }
        ));
        factory.connect_bind(|_, item| {
            let item = list_item(item);
            if let Some(shown) = item.item().and_downcast::<TimelineItem>() {
                row_of(item).bind(&shown);
            }
        });
        factory.connect_unbind(|_, item| row_of(list_item(item)).unbind());
        factory
    }

    /// What it shows.
    pub(super) fn item(&self) -> Option<TimelineItem> {
        self.imp().shown.borrow().as_ref().map(|(item, _)| item.clone())
    }

    fn new(list_item: &gtk::ListItem) -> Self {
        let row: Self = glib::Object::new();
        row.imp().list_item.set(Some(list_item));
        row
    }

    /// Shows an item, and goes on showing it as it changes.
    fn bind(&self, item: &TimelineItem) {
        let handler = item.connect_notify_local(
            None,
            glib::clone!(
                #[weak(rename_to = row)]
                self,
                move |item, _| row.refresh(item)
            ),
        );
        self.imp().shown.replace(Some((item.clone(), handler)));
        self.refresh(item);
    }

    /// Lets the item go.
    fn unbind(&self) {
        if let Some((item, handler)) = self.imp().shown.take() {
            item.disconnect(handler);
        }
    }

    fn refresh(&self, item: &TimelineItem) {
        let kind = item.kind();
        let description = match kind {
            ItemKind::Message | ItemKind::Notice => {
                let row = self.message_row();
                row.show(item);
                row.show_selecting(self.is_selecting(), item);
                self.wear(&row);
                describe(item)
            }
            ItemKind::Day | ItemKind::Membership => self.show_divider(kind, item.text()),
            // Translators: Stands over the messages that came since one last looked.
            ItemKind::Unread => self.show_divider(kind, gettext("New Messages")),
        };
        if let Some(list_item) = self.imp().list_item.upgrade() {
            list_item.set_accessible_label(&description);
        }
    }

    fn show_divider(&self, kind: ItemKind, words: String) -> String {
        let row = self.divider_row();
        row.show(kind, &words);
        self.wear(&row);
        words
    }

    fn wear(&self, widget: &impl IsA<gtk::Widget>) {
        if self.child().as_ref() != Some(widget.upcast_ref()) {
            self.set_child(Some(widget));
        }
    }

    fn divider_row(&self) -> DividerRow {
        self.imp().divider.borrow_mut().get_or_insert_default().clone()
    }

    fn message_row(&self) -> MessageRow {
        let mut kept = self.imp().message.borrow_mut();
        kept.get_or_insert_with(|| {
            let row = MessageRow::default();
            row.connect_acted(self.action());
            row.connect_toggled(self.toggle_action());
            let timeline_row = self.downgrade();
            let act = self.action();
            row.connect_selected(move |is_selected| {
                let item = timeline_row.upgrade().and_then(|row| row.item());
                if let Some(item) = item.filter(|item| item.is_selected() != is_selected) {
                    item.set_is_selected(is_selected);
                    act("timeline.count-selected");
                }
            });
            row
        })
        .clone()
    }

    /// Asks the timeline to put a sign to the item at this row's place, or take it back.
    fn toggle_action(&self) -> impl Fn(&str) + 'static {
        let row = self.downgrade();
        move |sign| {
            let Some(row) = row.upgrade() else { return };
            let Some(list_item) = row.imp().list_item.upgrade() else { return };
            let what = (list_item.position(), sign).to_variant();
            row.activate_action("timeline.toggle-reaction", Some(&what))
                .expect("the timeline around the row installs its actions");
        }
    }

    /// Asks the timeline to do something with the item at this row's place.
    fn action(&self) -> impl Fn(&'static str) + 'static {
        let row = self.downgrade();
        move |name| {
            let Some(row) = row.upgrade() else { return };
            let Some(list_item) = row.imp().list_item.upgrade() else { return };
            row.activate_action(name, Some(&list_item.position().to_variant()))
                .expect("the timeline around the row installs its actions");
        }
    }
}

fn list_item(item: &glib::Object) -> &gtk::ListItem {
    item.downcast_ref().expect("the factory is a list view's")
}

fn row_of(item: &gtk::ListItem) -> TimelineRow {
    item.child().and_downcast().expect("set up above")
}
