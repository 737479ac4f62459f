//! Large bodies, sent and received in pieces: what they take, not what they say.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::connection::{Body, Head};

/// What is sent or received at once.
const PIECE: usize = 512 * 1024;
const MIB: usize = 1024 * 1024;
/// How long a transfer may take before it is given up.
const PATIENCE: Duration = Duration::from_mins(5);

/// Which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Put,
    Get,
}

/// One file, to or from one server.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) way: Way,
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    /// Of the file.
    pub(crate) mib: usize,
}

impl Transfer {
    /// Moves the file: how long it took, from the connection to the answer's last byte.
    pub(crate) async fn run(self) -> Result<Duration> {
        let moving = async {
            match self.way {
                Way::Put => self.put().await,
                Way::Get => self.get().await,
            }
        };
        let late = |_| Error::new(ErrorKind::TimedOut, format!("a transfer took more than {PATIENCE:?}"));
        tokio::time::timeout(PATIENCE, moving).await.map_err(late)?
    }

    async fn put(&self) -> Result<Duration> {
        let piece = noise();
        let begun = Instant::now();
        let mut stream = self.begin("PUT", &format!("Content-Length: {}\r\n", self.mib * MIB)).await?;
        for _ in 0..self.mib * MIB / PIECE {
            if let Err(error) = stream.write_all(&piece).await {
                // Who refuses says so before the end.
                return Err(answered(&mut stream, &mut Vec::new()).await.err().unwrap_or(error));
            }
        }
        answered(&mut stream, &mut Vec::new()).await?;
        Ok(begun.elapsed())
    }

    async fn get(&self) -> Result<Duration> {
        let begun = Instant::now();
        let mut stream = self.begin("GET", "").await?;
        let mut buffer = Vec::new();
        let head = answered(&mut stream, &mut buffer).await?;
        let mut count = buffer.len() - head.length;
        buffer.resize(PIECE, 0);
        // The answer to a request that asks for a close ends with the connection, if it does not say where.
        let end = if let Body::Length(length) = head.body { length } else { usize::MAX };
        while count < end {
            match stream.read(&mut buffer).await? {
                0 => break,
                read => count += read,
            }
        }
        let took = begun.elapsed();
        let whole =
            if let Body::Length(_) = head.body { count == self.mib * MIB } else { count > self.mib * MIB };
        if whole { Ok(took) } else { Err(Error::other(format!("{}: {count} bytes came", self.path))) }
    }

    async fn begin(&self, method: &str, headers: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let head = format!(
            "{method} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: greenroom-bench\r\nConnection: close\r\n{headers}\r\n",
            self.path
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }
}

/// The head of a good answer; `buffer` holds what came, and begins with it.
async fn answered(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Head> {
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        if let Some(head) = Head::parse(buffer)? {
            if head.status == 200 {
                return Ok(head);
            }
            let said = String::from_utf8_lossy(&buffer[head.length..]);
            return Err(Error::other(format!("{}: {said}", head.status)));
        }
    }
}

/// Bytes that nothing on the way can make smaller.
fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).take(PIECE / 8).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_so_many_whole_pieces() {
        assert_eq!((noise().len(), MIB % PIECE), (PIECE, 0));
    }
}
