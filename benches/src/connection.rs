//! A keep-alive HTTP/1.1 connection for load: ready-made request bytes go out, of the answer only the
//! status and the end of the body are looked for. Not a general client: no pipelining, no redirects.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Where the reading starts; answers that need more get more.
const BUFFER: usize = 16 * 1024;

/// One client's connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, still in the connection's buffer.
pub(crate) struct Answer<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// The bytes of the body; those of a chunked one with their chunk sizes.
    pub(crate) raw: &'a [u8],
    /// Whether `raw` is chunked.
    pub(crate) chunked: bool,
}

impl Answer<'_> {
    /// The body.
    pub(crate) fn body(&self) -> Vec<u8> {
        if self.chunked { unchunk(self.raw) } else { self.raw.to_vec() }
    }
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; BUFFER] })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            filled += self.read(filled).await?;
            if let Some(head) = Head::parse(&self.buffer[..filled])? {
                break head;
            }
        };
        let end = loop {
            let end = match head.body {
                Body::Length(length) => Some(head.length + length),
                Body::Chunked => chunked_end(&self.buffer[head.length..filled]).map(|end| head.length + end),
            };
            match end {
                Some(end) if end <= filled => break end,
                Some(end) if end > self.buffer.len() => self.buffer.resize(end + 1, 0),
                _ => {}
            }
            filled += self.read(filled).await?;
        };
        if end != filled {
            return Err(Error::new(ErrorKind::InvalidData, "the server sent more than one answer"));
        }
        let chunked = matches!(head.body, Body::Chunked);
        Ok(Answer { status: head.status, raw: &self.buffer[head.length..end], chunked })
    }

    async fn read(&mut self, filled: usize) -> Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[filled..]).await? {
            0 => Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
            count => Ok(count),
        }
    }
}

/// How long a body is.
pub(crate) enum Body {
    Length(usize),
    Chunked,
}

/// The part of an answer before its body.
pub(crate) struct Head {
    /// Of itself, in bytes.
    pub(crate) length: usize,
    pub(crate) status: u16,
    pub(crate) body: Body,
}

impl Head {
    /// `None`: not all of it is there.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let mut line = 0;
        let mut body = Body::Length(0);
        let status = bytes.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
        loop {
            let Some(length) = bytes[line..].iter().position(|b| *b == b'\n') else { return Ok(None) };
            let text = bytes[line..line + length].trim_ascii();
            line += length + 1;
            if text.is_empty() {
                let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "no HTTP status"))?;
                return Ok(Some(Self { length: line, status, body }));
            }
            if let Some(value) = header(text, b"content-length") {
                let length = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                body = Body::Length(
                    length
                        .ok_or_else(|| Error::new(ErrorKind::InvalidData, "no length in content-length"))?,
                );
            } else if header(text, b"transfer-encoding").is_some() {
                body = Body::Chunked;
            }
        }
    }
}

fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

/// A chunk's data and what follows it, or `None` when it is not all there.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = bytes.iter().position(|b| *b == b'\n')?;
    let size = bytes[..line].split(|b| *b == b';').next()?.trim_ascii();
    let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
    let data = bytes.get(line + 1..line + 1 + size)?;
    let rest = bytes.get(line + 1 + size + 2..)?;
    Some((data, rest))
}

/// Where a chunked body without trailers ends.
fn chunked_end(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    loop {
        let (data, after) = chunk(rest)?;
        rest = after;
        if data.is_empty() {
            return Some(bytes.len() - rest.len());
        }
    }
}

fn unchunk(bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((data, after)) = chunk(rest) {
        body.extend_from_slice(data);
        rest = after;
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_only_when_it_is_complete() {
        let head = b"HTTP/1.1 201 Created\r\nX: y\r\nContent-Length: 12\r\n\r\n{";
        assert!(Head::parse(&head[..40]).expect("valid").is_none());
        let read = Head::parse(head).expect("valid").expect("complete");
        assert_eq!((read.status, read.length), (201, head.len() - 1));
        assert!(matches!(read.body, Body::Length(12)));
    }

    #[test]
    fn a_chunked_body_ends_with_its_empty_chunk() {
        let body = b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        for cut in 0..body.len() {
            assert_eq!(chunked_end(&body[..cut]), None, "cut at {cut}");
        }
        assert_eq!(chunked_end(body), Some(body.len()));
        assert_eq!(unchunk(body), b"hello world");
    }
}
