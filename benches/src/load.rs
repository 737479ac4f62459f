//! Load: so many clients, each sending one ready-made request after the other, for so long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::statistics::{Point, percentile, real};
use crate::{Result, process};

/// Requests to choose from at random.
pub(crate) type Pool = Arc<Vec<Vec<u8>>>;

/// How long an answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_mins(3);
/// Where a request has these digits, each time it is sent under load it has a time of its own: what is logged twice
/// may be no work the second time.
pub(crate) const TIME: u64 = 7_777_777_777_777;
/// The first of those times (Unix milliseconds).
const FIRST_TIME: u64 = 1_760_000_000_000;
/// How many were given.
static TIMES: AtomicU64 = AtomicU64::new(0);

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
    let times: Arc<Vec<Vec<usize>>> = Arc::new(pool.iter().map(|request| times_in(request)).collect());
    let processor = || load.pid.map_or(Duration::ZERO, process::processor_time);
    let processor_before = processor();
    let from = Instant::now() + load.warm_up;
    let until = from + load.measure;
    for number in 0..load.clients {
        clients.spawn(client(load.address, Arc::clone(pool), Arc::clone(&times), number as u64, from, until));
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
    times: Arc<Vec<Vec<usize>>>,
    number: u64,
    from: Instant,
    until: Instant,
) -> std::io::Result<Heard> {
    let mut heard = Heard::default();
    let mut connection = Connection::open(address).await?;
    let mut random = Random::new(number);
    let mut begun = Instant::now();
    let mut own = Vec::new();
    loop {
        let choice = random.below(pool.len());
        let request = timed(&pool[choice], &times[choice], &mut own);
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

/// Where a request has the digits of `TIME`.
fn times_in(request: &[u8]) -> Vec<usize> {
    let digits = TIME.to_string();
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(place) = request[from..].windows(digits.len()).position(|w| w == digits.as_bytes()) {
        places.push(from + place);
        from += place + digits.len();
    }
    places
}

/// The request with a time that no other has, or as it is when it has room for none.
fn timed<'a>(request: &'a [u8], times: &[usize], own: &'a mut Vec<u8>) -> &'a [u8] {
    if times.is_empty() {
        return request;
    }
    let time = (FIRST_TIME + TIMES.fetch_add(1, Ordering::Relaxed)).to_string();
    own.clear();
    own.extend_from_slice(request);
    for place in times.iter().copied() {
        own[place..place + time.len()].copy_from_slice(time.as_bytes());
    }
    own
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
    // The first few fill caches, unless they alone take too long.
    for count in 0..most + 3 {
        let request = &pool[random.below(pool.len())];
        let begun = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, connection.ask(request)).await??;
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body()).into_owned();
            return Err(format!("a call answered {}: {said}", answer.status).into());
        }
        if count >= 3 || first.elapsed() > within {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_gets_a_time_of_its_own_in_all_its_places() {
        let request = format!("a{TIME}b{TIME}").into_bytes();
        let places = times_in(&request);
        assert_eq!(places, [1, 15]);
        let (mut own, mut other) = (Vec::new(), Vec::new());
        let first = timed(&request, &places, &mut own);
        assert_eq!((first.len(), &first[1..14]), (request.len(), &first[15..28]));
        assert_ne!(first, timed(&request, &places, &mut other));
        assert_eq!(timed(b"none", &times_in(b"none"), &mut Vec::new()), b"none");
    }
}
