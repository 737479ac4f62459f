//! Artifacts over HTTP: the proxy, multipart uploads, and how a file is sent.

pub(crate) mod multipart;
pub(crate) mod proxy;
pub(crate) mod unserved;

mod file;
