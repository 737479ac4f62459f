//! Azure's parts: blocks, which their sender names and the store does not count. An upload is the beginning that the
//! names of its blocks share.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Characters of a number, which may be 10,000.
const NUMBER: usize = 5;
/// Characters of what the blocks of an upload share. All blocks of a file must have names of one length, and those that
/// `object_store` sends for this server have 32 characters: what it left unfinished must not be in the way.
const UPLOAD: usize = 32 - NUMBER;

/// Names an upload; `id` is one that nothing else has, all the more so towards its end.
pub(super) fn upload(id: &str) -> String {
    let padded = format!("{id:0>UPLOAD$}");
    padded[padded.len() - UPLOAD..].to_owned()
}

/// Whether a client may have got this from us.
pub(super) fn is_upload(upload: &str) -> bool {
    upload.len() == UPLOAD && upload.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The name of a block.
pub(super) fn name(upload: &str, number: u32) -> String {
    format!("{upload}{number:0NUMBER$}")
}

/// What a signed URL to write the file must say besides in order to write a block of it.
pub(super) fn query(upload: &str, number: u32) -> [(&'static str, String); 2] {
    [("comp", "block".to_owned()), ("blockid", BASE64_STANDARD.encode(name(upload, number)))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_long_as_those_of_object_store() {
        for id in ["id7", "019aa4d1c7d27c3ba1f2b3c4d5e6f708"] {
            let upload = upload(id);
            assert!(is_upload(&upload), "{upload}");
            assert_eq!((name(&upload, 1).len(), name(&upload, 10_000).len()), (32, 32));
            assert!(upload.ends_with(&id[id.len().saturating_sub(20)..]), "{upload}");
        }
        assert_eq!(name(&upload("id7"), 12), "000000000000000000000000id700012");
        for other in ["", "id7", "../../../../../../etc/passwd"] {
            assert!(!is_upload(other), "{other}");
        }
    }
}
