//! What the pointer finds at a message: a toolbar over the end of its first line, where no words are, and otherwise a button for
//! the same things under the picture of who said it.

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::{graphene, pango};

use super::MessageRow;
use super::toolbar::MessageToolbar;
use crate::ui::conversation::{TimelineRow, TimelineView};

/// From where to where something reaches across the row, in its pixels.
type Span = (f32, f32);

impl MessageRow {
    /// The toolbar shows under the pointer; by keyboard everything in it is in the row's menu.
    pub(super) fn connect_pointer(&self) {
        let motion = gtk::EventControllerMotion::new();
        motion.connect_contains_pointer_notify(glib::clone!(
            #[weak(rename_to = row)]
            self,
            move |motion| {
                row.show_toolbar(motion.contains_pointer());
            }
        ));
        self.add_controller(motion);
    }

    fn show_toolbar(&self, is_wanted: bool) {
        let is_offered = !["pending", "deleted"].iter().any(|class| self.has_css_class(class));
        let is_shown = is_wanted && is_offered;
        let timeline = self.ancestor(TimelineView::static_type()).and_downcast::<TimelineView>();
        let row = self.ancestor(TimelineRow::static_type()).and_downcast::<TimelineRow>();
        let item = row.and_then(|row| row.item());
        let can_answer =
            timeline.zip(item).is_some_and(|(timeline, item)| timeline.can_answer(&item));
        // What is hidden has no width to go by.
        let toolbar = self.toolbar(is_shown);
        toolbar.inspect(|toolbar| toolbar.set_can_answer(can_answer));
        let covers_words = toolbar.is_some_and(|toolbar| self.is_covered_by(toolbar));
        if covers_words {
            self.toolbar(false);
        }
        self.show_gutter_button(covers_words);
    }

    /// Whether the first line reaches to where the toolbar is. Under a name there is always room: that line ends early.
    fn is_covered_by(&self, toolbar: &MessageToolbar) -> bool {
        if self.imp().header.is_visible() {
            return false;
        }
        let (_, width, _, _) = toolbar.measure(gtk::Orientation::Horizontal, -1);
        let (width, whole) = (pixels(width), pixels(self.width()));
        let is_rtl = self.direction() == gtk::TextDirection::Rtl;
        let toolbar = if is_rtl { (0.0, width) } else { (whole - width, whole) };
        self.first_line().is_none_or(|line| overlap(line, toolbar))
    }

    /// Where the first line is: of the message that is answered, or of the text itself.
    fn first_line(&self) -> Option<Span> {
        let imp = self.imp();
        if let Some(quote) = self.shown_quote() {
            let bounds = quote.compute_bounds(self)?;
            return Some((bounds.x(), bounds.x() + bounds.width()));
        }
        let (offset, _) = imp.body_label.layout_offsets();
        let (_, line) = imp.body_label.layout().iter().line_extents();
        let start = offset + line.x() / pango::SCALE;
        let place = |x| imp.body_label.compute_point(self, &graphene::Point::new(pixels(x), 0.0));
        let (start, end) = (place(start)?, place(start + line.width() / pango::SCALE)?);
        Some((start.x(), end.x()))
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

#[expect(clippy::cast_precision_loss, reason = "a width on a screen")]
fn pixels(length: i32) -> f32 {
    length as f32
}
