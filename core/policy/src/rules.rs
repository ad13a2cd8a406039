//! Rules: whether a condition of the configuration holds now, for this node, resource or operation.

use crate::calendar;
use crate::params::Params;
use crate::pattern::Matched;
use crate::values;
use cib::Element;
use std::cmp::Ordering;

/// Everything a rule may look at; what is absent makes the conditions about it false.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts<'a> {
    /// Seconds since 1970.
    pub now: i64,
    pub node: Option<&'a Params>,
    pub meta: Option<&'a Params>,
    pub parameters: Option<&'a Params>,
    pub standard: Option<&'a str>,
    pub provider: Option<&'a str>,
    pub agent: Option<&'a str>,
    pub operation: Option<(&'a str, u64)>,
    /// What a resource pattern matched: `%1` in the rule stands for its first group.
    pub matched: Option<&'a Matched>,
}

/// The earliest moment at which a rule that was looked at changes its answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NextChange(pub Option<i64>);

impl NextChange {
    fn note(&mut self, at: i64) {
        self.0 = Some(self.0.map_or(at, |old| old.min(at)));
    }
}

/// How a rule's conditions are joined; `None` for a word that is neither.
fn joins_with_or(rule: &Element) -> Option<bool> {
    match rule.attribute("boolean-op").unwrap_or("and").to_ascii_lowercase().as_str() {
        "and" => Some(false),
        "or" => Some(true),
        _ => None,
    }
}

/// Whether the rule holds. A rule without conditions holds.
pub(crate) fn holds(rule: &Element, facts: &Facts<'_>, next: &mut NextChange) -> bool {
    if rule.id().is_none_or(str::is_empty) {
        return false;
    }
    let Some(any) = joins_with_or(rule) else { return false };
    if rule.children().is_empty() {
        return true;
    }
    for condition in rule.children() {
        if condition_holds(condition, facts, next) == any {
            return any;
        }
    }
    !any
}

fn condition_holds(condition: &Element, facts: &Facts<'_>, next: &mut NextChange) -> bool {
    match condition.name() {
        "rule" => holds(condition, facts, next),
        "expression" => attribute_holds(condition, facts),
        "date_expression" => date_holds(condition, facts.now, next),
        "rsc_expression" => {
            let same =
                |name, actual: Option<&str>| condition.attribute(name).is_none_or(|wanted| Some(wanted) == actual);
            same("class", facts.standard) && same("provider", facts.provider) && same("type", facts.agent)
        }
        "op_expression" => operation_holds(condition, facts),
        _ => false,
    }
}

fn operation_holds(condition: &Element, facts: &Facts<'_>) -> bool {
    let Some((name, interval)) = facts.operation else { return false };
    condition.attribute("name") == Some(name)
        && condition.attribute("interval").is_none_or(|text| values::span_ms(text) == Some(interval))
}

fn attribute_holds(condition: &Element, facts: &Facts<'_>) -> bool {
    let Some(attribute) = condition.attribute("attribute") else { return false };
    let expanded = facts.matched.and_then(|matched| matched.expand(attribute));
    let attribute = expanded.as_deref().unwrap_or(attribute);
    let actual = facts.node.and_then(|node| node.get(attribute));
    let value = condition.attribute("value");
    let operation = condition.attribute("operation").unwrap_or_default().to_ascii_lowercase();
    match operation.as_str() {
        "defined" => return value.is_none() && actual.is_some(),
        "not_defined" => return value.is_none() && actual.is_none(),
        _ => {}
    }
    let Some(value) = value else { return false };
    let reference = match condition.attribute("value-source").unwrap_or("literal").to_ascii_lowercase().as_str() {
        "literal" => Some(value),
        "param" => facts.parameters.and_then(|table| table.get(value)),
        "meta" => facts.meta.and_then(|table| table.get(value)),
        _ => return false,
    };
    let Some(order) = compare(actual, reference, condition.attribute("type"), &operation) else { return false };
    let both = actual.is_some() && reference.is_some();
    match operation.as_str() {
        "eq" => order == Ordering::Equal,
        "ne" => order != Ordering::Equal,
        "lt" => both && order == Ordering::Less,
        "lte" => both && order != Ordering::Greater,
        "gt" => both && order == Ordering::Greater,
        "gte" => both && order != Ordering::Less,
        _ => false,
    }
}

