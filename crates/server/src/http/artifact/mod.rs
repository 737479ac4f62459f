//! Artifacts over HTTP: the proxy, multipart uploads, those of runs and versions, and how a file is sent.

pub(crate) mod multipart;
pub(crate) mod owned;
pub(crate) mod presigned;
pub(crate) mod proxy;
pub(crate) mod unserved;

mod file;
