//! The pages that lead into a chat, and the one attempt to connect that they stand for.

use std::cell::{OnceCell, RefCell};

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::{AddressPage, TrustPage};
use crate::i18n::gettext;
use crate::model::{Chat, ConnectionState, Network};

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
        pub(super) address_page: TemplateChild<AddressPage>,
        pub(super) chat: OnceCell<Chat>,
        pub(super) attempt: RefCell<Option<Attempt>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for ConnectView {
        const NAME: &'static str = "MajlisConnectView";
        type Type = super::ConnectView;
        type ParentType = adw::Bin;

        fn class_init(class: &mut Self::Class) {
            AddressPage::ensure_type();
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
    /// The pages that lead into a chat, and the one attempt to connect that they stand for.
    ///
    /// Signals: `connected` (`Network`), and `leave-requested` where there is a chat to go back to.
    pub struct ConnectView(ObjectSubclass<imp::ConnectView>)
        @extends adw::Bin, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

/// One network on its way online; dropping it stops listening to it.
#[derive(Debug)]
pub(super) struct Attempt {
    network: Network,
    /// Whether giving up may forget it again.
    is_new: bool,
    handlers: Vec<glib::SignalHandlerId>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            self.network.disconnect(handler);
        }
    }
}

impl ConnectView {
    /// Says what networks are added to; called once, before the view is shown.
    pub(crate) fn set_chat(&self, chat: &Chat) {
        self.imp().chat.set(chat.clone()).expect("the window does it once");
    }

    /// Begins with an empty address page. `can_leave` offers the way back to a chat.
    pub(crate) fn start(&self, can_leave: bool) {
        let imp = self.imp();
        self.cancel();
        imp.navigation.pop_to_tag("address");
        imp.address_page.set_can_leave(can_leave);
        imp.address_page.focus_first_gap();
    }

    /// Fills the address page.
    pub(crate) fn fill(&self, address: &str, name: Option<&str>) {
        self.imp().address_page.fill(address, name);
    }

    /// The button that Enter presses in a field.
    pub(crate) fn default_button(&self) -> gtk::Button {
        self.imp().address_page.default_button()
    }

    /// Connects with what is filled in, or shows what is wrong with it.
    pub(crate) fn begin(&self) {
        let imp = self.imp();
        self.cancel();
        let Some(settings) = imp.address_page.take_settings() else { return };
        let chat = imp.chat.get().expect("set before the view is shown");
        let known_count = chat.networks().n_items();
        imp.address_page.set_busy(true);
        let network = chat.add_network(&settings);
        self.follow(&network, chat.networks().n_items() > known_count);
    }

    /// Whether the view is busy with this network.
    pub(crate) fn is_following(&self, network: &Network) -> bool {
        self.imp().attempt.borrow().as_ref().is_some_and(|attempt| attempt.network == *network)
    }

    /// Asks for trust in a network that was known before, but whose key never was.
    pub(crate) fn ask_trust(&self, network: &Network, words: &str, fingerprint: &str) {
        self.follow(network, false);
        self.imp().address_page.set_busy(true);
        self.handle_trust_needed(network, words, fingerprint);
    }

    fn connect_pages(&self) {
        let imp = self.imp();
        let on_page = |signal, action: fn(&Self)| {
            imp.address_page.connect_local(
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
        on_page("connect-requested", Self::begin);
        on_page("cancel-requested", Self::cancel);
        on_page("leave-requested", |view| view.emit_by_name::<()>("leave-requested", &[]));
        imp.navigation.connect_popped(glib::clone!(
            #[weak(rename_to = view)]
            self,
            move |_, _| view.cancel()
        ));
    }

    fn follow(&self, network: &Network, is_new: bool) {
        let handlers = vec![
            network.connect_trust_needed(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |network, words, fingerprint| view.handle_trust_needed(
                    network,
                    words,
                    fingerprint
                )
            )),
            network.connect_failed(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |_, words| view.give_up(words)
            )),
            network.connect_key_changed(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |_, _| view.handle_key_changed()
            )),
            network.connect_state_notify(glib::clone!(
                #[weak(rename_to = view)]
                self,
                move |network| view.handle_state(network)
            )),
        ];
        self.imp().attempt.replace(Some(Attempt { network: network.clone(), is_new, handlers }));
        self.handle_state(network);
    }

    fn handle_state(&self, network: &Network) {
        match network.state() {
            ConnectionState::Online => {
                self.imp().attempt.take();
                self.emit_by_name::<()>("connected", &[network]);
            }
            ConnectionState::Connecting => self.imp().address_page.set_busy(true),
            // A first attempt that fails is the person's to mend, not to be repeated.
            ConnectionState::Waiting => self.give_up(&network.failure_text()),
            _ => {}
        }
    }

    fn handle_trust_needed(&self, network: &Network, words: &str, fingerprint: &str) {
        let page = TrustPage::new(&network.address(), words, fingerprint);
        let fingerprint = fingerprint.to_owned();
        page.connect_local(
            "trusted",
            false,
            glib::clone!(
                #[weak]
                network,
                #[upgrade_or_default]
                move |_| {
                    network.trust(&fingerprint);
                    None
                }
            ),
        );
        self.imp().navigation.push(&page);
    }

    /// The attempt stays: the dialog that tells about it may still trust the new key.
    fn handle_key_changed(&self) {
        self.imp().navigation.pop_to_tag("address");
        let words = gettext("The server shows another key than the trusted one.");
        self.imp().address_page.show_trouble(&words);
    }

    fn give_up(&self, words: &str) {
        self.cancel();
        self.imp().navigation.pop_to_tag("address");
        self.imp().address_page.show_trouble(words);
    }

    /// Gives up the attempt under way, if there is one; a server that was only to be tried is forgotten again.
    pub(crate) fn cancel(&self) {
        let imp = self.imp();
        imp.address_page.set_busy(false);
        let Some(attempt) = imp.attempt.take() else { return };
        let chat = imp.chat.get().expect("set before the view is shown");
        if attempt.is_new {
            chat.remove_network(&attempt.network);
        } else {
            attempt.network.go_offline("");
        }
    }
}