/// Compares as the type says; without one, order comparisons are numeric and equality is by text. `None`: an unknown type.
fn compare(actual: Option<&str>, reference: Option<&str>, kind: Option<&str>, operation: &str) -> Option<Ordering> {
    let numeric = matches!(operation, "lt" | "lte" | "gt" | "gte");
    let dotted = [actual, reference].into_iter().flatten().any(|text| text.contains('.'));
    let kind = match kind.map(str::to_ascii_lowercase) {
        Some(kind) => kind,
        None if numeric && dotted => "number".to_owned(),
        None if numeric => "integer".to_owned(),
        None => "string".to_owned(),
    };
    let (a, b) = match (actual, reference) {
        (Some(a), Some(b)) => (a, b),
        (Some(_), None) => return Some(Ordering::Greater),
        (None, Some(_)) => return Some(Ordering::Less),
        (None, None) => return Some(Ordering::Equal),
    };
    let as_text = || a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
    Some(match kind.as_str() {
        "string" => as_text(),
        "integer" => match (values::leading_integer(a), values::leading_integer(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => as_text(),
        },
        "number" => match (values::leading_number(a), values::leading_number(b)) {
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            _ => as_text(),
        },
        "version" => compare_versions(a, b),
        _ => return None,
    })
}

/// Compares dotted versions field by field; what is missing is zero.
pub(crate) fn compare_versions(a: &str, b: &str) -> Ordering {
    let field = |text: &str| values::leading_integer(text).unwrap_or(0);
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => {
                let order = field(x.unwrap_or("0")).cmp(&field(y.unwrap_or("0")));
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

fn date_holds(condition: &Element, now: i64, next: &mut NextChange) -> bool {
    if condition.id().is_none_or(str::is_empty) {
        return false;
    }
    let read = |name| match condition.attribute(name) {
        None => Ok(None),
        Some(text) => calendar::parse(text).map(Some).ok_or(()),
    };
    let (Ok(start), Ok(end)) = (read("start"), read("end")) else { return false };
    match condition.attribute("operation").unwrap_or("in_range").to_ascii_lowercase().as_str() {
        "in_range" => in_range(condition, now, (start, end), next),
        "gt" => start.is_some_and(|start| {
            let passed = now > start;
            if !passed {
                next.note(start + 1);
            }
            passed
        }),
        "lt" => end.is_some_and(|end| {
            if now < end {
                next.note(end);
            }
            now < end
        }),
        "date_spec" => condition.child("date_spec").is_some_and(|spec| date_spec_holds(spec, now)),
        _ => false,
    }
}

fn in_range(condition: &Element, now: i64, (start, end): (Option<i64>, Option<i64>), next: &mut NextChange) -> bool {
    if start.is_none() && end.is_none() {
        return false;
    }
    let end = match (end, condition.child("duration"), start) {
        (None, Some(duration), Some(start)) => match after(duration, start) {
            Some(end) => Some(end),
            None => return false,
        },
        (end, _, _) => end,
    };
    if let Some(start) = start.filter(|start| now < *start) {
        next.note(start);
        return false;
    }
    match end {
        Some(end) if now > end => false,
        Some(end) => {
            next.note(end + 1);
            true
        }
        None => true,
    }
}

/// A moment plus a `duration` element; `None` when one of its numbers is unreadable.
fn after(duration: &Element, start: i64) -> Option<i64> {
    let part = |name| match duration.attribute(name) {
        None => Some(0),
        Some(text) => values::leading_integer(text),
    };
    let months = part("years")?.checked_mul(12)?.checked_add(part("months")?)?;
    let rest = part("weeks")? * 7 * 86_400 + part("days")? * 86_400 + part("hours")? * 3600 + part("minutes")? * 60;
    Some(calendar::add_months(start, months.clamp(-120_000, 120_000)) + rest + part("seconds")?)
}

fn date_spec_holds(spec: &Element, now: i64) -> bool {
    if spec.id().is_none_or(str::is_empty) {
        return false;
    }
    let p = calendar::parts(now);
    [
        ("years", p.year),
        ("months", p.month),
        ("monthdays", p.day),
        ("hours", p.hour),
        ("minutes", p.minute),
        ("seconds", p.second),
        ("yeardays", p.ordinal),
        ("weekyears", p.week_year),
        ("weeks", p.week),
        ("weekdays", p.weekday),
    ]
    .into_iter()
    .all(|(name, value)| spec.attribute(name).is_none_or(|range| within(range, value)))
}

/// Whether a value lies in `3`, `3-5`, `3-` or `-5`.
fn within(range: &str, value: i64) -> bool {
    let (low, high) = match range.split_once('-') {
        Some((low, high)) => (low, high),
        None => (range, range),
    };
    let side = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<i64>().ok().map(Some) };
    match (side(low), side(high)) {
        (Some(None), Some(None)) | (None, _) | (_, None) => false,
        (Some(low), Some(high)) => low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high),
    }
}

#[cfg(test)]
mod tests;
