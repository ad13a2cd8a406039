//! What nodes and witness say to each other, before it is sealed and after it is opened.

use crate::contract::{Incarnation, Member};
use crate::wire::Malformed;
use crate::wire::codec::{Reader, Writer};
use std::time::Duration;

/// The first byte; no packet between nodes begins with it, so that neither is taken for the other.
const QUESTION: u8 = 0x51;
const ANSWER: u8 = 0x41;
/// Nobody asks for longer than a day, and no overflow is near.
const MILLIS_MAX: u64 = 86_400_000;

/// "Give your vote to these members, please."
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) asker: Member,
    /// Grows with each question of this life.
    pub(crate) number: u64,
    /// What the witness has told us to name; 0 at first.
    pub(crate) token: u64,
    /// Comes back in the answer.
    pub(crate) nonce: u64,
    /// For how long.
    pub(crate) lease: Duration,
    pub(crate) members: Vec<Member>,
}

/// The answer to the question with this nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) nonce: u64,
    pub(crate) ruling: Ruling,
}

/// What the witness says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// They have it, for so long from when the question came.
    Granted { lease: Duration },
    /// Others have it, for so long at least.
    Refused { wait: Duration },
    /// Ask again, naming this.
    Introduce { token: u64 },
}

pub(crate) fn encode_question(question: &Question) -> Vec<u8> {
    let mut writer = Writer(vec![QUESTION]);
    member(&mut writer, &question.asker);
    writer.number(question.number);
    writer.fixed(question.token);
    writer.fixed(question.nonce);
    millis(&mut writer, question.lease);
    writer.length(question.members.len());
    question.members.iter().for_each(|one| member(&mut writer, one));
    writer.0
}

pub(crate) fn encode_answer(answer: &Answer) -> Vec<u8> {
    let mut writer = Writer(vec![ANSWER]);
    writer.fixed(answer.nonce);
    match answer.ruling {
        Ruling::Granted { lease } => {
            writer.byte(1);
            millis(&mut writer, lease);
        }
        Ruling::Refused { wait } => {
            writer.byte(2);
            millis(&mut writer, wait);
        }
        Ruling::Introduce { token } => {
            writer.byte(3);
            writer.fixed(token);
        }
    }
    writer.0
}

fn member(writer: &mut Writer, member: &Member) {
    writer.name(&member.name);
    writer.number(member.incarnation.0);
}

fn millis(writer: &mut Writer, span: Duration) {
    writer.number(u64::try_from(span.as_millis()).unwrap_or(MILLIS_MAX).min(MILLIS_MAX));
}

/// # Errors
/// These bytes are no question.
pub(crate) fn question(bytes: &[u8]) -> Result<Question, Malformed> {
    let mut reader = Reader(bytes);
    if reader.byte()? != QUESTION {
        return Err(Malformed::Kind);
    }
    let question = Question {
        asker: read_member(&mut reader)?,
        number: reader.number()?,
        token: reader.fixed()?,
        nonce: reader.fixed()?,
        lease: read_millis(&mut reader)?,
        members: reader.list(read_member)?,
    };
    reader.end()?;
    Ok(question)
}

/// # Errors
/// These bytes are no answer.
pub(crate) fn answer(bytes: &[u8]) -> Result<Answer, Malformed> {
    let mut reader = Reader(bytes);
    if reader.byte()? != ANSWER {
        return Err(Malformed::Kind);
    }
    let nonce = reader.fixed()?;
    let ruling = match reader.byte()? {
        1 => Ruling::Granted { lease: read_millis(&mut reader)? },
        2 => Ruling::Refused { wait: read_millis(&mut reader)? },
        3 => Ruling::Introduce { token: reader.fixed()? },
        _ => return Err(Malformed::Kind),
    };
    reader.end()?;
    Ok(Answer { nonce, ruling })
}

fn read_member(reader: &mut Reader<'_>) -> Result<Member, Malformed> {
    Ok(Member { name: reader.name()?, incarnation: Incarnation(reader.number()?) })
}

fn read_millis(reader: &mut Reader<'_>) -> Result<Duration, Malformed> {
    let millis = reader.number()?;
    if millis <= MILLIS_MAX { Ok(Duration::from_millis(millis)) } else { Err(Malformed::Range) }
}
