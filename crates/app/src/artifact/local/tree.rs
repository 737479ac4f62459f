//! Walking the root folder one segment at a time, each relative to the one before and never through a symbolic link:
//! what somebody planted in the store leads nowhere.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use greenroom_core::artifact::Facts;
use greenroom_core::{Error, Result};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::artifact::store::Size;

/// What a step of the walk ends in.
pub(super) type Step<T> = std::result::Result<T, Fault>;

/// Why a step did not succeed.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing of that name.
    Missing,
    /// Something of another kind has the name.
    InTheWay,
    /// The disk says no.
    Disk(io::Error),
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT => Self::Missing,
            Errno::NOTDIR | Errno::LOOP | Errno::ISDIR | Errno::EXIST | Errno::NOTEMPTY => Self::InTheWay,
            other => Self::Disk(other.into()),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Fault {
    /// As the caller may read it; `what` names the artifact.
    pub(super) fn told(self, what: &str) -> Error {
        match self {
            Self::Missing => Error::not_found(format!("No such artifact: '{what}'")),
            Self::InTheWay => Error::conflict(format!(
                "'{what}' cannot be stored: a folder has its name, or a file has the name of one of the folders around it."
            )),
            Self::Disk(error) => {
                tracing::error!(%error, artifact = what, "the artifact folder");
                Error::internal(
                    "The artifact storage could not carry out the request. The server's log has the details.",
                )
            }
        }
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a folder in a folder.
pub(super) fn enter(at: BorrowedFd<'_>, name: &str) -> Step<OwnedFd> {
    Ok(rustix::fs::openat(at, name, FOLDER, Mode::empty())?)
}

/// Opens the folder of this path below `root`; the root itself for `None`.
pub(super) fn folder(root: BorrowedFd<'_>, path: Option<&str>) -> Step<OwnedFd> {
    let mut at = root.try_clone_to_owned()?;
    for name in path.into_iter().flat_map(|path| path.split('/')) {
        at = enter(at.as_fd(), name)?;
    }
    Ok(at)
}

/// As [`folder`], making what is missing, durably.
pub(super) fn make_folder(root: BorrowedFd<'_>, path: Option<&str>) -> Step<OwnedFd> {
    let mut at = root.try_clone_to_owned()?;
    for name in path.into_iter().flat_map(|path| path.split('/')) {
        at = match enter(at.as_fd(), name) {
            Err(Fault::Missing) => {
                match rustix::fs::mkdirat(&at, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno.into()),
                }
                rustix::fs::fsync(&at)?;
                enter(at.as_fd(), name)?
            }
            entered => entered?,
        };
    }
    Ok(at)
}

/// What a name stands for.
pub(super) enum Kind {
    File(Stat),
    Folder,
    /// Links, devices, pipes: nothing that this store made.
    Other,
}

/// Looks a name up, not following it.
pub(super) fn kind(at: BorrowedFd<'_>, name: impl rustix::path::Arg) -> Step<Kind> {
    Ok(kind_of(rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?))
}

pub(super) fn kind_of(stat: Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File(stat),
        FileType::Directory => Kind::Folder,
        _ => Kind::Other,
    }
}

/// What readers are told of a file. A file is replaced as a whole, never written to: a new one has a new inode.
pub(super) fn facts(stat: &Stat) -> Facts {
    let (seconds, nanos) = (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or_default());
    Facts {
        size: u64::try_from(stat.st_size).unwrap_or_default(),
        modified: seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000),
        etag: format!("\"{:x}-{:x}-{:x}{nanos:08x}\"", stat.st_ino, stat.st_size, seconds),
    }
}

/// The names in a folder, in no order.
pub(super) fn names(folder: BorrowedFd<'_>) -> Step<Vec<std::ffi::CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    Ok(names)
}

/// Adds what has this name, and all below it.
pub(super) fn measure(at: BorrowedFd<'_>, name: impl rustix::path::Arg + Copy, size: &mut Size) -> Step<()> {
    match kind(at, name)? {
        Kind::File(stat) => size.add(facts(&stat).size),
        Kind::Folder => {
            let folder = rustix::fs::openat(at, name, FOLDER, Mode::empty())?;
            for inner in names(folder.as_fd())? {
                match measure(folder.as_fd(), inner.as_c_str(), size) {
                    // Others may be removing the same.
                    Ok(()) | Err(Fault::Missing) => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        Kind::Other => {}
    }
    Ok(())
}

/// Removes what has this name, and all below it.
pub(super) fn remove(at: BorrowedFd<'_>, name: &std::ffi::CStr) -> Step<()> {
    match rustix::fs::unlinkat(at, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(errno) => return Err(errno.into()),
    }
    let folder = rustix::fs::openat(at, name, FOLDER, Mode::empty())?;
    for inner in names(folder.as_fd())? {
        remove(folder.as_fd(), &inner)?;
    }
    match rustix::fs::unlinkat(at, name, AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Runs work that waits for the disk, away from the threads that serve sockets.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    joined(tokio::task::spawn_blocking(work).await)
}

/// What such work came to.
pub(super) fn joined<T>(outcome: std::result::Result<Result<T>, tokio::task::JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| {
        tracing::error!(%error, "work on the artifact folder did not end");
        Err(Error::internal(
            "The artifact storage could not carry out the request. The server's log has the details.",
        ))
    })
}
