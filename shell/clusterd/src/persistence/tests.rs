//! The persistence thread at work on a real file: confirmations, edits of others, a disk that refuses.

use super::*;
use crate::queue::{Inbox, queue};
use cib::Element;
use std::fs;
use std::path::PathBuf;

struct Desk {
    dir: tempfile::TempDir,
    persistence: Persistence,
    events: Inbox<Event>,
}

impl Desk {
    fn new(writes: Writes) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (sender, events) = queue(100).unwrap();
        let persistence = Persistence::start(CibFile::new(&dir.path().join("cib.xml")), writes, sender).unwrap();
        Self { dir, persistence, events }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, ticket: u64) {
        self.persistence.write(Ticket(ticket), Arc::new(Element::new("cib").with("epoch", &ticket.to_string())));
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path("cib.xml")).unwrap_or_default()
    }

    /// The next event; the wait is only ever long when the test is going to fail.
    fn next(&self) -> Event {
        for _ in 0..12_000 {
            if let Some(event) = self.events.next() {
                return event;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("nothing happened within a minute")
    }

    fn wait_for(&self, ticket: u64) {
        while !matches!(self.next(), Event::Persisted(Ticket(confirmed)) if confirmed >= ticket) {}
    }
}

#[test]
fn the_newest_of_many_writes_is_on_disk_when_its_ticket_is_confirmed() {
    let desk = Desk::new(Writes::Enabled);
    for ticket in 1..=50 {
        desk.write(ticket);
    }
    desk.wait_for(50);
    assert_eq!(desk.text(), "<cib epoch=\"50\"/>\n");
}

#[test]
fn without_writes_tickets_are_confirmed_and_no_file_is_made() {
    let desk = Desk::new(Writes::Disabled);
    desk.write(1);
    desk.wait_for(1);
    assert!(!desk.path("cib.xml").exists());
}

#[test]
fn an_edit_while_running_is_told_kept_aside_and_what_runs_is_put_back() {
    let desk = Desk::new(Writes::Enabled);
    desk.write(1);
    desk.wait_for(1);
    fs::write(desk.path("cib.xml"), "<cib edited=\"while running\"/>").unwrap();
    desk.persistence.check();
    assert!(matches!(desk.next(), Event::Notice(notice) if notice.id == "cib-edited"));
    desk.wait_for(1);
    assert_eq!(desk.text(), "<cib epoch=\"1\"/>\n");
    assert_eq!(fs::read_to_string(desk.path("cib.xml.edited-1")).unwrap(), "<cib edited=\"while running\"/>");
}

#[test]
fn a_disk_that_refuses_is_told_once_and_tried_again_until_it_takes_the_newest() {
    let desk = Desk::new(Writes::Enabled);
    fs::create_dir(desk.path("cib.xml.new")).unwrap();
    desk.write(1);
    assert!(matches!(desk.next(), Event::NotPersisted(Ticket(1), reason) if reason.contains("cib.xml")));
    desk.write(2);
    fs::remove_dir(desk.path("cib.xml.new")).unwrap();
    assert!(matches!(desk.next(), Event::Persisted(Ticket(2))));
    assert_eq!(desk.text(), "<cib epoch=\"2\"/>\n");
}

#[test]
fn changes_that_lost_are_kept_aside_and_the_notice_says_where() {
    let desk = Desk::new(Writes::Enabled);
    desk.persistence.keep_aside("part of sip-b".into(), Arc::new(Element::new("cib").with("epoch", "7")));
    let Event::Notice(notice) = desk.next() else { panic!("a notice is due") };
    let kept = fs::read_dir(desk.dir.path())
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| notice.text.contains(&path.display().to_string()));
    assert_eq!(fs::read_to_string(kept.expect("it is where the notice says")).unwrap(), "<cib epoch=\"7\"/>\n");
}
