//! The servers that the local network tells of, on the page on which a person chooses where to go.

use adw::prelude::*;
use adw::subclass::prelude::*;

use super::FoundRow;
use crate::model::{FoundPlace, Hold, Nearby, Outlook};

/// So many rows have their room from the beginning; only more of them move what is behind.
const ROOMY_ROWS: u32 = 2;

mod imp {
    use std::cell::Cell;
    use std::marker::PhantomData;
    use std::sync::OnceLock;

    use glib::subclass::Signal;

    use super::*;

    #[derive(Debug, Default, gtk::CompositeTemplate, glib::Properties)]
    #[template(resource = "/io/github/majlis_chat/Majlis/ui/connect/nearby_group.ui")]
    #[properties(wrapper_type = super::NearbyGroup)]
    pub struct NearbyGroup {
        /// Whether the button stands beside the words that nothing was found, or under them.
        #[property(get = Self::words_orientation, set = Self::set_words_orientation, builder(gtk::Orientation::Horizontal))]
        words_orientation: PhantomData<gtk::Orientation>,
        #[template_child]
        pub(super) nothing_box: TemplateChild<gtk::Box>,
        #[template_child]
        pub(super) spinner: TemplateChild<adw::Spinner>,
        #[template_child]
        pub(super) stack: TemplateChild<gtk::Stack>,
        #[template_child]
        pub(super) nothing_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) causes_label: TemplateChild<gtk::Label>,
        #[template_child]
        pub(super) again_button: TemplateChild<gtk::Button>,
        #[template_child]
        pub(super) places_list: TemplateChild<gtk::ListBox>,
        pub(super) nearby: Nearby,
        /// Whether the pointer, or the keyboard, is at a row.
        pub(super) is_choosing: Cell<bool>,
        /// Whether the pointer is over what is behind the group.
        pub(super) is_passed: Cell<bool>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for NearbyGroup {
        const NAME: &'static str = "MajlisNearbyGroup";
        type Type = super::NearbyGroup;
        type ParentType = adw::PreferencesGroup;

        fn class_init(class: &mut Self::Class) {
            class.bind_template();
        }

        fn instance_init(object: &glib::subclass::InitializingObject<Self>) {
            object.init_template();
        }
    }

    impl NearbyGroup {
        fn words_orientation(&self) -> gtk::Orientation {
            self.nothing_box.orientation()
        }

        fn set_words_orientation(&self, orientation: gtk::Orientation) {
            self.nothing_box.set_orientation(orientation);
        }
    }

    #[glib::derived_properties]
    impl ObjectImpl for NearbyGroup {
        fn signals() -> &'static [Signal] {
            static SIGNALS: OnceLock<Vec<Signal>> = OnceLock::new();
            SIGNALS.get_or_init(|| {
                vec![
                    Signal::builder("place-activated")
                        .param_types([FoundPlace::static_type()])
                        .build(),
                ]
            })
        }

        fn constructed(&self) {
            self.parent_constructed();
            self.obj().set_visible(Nearby::is_allowed());
            self.obj().connect_list();
            self.obj().connect_nearby();
        }
    }

    impl WidgetImpl for NearbyGroup {
        // The network is asked only while somebody sees the answer.
        fn map(&self) {
            self.parent_map();
            self.nearby.start();
        }

        fn unmap(&self) {
            self.nearby.stop();
            self.parent_unmap();
        }
    }

    impl PreferencesGroupImpl for NearbyGroup {}
}

glib::wrapper! {
    /// The servers that the local network tells of, while it is shown. Signal: `place-activated` (`FoundPlace`).
    pub struct NearbyGroup(ObjectSubclass<imp::NearbyGroup>)
        @extends adw::PreferencesGroup, gtk::Widget,
        @implements gtk::Accessible, gtk::Buildable, gtk::ConstraintTarget;
}

impl NearbyGroup {
    /// Has nothing move that is behind the group, as long as the pointer is over this.
    pub(super) fn watch_behind(&self, behind: &impl IsA<gtk::Widget>) {
        let motion = gtk::EventControllerMotion::new();
        motion.connect_contains_pointer_notify(glib::clone!(
            #[weak(rename_to = group)]
            self,
            move |motion| {
                group.imp().is_passed.set(motion.contains_pointer());
                group.hold();
            }
        ));
        behind.add_controller(motion);
    }

    fn connect_list(&self) {
        let imp = self.imp();
        let group = self.downgrade();
        imp.places_list.bind_model(Some(&imp.nearby.places()), move |place| {
            let place: &FoundPlace = place.downcast_ref().expect("the list holds places");
            let row = FoundRow::new(place);
            row.connect_activated(glib::clone!(
                #[strong]
                group,
                #[weak]
                place,
                move |_| {
                    if let Some(group) = group.upgrade() {
                        group.emit_by_name::<()>("place-activated", &[&place]);
                    }
                }
            ));
            row.upcast()
        });
        let motion = gtk::EventControllerMotion::new();
        let focus = gtk::EventControllerFocus::new();
        let look = glib::clone!(
            #[weak(rename_to = group)]
            self,
            #[weak]
            motion,
            #[weak]
            focus,
            move || {
                group.imp().is_choosing.set(motion.contains_pointer() || focus.contains_focus());
                group.hold();
            }
        );
        motion.connect_contains_pointer_notify(glib::clone!(
            #[strong]
            look,
            move |_| look()
        ));
        focus.connect_contains_focus_notify(move |_| look());
        imp.places_list.add_controller(motion);
        imp.places_list.add_controller(focus);
    }

    fn connect_nearby(&self) {
        let imp = self.imp();
        imp.nearby.connect_outlook_notify(glib::clone!(
            #[weak(rename_to = group)]
            self,
            move |nearby| group.show_outlook(nearby.outlook())
        ));
        imp.again_button.connect_clicked(glib::clone!(
            #[weak(rename_to = group)]
            self,
            move |_| group.imp().nearby.start()
        ));
        self.show_outlook(imp.nearby.outlook());
    }

    fn hold(&self) {
        let imp = self.imp();
        imp.nearby.set_hold(match (imp.is_passed.get(), imp.is_choosing.get()) {
            (true, _) => Hold::Growth(ROOMY_ROWS),
            (false, true) => Hold::Removals,
            (false, false) => Hold::Nothing,
        });
    }

    fn show_outlook(&self, outlook: Outlook) {
        let imp = self.imp();
        imp.spinner.set_visible(outlook != Outlook::Nothing);
        imp.stack.set_visible_child_name(match outlook {
            Outlook::Looking => "looking",
            Outlook::Nothing => "nothing",
            Outlook::Places => "places",
        });
        if outlook == Outlook::Nothing && self.is_mapped() {
            let words = [imp.nothing_label.label(), imp.causes_label.label()].join(". ");
            self.announce(&words, gtk::AccessibleAnnouncementPriority::Medium);
        }
    }
}
