//! The pages that lead into a chat, and the one attempt to join that they stand for.
//!
//! A place is found (a known server, an address, an invitation), looked at without a word, trusted where that has to be
//! said, and joined under a name. Whatever goes wrong is told where the person can mend it.

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::attempt::{Attempt, Next};
use super::you_page::name_of_user;
use super::{AddressDialog, Asking, FindPage, TrustPage, YouPage};
use crate::i18n::gettext;
use crate::model::{Blame, Chat, ConnectionState, FoundPlace, Network, NetworkSettings};

mod imp {
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/view.ui")]
    pub struct ConnectView {
        #[template_child]
        pub(super) navigation: TemplateChild<adw::NavigationView>,
        #[template_child]
        pub(super) find_page: TemplateChild<FindPage>,
        pub(super) chat: OnceCell<Chat>,
        pub(super) attempt: RefCell<Option<Attempt>>,
        /// The dialog that the attempt began in, while it is open.
        pub(super) dialog: RefCell<Option<AddressDialog>>,
        /// The found place that the attempt leads to, until somebody answers there.
        pub(super) place: RefCell<Option<FoundPlace>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ConnectView {
        const NAME: &'static str = "MajlisConnectView";
        type Type = super::ConnectView;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            FindPage::ensure_type();
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl ObjectImpl for ConnectView {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("connected").param_types([Network::static_type()]).build(),
                    Signal::builder("leave-requested").build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().connect_pages();
        }
    }

    impl WidgetImpl for ConnectView {}
    impl BinImpl for ConnectView {}
}

glib::wrapper! {
    /// The pages that lead into a chat, and the one attempt to join that they stand for.
    ///
    /// Signals: `connected` (`Network`), and `leave-requested` where there is a chat to go back to.
    pub struct ConnectView(ObjectSubclass<imp::ConnectView>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl ConnectView {
    /// The pages that lead into this chat.
    pub(crate) fn new(chat: &Chat) -> Self {
        let view: Self = glib::Object::new();
        view.imp().find_page.set_chat(chat);
        view.imp().chat.set(chat.clone()).expect("it is new");
        view
    }

    /// Begins with the page on which to find a place. `can_leave` offers the way back to a chat.
    pub(crate) fn start(&self, can_leave: bool) {
        let imp = self.imp();
        self.cancel();
        imp.navigation.pop_to_tag("find");
        imp.find_page.set_can_leave(can_leave);
        imp.find_page.focus_first();
    }

    /// Opens the dialog for an address, filled with this one.
    pub(crate) fn look_at(&self, address: &str) {
        self.open_dialog(Asking::Address).fill(address);
    }

    /// Joins the server at this address at once, under this name or the system's.
    pub(crate) fn join(&self, address: &str, name: Option<&str>) {
        let dialog = self.open_dialog(Asking::Address);
        dialog.fill(address);
        if let Some(settings) = dialog.take_settings() {
            let name = name.map_or_else(name_of_user, ToOwned::to_owned);
            self.begin(&settings, Next::Join(name));
        }
    }

    /// Whether the view is busy with this network.
    pub(crate) fn is_following(&self, network: &Network) -> bool {
        self.imp().attempt.borrow().as_ref().is_some_and(|attempt| attempt.network == *network)
    }

    /// Asks for trust in a network that was known before, but whose key never was.
    pub(crate) fn ask_trust(&self, network: &Network, words: &str, fingerprint: &str) {
        self.follow(network, false, Next::Online, &NetworkSettings::default());
        self.handle_trust_needed(network, words, fingerprint);
    }

    fn chat(&self) -> &Chat {
        self.imp().chat.get().expect("set before the view is shown")
    }

    fn connect_pages(&self) {
        let imp = self.imp();
        let on_page = |signal, action: fn(&Self)| {
            imp.find_page.connect_local(
                signal,
                false,
                glib::clone!(
                    #[weak(rename_to = view)]
                    self,
                    #[upgrade_or_default]
                    move |_| {
                        action(&view);
                        None
                    }
                ),
            );
        };
        on_page("address-requested", |view| drop(view.open_dialog(Asking::Address)));
        on_page("invitation-requested", |view| drop(view.open_dialog(Asking::Invitation)));
        on_page("leave-requested", |view| view.emit_by_name::<()>("leave-requested", &[]));
        imp.find_page.connect_local(
            "server-activated",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[upgrade_or_default]
                move |values| {
                    view.go_back_to(&values[1].get().expect("the signal carries a network"));
                    None
                }
            ),
        );
        imp.find_page.connect_local(
            "place-activated",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[upgrade_or_default]
                move |values| {
                    view.go_to(&values[1].get().expect("the signal carries a place"));
                    None
                }
            ),
        );
        imp.navigation.connect_popped(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |navigation, _| {
                view.cancel();
                navigation.pop_to_tag("find");
            }
        ));
    }

