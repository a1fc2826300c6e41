//! The selection of the list of rooms: exactly the conversation that is open.
//!
//! A `GtkSingleSelection` would follow the focus, so that walking over the list with the arrow keys would
//! open (and mark as read) each room on the way. Here a row opens when it is activated, and only then.

use std::cell::RefCell;

use gio::subclass::prelude::*;
use gtk::prelude::*;
use gtk::subclass::prelude::*;

use crate::model::Channel;

mod imp {
    use super::*;

    #[derive(Debug, Default)]
    pub struct CurrentSelection {
        pub(super) model: RefCell<Option<gtk::FilterListModel>>,
        pub(super) current: RefCell<Option<Channel>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for CurrentSelection {
        const NAME: &'static str = "MajlisCurrentSelection";
        type Type = super::CurrentSelection;
        type Interfaces = (gio::ListModel, gtk::SectionModel, gtk::SelectionModel);
    }

    impl ObjectImpl for CurrentSelection {}

    impl ListModelImpl for CurrentSelection {
        fn item_type(&self) -> glib::Type {
            Channel::static_type()
        }

        fn n_items(&self) -> u32 {
            self.model.borrow().as_ref().map_or(0, ListModelExt::n_items)
        }

        fn item(&self, position: u32) -> Option<glib::Object> {
            self.model.borrow().as_ref()?.item(position)
        }
    }

    impl SectionModelImpl for CurrentSelection {
        fn section(&self, position: u32) -> (u32, u32) {
            let model = self.model.borrow();
            model.as_ref().map_or((0, u32::MAX), |model| model.section(position))
        }
    }

    impl SelectionModelImpl for CurrentSelection {
        fn selection_in_range(&self, position: u32, n_items: u32) -> gtk::Bitset {
            let selected = gtk::Bitset::new_empty();
            if let Some(current) = self.obj().position()
                && (position..position.saturating_add(n_items)).contains(&current)
            {
                selected.add(current);
            }
            selected
        }

        fn is_selected(&self, position: u32) -> bool {
            self.obj().position() == Some(position)
        }
    }
}

glib::wrapper! {
    /// A filtered list of channels, of which the open one is selected.
    pub struct CurrentSelection(ObjectSubclass<imp::CurrentSelection>)
        @implements gio::ListModel, gtk::SectionModel, gtk::SelectionModel;
}

impl CurrentSelection {
    /// A selection over this list; nothing is open yet.
    pub(super) fn new(model: &gtk::FilterListModel) -> Self {
        let selection: Self = glib::Object::new();
        model.connect_items_changed(glib::clone!(
            #[weak]
            selection,
            move |_, position, removed, added| selection.items_changed(position, removed, added)
        ));
        model.connect_sections_changed(glib::clone!(
            #[weak]
            selection,
            move |_, position, count| selection.sections_changed(position, count)
        ));
        selection.imp().model.replace(Some(model.clone()));
        selection
    }

    /// The open conversation.
    pub(super) fn current(&self) -> Option<Channel> {
        self.imp().current.borrow().clone()
    }

    /// Selects another conversation, or none.
    pub(super) fn set_current(&self, channel: Option<&Channel>) {
        let before = self.position();
        self.imp().current.replace(channel.cloned());
        for changed in [before, self.position()].into_iter().flatten() {
            self.selection_changed(changed, 1);
        }
    }

    /// Where the open conversation stands in the list.
    pub(super) fn position(&self) -> Option<u32> {
        let current = self.imp().current.borrow();
        let current = current.as_ref()?;
        (0..self.n_items())
            .find(|&position| self.item(position).as_ref() == Some(current.upcast_ref()))
    }
}
