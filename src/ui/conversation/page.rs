//! The page of one conversation: title and topic on top, what was said, the composer, the people.

use std::cell::{Cell, OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;
use gtk::gdk;

use super::{Composer, PeoplePane, TimelineView};
use crate::i18n::{clean, gettext};
use crate::model::{Channel, Network};
use crate::ui::dialogs::present_go_to_date;

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/conversation/page.ui")]
    pub struct ConversationPage {
        #[template_child]
        pub(super) split_view: TemplateChild<adw::OverlaySplitView>,
        #[template_child]
        pub(super) people_pane: TemplateChild<PeoplePane>,
        #[template_child]
        pub(super) window_title: TemplateChild<adw::WindowTitle>,
        #[template_child]
        pub(super) security_image: TemplateChild<gtk::Image>,
        #[template_child]
        pub(super) people_button: TemplateChild<gtk::ToggleButton>,
        #[template_child]
        pub(super) menu_button: TemplateChild<gtk::MenuButton>,
        #[template_child]
        pub(super) banner: TemplateChild<adw::Banner>,
        #[template_child]
        pub(super) left_banner: TemplateChild<adw::Banner>,
        #[template_child]
        pub(super) toast_overlay: TemplateChild<adw::ToastOverlay>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) timeline_view: TemplateChild<TimelineView>,
        #[template_child]
        pub(super) composer: TemplateChild<Composer>,
        pub(super) bindings: OnceCell<glib::BindingGroup>,
        pub(super) channel: RefCell<Option<Channel>>,
        /// Whether the person put the people away where there is room for them.
        pub(super) hides_people: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ConversationPage {
        const NAME: &'static str = "MajlisConversationPage";
        type Type = super::ConversationPage;
        type ParentType = adw::NavigationPage;

        fn class_init(class: &mut Self::Class) {
            Composer::ensure_type();
            PeoplePane::ensure_type();
            TimelineView::ensure_type();
            class.bind_template();
            class.install_action("conversation.go-to-date", None, |page, _, _| page.go_to_date());
            class.install_action("conversation.show-newest", None, |page, _, _| {
                page.imp().timeline_view.jump_to_end();
            });
            // Where the pages lie one over the other, Escape would otherwise turn away from the conversation.
            class.add_binding_action(gdk::Key::Escape, gdk::ModifierType::empty(), "win.escape");
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ConversationPage {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("person-activated")
                        .param_types([String::static_type()])
                        .build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_widgets();
        }
    }

    impl WidgetImpl for ConversationPage {
        fn map(&self) {
            self.parent_map();
            self.obj().update_watched();
        }

        fn unmap(&self) {
            self.parent_unmap();
            self.obj().update_watched();
        }
    }

    impl NavigationPageImpl for ConversationPage {}
}

glib::wrapper! {
    /// The page of one conversation: title and topic on top, what was said, the composer, the people.
    ///
    /// Signal: `person-activated` (nick), where the person wants to talk to somebody in the room.
    pub struct ConversationPage(ObjectSubclass<imp::ConversationPage>)
        @extends adw::NavigationPage, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl ConversationPage {
    /// Shows another conversation, or none.
    pub(crate) fn set_channel(&self, channel: Option<&Channel>) {
        let imp = self.imp();
        if let Some(before) = imp.channel.replace(channel.cloned()) {
            before.set_watched(false);
        }
        imp.bindings.get_or_init(|| self.bindings()).set_source(channel);
        imp.timeline_view.set_channel(channel);
        imp.composer.set_channel(channel);
        imp.people_pane.set_channel(channel);
        imp.stack.set_visible_child_name(if channel.is_some() {
            "conversation"
        } else {
            "nothing"
        });
        imp.composer.set_visible(channel.is_some());
        imp.menu_button.set_visible(channel.is_some());
        let is_room = channel.is_some_and(Channel::is_room);
        imp.menu_button.set_menu_model(Some(&conversation_menu(is_room)));
        imp.people_button.set_visible(is_room);
        if channel.is_none() {
            imp.left_banner.set_revealed(false);
            self.set_title(&gettext("Conversation"));
            imp.window_title.set_title("");
            imp.window_title.set_subtitle("");
        }
        self.fold_people();
        self.show_security(channel.and_then(Channel::network).as_ref());
        self.update_watched();
    }

    /// The conversation shown.
    pub(crate) fn channel(&self) -> Option<Channel> {
        self.imp().channel.borrow().clone()
    }

    /// The banner that tells how the connection stands.
    pub(crate) fn banner(&self) -> adw::Banner {
        self.imp().banner.get()
    }

    /// Where words stand for a moment without covering the composer, while the conversation is in sight.
    pub(crate) fn toast_overlay(&self) -> Option<adw::ToastOverlay> {
        let imp = self.imp();
        let is_covered = imp.split_view.is_collapsed() && imp.split_view.shows_sidebar();
        (self.is_mapped() && !is_covered).then(|| imp.toast_overlay.get())
    }

    /// Shows or hides the people of a room.
    pub(crate) fn toggle_people(&self) {
        let imp = self.imp();
        if imp.people_button.is_visible() {
            imp.people_button.emit_clicked();
        }
    }

    /// Puts the caret into the composer.
    pub(crate) fn focus_composer(&self) -> bool {
        self.imp().composer.grab_focus()
    }

    /// Goes to the message with this identifier.
    pub(crate) fn reveal_message(&self, msgid: &str) {
        self.imp().timeline_view.reveal_message(msgid.to_owned());
    }

    /// Lets the person choose a day, and goes to what was said then.
    fn go_to_date(&self) {
        present_go_to_date(
            self,
            glib::clone!(
                #[weak(rename_to = page)]
                self,
                move |day| page.imp().timeline_view.reveal_time(day)
            ),
        );
    }

    /// Moves the focus to what was said.
    pub(crate) fn focus_timeline(&self) -> bool {
        self.imp().timeline_view.focus_rows()
    }

    /// Moves the focus to the people, where they are shown.
    pub(crate) fn focus_people(&self) -> bool {
        let imp = self.imp();
        imp.split_view.shows_sidebar() && imp.people_pane.grab_focus()
    }

    /// Which region holds the focus, in the order of the F6 key: 1 what was said, 2 the composer, 3 the people.
    pub(crate) fn focused_part(&self) -> i32 {
        let imp = self.imp();
        let focus = self.root().and_then(|root| root.focus());
        let holds =
            |widget: &gtk::Widget| focus.as_ref().is_some_and(|focus| focus.is_ancestor(widget));
        if holds(imp.composer.upcast_ref()) {
            2
        } else if holds(imp.people_pane.upcast_ref()) {
            3
        } else {
            1
        }
    }

    /// Leaves a mode: closes the people where they cover the conversation, otherwise goes to the newest message.
    pub(crate) fn escape(&self) {
        let imp = self.imp();
        if imp.split_view.is_collapsed() && imp.split_view.shows_sidebar() {
            imp.split_view.set_show_sidebar(false);
        } else if !imp.composer.leave_mode() && !imp.timeline_view.leave_mode() {
            imp.timeline_view.jump_to_end();
        }
        imp.composer.grab_focus();
    }

    /// What the person sees is read: the window is active, the page is shown, and the newest message is in sight.
    pub(crate) fn update_watched(&self) {
        let Some(channel) = self.channel() else { return };
        let is_active =
            self.root().and_downcast::<gtk::Window>().is_some_and(|window| window.is_active());
        let is_watched = is_active && self.is_mapped() && self.imp().timeline_view.follows_end();
        if is_watched != channel.watched() {
            channel.set_watched(is_watched);
        }
    }

    /// Made after the page, which is still a floating reference while it is constructed.
    fn bindings(&self) -> glib::BindingGroup {
        let imp = self.imp();
        let group = glib::BindingGroup::new();
        for (property, widget, shown_as) in [
            ("title", self.upcast_ref::<gtk::Widget>(), "title"),
            ("title", imp.window_title.upcast_ref(), "title"),
            ("topic", imp.window_title.upcast_ref(), "subtitle"),
            ("topic", imp.window_title.upcast_ref(), "tooltip-text"),
        ] {
            group
                .bind(property, widget, shown_as)
                .transform_to(|_, words: &str| Some(clean(words)))
                .sync_create()
                .build();
        }
        group.bind("is-left", &*imp.left_banner, "revealed").sync_create().build();
        group
    }

    fn connect_widgets(&self) {
        let imp = self.imp();
        imp.left_banner.connect_button_clicked(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| {
                let Some(channel) = page.channel() else { return };
                if let Some(network) = channel.network() {
                    network.join(&channel.name());
                }
            }
        ));
        imp.timeline_view.connect_follows_end_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.update_watched()
        ));
        imp.people_pane.connect_local(
            "person-activated",
            false,
            glib::clone!(
                #[weak(rename_to = page)]
                self,
                #[upgrade_or_default]
                move |values| {
                    if page.imp().split_view.is_collapsed() {
                        page.imp().split_view.set_show_sidebar(false);
                    }
                    let nick: String = values[1].get().expect("the signal carries a nick");
                    page.emit_by_name::<()>("person-activated", &[&nick]);
                    None
                }
            ),
        );
        imp.split_view.connect_collapsed_notify(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |_| page.fold_people()
        ));
        imp.people_button.connect_clicked(glib::clone!(
            #[weak(rename_to = page)]
            self,
            move |button| {
                let imp = page.imp();
                if !imp.split_view.is_collapsed() {
                    imp.hides_people.set(!button.is_active());
                }
            }
        ));
    }

    /// Beside the conversation the people stand unless put away; where they would cover it, they wait to be asked.
    fn fold_people(&self) {
        let imp = self.imp();
        let is_room = self.channel().is_some_and(|channel| channel.is_room());
        let covers = imp.split_view.is_collapsed();
        imp.people_pane.set_covers(covers);
        imp.split_view.set_show_sidebar(is_room && !covers && !imp.hides_people.get());
    }

    fn show_security(&self, network: Option<&Network>) {
        let image = &self.imp().security_image;
        image.set_visible(network.is_some());
        let (icon, words) = if network.is_some_and(Network::encrypted) {
            ("channel-secure-symbolic", gettext("Encrypted to the server"))
        } else {
            (
                "channel-insecure-symbolic",
                gettext("Not encrypted: others on the network can read along"),
            )
        };
        image.set_icon_name(Some(icon));
        image.set_tooltip_text(Some(&words));
        image.update_property(&[gtk::accessible::Property::Label(&words)]);
    }
}

fn conversation_menu(is_room: bool) -> gio::Menu {
    let menu = gio::Menu::new();
    menu.append(Some(&gettext("_Find Messages…")), Some("win.search-here"));
    if is_room {
        let section = gio::Menu::new();
        section.append(Some(&gettext("Room _Settings…")), Some("win.room-settings"));
        section.append(Some(&gettext("_Invite People…")), Some("win.invite-people"));
        menu.append_section(None, &section);
        menu.append(
            Some(&gettext("Notify About _Every Message")),
            Some("conversation.notify-everything"),
        );
    }
    let leave = if is_room { gettext("_Leave Room") } else { gettext("_Close Conversation") };
    menu.append(Some(&gettext("_Go to Date…")), Some("conversation.go-to-date"));
    menu.append(Some(&leave), Some("win.leave-conversation"));
    menu
}
