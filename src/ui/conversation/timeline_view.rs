//! What was said, as a list that grows at both ends without moving under the reader.

use std::cell::{Cell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::message_row::describe;
use super::{Announcer, TimelineRow};
use crate::model::{Channel, ItemKind, Timeline, TimelineItem};

/// The view counts as being at its end within this many pixels of it.
const END_TOLERANCE_PX: f64 = 8.0;

/// Rows that have not settled after so many frames are left to the person.
const JUMP_FRAMES_MAX: u32 = 60;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate, glib::Properties)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/timeline_view.ui")]
    #[properties(wrapper_type = super::TimelineView)]
    pub struct TimelineView {
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
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
        /// Whether the view is on its way to its end: places that it passes do not count.
        pub(super) is_jumping: Cell<bool>,
        pub(super) missed_count: Cell<u32>,
        /// How many rows there were when the last page was asked for.
        pub(super) count_before_load: Cell<Option<u32>>,
        pub(super) announcer: Announcer,
        pub(super) channel: RefCell<Option<Channel>>,
        pub(super) handlers: RefCell<Vec<(glib::Object, glib::SignalHandlerId)>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for TimelineView {
        const NAME: &'static str = "MajlisTimelineView";
        type Type = super::TimelineView;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
            class.install_action(
                "timeline.retry",
                Some(glib::VariantTy::UINT32),
                |view, _, position| {
                    view.decide(position, Channel::retry);
                },
            );
            class.install_action(
                "timeline.delete",
                Some(glib::VariantTy::UINT32),
                |view, _, position| {
                    view.decide(position, Channel::discard);
                },
            );
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for TimelineView {
        fn constructed(&self) {
            self.parent_constructed();
            self.list_view.set_factory(Some(&TimelineRow::factory()));
            self.obj().connect_scrolling();
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
        imp.announcer.forget();
        imp.count_before_load.set(None);
        imp.channel.replace(channel.cloned());
        let timeline = channel.map(Channel::timeline);
        imp.list_view
            .set_model(timeline.clone().map(|list| gtk::NoSelection::new(Some(list))).as_ref());
        if let Some(timeline) = timeline {
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
        self.handle_loading();
        self.jump_to_end();
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

    /// Shows the newest message and stays with what comes.
    pub(super) fn jump_to_end(&self) {
        if let Some(channel) = self.channel() {
            channel.jump_to_end();
        }
        self.set_follows_end(true);
        self.scroll_to_end();
    }

    fn connect_scrolling(&self) {
        let imp = self.imp();
        let adjustment = imp.scrolled_window.vadjustment();
        adjustment.connect_value_changed(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_| view.handle_scrolled()
        ));
        for property in ["upper", "page-size"] {
            adjustment.connect_notify_local(
                Some(property),
                glib::clone!(
                    #[weak(rename_to = view)]
                    self,
                    move |_, _| {
                        if view.follows_end() {
                            view.stay_at_end();
                        }
                    }
                ),
            );
        }
        let wheel = gtk::EventControllerScroll::new(gtk::EventControllerScrollFlags::VERTICAL);
        wheel.set_propagation_phase(gtk::PropagationPhase::Capture);
        wheel.connect_scroll(glib::clone!(
            #[weak(rename_to = view)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |_, _, towards_end| {
                view.handle_wheel(towards_end);
                glib::Propagation::Proceed
            }
        ));
        imp.scrolled_window.add_controller(wheel);
        imp.jump_button.connect_clicked(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_| view.jump_to_end()
        ));
    }

    fn scroll_to_end(&self) {
        let list = &self.imp().list_view;
        let count = list.model().map_or(0, |model| model.n_items());
        if count > 0 {
            list.scroll_to(count - 1, gtk::ListScrollFlags::NONE, None);
            self.stay_at_end();
        }
    }

    /// Keeps the view at its end until the rows have settled: their heights are guesses before they are laid out,
    /// and the list takes a new place only between two layouts.
    fn stay_at_end(&self) {
        if self.imp().is_jumping.replace(true) {
            return;
        }
        let (frame_count, settled_count) = (Cell::new(0), Cell::new(0));
        self.add_tick_callback(move |view, _| {
            frame_count.set(frame_count.get() + 1);
            settled_count.set(if view.is_at_end() { settled_count.get() + 1 } else { 0 });
            let is_done = settled_count.get() >= 2 || frame_count.get() >= JUMP_FRAMES_MAX;
            if is_done || !view.imp().is_jumping.get() {
                view.imp().is_jumping.set(false);
                view.handle_scrolled();
                return glib::ControlFlow::Break;
            }
            let adjustment = view.imp().scrolled_window.vadjustment();
            adjustment.set_value(adjustment.upper() - adjustment.page_size());
            glib::ControlFlow::Continue
        });
    }

    /// The person turns the wheel towards older messages: from now on the view stays where they are.
    fn handle_wheel(&self, towards_end: f64) {
        let adjustment = self.imp().scrolled_window.vadjustment();
        if towards_end < 0.0 && adjustment.upper() > adjustment.page_size() {
            self.imp().is_jumping.set(false);
            self.set_follows_end(false);
        }
    }

    fn is_at_end(&self) -> bool {
        let adjustment = self.imp().scrolled_window.vadjustment();
        adjustment.upper() - adjustment.page_size() - adjustment.value() <= END_TOLERANCE_PX
    }

    fn handle_scrolled(&self) {
        let imp = self.imp();
        if imp.is_jumping.get() {
            return;
        }
        self.set_follows_end(self.is_at_end() && self.holds_newest());
        self.load_around();
    }

    /// Asks for what lies beyond the ends, one page before the reader gets there.
    fn load_around(&self) {
        let Some(channel) = self.channel() else { return };
        let timeline = channel.timeline();
        let adjustment = self.imp().scrolled_window.vadjustment();
        if timeline.is_loading() || adjustment.page_size() <= 0.0 {
            return;
        }
        let above = adjustment.value();
        let below = adjustment.upper() - adjustment.page_size() - adjustment.value();
        if above < adjustment.page_size() && !timeline.is_start() {
            channel.load_older();
        } else if below < adjustment.page_size() && !timeline.is_end() {
            channel.load_newer();
        }
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
        let is_appended = position > 0 && added > removed && position + added == timeline.n_items();
        if !is_appended || !timeline.is_end() {
            return;
        }
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

    fn set_follows_end(&self, follows_end: bool) {
        let imp = self.imp();
        if let Some(channel) = self.channel() {
            channel.timeline().set_follows_end(follows_end);
        }
        if follows_end {
            self.set_missed_count(0);
        }
        imp.jump_revealer.set_reveal_child(!follows_end);
        imp.jump_revealer.set_can_target(!follows_end);
        imp.jump_button.set_sensitive(!follows_end);
        if imp.follows_end.replace(follows_end) != follows_end {
            self.notify_follows_end();
        }
    }

    fn set_missed_count(&self, count: u32) {
        let imp = self.imp();
        imp.missed_count.set(count);
        imp.missed_label.set_visible(count > 0);
        imp.missed_label.set_label(&count.to_string());
    }

    fn holds_newest(&self) -> bool {
        self.channel().is_none_or(|channel| channel.timeline().is_end())
    }

    fn decide(&self, position: Option<&glib::Variant>, decision: fn(&Channel, &TimelineItem)) {
        let Some(channel) = self.channel() else { return };
        let position = position.and_then(glib::Variant::get::<u32>);
        let item = position.and_then(|position| channel.timeline().item(position));
        if let Some(item) = item.and_downcast::<TimelineItem>() {
            decision(&channel, &item);
        }
    }

    fn channel(&self) -> Option<Channel> {
        self.imp().channel.borrow().clone()
    }
}
