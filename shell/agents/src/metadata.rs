//! An agent's description of itself, as the XML of `ra-api-1.dtd`.

use std::fmt::Write;

/// What a cluster's tools show of an agent.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The agent's type.
    pub name: &'static str,
    /// One line.
    pub short: &'static str,
    /// A paragraph.
    pub long: &'static str,
    /// In the order in which people meet them.
    pub parameters: &'static [Parameter],
    /// With the least timeouts that make sense.
    pub actions: &'static [Action],
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As behind `OCF_RESKEY_`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be given.
    pub presence: Presence,
    /// What holds when it is not given.
    pub default: Option<&'static str>,
    /// One line.
    pub short: &'static str,
    /// A sentence or two.
    pub long: &'static str,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    String,
    Integer,
    Boolean,
    Time,
}

/// Whether a parameter must be given, and whether two resources may have the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Presence {
    Optional,
    Unique,
    RequiredUnique,
}

/// One action and its advised times.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// As on the command line.
    pub name: &'static str,
    /// With its unit.
    pub timeout: &'static str,
    /// For recurring ones.
    pub interval: Option<&'static str>,
}

impl Action {
    /// An action that is run once.
    pub const fn once(name: &'static str, timeout: &'static str) -> Self {
        Self { name, timeout, interval: None }
    }

    /// An action that is repeated.
    pub const fn every(name: &'static str, timeout: &'static str, interval: &'static str) -> Self {
        Self { name, timeout, interval: Some(interval) }
    }
}

impl Description {
    /// The document.
    pub fn to_xml(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">\n\
             <resource-agent name=\"{}\" version=\"{}\">\n<version>1.0</version>\n",
            self.name,
            env!("CARGO_PKG_VERSION"),
        );
        describe(&mut xml, self.short, self.long);
        xml.push_str("<parameters>\n");
        for parameter in self.parameters {
            parameter.write(&mut xml);
        }
        xml.push_str("</parameters>\n<actions>\n");
        for action in self.actions {
            action.write(&mut xml);
        }
        xml.push_str("</actions>\n</resource-agent>\n");
        xml
    }
}

impl Parameter {
    fn write(&self, xml: &mut String) {
        let (unique, required) = match self.presence {
            Presence::Optional => (0, 0),
            Presence::Unique => (1, 0),
            Presence::RequiredUnique => (1, 1),
        };
        put(xml, format_args!("<parameter name=\"{}\" unique=\"{unique}\" required=\"{required}\">\n", self.name));
        describe(xml, self.short, self.long);
        let kind = match self.kind {
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Boolean => "boolean",
            Kind::Time => "time",
        };
        let default = self.default.map(|value| format!(" default=\"{}\"", escape(value))).unwrap_or_default();
        put(xml, format_args!("<content type=\"{kind}\"{default}/>\n</parameter>\n"));
    }
}

impl Action {
    fn write(&self, xml: &mut String) {
        let interval = self.interval.map(|value| format!(" depth=\"0\" interval=\"{value}\"")).unwrap_or_default();
        put(xml, format_args!("<action name=\"{}\" timeout=\"{}\"{interval}/>\n", self.name, self.timeout));
    }
}

fn describe(xml: &mut String, short: &str, long: &str) {
    put(
        xml,
        format_args!(
            "<longdesc lang=\"en\">\n{}\n</longdesc>\n<shortdesc lang=\"en\">{}</shortdesc>\n",
            escape(long),
            escape(short)
        ),
    );
}

fn put(xml: &mut String, text: std::fmt::Arguments) {
    xml.write_fmt(text).expect("writing to a String does not fail");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
