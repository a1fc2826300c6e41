//! The parts of a row that few messages need. Each is made when it is first shown: a list makes two hundred rows at a time, and
//! what is never seen should cost nothing.

use std::cell::OnceCell;
use std::rc::Rc;

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::MessageRow;
use super::failure_box::FailureBox;
use super::quote_button::QuoteButton;
use super::toolbar::MessageToolbar;
use crate::i18n::gettext;

/// What a row was told to do with one of the timeline's actions, and with being chosen.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) act: OnceCell<Rc<dyn Fn(&'static str)>>,
    pub(super) select: OnceCell<Rc<dyn Fn(bool)>>,
}

/// What was made so far.
#[derive(Default)]
pub(super) struct Parts {
    avatar: OnceCell<adw::Avatar>,
    quote: OnceCell<QuoteButton>,
    pending: OnceCell<gtk::Image>,
    fold: OnceCell<gtk::Button>,
    reactions: OnceCell<adw::WrapBox>,
    failure: OnceCell<FailureBox>,
    select: OnceCell<gtk::CheckButton>,
    toolbar: OnceCell<MessageToolbar>,
    gutter: OnceCell<gtk::Button>,
}

/// A part where it is wanted, made if need be; where it is not wanted, it is hidden and `None`.
fn shown<W: IsA<gtk::Widget>>(
    part: &OnceCell<W>,
    is_wanted: bool,
    make: impl FnOnce() -> W,
) -> Option<&W> {
    if is_wanted {
        let widget = part.get_or_init(make);
        widget.set_visible(true);
        return Some(widget);
    }
    if let Some(widget) = part.get() {
        widget.set_visible(false);
    }
    None
}

impl MessageRow {
    /// Pressing one of the row's buttons does this with the timeline's action; called once, when the row is made.
    pub(in crate::ui::conversation) fn connect_acted(&self, act: impl Fn(&'static str) + 'static) {
        let is_new = self.imp().hooks.act.set(Rc::new(act)).is_ok();
        assert!(is_new, "called once");
    }

    /// Choosing the message for copying, or not any more, does this; called once, when the row is made.
    pub(in crate::ui::conversation) fn connect_selected(&self, select: impl Fn(bool) + 'static) {
        let is_new = self.imp().hooks.select.set(Rc::new(select)).is_ok();
        assert!(is_new, "called once");
    }

    pub(super) fn avatar(&self, is_wanted: bool) -> Option<&adw::Avatar> {
        let imp = self.imp();
        shown(&imp.parts.avatar, is_wanted, || {
            let avatar = adw::Avatar::builder().size(36).show_initials(true);
            let avatar = avatar.accessible_role(gtk::AccessibleRole::Presentation).build();
            imp.avatar_space.set_child(Some(&avatar));
            avatar
        })
    }

    pub(super) fn quote(&self, is_wanted: bool) -> Option<&QuoteButton> {
        let imp = self.imp();
        shown(&imp.parts.quote, is_wanted, || {
            let quote = QuoteButton::default();
            self.connect_act(&quote, "timeline.show-answered");
            imp.column.insert_child_after(&quote, Some(&*imp.header));
            quote
        })
    }

    /// Where the quote is, if there is one.
    pub(super) fn shown_quote(&self) -> Option<&QuoteButton> {
        self.imp().parts.quote.get().filter(|quote| quote.is_visible())
    }

    pub(super) fn show_pending(&self, is_pending: bool) {
        let imp = self.imp();
        shown(&imp.parts.pending, is_pending, || {
            let image = gtk::Image::builder()
                .icon_name("document-open-recent-symbolic")
                .valign(gtk::Align::End)
                .tooltip_text(gettext("Waiting to Be Sent"))
                .css_classes(["dim-label"])
                .build();
            let label = gettext("Waiting to be sent");
            image.update_property(&[gtk::accessible::Property::Label(&label)]);
            imp.line.append(&image);
            image
        });
    }

    pub(super) fn fold_button(&self, is_wanted: bool) -> Option<&gtk::Button> {
        let imp = self.imp();
        shown(&imp.parts.fold, is_wanted, || {
            let button = gtk::Button::builder()
                .halign(gtk::Align::Start)
                .margin_top(3)
                .css_classes(["small-button"])
                .build();
            self.connect_act(&button, "timeline.toggle-fold");
            imp.column.insert_child_after(&button, Some(&*imp.line));
            button
        })
    }

    pub(super) fn reactions_box(&self, is_wanted: bool) -> Option<&adw::WrapBox> {
        let imp = self.imp();
        shown(&imp.parts.reactions, is_wanted, || {
            let chips = adw::WrapBox::builder()
                .margin_top(3)
                .margin_bottom(4)
                .child_spacing(4)
                .line_spacing(4)
                .build();
            let line = imp.line.upcast_ref::<gtk::Widget>();
            let above = imp.parts.fold.get().map_or(line, Cast::upcast_ref);
            imp.column.insert_child_after(&chips, Some(above));
            chips
        })
    }

    pub(super) fn failure_box(&self, is_wanted: bool) -> Option<&FailureBox> {
        let imp = self.imp();
        shown(&imp.parts.failure, is_wanted, || {
            let failure = FailureBox::default();
            self.connect_act(&failure.retry_button(), "timeline.retry");
            self.connect_act(&failure.delete_button(), "timeline.discard");
            imp.column.append(&failure);
            failure
        })
    }

    pub(super) fn select_button(&self, is_wanted: bool) -> Option<&gtk::CheckButton> {
        let imp = self.imp();
        shown(&imp.parts.select, is_wanted, || {
            let button = gtk::CheckButton::builder().valign(gtk::Align::Start).build();
            let label = gettext("Select Message");
            button.update_property(&[gtk::accessible::Property::Label(&label)]);
            let select = imp.hooks.select.get().map(Rc::clone);
            button.connect_toggled(move |button| {
                if let Some(select) = &select {
                    select(button.is_active());
                }
            });
            imp.content.prepend(&button);
            button
        })
    }

    pub(super) fn toolbar(&self, is_wanted: bool) -> Option<&MessageToolbar> {
        let imp = self.imp();
        shown(&imp.parts.toolbar, is_wanted, || {
            let toolbar = MessageToolbar::default();
            for (button, action) in toolbar.buttons() {
                self.connect_act(&button, action);
            }
            imp.overlay.add_overlay(&toolbar);
            toolbar
        })
    }

    pub(super) fn show_gutter_button(&self, is_wanted: bool) {
        let imp = self.imp();
        shown(&imp.parts.gutter, is_wanted, || {
            let more = gettext("More");
            let button = gtk::Button::builder()
                .halign(gtk::Align::Center)
                .valign(gtk::Align::Start)
                .icon_name("view-more-horizontal-symbolic")
                .tooltip_text(&*more)
                .focusable(false)
                .css_classes(["flat", "gutter-button"])
                .build();
            button.update_property(&[gtk::accessible::Property::Label(&more)]);
            self.connect_act(&button, "timeline.open-menu");
            imp.avatar_space.add_overlay(&button);
            button
        });
    }

    fn connect_act(&self, button: &impl IsA<gtk::Button>, action: &'static str) {
        let row = self.downgrade();
        button.connect_clicked(move |_| {
            let act = row.upgrade().and_then(|row| row.imp().hooks.act.get().map(Rc::clone));
            if let Some(act) = act {
                act(action);
            }
        });
    }
}
