//! What was said, as a list that grows at both ends without moving under the reader. How it stays at its end is in
//! [`following`], how it goes elsewhere in [`revealing`], and what can be done with a row in [`menu`].

mod following;
mod menu;
mod revealing;
mod selecting;

use std::cell::{Cell, OnceCell, RefCell};
use std::time::{Duration, Instant};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::message_row::describe;
use super::{Announcer, TimelineRow};
use crate::model::{Channel, ItemKind, Timeline, TimelineItem};

/// Who just heard new messages hears more, for so long.
const GROWING: Duration = Duration::from_millis(400);

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate, glib::Properties)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/timeline_view.ui")]
    #[properties(wrapper_type = super::TimelineView)]
    pub struct TimelineView {
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) invite_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) scrolled_window: TemplateChild<gtk::ScrolledWindow>,
        #[template_child]
        pub(super) list_view: TemplateChild<gtk::ListView>,
        #[template_child]
        pub(super) loading_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) jump_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) jump_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) missed_label: TemplateChild<gtk::Label>,
        /// Whether the newest message is in sight and stays so.
        #[property(get)]
        pub(super) follows_end: Cell<bool>,
        /// Whether messages are being chosen for copying.
        #[property(get)]
        pub(super) is_selecting: Cell<bool>,
        #[template_child]
        pub(super) selected_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) copy_button: TemplateChild<gtk::Button>,
        /// Whether the view is on its way to its end: places that it passes do not count.
        pub(super) is_jumping: Cell<bool>,
        /// How many frames it has been so since the last row came.
        pub(super) jump_frames: Cell<u32>,
        /// Whether the person asked for the newest message, and it is on its way from the archive.
        pub(super) awaits_newest: Cell<bool>,
        pub(super) missed_count: Cell<u32>,
        /// When new messages came last.
        pub(super) grown_at: Cell<Option<Instant>>,
        /// Whether it will look in a moment whether something is to be loaded.
        pub(super) loads_later: Cell<bool>,
        /// How many rows there were when the last page was asked for.
        pub(super) count_before_load: Cell<Option<u32>>,
        pub(super) announcer: Announcer,
        /// The model of the list, over one timeline or another: with a new one all rows would be made anew.
        pub(super) selection: OnceCell<gtk::NoSelection>,
        pub(super) channel: RefCell<Option<Channel>>,
        /// The row's menu while it is open, and whose it is.
        pub(super) menu: RefCell<Option<gtk::PopoverMenu>>,
        /// The chooser of signs, once it was asked for.
        pub(super) emoji_chooser: RefCell<Option<gtk::EmojiChooser>>,
        pub(super) chosen: RefCell<Option<TimelineItem>>,
        /// The link in it that can be copied.
        pub(super) chosen_link: RefCell<Option<String>>,
        pub(super) handlers: RefCell<Vec<(glib::Object, glib::SignalHandlerId)>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TimelineView {
        const NAME: &'static str = "MajlisTimelineView";
        type Type = super::TimelineView;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
            menu::install(class);
            selecting::install(class);
            let place_and_sign = Some(glib::VariantTy::new("(us)").expect("a valid type"));
            class.install_action("timeline.toggle-reaction", place_and_sign, |view, _, what| {
                let what = what.and_then(glib::Variant::get::<(u32, String)>);
                if let Some((position, sign)) = what
                    && let Some((channel, item)) = view.item_at(Some(&position.to_variant()))
                {
                    channel.toggle_reaction(&item, &sign);
                }
            });
            for &(name, action) in menu::ROW_ACTIONS {
                let parameter = Some(glib::VariantTy::UINT32);
                class.install_action(name, parameter, move |view, _, position| {
                    if let Some((channel, item)) = view.item_at(position) {
                        action(view, &channel, &item);
                    }
                });
            }
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for TimelineView {
        fn constructed(&self) {
            self.parent_constructed();
            self.list_view.set_factory(Some(&TimelineRow::factory(&self.obj())));
            let selection = gtk::NoSelection::new(None::<gio::ListModel>);
            self.list_view.set_model(Some(&selection));
            self.selection.set(selection).expect("a view is constructed once");
            self.obj().connect_scrolling();
            self.obj().connect_menu();
        }

        fn dispose(&self) {
            if let Some(menu) = self.menu.take() {
                menu.unparent();
            }
            if let Some(chooser) = self.emoji_chooser.take() {
                chooser.unparent();
            }
        }
    }

    impl WidgetImpl for TimelineView {}
    impl BinImpl for TimelineView {}
}

