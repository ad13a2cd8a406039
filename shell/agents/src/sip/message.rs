//! SIP messages as bytes: the request that is sent, the response that is read, the answer a responder gives.

use super::Transport;
use std::net::SocketAddr;
use thiserror::Error;

/// One OPTIONS request; every field that must differ between two requests is the caller's.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Who is asked; also the host of the request URI.
    pub target: SocketAddr,
    /// Who asks: where the response should go if `rport` is not honoured.
    pub local: SocketAddr,
    /// What carries it.
    pub transport: Transport,
    /// The user of the request URI; empty for a URI without one.
    pub user: &'a str,
    /// Unique to this request; echoed by the response.
    pub call_id: &'a str,
    /// Unique to this request, without the magic cookie.
    pub branch: &'a str,
    /// The tag of the From header.
    pub tag: &'a str,
    /// The sequence number.
    pub cseq: u32,
}

impl Options<'_> {
    /// The request as it goes onto the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { target, local, transport, call_id, branch, tag, cseq, .. } = self;
        let at = if self.user.is_empty() { "" } else { "@" };
        let uri = format!("sip:{}{at}{target}", self.user);
        let uri = match transport {
            Transport::Udp => uri,
            Transport::Tcp => format!("{uri};transport=tcp"),
        };
        format!(
            "OPTIONS {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} {local};branch=z9hG4bK{branch};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:systole@{local}>;tag={tag}\r\n\
             To: <{uri}>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {cseq} OPTIONS\r\n\
             Contact: <sip:systole@{local}>\r\n\
             Accept: application/sdp\r\n\
             User-Agent: systole\r\n\
             Content-Length: 0\r\n\r\n"
        )
        .into_bytes()
    }
}

/// What of a response matters to a monitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 100 to 699.
    pub status: u16,
    /// The text behind the status.
    pub reason: String,
    /// The Call-ID of the request it answers.
    pub call_id: String,
    /// The number of the CSeq of the request it answers.
    pub cseq: u32,
}

/// Bytes that are not a SIP response.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The bytes are not text.
    #[error("the message is not UTF-8")]
    NotText,
    /// The first line is not `SIP/2.0 NNN reason`.
    #[error("the first line is not the status line of a SIP response: {0:?}")]
    StatusLine(String),
    /// A header without which the response belongs to nobody.
    #[error("the response has no usable {0} header")]
    Header(&'static str),
}

impl Response {
    /// Reads one response.
    ///
    /// # Errors
    /// When it is no SIP response, or lacks a header that says which request it answers.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ParseError::NotText)?;
        let first = text.lines().next().unwrap_or_default();
        let (status, reason) = status_line(first).ok_or_else(|| ParseError::StatusLine(first.to_owned()))?;
        let call_id = header(text, "Call-ID", "i").ok_or(ParseError::Header("Call-ID"))?;
        let cseq = header(text, "CSeq", "CSeq").and_then(|value| value.split_whitespace().next()?.parse().ok());
        Ok(Self {
            status,
            reason: reason.to_owned(),
            call_id: call_id.to_owned(),
            cseq: cseq.ok_or(ParseError::Header("CSeq"))?,
        })
    }

    /// Provisional responses (1xx) say that another one follows.
    pub fn is_final(&self) -> bool {
        self.status >= 200
    }
}

/// The 200 that a responder gives to a request; `None` when the bytes are not an OPTIONS request it can answer.
pub fn answer(request: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(request).ok()?;
    let first = text.lines().next()?;
    if !first.ends_with(" SIP/2.0") || first.starts_with("ACK ") {
        return None;
    }
    let status = if first.starts_with("OPTIONS ") { "200 OK" } else { "405 Method Not Allowed" };
    let mut response = format!("SIP/2.0 {status}\r\n");
    for via in headers(text, "Via", "v") {
        response.push_str(&format!("Via: {via}\r\n"));
    }
    let to = header(text, "To", "t")?;
    let tag = if to.contains(";tag=") { "" } else { ";tag=systole" };
    response.push_str(&format!(
        "From: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\nAllow: OPTIONS\r\nServer: systole\r\nContent-Length: 0\r\n\r\n",
        header(text, "From", "f")?,
        header(text, "Call-ID", "i")?,
        header(text, "CSeq", "CSeq")?,
    ));
    Some(response.into_bytes())
}

/// The value of the first header with that name or its compact form.
pub(super) fn header<'a>(text: &'a str, name: &'static str, compact: &'static str) -> Option<&'a str> {
    headers(text, name, compact).next()
}

fn headers<'a>(text: &'a str, name: &'static str, compact: &'static str) -> impl Iterator<Item = &'a str> {
    text.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(move |line| {
        let (key, value) = line.split_once(':')?;
        let key = key.trim_end();
        (key.eq_ignore_ascii_case(name) || key.eq_ignore_ascii_case(compact)).then_some(value.trim())
    })
}

fn status_line(line: &str) -> Option<(u16, &str)> {
    let rest = line.strip_prefix("SIP/2.0 ")?;
    let (number, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = number.parse().ok().filter(|status| (100..700).contains(status))?;
    Some((status, reason))
}
