//! Greenroom over HTTP: the one route table, the one middleware onion, handlers that only translate, and
//! the embedded UI.

mod config;
mod guard;
mod http;
mod listen;
mod middleware;
mod patience;
mod request;
mod respond;
mod router;
mod ui;

pub use config::ServerConfig;
pub use greenroom_app::Policy;
pub use greenroom_app::artifact::ArtifactConfig;
pub use listen::serve;
pub use router::{App, build};