glib::wrapper! {
    /// What was said, as a list that grows at both ends without moving under the reader.
    pub struct TimelineView(ObjectSubclass<imp::TimelineView>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl TimelineView {
    /// Shows another conversation, from its newest message up.
    pub(super) fn set_channel(&self, channel: Option<&Channel>) {
        let imp = self.imp();
        for (object, handler) in imp.handlers.take() {
            object.disconnect(handler);
        }
        self.stop_selecting();
        imp.announcer.forget();
        imp.count_before_load.set(None);
        let before = imp.channel.replace(channel.cloned());
        imp.invite_button.set_visible(channel.is_some_and(Channel::is_room));
        let timeline = channel.map(Channel::timeline);
        timeline.iter().for_each(Timeline::shrink);
        imp.selection.get().expect("made with the view").set_model(timeline.as_ref());
        if let Some(before) = before.filter(|before| Some(before) != channel) {
            before.timeline().set_is_shown(false);
            before.timeline().shrink();
        }
        if let Some(timeline) = timeline {
            timeline.set_is_shown(true);
            let grown = timeline.connect_items_changed(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |_, position, removed, added| view
                    .handle_items_changed(position, removed, added)
            ));
            let loaded = timeline.connect_is_loading_notify(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |_| view.handle_loading()
            ));
            let object: glib::Object = timeline.upcast();
            imp.handlers.replace(vec![(object.clone(), grown), (object, loaded)]);
        }
        if let Some(channel) = channel {
            let noted = channel.connect_noted(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |_, words| view.imp().announcer.note(view.upcast_ref(), words)
            ));
            imp.handlers.borrow_mut().push((channel.clone().upcast(), noted));
        }
        self.handle_loading();
        self.jump_to_end();
    }

    /// Whether a message can be answered and signs put to it.
    pub(super) fn can_answer(&self, item: &TimelineItem) -> bool {
        self.channel().is_some_and(|channel| channel.can_answer(item))
    }

    /// Moves the keyboard's focus to the newest message.
    pub(super) fn focus_rows(&self) -> bool {
        let list = &self.imp().list_view;
        match list.model().map_or(0, |model| model.n_items()) {
            0 => false,
            count => {
                list.scroll_to(count - 1, gtk::ListScrollFlags::FOCUS, None);
                list.grab_focus()
            }
        }
    }

    /// Asks for what lies beyond the ends, one page before the reader gets there.
    fn load_around(&self) {
        let Some(channel) = self.channel() else { return };
        let timeline = channel.timeline();
        let adjustment = self.imp().scrolled_window.vadjustment();
        // On its way to its end the view passes places that nobody wants to see; there it looks again.
        if timeline.is_loading() || self.imp().is_jumping.get() || adjustment.page_size() <= 0.0 {
            return;
        }
        if self.follows_end() && self.is_growing() {
            // What is loaded at one end would be let go at once, for what comes at the other.
            return self.load_around_later();
        }
        let above = adjustment.value();
        let below = adjustment.upper() - adjustment.page_size() - adjustment.value();
        if above < adjustment.page_size() && !timeline.is_start() {
            channel.load_older();
        } else if below < adjustment.page_size() && !timeline.is_end() {
            channel.load_newer();
        }
    }

    /// Whether new messages came just now.
    pub(super) fn is_growing(&self) -> bool {
        self.imp().grown_at.get().is_some_and(|at| at.elapsed() < GROWING)
    }

    fn load_around_later(&self) {
        if self.imp().loads_later.replace(true) {
            return;
        }
        glib::timeout_add_local_once(
            GROWING,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                move || {
                    view.imp().loads_later.set(false);
                    view.load_around();
                }
            ),
        );
    }

    fn handle_loading(&self) {
        let imp = self.imp();
        let timeline = self.channel().map(|channel| channel.timeline());
        let is_loading = timeline.as_ref().is_some_and(Timeline::is_loading);
        imp.loading_revealer.set_reveal_child(is_loading);
        self.show_rows_or_nothing();
        let count = timeline.map_or(0, |timeline| timeline.n_items());
        if is_loading {
            imp.count_before_load.set(Some(count));
        } else if imp.count_before_load.get() != Some(count) {
            // After the rows have their places: a short page may leave room for another. Where nothing came, to ask
            // again is the person's to do, by scrolling.
            glib::idle_add_local_once(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move || view.load_around()
            ));
        }
    }

    fn show_rows_or_nothing(&self) {
        let Some(channel) = self.channel() else { return };
        let timeline = channel.timeline();
        let is_empty = timeline.n_items() == 0 && !timeline.is_loading();
        self.imp().stack.set_visible_child_name(if is_empty { "empty" } else { "rows" });
    }

    fn handle_items_changed(&self, position: u32, removed: u32, added: u32) {
        self.show_rows_or_nothing();
        let Some(channel) = self.channel() else { return };
        let timeline = channel.timeline();
        let is_news = timeline.is_news(position, removed, added);
        let is_end = added > 0 && position + added == timeline.n_items() && timeline.is_end();
        if !is_news {
            if is_end && self.follows_end() {
                self.scroll_to_end();
            }
            return;
        }
        self.imp().grown_at.set(Some(Instant::now()));
        let new = (position + removed..position + added)
            .filter_map(|position| timeline.item(position).and_downcast::<TimelineItem>())
            .filter(|item| {
                !item.is_own() && matches!(item.kind(), ItemKind::Message | ItemKind::Notice)
            });
        for item in new {
            self.imp().announcer.announce(self.upcast_ref(), || describe(&item));
            if !self.follows_end() {
                self.set_missed_count(self.imp().missed_count.get() + 1);
            }
        }
        if self.follows_end() {
            self.scroll_to_end();
        }
    }

    fn set_missed_count(&self, count: u32) {
        let imp = self.imp();
        imp.missed_count.set(count);
        imp.missed_label.set_visible(count > 0);
        imp.missed_label.set_label(&count.to_string());
    }

    fn item_at(&self, position: Option<&glib::Variant>) -> Option<(Channel, TimelineItem)> {
        let channel = self.channel()?;
        let item = channel.timeline().item(position?.get::<u32>()?).and_downcast()?;
        Some((channel, item))
    }

    fn channel(&self) -> Option<Channel> {
        self.imp().channel.borrow().clone()
    }
}
