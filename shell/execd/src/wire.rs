//! Between the core's types and those that travel: here, because only here both are visible.

use api::hands as wire;
use executor::contract::{Agent, CallId, Operation, Report};
use model::{Notice, OcfCode, OperationStatus, Severity, WallTime};
use std::time::Duration;

pub(crate) fn operation_out(operation: &Operation) -> wire::Operation {
    wire::Operation {
        resource: operation.resource.as_str().to_owned(),
        class: operation.agent.class.clone(),
        provider: operation.agent.provider.clone(),
        kind: operation.agent.kind.clone(),
        action: operation.action.clone(),
        interval_ms: milliseconds(operation.interval),
        timeout_ms: milliseconds(operation.timeout),
        start_delay_ms: milliseconds(operation.start_delay),
        parameters: operation.parameters.clone(),
        tag: operation.tag.clone(),
    }
}

pub(crate) fn operation_in(operation: wire::Operation) -> Operation {
    Operation {
        resource: operation.resource.as_str().into(),
        agent: Agent { class: operation.class, provider: operation.provider, kind: operation.kind },
        action: operation.action,
        interval: Duration::from_millis(operation.interval_ms),
        timeout: Duration::from_millis(operation.timeout_ms),
        start_delay: Duration::from_millis(operation.start_delay_ms),
        parameters: operation.parameters,
        tag: operation.tag,
    }
}

pub(crate) fn report_out(report: &Report) -> wire::Report {
    wire::Report {
        call: report.call.0,
        operation: operation_out(&report.operation),
        status: report.status.code(),
        code: report.code.0,
        reason: report.reason.clone(),
        output: report.output.clone(),
        started_ms: report.started.0,
        changed_ms: report.changed.0,
        run_time_ms: milliseconds(report.run_time),
        queue_time_ms: milliseconds(report.queue_time),
    }
}

/// A status number without a meaning here (from newer hands) is a result without a meaning.
pub(crate) fn report_in(report: wire::Report) -> Report {
    Report {
        call: CallId(report.call),
        operation: operation_in(report.operation),
        status: OperationStatus::from_code(report.status.into()).unwrap_or(OperationStatus::Invalid),
        code: OcfCode(report.code),
        reason: report.reason,
        output: report.output,
        started: WallTime(report.started_ms),
        changed: WallTime(report.changed_ms),
        run_time: Duration::from_millis(report.run_time_ms),
        queue_time: Duration::from_millis(report.queue_time_ms),
    }
}

pub(crate) fn notice_out(notice: &Notice) -> wire::Answer {
    wire::Answer::Notice {
        id: notice.id.to_owned(),
        severity: notice.severity.as_str().to_owned(),
        text: notice.text.clone(),
    }
}

/// An id that we do not know (from newer hands) keeps its text under an id of ours.
pub(crate) fn notice_in(id: &str, severity: &str, text: String) -> Notice {
    let known = executor::notices::ALL.into_iter().find(|known| *known == id);
    let severities = [Severity::Debug, Severity::Info, Severity::Notice, Severity::Warning, Severity::Error];
    let severity = severities.into_iter().find(|known| known.as_str() == severity).unwrap_or(Severity::Critical);
    Notice::new(known.unwrap_or("hands-notice"), severity, text)
}

pub(crate) fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{notice_in, notice_out, report_in, report_out};
    use api::hands::Answer;
    use executor::contract::{Agent, CallId, Operation, Report};
    use model::{Notice, OcfCode, OperationStatus, Severity, WallTime};
    use std::time::Duration;

    #[test]
    fn a_report_travels_unchanged() {
        let operation = Operation {
            resource: "ip".into(),
            agent: Agent { class: "ocf".into(), provider: Some("heartbeat".into()), kind: "IPaddr2".into() },
            action: "monitor".into(),
            interval: Duration::from_secs(5),
            timeout: Duration::from_secs(3),
            start_delay: Duration::from_millis(1),
            parameters: [("ip".to_owned(), "1.2.3.4".to_owned())].into(),
            tag: "0:3:7:key".into(),
        };
        let report = Report {
            call: CallId(9),
            operation,
            status: OperationStatus::Timeout,
            code: OcfCode::ERROR,
            reason: "slow".into(),
            output: "a\nb".into(),
            started: WallTime(-5),
            changed: WallTime(7),
            run_time: Duration::from_millis(3001),
            queue_time: Duration::from_millis(2),
        };
        assert_eq!(report_in(report_out(&report)), report);
    }

    #[test]
    fn every_notice_of_the_hands_travels_unchanged() {
        for id in executor::notices::ALL {
            for severity in [Severity::Debug, Severity::Warning, Severity::Critical] {
                let notice = Notice::new(id, severity, "text");
                let Answer::Notice { id, severity, text } = notice_out(&notice) else { panic!("a notice stays one") };
                assert_eq!(notice_in(&id, &severity, text), notice);
            }
        }
    }
}
