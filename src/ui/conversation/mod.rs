//! One open conversation: what was said, the composer under it, and the people beside it.

mod announcer;
mod completion_popover;
mod composer;
mod divider_row;
mod message_row;
mod page;
mod people_pane;
mod person_row;
mod reaction_chip;
mod timeline_row;
mod timeline_view;

pub(crate) use page::ConversationPage;
pub(crate) use people_pane::name_filter;
pub(crate) use person_row::PersonRow;

use announcer::Announcer;
use completion_popover::CompletionPopover;
use composer::Composer;
use divider_row::DividerRow;
use message_row::MessageRow;
use people_pane::PeoplePane;
use reaction_chip::ReactionChip;
use timeline_row::TimelineRow;
use timeline_view::TimelineView;
