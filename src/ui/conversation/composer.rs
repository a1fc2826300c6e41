//! Where one writes: several lines, Enter sends, and nothing typed is ever lost. How words are completed is in
//! [`completing`], how much fits in [`bounding`], how they are looked up in a dictionary in `spelling`.

mod bounding;
mod completing;
#[cfg(feature = "spelling")]
mod spelling;

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::CompletionPopover;
use crate::i18n::{gettext_f, ngettext_f};
use crate::model::{Channel, Fit, Network};
use crate::ui::text::{clean, direction, isolate, sentence};

mod imp {
    use std::cell::{OnceCell, RefCell};

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/composer.ui")]
    pub struct Composer {
        #[template_child]
        pub(super) trouble_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) trouble_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) text_view: TemplateChild<gtk::TextView>,
        #[template_child]
        pub(super) placeholder_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) send_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) emoji_button: TemplateChild<gtk::Button>,
        pub(super) completion: CompletionPopover,
        #[template_child]
        pub(super) typing_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) fit_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) reply_revealer: TemplateChild<gtk::Revealer>,
        #[template_child]
        pub(super) reply_sender_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) reply_text_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) reply_close_button: TemplateChild<gtk::Button>,
        pub(super) channel: RefCell<Option<Channel>>,
        pub(super) signals: OnceCell<glib::SignalGroup>,
        pub(super) network_signals: OnceCell<glib::SignalGroup>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Composer {
        const NAME: &'static str = "MajlisComposer";
        type Type = super::Composer;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for Composer {
        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_widgets();
        }

        fn dispose(&self) {
            self.completion.unparent();
        }
    }

    impl WidgetImpl for Composer {
        fn grab_focus(&self) -> bool {
            self.text_view.grab_focus()
        }
    }

    impl BinImpl for Composer {}
}

