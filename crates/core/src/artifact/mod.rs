//! Artifacts: where they lie, what their keys may be, and which bytes of one are sent.

mod delivery;
mod key;
mod location;
mod place;
mod policy;

pub use delivery::{Delivery, Facts, Wish};
pub use key::{ArtifactKey, MAX_KEY, MAX_SEGMENTS};
pub use location::{of_logged_model, of_path, of_run};
pub use place::{PROXIED, place_of, places_around};
pub use policy::{ArtifactPolicy, proxied_key};
