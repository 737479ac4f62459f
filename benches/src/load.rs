//! Load: so many clients, each sending one ready-made request after the other, for so long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::statistics::{Point, percentile, real};
use crate::{Result, process};

/// Requests to choose from at random.
pub(crate) type Pool = Arc<Vec<Vec<u8>>>;

/// How long an answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Who is asked.
    pub(crate) address: SocketAddr,
    /// How many ask at once.
    pub(crate) clients: usize,
    /// Before it counts.
    pub(crate) warm_up: Duration,
    /// While it counts.
    pub(crate) measure: Duration,
    /// Whose processor time is told.
    pub(crate) pid: Option<u32>,
}

#[derive(Default)]
struct Heard {
    micros: Vec<u32>,
    errors: usize,
    all: usize,
}

/// Runs the load.
pub(crate) async fn run(load: Load, pool: &Pool) -> Result<Point> {
    let mut clients = JoinSet::new();
    let processor = || load.pid.map_or(Duration::ZERO, process::processor_time);
    let processor_before = processor();
    let from = Instant::now() + load.warm_up;
    let until = from + load.measure;
    for number in 0..load.clients {
        clients.spawn(client(load.address, Arc::clone(pool), number as u64, from, until));
    }
    let mut heard = Heard::default();
    let all = async {
        while let Some(client) = clients.join_next().await {
            let one = client??;
            heard.micros.extend(one.micros);
            heard.errors += one.errors;
            heard.all += one.all;
        }
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    };
    tokio::time::timeout(load.warm_up + load.measure + PATIENCE, all)
        .await
        .map_err(|_| format!("a server did not answer within {PATIENCE:?}"))??;
    let spent = processor().saturating_sub(processor_before);

    heard.micros.sort_unstable();
    Ok(Point {
        per_second: real(heard.micros.len()) / load.measure.as_secs_f64(),
        p50: percentile(&heard.micros, 0.50),
        p99: percentile(&heard.micros, 0.99),
        errors: heard.errors,
        processor: load.pid.and_then(|_| spent.checked_div(u32::try_from(heard.all).ok()?)),
    })
}

async fn client(
    address: SocketAddr,
    pool: Pool,
    number: u64,
    from: Instant,
    until: Instant,
) -> std::io::Result<Heard> {
    let mut heard = Heard::default();
    let mut connection = Connection::open(address).await?;
    let mut random = Random::new(number);
    let mut begun = Instant::now();
    loop {
        let request = &pool[random.below(pool.len())];
        let good = if let Ok(answer) = connection.ask(request).await {
            answer.status == 200
        } else {
            connection = Connection::open(address).await?;
            false
        };
        let ended = Instant::now();
        if ended >= until {
            return Ok(heard);
        }
        heard.all += 1;
        if ended >= from && good {
            heard.micros.push(u32::try_from((ended - begun).as_micros()).unwrap_or(u32::MAX));
        } else if !good {
            heard.errors += 1;
        }
        begun = ended;
    }
}

/// Asks one client's calls one after the other: what each took, in microseconds, sorted.
pub(crate) async fn calls(
    address: SocketAddr,
    pool: &Pool,
    most: usize,
    within: Duration,
) -> Result<Vec<u32>> {
    let mut connection = Connection::open(address).await?;
    let mut random = Random::new(7);
    let mut micros = Vec::with_capacity(most);
    let first = Instant::now();
    // The first few fill caches.
    for count in 0..most + 3 {
        let request = &pool[random.below(pool.len())];
        let begun = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, connection.ask(request)).await??;
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body()).into_owned();
            return Err(format!("a call answered {}: {said}", answer.status).into());
        }
        if count >= 3 {
            micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        if !micros.is_empty() && first.elapsed() > within {
            break;
        }
    }
    micros.sort_unstable();
    Ok(micros)
}

/// Xorshift: the same choices in every run.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 33) % end as u64).unwrap_or(0)
    }
}