glib::wrapper! {
    /// Where one writes: several lines, Enter sends, and nothing typed is ever lost.
    pub struct Composer(ObjectSubclass<imp::Composer>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl Composer {
    /// Writes to another conversation; what was begun there is there again.
    pub(super) fn set_channel(&self, channel: Option<&Channel>) {
        let imp = self.imp();
        imp.channel.replace(None);
        let buffer = imp.text_view.buffer();
        buffer.set_text(&channel.map(Channel::draft).unwrap_or_default());
        buffer.place_cursor(&buffer.end_iter());
        imp.channel.replace(channel.cloned());
        imp.placeholder_label.set_label(&channel.map(placeholder).unwrap_or_default());
        imp.signals.get_or_init(|| self.signals()).set_target(channel);
        let network = channel.and_then(Channel::network);
        imp.network_signals.get_or_init(|| self.network_signals()).set_target(network.as_ref());
        self.show_reply();
        self.show_typing();
        self.handle_text_changed();
    }

    /// How much fits into a message is known when the server has told it.
    fn network_signals(&self) -> glib::SignalGroup {
        let group = glib::SignalGroup::new::<Network>();
        group.connect_notify_local(
            Some("state"),
            glib::clone!(
                #[weak(rename_to = composer)]
                self,
                move |_, _| composer.show_fit(&composer.text())
            ),
        );
        group
    }

    fn show_typing(&self) {
        let channel = self.imp().channel.borrow();
        let words = channel.as_ref().map(Channel::typing_text).unwrap_or_default();
        self.imp().typing_label.set_label(&if words.is_empty() { words } else { sentence(&words) });
    }

    /// Whether something is offered to take a word's place, which is no longer.
    fn leave_completion(&self) -> bool {
        let is_offered = self.imp().completion.chosen().is_some();
        self.imp().completion.offer(None, &gdk::Rectangle::new(0, 0, 1, 1));
        is_offered
    }

    /// Leaves what the composer is in the middle of; false where it is nothing.
    pub(super) fn leave_mode(&self) -> bool {
        if self.leave_completion() {
            return true;
        }
        let channel = self.imp().channel.borrow().clone();
        let replying = channel.filter(|channel| !channel.reply_to().is_empty());
        replying.map(|channel| channel.end_reply()).is_some()
    }

    /// Made after the composer, which is still a floating reference while it is constructed.
    fn signals(&self) -> glib::SignalGroup {
        let group = glib::SignalGroup::new::<Channel>();
        group.connect_notify_local(
            Some("reply-to"),
            glib::clone!(
                #[weak(rename_to = composer)]
                self,
                move |_, _| {
                    composer.show_reply();
                    composer.grab_focus();
                }
            ),
        );
        group.connect_notify_local(
            Some("typing-text"),
            glib::clone!(
                #[weak(rename_to = composer)]
                self,
                move |_, _| composer.show_typing()
            ),
        );
        group
    }

    fn show_reply(&self) {
        let imp = self.imp();
        let channel = imp.channel.borrow().clone();
        let replying = channel.filter(|channel| !channel.reply_to().is_empty());
        imp.reply_revealer.set_reveal_child(replying.is_some());
        imp.reply_close_button.set_sensitive(replying.is_some());
        let Some(channel) = replying else { return };
        let name = isolate(&channel.reply_sender());
        // Translators: Stands over the field where one writes a reply.
        let words = gettext_f("Reply to {name}", &[("name", &name)]);
        imp.reply_sender_label.set_label(&words);
        imp.reply_text_label.set_label(&clean(&channel.reply_text()));
        self.announce(&words, gtk::AccessibleAnnouncementPriority::Medium);
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        #[cfg(feature = "spelling")]
        self.check_spelling();
        self.bound_text();
        imp.text_view.buffer().connect_changed(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_| composer.handle_text_changed()
        ));
        imp.send_button.connect_clicked(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_| {
                composer.send();
                composer.grab_focus();
            }
        ));
        imp.emoji_button.connect_clicked(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_| composer.choose_emoji()
        ));
        imp.reply_close_button.connect_clicked(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            move |_| {
                composer.leave_mode();
            }
        ));
        let keys = gtk::EventControllerKey::new();
        keys.set_propagation_phase(gtk::PropagationPhase::Capture);
        keys.connect_key_pressed(glib::clone!(
            #[weak(rename_to = composer)]
            self,
            #[upgrade_or]
            glib::Propagation::Proceed,
            move |keys, key, _, modifiers| composer.handle_key(keys, key, modifiers)
        ));
        imp.text_view.add_controller(keys);
        self.connect_completion();
    }

    /// Enter sends, unless an input method is asking something or Shift wants a new line.
    fn handle_key(
        &self,
        keys: &gtk::EventControllerKey,
        key: gdk::Key,
        modifiers: gdk::ModifierType,
    ) -> glib::Propagation {
        if self.handle_completion_key(key, modifiers) {
            return glib::Propagation::Stop;
        }
        if key == gdk::Key::Up && modifiers.is_empty() && self.correct_last() {
            return glib::Propagation::Stop;
        }
        let is_enter = matches!(key, gdk::Key::Return | gdk::Key::KP_Enter | gdk::Key::ISO_Enter);
        if !is_enter || modifiers.contains(gdk::ModifierType::SHIFT_MASK) {
            return glib::Propagation::Proceed;
        }
        let is_for_input_method = keys
            .current_event()
            .is_some_and(|event| self.imp().text_view.im_context_filter_keypress(event));
        if !is_for_input_method {
            self.send();
        }
        glib::Propagation::Stop
    }

    /// An empty field takes back what is not sent yet; false where there is nothing to take back.
    fn correct_last(&self) -> bool {
        let imp = self.imp();
        let channel = imp.channel.borrow().clone().filter(|_| self.text().is_empty());
        let Some(text) = channel.and_then(|channel| channel.correct_last()) else { return false };
        let buffer = imp.text_view.buffer();
        buffer.set_text(&text);
        buffer.place_cursor(&buffer.end_iter());
        true
    }

    fn show_fit(&self, text: &str) {
        let fit = self.imp().channel.borrow().as_ref().map_or(Fit::Easily, |one| one.fit(text));
        let words = match fit {
            Fit::Easily => String::new(),
            Fit::Nearly(count) => ngettext_f(
                // Translators: Over the field where one writes, where the message is nearly as long as it may be.
                "Room for {count} more character",
                "Room for {count} more characters",
                count,
                &[("count", &count.to_string())],
            ),
            Fit::Several(count) => ngettext_f(
                // Translators: Over the field where one writes, where the text is too long for one message; {count} is
                // never below 2.
                "Will be sent as {count} message",
                "Will be sent as {count} messages",
                count,
                &[("count", &count.to_string())],
            ),
        };
        self.imp().fit_label.set_visible(!words.is_empty());
        self.imp().fit_label.set_label(&words);
    }

    fn send(&self) {
        let imp = self.imp();
        let text = self.text();
        let Some(channel) = imp.channel.borrow().clone().filter(|_| !text.trim().is_empty()) else {
            return;
        };
        let Some(network) = channel.network() else { return };
        match network.run_command(&channel, &text) {
            Ok(()) => {
                // Nothing where the window belongs to no application.
                let _ = self.activate_action("app.message-sent", None);
                // A command may have opened another conversation, with a draft of its own.
                if imp.channel.borrow().as_ref() == Some(&channel) {
                    imp.text_view.buffer().set_text("");
                    // Who answers something old wants to see that it was said.
                    let _ = self.activate_action("conversation.show-newest", None);
                } else {
                    channel.set_draft("");
                }
            }
            Err(words) => self.show_trouble(&words),
        }
    }

    fn show_trouble(&self, words: &str) {
        let imp = self.imp();
        imp.trouble_label.set_label(words);
        imp.trouble_revealer.set_reveal_child(true);
        self.announce(words, gtk::AccessibleAnnouncementPriority::High);
    }

    fn handle_text_changed(&self) {
        let imp = self.imp();
        let text = self.text();
        imp.trouble_revealer.set_reveal_child(false);
        imp.placeholder_label.set_visible(text.is_empty());
        imp.send_button.set_sensitive(!text.trim().is_empty());
        let direction = direction(&text).unwrap_or_else(gtk::Widget::default_direction);
        imp.text_view.set_direction(direction);
        self.show_fit(&text);
        self.offer_completion(false);
        if let Some(channel) = &*imp.channel.borrow() {
            channel.set_draft(text);
        }
    }

    fn text(&self) -> String {
        let buffer = self.imp().text_view.buffer();
        buffer.text(&buffer.start_iter(), &buffer.end_iter(), false).into()
    }
}

fn placeholder(channel: &Channel) -> String {
    // Translators: Stands in the empty field where one writes; {name} is a room or a person.
    gettext_f("Message to {name}", &[("name", &isolate(&channel.title()))])
}
