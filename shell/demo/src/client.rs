//! A SIP client that asks every few milliseconds and says how long nobody answered.
//!
//! An outage begins when the first request that nobody answered was sent, and ends when the first later answer arrives:
//! the measure of the peers in `docs/benchmarks.md`.

use agents::sip::{Options as Request, Response, Transport};
use std::collections::VecDeque;
use std::io;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// A time without answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When the first unanswered request was sent, since the client's start.
    pub began: Duration,
    /// Until the next answer; `None` when there was none before the client stopped.
    pub lasted: Option<Duration>,
    /// How many requests nobody answered.
    pub lost: u64,
}

/// An answer that comes later than this is as good as none: a frozen host answers all it slept through, at once.
const LATE: Duration = Duration::from_millis(100);

/// What is known about one address, without a socket: requests and answers in, outages out.
#[derive(Debug, Default)]
pub struct Record {
    /// Sent and not answered, oldest first.
    waiting: VecDeque<(u64, Duration)>,
    answered: u64,
    outages: Vec<Outage>,
}

impl Record {
    /// A request was sent.
    pub fn sent(&mut self, number: u64, at: Duration) {
        self.waiting.push_back((number, at));
    }

    /// Request `number` was answered: every older one that waits was lost. Returns the outage that this ends.
    pub fn answered(&mut self, number: u64, at: Duration) -> Option<Outage> {
        let sent = self.waiting.iter().find(|(waiting, _)| *waiting == number).map(|(_, sent)| *sent)?;
        if at.saturating_sub(sent) > LATE {
            return None;
        }
        self.answered += 1;
        let first = self.waiting.front().copied();
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, _)| *waiting > number);
        let lost = before - self.waiting.len() - 1;
        let (_, began) = first.filter(|_| lost > 0)?;
        let outage =
            Outage { began, lasted: Some(at.saturating_sub(began)), lost: u64::try_from(lost).unwrap_or(u64::MAX) };
        self.outages.push(outage);
        Some(outage)
    }

    /// How many answers came.
    pub fn answers(&self) -> u64 {
        self.answered
    }

    /// All outages so far; the last one is open when requests have been waiting for longer than `patience`.
    pub fn outages(&self, now: Duration, patience: Duration) -> Vec<Outage> {
        let mut all = self.outages.clone();
        if let Some((_, began)) = self.waiting.front().filter(|(_, began)| now.saturating_sub(*began) > patience) {
            all.push(Outage {
                began: *began,
                lasted: None,
                lost: u64::try_from(self.waiting.len()).unwrap_or(u64::MAX),
            });
        }
        all
    }
}

/// `systole sip-client [--interval-ms N] [--seconds N] ADDRESS:PORT...`: asks until standard input ends or the time is over,
/// prints `up ADDRESS AT_MS` at the first answer, `outage ADDRESS BEGAN_MS LASTED_MS LOST` for each outage, and a last line
/// `total ADDRESS SENT ANSWERED`. An outage that has not ended has the word `open` for its length.
pub fn main(arguments: &[String]) -> u8 {
    match Options::read(arguments).and_then(|options| ask(&options).map_err(|error| error.to_string())) {
        Ok(()) => 0,
        Err(reason) => {
            eprintln!("sip-client: {reason}");
            64
        }
    }
}

struct Options {
    interval: Duration,
    limit: Duration,
    targets: Vec<SocketAddr>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options =
            Self { interval: Duration::from_millis(5), limit: Duration::from_hours(1), targets: Vec::new() };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut number = || {
                let text = words.next().ok_or_else(|| format!("{word} needs a number"))?;
                text.parse::<u64>().map_err(|_| format!("{word}: '{text}' is not a number"))
            };
            match word.as_str() {
                "--interval-ms" => options.interval = Duration::from_millis(number()?.max(1)),
                "--seconds" => options.limit = Duration::from_secs(number()?),
                address => options.targets.push(
                    address.parse().map_err(|_| format!("'{address}' is not ADDRESS:PORT, e.g. 192.0.2.4:5060"))?,
                ),
            }
        }
        if options.targets.is_empty() {
            return Err("whom to ask? give ADDRESS:PORT, e.g. 192.0.2.4:5060".into());
        }
        Ok(options)
    }
}

