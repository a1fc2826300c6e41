//! One room or person in the sidebar.

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::present_channel_menu;
use crate::i18n::{gettext, ngettext_f};
use crate::model::Channel;
use crate::ui::people::{presence_words, show_presence};
use crate::ui::text::{clean, sentence, without_brackets};

/// A higher count says no more, and takes more room.
const SHOWN_COUNT_MAX: u32 = 99;

mod imp {
    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/sidebar/channel_row.ui")]
    pub struct ChannelRow {
        #[template_child]
        pub(super) avatar: TemplateChild<adw::Avatar>,
        #[template_child]
        pub(super) presence_image: TemplateChild<gtk::Image>,
        #[template_child]
        pub(super) muted_image: TemplateChild<gtk::Image>,
        #[template_child]
        pub(super) title_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) last_line_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) mention_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) unread_label: TemplateChild<gtk::Label>,
        pub(super) menu: RefCell<Option<gtk::PopoverMenu>>,
        pub(super) bindings: OnceCell<glib::BindingGroup>,
        /// Keeps what a screen reader says of the row true.
        pub(super) description: RefCell<Option<(Channel, glib::SignalHandlerId)>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ChannelRow {
        const NAME: &'static str = "MajlisChannelRow";
        type Type = super::ChannelRow;
        type ParentType = gtk::Box;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ChannelRow {
        fn constructed(&self) {
            self.parent_constructed();
            self.bindings.set(self.obj().bindings()).expect("an object is constructed once");
            self.obj().connect_menu();
        }

        fn dispose(&self) {
            if let Some(menu) = self.menu.take() {
                menu.unparent();
            }
        }
    }

    impl WidgetImpl for ChannelRow {}
    impl BoxImpl for ChannelRow {}
}

glib::wrapper! {
    /// One room or person in the sidebar: name, last line, and how much of it is unread.
    pub struct ChannelRow(ObjectSubclass<imp::ChannelRow>)
        @extends gtk::Box, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget, gtk::Orientable;
}

impl Default for ChannelRow {
    fn default() -> Self {
        glib::Object::new()
    }
}

impl ChannelRow {
    /// A factory of such rows for a list of `Channel`s.
    pub(crate) fn factory() -> gtk::SignalListItemFactory {
        let factory = gtk::SignalListItemFactory::new();
        factory.connect_setup(|_, item| list_item(item).set_child(Some(&Self::default())));
        factory.connect_bind(|_, item| {
            let item = list_item(item);
            row_of(item).set_channel(item.item().and_downcast_ref(), item);
        });
        factory.connect_unbind(|_, item| {
            let item = list_item(item);
            row_of(item).set_channel(None, item);
        });
        factory
    }

    /// Shows another channel, or none; the list item's name for screen readers follows it.
    fn set_channel(&self, channel: Option<&Channel>, item: &gtk::ListItem) {
        let imp = self.imp();
        imp.bindings.get().expect("made with the row").set_source(channel);
        if let Some((shown, handler)) = imp.description.take() {
            shown.disconnect(handler);
        }
        let Some(channel) = channel else { return };
        self.refresh(channel, item);
        let handler = channel.connect_notify_local(
            None,
            glib::clone!(
                #[weak(rename_to = row)]
                self,
                #[weak]
                item,
                move |channel, _| row.refresh(channel, &item)
            ),
        );
        imp.description.replace(Some((channel.clone(), handler)));
    }

    /// What it shows.
    pub(super) fn channel(&self) -> Option<Channel> {
        self.imp().description.borrow().as_ref().map(|(channel, _)| channel.clone())
    }

    fn refresh(&self, channel: &Channel, item: &gtk::ListItem) {
        let imp = self.imp();
        item.set_accessible_label(&describe(channel));
        show_presence(&imp.presence_image, channel.presence());
        imp.muted_image.set_visible(channel.muted());
        if channel.muted() {
            self.add_css_class("muted");
        } else {
            self.remove_css_class("muted");
        }
    }

