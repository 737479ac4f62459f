//! Stages: moving versions, asking whether one may, changing the definitions, telling what stages held.

mod as_of;
mod definitions;
mod protect;
mod transition;

pub use as_of::{Occupancy, as_of};
pub use definitions::{Applied, apply, definitions};
pub(crate) use protect::{refuse_if_protected, refuse_if_stages_differ};
pub use transition::{Judgement, Transition, check, decide, transition};
