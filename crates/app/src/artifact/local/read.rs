//! Reading a file in blocks, the next one while the one before is on its way.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use greenroom_core::Result;
use tokio::task::JoinHandle;

use super::tree;
use crate::artifact::store::ByteStream;

/// Bytes that are read at once.
const BLOCK: u64 = 512 * 1024;

/// The bytes of a file in a range, of which the first block is read here and now. Waits for the disk.
pub(super) fn stream(mut file: File, range: Range<u64>) -> std::io::Result<ByteStream> {
    if range.is_empty() {
        return Ok(stream::empty().boxed());
    }
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start))?;
    }
    let mut reading = Reading { file, left: range.end - range.start };
    let first = reading.block()?;
    let first = stream::once(std::future::ready(Ok(first)));
    if reading.left == 0 {
        return Ok(first.boxed());
    }
    // Nothing is read ahead for a reader who never asks: the stream is empty until it is polled.
    let rest = stream::unfold(Ahead::Idle(reading), |ahead| async move {
        let next = match ahead {
            Ahead::Idle(reading) => reading.next(),
            Ahead::Busy(next) => next,
            Ahead::Over => return None,
        };
        match tree::joined(next.await) {
            Ok((block, reading)) if reading.left > 0 => Some((Ok(block), Ahead::Busy(reading.next()))),
            Ok((block, _)) => Some((Ok(block), Ahead::Over)),
            Err(error) => Some((Err(error), Ahead::Over)),
        }
    });
    Ok(first.chain(rest).boxed())
}

enum Ahead {
    Idle(Reading),
    Busy(JoinHandle<Result<(Bytes, Reading)>>),
    Over,
}

struct Reading {
    file: File,
    left: u64,
}

impl Reading {
    /// Begins to read the next block.
    fn next(mut self) -> JoinHandle<Result<(Bytes, Reading)>> {
        tokio::task::spawn_blocking(move || {
            let block =
                self.block().map_err(|error| tree::Fault::Disk(error).told("a file that is being read"))?;
            Ok((block, self))
        })
    }

    fn block(&mut self) -> std::io::Result<Bytes> {
        let wanted = self.left.min(BLOCK);
        let mut block = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
        (&self.file).take(wanted).read_to_end(&mut block)?;
        if (block.len() as u64) < wanted {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= wanted;
        Ok(block.into())
    }
}