    fn open_dialog(&self, asking: Asking) -> AddressDialog {
        self.cancel();
        let dialog = AddressDialog::new(asking);
        dialog.connect_local(
            "connect-requested",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[weak]
                dialog,
                #[upgrade_or_default]
                move |_| {
                    if let Some(settings) = dialog.take_settings() {
                        view.begin(&settings, Next::You);
                    }
                    None
                }
            ),
        );
        dialog.connect_closed(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |closed| {
                // Where it was put away for what comes next, it is no longer kept.
                if view.imp().dialog.borrow().as_ref() == Some(closed) {
                    view.imp().dialog.take();
                    view.cancel();
                }
            }
        ));
        dialog.present(Some(self));
        self.imp().dialog.replace(Some(dialog.clone()));
        dialog
    }

    fn close_dialog(&self) {
        if let Some(dialog) = self.imp().dialog.take() {
            dialog.force_close();
        }
    }

    /// Looks at the server that was filled in; one that is known is gone back to, unless there is something new to say.
    fn begin(&self, settings: &NetworkSettings, next: Next) {
        let known = self.chat().find_known(settings);
        if let Some(network) = &known {
            match &next {
                Next::Join(name) if *name != network.display_name() => {
                    network.join_as(name, None, None);
                }
                Next::You if settings.invite.is_some() && network.account().is_empty() => {
                    self.follow(network, false, next, settings);
                    return self.show_you();
                }
                _ => {}
            }
            self.go_back_to(network);
            return enter(network, settings.room.as_deref());
        }
        if let Some(dialog) = &*self.imp().dialog.borrow() {
            dialog.set_busy(true);
        }
        let network = self.chat().prepare_network(settings);
        self.follow(&network, true, next, settings);
        network.probe();
    }

    /// Looks at the server of a place that was found, as at one whose address was typed: what the network said of it is
    /// nobody's proof of anything.
    fn go_to(&self, place: &FoundPlace) {
        self.cancel();
        self.close_dialog();
        self.set_place(Some(place));
        self.begin(&place.settings(), Next::You);
    }

    /// Which place shows that somebody is on their way there.
    fn set_place(&self, place: Option<&FoundPlace>) {
        if let Some(former) = self.imp().place.replace(place.cloned()) {
            former.set_is_joining(false);
        }
        if let Some(place) = place {
            place.set_is_joining(true);
        }
    }

    fn go_back_to(&self, network: &Network) {
        self.close_dialog();
        self.set_place(None);
        network.go_online();
        self.emit_by_name::<()>("connected", &[network]);
    }

    fn follow(&self, network: &Network, is_new: bool, next: Next, settings: &NetworkSettings) {
        let view = self;
        let handlers = vec![
            network.connect_trust_needed(glib::clone!(
                #[weak]
                view,
                move |network, words, fingerprint| {
                    view.handle_trust_needed(network, words, fingerprint);
                }
            )),
            network.connect_reached(glib::clone!(
                #[weak]
                view,
                move |_| view.go_on()
            )),
            network.connect_failed(glib::clone!(
                #[weak]
                view,
                move |_, words| view.show_trouble(words)
            )),
            network.connect_key_changed(glib::clone!(
                #[weak]
                view,
                move |_, _| view.show_key_change()
            )),
            network.connect_state_notify(glib::clone!(
                #[weak]
                view,
                move |network| view.handle_state(network)
            )),
        ];
        let network = network.clone();
        let (invite, room) = (settings.invite.clone(), settings.room.clone());
        let attempt = Attempt { network, is_new, next, invite, room, handlers };
        self.imp().attempt.replace(Some(attempt));
    }

    fn handle_state(&self, network: &Network) {
        match network.state() {
            ConnectionState::Online => {
                let room = self.imp().attempt.take().and_then(|mut attempt| attempt.room.take());
                self.close_dialog();
                self.emit_by_name::<()>("connected", &[network]);
                enter(network, room.as_deref());
            }
            // A first attempt that fails is the person's to mend, not to be repeated.
            ConnectionState::Waiting => {
                let words = network.failure_text();
                network.go_offline("");
                self.show_trouble(&words);
            }
            _ => {}
        }
    }

    /// Another dialog asks what to do about the new key, so the attempt stays; once that is closed, the words are to be found
    /// where the person was.
    fn show_key_change(&self) {
        let words = gettext("The server shows another key than the trusted one.");
        let dialog = self.imp().dialog.borrow().clone();
        if let Some(page) = self.you_page() {
            page.show_trouble(&words, Blame::Nothing);
        } else if let Some(dialog) = dialog {
            dialog.show_trouble(&words);
        }
    }

    /// The person has decided about a server's new key: whatever led there goes on, or is given up.
    pub(crate) fn handle_key_decision(&self, network: &Network, is_trusted: bool) {
        let is_on_the_way = self.is_following(network) && self.you_page().is_none();
        match is_trusted {
            true if is_on_the_way => self.go_on(),
            true => network.go_online(),
            false if is_on_the_way => self.cancel(),
            false => {}
        }
    }

    fn handle_trust_needed(&self, network: &Network, words: &str, fingerprint: &str) {
        self.close_dialog();
        let place = self.imp().place.borrow().as_ref().map(FoundPlace::name);
        self.set_place(None);
        let page = TrustPage::new(place.as_deref(), &network.address(), words, fingerprint);
        let fingerprint = fingerprint.to_owned();
        page.connect_local(
            "trusted",
            false,
            glib::clone!(
                #[weak(rename_to = view)]
                self,
                #[weak]
                network,
                #[upgrade_or_default]
                move |values| {
                    let is_checked = values[1].get().expect("the signal says how");
                    network.trust(&fingerprint, is_checked);
                    view.go_on();
                    None
                }
            ),
        );
        self.imp().navigation.push(&page);
    }

    /// The server is known and trusted.
    fn go_on(&self) {
        let attempt = self.imp().attempt.borrow();
        let Some(Attempt { network, next, invite, .. }) = &*attempt else { return };
        let (network, next, invite) = (network.clone(), next.clone(), invite.clone());
        drop(attempt);
        match next {
            Next::You => self.show_you(),
            Next::Join(name) => network.join_as(&name, None, invite.as_deref()),
            Next::Online => network.go_online(),
        }
    }

    fn show_you(&self) {
        let attempt = self.imp().attempt.borrow();
        let Some(Attempt { network, invite, .. }) = &*attempt else { return };
        let page = YouPage::new(network, invite.as_deref());
        drop(attempt);
        self.close_dialog();
        self.set_place(None);
        for (signal, action) in
            [("join-requested", Self::join_as as fn(&Self)), ("cancel-requested", Self::stop)]
        {
            page.connect_local(
                signal,
                false,
                glib::clone!(
                    #[weak(rename_to = view)]
                    self,
                    #[upgrade_or_default]
                    move |_| {
                        action(&view);
                        None
                    }
                ),
            );
        }
        self.imp().navigation.push(&page);
        if let Some(window) = self.root().and_downcast::<gtk::Window>() {
            window.set_default_widget(Some(&page.default_button()));
        }
    }

    fn you_page(&self) -> Option<YouPage> {
        self.imp().navigation.visible_page().and_downcast()
    }

    /// Joins as the person says.
    fn join_as(&self) {
        let Some(page) = self.you_page() else { return };
        let Some(answers) = page.take_answers() else { return };
        let network = self.imp().attempt.borrow().as_ref().map(|attempt| attempt.network.clone());
        if let Some(network) = network {
            page.set_busy(true);
            network.join_as(&answers.name, answers.password.as_deref(), Some(&answers.invite));
        }
    }

    /// Stops joining; the page stays, for another try.
    fn stop(&self) {
        if let Some(page) = self.you_page() {
            page.set_busy(false);
        }
        if let Some(attempt) = &*self.imp().attempt.borrow() {
            attempt.network.go_offline("");
        }
    }

    /// Tells what went wrong on the page or in the dialog that the person is at, and opens that for an address where there
    /// is none.
    fn show_trouble(&self, words: &str) {
        let attempt = self.imp().attempt.borrow();
        let Some(network) = attempt.as_ref().map(|attempt| attempt.network.clone()) else { return };
        drop(attempt);
        if let Some(page) = self.you_page() {
            return page.show_trouble(words, network.blame());
        }
        let open = self.imp().dialog.borrow().clone();
        let dialog = open.unwrap_or_else(|| {
            let address = network.address();
            self.imp().navigation.pop_to_tag("find");
            let dialog = self.open_dialog(Asking::Address);
            dialog.fill(&address);
            dialog
        });
        self.cancel();
        dialog.show_trouble(words);
    }

    /// Gives up the attempt under way, if there is one; a server that was only to be tried is forgotten again.
    pub(crate) fn cancel(&self) {
        self.set_place(None);
        let Some(attempt) = self.imp().attempt.take() else { return };
        if attempt.is_new {
            self.chat().remove_network(&attempt.network);
        } else if attempt.network.state() != ConnectionState::Online {
            attempt.network.go_offline("");
        }
    }
}

/// Goes into the room that a link leads to, if it leads to one.
fn enter(network: &Network, room: Option<&str>) {
    if let Some(room) = room {
        network.join(room);
    }
}
