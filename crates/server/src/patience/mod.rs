//! Patience with the other side: who neither sends what was announced nor takes what was asked for is given up, so
//! that nobody holds a connection, a file or an upload for ever.

mod receiver;
mod sender;

pub(crate) use self::receiver::Watched;
pub(crate) use self::sender::limit;
