//! Staying at the newest message, unless the person is reading older ones.

use std::cell::Cell;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::TimelineView;

/// The view counts as being at its end within this many pixels of it.
const END_TOLERANCE_PX: f64 = 8.0;

/// Rows that have not settled so many frames after the last of them came are left to the person.
const JUMP_FRAMES_MAX: u32 = 60;

impl TimelineView {
    /// Shows the newest message and stays with what comes.
    pub(in crate::ui::conversation) fn jump_to_end(&self) {
        if let Some(channel) = self.channel() {
            channel.jump_to_end();
        }
        self.imp().awaits_newest.set(!self.holds_newest());
        self.set_follows_end(true);
        self.scroll_to_end();
    }

    /// Follows what the person and the rows do to the view; called once, when it is made.
    pub(super) fn connect_scrolling(&self) {
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

    /// From now on the view stays where it is, whatever comes.
    pub(super) fn stay_here(&self) {
        self.imp().is_jumping.set(false);
        self.imp().awaits_newest.set(false);
        self.set_follows_end(false);
    }

    /// Goes to the newest row, and stays there while it is laid out.
    pub(super) fn scroll_to_end(&self) {
        let list = &self.imp().list_view;
        let count = list.model().map_or(0, |model| model.n_items());
        if count > 0 {
            list.scroll_to(count - 1, gtk::ListScrollFlags::NONE, None);
            self.imp().jump_frames.set(0);
            self.stay_at_end();
        }
    }

    /// Keeps the view at its end until the rows have settled: their heights are guesses before they are laid out,
    /// and the list takes a new place only between two layouts.
    fn stay_at_end(&self) {
        if self.imp().is_jumping.replace(true) {
            return;
        }
        self.imp().jump_frames.set(0);
        let settled_count = Cell::new(0);
        self.add_tick_callback(move |view, _| {
            let frame_count = view.imp().jump_frames.get() + 1;
            view.imp().jump_frames.set(frame_count);
            settled_count.set(if view.is_at_end() { settled_count.get() + 1 } else { 0 });
            let is_done = settled_count.get() >= 2 || frame_count >= JUMP_FRAMES_MAX;
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
            self.stay_here();
        }
    }

    fn is_at_end(&self) -> bool {
        self.px_to_end() <= END_TOLERANCE_PX
    }

    fn px_to_end(&self) -> f64 {
        let adjustment = self.imp().scrolled_window.vadjustment();
        adjustment.upper() - adjustment.page_size() - adjustment.value()
    }

    /// Whether the list left the end by itself: while rows are coming it goes on moving them a little after they have settled.
    /// Who scrolls through a flood goes further at once, or turns the wheel.
    fn is_shaken(&self) -> bool {
        let half_page_px = self.imp().scrolled_window.vadjustment().page_size() / 2.0;
        let is_off = self.px_to_end() > END_TOLERANCE_PX && self.px_to_end() < half_page_px;
        self.follows_end() && is_off && self.is_growing()
    }

    fn handle_scrolled(&self) {
        let imp = self.imp();
        if imp.is_jumping.get() {
            return;
        }
        if self.is_shaken() {
            self.stay_at_end();
            return;
        }
        let holds_newest = self.holds_newest();
        let awaits_newest = imp.awaits_newest.get() && !holds_newest;
        imp.awaits_newest.set(awaits_newest);
        self.set_follows_end(self.is_at_end() && (holds_newest || awaits_newest));
        self.load_around();
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

    fn holds_newest(&self) -> bool {
        self.channel().is_none_or(|channel| channel.timeline().is_end())
    }
}
