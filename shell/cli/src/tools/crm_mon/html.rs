//! The state as a page that looks the same in any browser and needs nothing else.

use super::text;
use super::view::View;
use crate::status_text::{self, Line};
use std::fmt::Write as _;

const STYLE: &str = "body { font-family: sans-serif } li { white-space: pre-wrap }\n\
                     .ok { color: green } .bad { color: red } .held { color: blue }";

pub(super) fn render(view: &View, title: &str, stylesheet: Option<&str>) -> String {
    let sheet = stylesheet.map(|uri| format!("<link rel=\"stylesheet\" href=\"{}\">\n", escape(uri)));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>{}</title>\n<meta charset=\"utf-8\">\n<style>{STYLE}</style>\n{}</head>\n<body>\n",
        escape(title),
        sheet.unwrap_or_default()
    );
    let summary = text::summary_lines(view);
    if !summary.is_empty() {
        list(&mut page, "Cluster Summary", &summary);
    }
    for block in text::blocks(view, status_text::nodes(&view.cluster, true)) {
        list(&mut page, block.title, &block.lines);
    }
    page + "</body>\n</html>\n"
}

fn list(page: &mut String, title: &str, lines: &[Line]) {
    writeln!(page, "<h2>{}</h2>\n<ul>", escape(title)).expect("writing to a string cannot fail");
    let mut depth = 0;
    for line in lines {
        while depth < line.depth {
            page.push_str("<ul>\n");
            depth += 1;
        }
        while depth > line.depth {
            page.push_str("</ul>\n");
            depth -= 1;
        }
        let (class, text) = (class(&line.text), escape(&line.text));
        writeln!(page, "<li class=\"{class}\">{text}</li>").expect("writing to a string cannot fail");
    }
    page.push_str(&"</ul>\n".repeat(depth + 1));
}

/// The colour by what the line says.
fn class(text: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["FAILED", "UNCLEAN", "OFFLINE", "blocked", "NONE", "WITHOUT", "returned '", "could not be"]) {
        "bad"
    } else if says(&["unmanaged", "maintenance", "disabled", "standby", "Stopped"]) {
        "held"
    } else if says(&["Started", "Promoted", "Unpromoted", ": online"]) {
        "ok"
    } else {
        ""
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