fn ask(options: &Options) -> io::Result<()> {
    let start = Instant::now();
    let mut targets = options.targets.iter().copied().map(Target::open).collect::<io::Result<Vec<_>>>()?;
    let stop = stop_at_end_of_input();
    let mut number = 0_u32;
    let mut next = start;
    while start.elapsed() < options.limit && !stop.is_finished() {
        number += 1;
        for target in &mut targets {
            let request = target.request(number);
            target.record.sent(u64::from(number), start.elapsed());
            // Refused or unreachable is what an outage looks like; the record says it.
            let _ = target.socket.send(&request);
        }
        next += options.interval;
        while Instant::now() < next {
            targets.iter_mut().for_each(|target| listen(target, start));
            std::thread::sleep(Duration::from_micros(500).min(next.saturating_duration_since(Instant::now())));
        }
    }
    std::thread::sleep(LAST_ANSWERS);
    targets.iter_mut().for_each(|target| sum_up(target, start, number));
    Ok(())
}

/// How long an answer may take before its request counts as unanswered at the end.
const LAST_ANSWERS: Duration = Duration::from_millis(50);

fn sum_up(target: &mut Target, start: Instant, sent: u32) {
    listen(target, start);
    let all = target.record.outages(start.elapsed(), LAST_ANSWERS);
    if let Some(open) = all.last().filter(|outage| outage.lasted.is_none()) {
        tell(&format!("outage {} {} open {}", target.address, open.began.as_millis(), open.lost));
    }
    tell(&format!("total {} {sent} {}", target.address, target.record.answers()));
}

/// Whoever started us may have gone: then there is nobody to tell, which is no reason to panic.
fn tell(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

struct Target {
    address: SocketAddr,
    local: SocketAddr,
    socket: UdpSocket,
    record: Record,
}

impl Target {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any)?;
        socket.connect(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self { address, local: socket.local_addr()?, socket, record: Record::default() })
    }

    fn request(&self, number: u32) -> Vec<u8> {
        let branch = number.to_string();
        let call_id = format!("systole-{}", self.local.port());
        let (target, local, transport) = (self.address, self.local, Transport::Udp);
        Request {
            target,
            local,
            transport,
            user: "test",
            call_id: &call_id,
            branch: &branch,
            tag: "client",
            cseq: number,
        }
        .to_bytes()
    }
}

fn listen(target: &mut Target, start: Instant) {
    let mut buffer = [0_u8; 2048];
    while let Ok(length) = target.socket.recv(&mut buffer) {
        let Ok(response) = Response::parse(&buffer[..length]) else { continue };
        let first = target.record.answers() == 0;
        let ended = target.record.answered(u64::from(response.cseq), start.elapsed());
        if first && target.record.answers() > 0 {
            tell(&format!("up {} {}", target.address, start.elapsed().as_millis()));
        } else if let Some(Outage { began, lasted: Some(lasted), lost }) = ended {
            tell(&format!("outage {} {} {} {lost}", target.address, began.as_millis(), lasted.as_millis()));
        }
    }
}

/// A thread that ends when standard input does: whoever started the client closes its pipe to stop it.
fn stop_at_end_of_input() -> std::thread::JoinHandle<()> {
    std::thread::spawn(|| {
        let mut sink = [0_u8; 64];
        while matches!(std::io::stdin().read(&mut sink), Ok(count) if count > 0) {}
    })
}

#[cfg(test)]
mod tests {
    use super::{Outage, Record};
    use std::time::Duration;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn an_outage_lasts_from_the_first_lost_request_to_the_next_answer() {
        let mut record = Record::default();
        for number in 1..=6 {
            record.sent(number, ms(number * 5));
        }
        assert_eq!(record.answered(1, ms(6)), None);
        assert_eq!(record.answered(5, ms(27)), Some(Outage { began: ms(10), lasted: Some(ms(17)), lost: 3 }));
        assert_eq!(record.answered(6, ms(31)), None);
        assert_eq!(record.answers(), 3);
    }

    #[test]
    fn an_answer_that_comes_twice_counts_once() {
        let mut record = Record::default();
        record.sent(1, ms(5));
        record.answered(1, ms(6));
        assert_eq!(record.answered(1, ms(7)), None);
        assert_eq!(record.answers(), 1);
    }

    #[test]
    fn answers_that_come_late_do_not_end_an_outage() {
        let mut record = Record::default();
        record.sent(1, ms(5));
        record.sent(2, ms(300));
        assert_eq!(record.answered(1, ms(299)), None);
        assert_eq!(record.answered(2, ms(301)), Some(Outage { began: ms(5), lasted: Some(ms(296)), lost: 1 }));
    }

    #[test]
    fn an_outage_without_an_end_is_open() {
        let mut record = Record::default();
        record.sent(1, ms(5));
        assert_eq!(record.outages(ms(20), ms(50)), []);
        assert_eq!(record.outages(ms(100), ms(50)), [Outage { began: ms(5), lasted: None, lost: 1 }]);
    }
}
