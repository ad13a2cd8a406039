//! What comes over the local socket, in both directions.

use api::frame::{Decoder, encode};
use api::{Asked, Change, Reply, Request};

/// As much as the daemon lets a client say at once.
const LENGTH_MAX: usize = 1 << 16;

fn requests() -> Vec<Asked> {
    let xml = "<nvpair id=\"a\" name=\"b\" value=\"c\"/>".to_owned();
    let section = Some("crm_config".to_owned());
    let requests = [
        Request::Cib,
        Request::Change(Change::Modify { section: section.clone(), xml: xml.clone(), may_create: true }),
        Request::Change(Change::Delete { section, xml }),
        Request::Change(Change::Attribute {
            node: "left".to_owned(),
            name: "pingd".to_owned(),
            value: Some("value+=1".to_owned()),
            permanent: false,
        }),
        Request::Cleanup { resource: Some("ip".to_owned()), node: None, whole_history: true },
        Request::Fail { resource: "ip".to_owned(), node: "left".to_owned() },
        Request::WaitIdle { timeout_ms: 60_000 },
        Request::Events { last: 10, follow: true },
    ];
    requests.map(|request| Asked { version: api::VERSION, client: "fuzz".to_owned(), request }).to_vec()
}

pub(super) fn frames() -> Vec<Vec<u8>> {
    let one = |asked: &Asked| encode(asked).expect("it is short");
    let all = requests();
    let mut frames: Vec<Vec<u8>> = all.iter().map(one).collect();
    frames.push(all.iter().flat_map(one).collect());
    frames
}

/// However the stream is cut, it says the same, and a client that says too much is held to its limit.
pub(super) fn read_frames(bytes: &[u8]) {
    let whole = bodies_of(bytes, bytes.len().max(1));
    let cut = bodies_of(bytes, 1 + bytes.len() / 7);
    assert_eq!(whole, cut, "the pieces in which a stream comes make no difference");
}

fn bodies_of(bytes: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::with_length_max(LENGTH_MAX);
    let mut bodies = Vec::new();
    for chunk in bytes.chunks(piece) {
        decoder.push(chunk);
        while let Ok(Some(body)) = decoder.next_body() {
            bodies.push(body);
        }
    }
    bodies
}

pub(super) fn bodies() -> Vec<Vec<u8>> {
    frames().into_iter().map(|frame| frame[4..].to_vec()).collect()
}

/// What is understood as a request is written and understood again.
pub(super) fn read_body(bytes: &[u8]) {
    let _ = api::frame::parse::<Reply>(bytes);
    let Ok(asked) = api::frame::parse::<Asked>(bytes) else { return };
    let frame = encode(&asked).expect("it is as short as it came");
    assert_eq!(api::frame::parse::<Asked>(&frame[4..]).expect("it was understood before"), asked);
}
