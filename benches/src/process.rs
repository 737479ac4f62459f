//! Programs that the bench starts: each in a process group of its own, ended with everything it started
//! itself, by id.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// How long a program may take to end when asked to.
const GRACE: Duration = Duration::from_secs(15);
const GLANCE: Duration = Duration::from_millis(10);

/// A running program.
pub(crate) struct Process {
    child: Child,
    ended: bool,
}

impl Process {
    /// Starts a program that writes into a log file.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let output = File::create(log)?;
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .map_err(|e| format!("cannot start {program}: {e}"))?;
        Ok(Self { child, ended: false })
    }

    /// Its id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The status, once it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.ended = self.ended || status.is_some();
        Ok(status)
    }

    /// Waits until it ends by itself.
    pub(crate) async fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            if begun.elapsed() > limit {
                return Err("a program did not end in time".into());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Asks it to end, and waits; what does not listen is killed.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let family = tree(self.pid());
        signal("TERM", &[i64::from(self.pid())]);
        let asked = self.wait(GRACE).await;
        kill_left(self.pid(), &family);
        asked.map(|_| ())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            let family = tree(self.pid());
            signal("KILL", &[i64::from(self.pid())]);
            kill_left(self.pid(), &family);
            let _reaped = self.child.wait();
        }
    }
}

/// Kills what is left of a program's group and of its descendants.
fn kill_left(group: u32, family: &[Member]) {
    let mut targets = vec![-i64::from(group)];
    // An id may have been given away since; its start time tells.
    let left = family.iter().filter(|m| m.pid != group && Member::read(m.pid).as_ref() == Some(m));
    targets.extend(left.map(|m| i64::from(m.pid)));
    signal("KILL", &targets);
}

fn signal(name: &str, targets: &[i64]) {
    let targets = targets.iter().map(ToString::to_string);
    let _they_may_be_gone = Command::new("kill")
        .args([&format!("-{name}"), "--"])
        .args(targets)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// One process of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its id.
    pub(crate) pid: u32,
    started: u64,
}

impl Member {
    fn read(pid: u32) -> Option<Self> {
        let started = stat(pid)?.get(19)?.parse().ok()?;
        Some(Self { pid, started })
    }
}

/// The fields of `/proc/PID/stat` after the program's name: state, parent ...
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

/// A process and all its descendants.
pub(crate) fn tree(root: u32) -> Vec<Member> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    let parents: Vec<(u32, u32)> =
        pids.into_iter().filter_map(|pid| Some((pid, stat(pid)?.get(1)?.parse().ok()?))).collect();
    let mut family = vec![root];
    let mut looked_at = 0;
    while let Some(parent) = family.get(looked_at).copied() {
        family.extend(parents.iter().filter(|(_, p)| *p == parent).map(|(pid, _)| *pid));
        looked_at += 1;
    }
    family.into_iter().filter_map(Member::read).collect()
}

/// User and system time of one process so far; the kernel counts in hundredths of a second.
pub(crate) fn processor_time(pid: u32) -> Duration {
    let ticks = |fields: Vec<String>| -> Option<u64> {
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    Duration::from_millis(stat(pid).and_then(ticks).unwrap_or(0) * 10)
}