    fn connect_menu(&self) {
        let click = gtk::GestureClick::builder().button(gtk::gdk::BUTTON_SECONDARY).build();
        click.connect_pressed(glib::clone!(
            #[weak(rename_to = row)]
            self,
            move |click, _, x, y| {
                click.set_state(gtk::EventSequenceState::Claimed);
                row.open_menu(x, y);
            }
        ));
        self.add_controller(click);
        let press = gtk::GestureLongPress::builder().touch_only(true).build();
        press.connect_pressed(glib::clone!(
            #[weak(rename_to = row)]
            self,
            move |press, x, y| {
                press.set_state(gtk::EventSequenceState::Claimed);
                row.open_menu(x, y);
            }
        ));
        self.add_controller(press);
    }

    /// Lets go of the menu before this one.
    pub(super) fn keep_menu(&self, menu: &gtk::PopoverMenu) {
        if let Some(before) = self.imp().menu.replace(Some(menu.clone())) {
            before.unparent();
        }
    }

    fn open_menu(&self, x: f64, y: f64) {
        if let Some(channel) = self.channel() {
            present_channel_menu(self, &channel, Some((x, y)));
        }
    }

    fn bindings(&self) -> glib::BindingGroup {
        let imp = self.imp();
        let group = glib::BindingGroup::new();
        group
            .bind("title", &*imp.avatar, "text")
            .transform_to(|_, name: &str| Some(without_brackets(name)))
            .sync_create()
            .build();
        group
            .bind("title", &*imp.title_label, "label")
            .transform_to(|_, title: &str| Some(clean(title)))
            .sync_create()
            .build();
        group
            .bind("last-line", &*imp.last_line_label, "label")
            .transform_to(|_, line: &str| Some(sentence(line)))
            .sync_create()
            .build();
        group
            .bind("last-line", &*imp.last_line_label, "visible")
            .transform_to(|_, line: &str| Some(!line.is_empty()))
            .sync_create()
            .build();
        group
            .bind("unread-count", &*imp.unread_label, "label")
            .transform_to(|_, count: u32| Some(shown_count(count)))
            .sync_create()
            .build();
        for (property, widget) in [
            ("unread-count", imp.unread_label.upcast_ref::<gtk::Widget>()),
            ("mention-count", imp.mention_label.upcast_ref()),
        ] {
            group
                .bind(property, widget, "visible")
                .transform_to(|_, count: u32| Some(count > 0))
                .sync_create()
                .build();
        }
        group
    }
}

fn list_item(item: &glib::Object) -> &gtk::ListItem {
    item.downcast_ref().expect("the factory is a list view's")
}

fn row_of(item: &gtk::ListItem) -> ChannelRow {
    item.child().and_downcast().expect("set up above")
}

fn shown_count(count: u32) -> String {
    if count > SHOWN_COUNT_MAX { format!("{SHOWN_COUNT_MAX}+") } else { count.to_string() }
}

/// What a screen reader says for a row.
fn describe(channel: &Channel) -> String {
    let mut parts = vec![clean(&channel.title())];
    parts.extend(presence_words(channel.presence()));
    if channel.muted() {
        // Translators: Said by a screen reader for a room of which nobody wants to be told.
        parts.push(gettext("muted"));
    }
    if channel.mention_count() > 0 {
        parts.push(gettext("mentions you"));
    }
    if channel.unread_count() > 0 {
        let count = channel.unread_count();
        parts.push(ngettext_f(
            "{count} unread message",
            "{count} unread messages",
            count,
            &[("count", &count.to_string())],
        ));
    }
    parts.extend(Some(channel.last_line()).filter(|line| !line.is_empty()));
    // Translators: Stands between the parts of what a screen reader says.
    parts.join(&gettext(", "))
}

#[cfg(test)]
mod tests {
    use super::shown_count;

    #[test]
    fn high_counts_are_shortened() {
        assert_eq!(shown_count(99), "99");
        assert_eq!(shown_count(100), "99+");
    }
}
