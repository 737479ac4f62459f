//! What a server occupies: memory as the kernel counts it, and processor time while nobody asks anything.

use std::fs;
use std::ops::Add;
use std::time::{Duration, Instant};

use crate::process;

/// Memory of one process or of a family, in MiB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Resident, with the pages of mapped files.
    pub(crate) resident: f64,
    /// The process's own: no pages of mapped files, which the kernel can take back at any time.
    pub(crate) private: f64,
}

impl Memory {
    /// As the kernel sees it now; of a process that is gone, nothing.
    pub(crate) fn of(pid: u32) -> Self {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kib: Option<f64> = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
            kib.unwrap_or(0.0) / 1024.0
        };
        Self { resident: field("Rss"), private: field("Pss_Anon") }
    }

    /// The greater of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self { resident: self.resident.max(other.resident), private: self.private.max(other.private) }
    }
}

impl Add for Memory {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { resident: self.resident + other.resident, private: self.private + other.private }
    }
}

/// Makes the kernel forget the most that a family of processes had in memory: `peak` tells what follows.
pub(crate) fn forget_peak(root: u32) {
    for member in process::tree(root) {
        let _a_process_may_be_gone = fs::write(format!("/proc/{}/clear_refs", member.pid), "5");
    }
}

/// The most resident memory of a family, in MiB, each process at its own worst moment.
pub(crate) fn peak(root: u32) -> f64 {
    let of = |pid: u32| -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    };
    process::tree(root).iter().filter_map(|member| of(member.pid)).sum::<f64>() / 1024.0
}

/// A server that is left alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Idle {
    /// Of all its processes; what they share is counted once per process in `resident`.
    pub(crate) memory: Memory,
    /// How many those are.
    pub(crate) processes: usize,
    /// What they spent.
    pub(crate) processor: Duration,
    /// In this time.
    pub(crate) watched: Duration,
}

/// Waits until a server that has just started is really done with it, for a while at most.
pub(crate) async fn settled(root: u32, most: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < most {
        let before = spent(root);
        tokio::time::sleep(Duration::from_secs(1)).await;
        if spent(root).saturating_sub(before) < Duration::from_millis(100) {
            return;
        }
    }
}

fn spent(root: u32) -> Duration {
    process::tree(root).iter().map(|m| process::processor_time(m.pid)).sum()
}

/// Leaves a server alone for a while and says what it occupied.
pub(crate) async fn idle(root: u32, watched: Duration) -> Idle {
    // What the last requests left to do is not idling.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = spent(root);
    tokio::time::sleep(watched).await;
    let processor = spent(root).saturating_sub(before);
    let family = process::tree(root);
    let memory = family.iter().map(|m| Memory::of(m.pid)).fold(Memory::default(), Add::add);
    Idle { memory, processes: family.len(), processor, watched }
}
