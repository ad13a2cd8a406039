//! An operation and its result as `-i` and `-F` write them: `ip_monitor_10000@sip-a=7`.

use crate::failure::Failure;

/// What a failed operation is, where, and with which code it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// As it was written.
    pub text: String,
    /// The resource or instance.
    pub resource: String,
    /// `monitor`, `start`, ...
    pub task: String,
    /// In ms.
    pub interval: u64,
    /// Where.
    pub node: String,
    /// What the agent answers.
    pub code: u8,
}

impl Spec {
    /// Reads one.
    ///
    /// # Errors
    /// When a part is missing or is no number.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        read(text).ok_or_else(|| {
            let hint = "write RESOURCE_TASK_INTERVAL@NODE=CODE, the interval in ms: ip_monitor_10000@sip-a=7";
            Failure::usage(format!("'{text}' names no operation and result")).hint(hint)
        })
    }

    /// `monitor_10000`
    pub(super) fn operation(&self) -> String {
        format!("{}_{}", self.task, self.interval)
    }
}

fn read(text: &str) -> Option<Spec> {
    let (key, rest) = text.split_once('@')?;
    let (node, code) = rest.rsplit_once('=')?;
    let (rest, interval) = key.rsplit_once('_')?;
    let migration = ["migrate_to", "migrate_from"].into_iter().find(|task| rest.ends_with(&format!("_{task}")));
    let (resource, task) = match migration {
        Some(task) => (&rest[..rest.len() - task.len() - 1], task),
        None => rest.rsplit_once('_')?,
    };
    let named = !resource.is_empty() && !task.is_empty() && !node.is_empty();
    named.then_some(())?;
    Some(Spec {
        text: text.to_owned(),
        resource: resource.to_owned(),
        task: task.to_owned(),
        interval: interval.parse().ok()?,
        node: node.to_owned(),
        code: code.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::Spec;

    #[test]
    fn an_operation_with_its_node_and_code_is_read() {
        let spec = Spec::parse("my_ip:0_monitor_20000@host.example.com=7").expect("it is well-formed");
        assert_eq!((spec.resource.as_str(), spec.task.as_str(), spec.interval), ("my_ip:0", "monitor", 20_000));
        assert_eq!((spec.node.as_str(), spec.code), ("host.example.com", 7));
        let spec = Spec::parse("vm_migrate_to_0@a=1").expect("it is well-formed");
        assert_eq!((spec.resource.as_str(), spec.task.as_str()), ("vm", "migrate_to"));
    }

    #[test]
    fn what_lacks_a_part_is_refused() {
        for text in
            ["", "ip_monitor_0", "ip_monitor_0@a", "ip_monitor_x@a=1", "ip_monitor_0@a=x", "_monitor_0@a=1", "ip@a=1"]
        {
            assert!(Spec::parse(text).is_err(), "{text}");
        }
    }
}
