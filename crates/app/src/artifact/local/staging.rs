//! Where uploads grow before anybody can see them: a folder of each running server below the root, on the same disk,
//! so that a finished file moves into place in one step.
//!
//! A server holds a lock on its folder as long as it runs. What a server that was killed left behind is unlocked, and
//! the next one to start removes it; what other servers are uploading to the same storage stays.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use greenroom_core::artifact::Facts;
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};

use super::tree::{self, Fault, Step};

/// The folder of what is not finished; no key can name it.
const FOLDER: &str = ".greenroom";
/// Multipart uploads, which outlive the server that began them.
pub(super) const MULTIPART: &str = "multipart";

/// This server's own folder.
#[derive(Debug)]
pub(super) struct Staging {
    around: OwnedFd,
    name: String,
    folder: OwnedFd,
    count: AtomicU64,
}

impl Staging {
    /// Clears up after servers that are gone and makes a folder for this one; `id` gives names that no other has.
    pub(super) fn open(root: &OwnedFd, id: impl Fn() -> String) -> Step<Self> {
        let around = tree::make_folder(root.as_fd(), Some(FOLDER))?;
        for name in tree::names(around.as_fd())? {
            clear(&around, &name);
        }
        loop {
            let name = format!("server-{}", id());
            rustix::fs::mkdirat(&around, &name, Mode::from_raw_mode(0o700))?;
            let folder = tree::enter(around.as_fd(), &name)?;
            // Another server that starts right now may take it for a leftover.
            let locked = rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok();
            if locked && rustix::fs::fstat(&folder)?.st_nlink > 0 {
                return Ok(Self { around, name, folder, count: AtomicU64::new(0) });
            }
        }
    }

    /// The folder of multipart uploads.
    pub(super) fn multipart(&self) -> Step<OwnedFd> {
        tree::make_folder(self.around.as_fd(), Some(MULTIPART))
    }

    /// A name that nothing here has.
    pub(super) fn fresh(&self) -> String {
        self.count.fetch_add(1, Ordering::Relaxed).to_string()
    }

    pub(super) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// Takes a name out of a folder, whatever it stands for, and only then removes what is below it: it is gone at once.
    pub(super) fn discard(&self, at: &OwnedFd, name: &str) -> Step<()> {
        let trash = self.fresh();
        rustix::fs::renameat(at, name, &self.folder, &trash)?;
        rustix::fs::fsync(at)?;
        let trash = CString::new(trash).map_err(std::io::Error::from)?;
        tree::remove(self.folder.as_fd(), &trash)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Uploads that are still open keep it; the next start removes it then.
        let _ = rustix::fs::unlinkat(&self.around, &self.name, AtFlags::REMOVEDIR);
    }
}

/// Removes a folder in which no running server works.
fn clear(around: &OwnedFd, name: &CString) {
    let Ok(text) = name.to_str() else { return };
    if text == MULTIPART {
        return;
    }
    let done = tree::enter(around.as_fd(), text).and_then(|folder| {
        match rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => tree::remove(around.as_fd(), name),
            Err(_) => Ok(()),
        }
    });
    if let Err(fault) = done {
        tracing::warn!(?fault, folder = text, "what a stopped server left behind could not be removed");
    }
}

/// A file that nobody sees yet; removed when dropped before it was placed.
#[derive(Debug)]
pub(super) struct Draft {
    staging: Arc<Staging>,
    name: String,
    pub(super) file: File,
}

impl Draft {
    pub(super) fn new(staging: &Arc<Staging>) -> Step<Self> {
        let name = staging.fresh();
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(staging.folder(), &name, flags, Mode::from_raw_mode(0o666))?;
        Ok(Self { staging: Arc::clone(staging), name, file: file.into() })
    }

    /// Moves the file into a folder, in place of what has the name; durable when this returns.
    pub(super) fn place(self, folder: &OwnedFd, name: &str) -> Step<Facts> {
        self.file.sync_data()?;
        let facts = match tree::kind_of(rustix::fs::fstat(&self.file)?) {
            tree::Kind::File(stat) => tree::facts(&stat),
            _ => return Err(Fault::InTheWay),
        };
        rustix::fs::renameat(self.staging.folder(), &self.name, folder, name)?;
        rustix::fs::fsync(folder)?;
        Ok(facts)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing is there any more once it was placed.
        let _ = rustix::fs::unlinkat(self.staging.folder(), &self.name, AtFlags::empty());
    }
}
