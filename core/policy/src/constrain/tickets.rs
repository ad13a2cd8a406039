//! Tickets: resources that may run only while this site holds one, and what happens when it is lost.

use super::colocations::constraint_role;
use crate::cluster::Cluster;
use crate::ids::RscIx;
use crate::resource::{LossPolicy, TicketUse};
use cib::Element;
use model::{Role, Score};

impl Cluster {
    pub(super) fn unpack_rsc_ticket(&mut self, id: &str, element: &Element) {
        let Some(ticket) = element.attribute("ticket").filter(|name| !name.is_empty()).map(str::to_owned) else {
            self.complain(id, format!("constraint '{id}' is ignored: it names no ticket"));
            return;
        };
        self.tickets.entry(ticket.clone()).or_default();
        let Some(mut sets) = self.sets(element) else { return };
        let name = element.attribute("rsc").unwrap_or_default();
        if sets.is_empty() && self.constrained(name).is_none() && self.list(name).is_some() {
            sets = vec![self.set_for(name, ("role", element.attribute("rsc-role")))];
        }
        let loss = element.attribute("loss-policy");
        for set in &sets {
            for member in &set.members {
                let Some(rsc) = self.constrained(member) else {
                    self.missing(id, member);
                    return;
                };
                self.depend_on_ticket(&set.id, rsc, &ticket, (set.xml.attribute("role"), loss));
            }
        }
        if sets.is_empty() {
            match self.constrained(name) {
                Some(rsc) => self.depend_on_ticket(id, rsc, &ticket, (element.attribute("rsc-role"), loss)),
                None => self.missing(id, name),
            }
        }
    }

    fn depend_on_ticket(&mut self, id: &str, rsc: RscIx, ticket: &str, (role, loss): (Option<&str>, Option<&str>)) {
        let Ok(role) = constraint_role(role) else {
            self.complain(id, format!("constraint '{id}' is ignored: its role is none"));
            return;
        };
        let role = role.unwrap_or(Role::Unknown);
        let default = if role == Role::Promoted { LossPolicy::Demote } else { LossPolicy::Stop };
        let loss = match loss.map(str::to_ascii_lowercase).as_deref() {
            Some("fence") if self.options.fencing => LossPolicy::Fence,
            Some("fence" | "stop") => LossPolicy::Stop,
            Some("freeze") => LossPolicy::Freeze,
            Some("demote") => LossPolicy::Demote,
            Some(_) | None => default,
        };
        let dependence = TicketUse { ticket: ticket.to_owned(), loss, role };
        self.rscs[rsc].tickets.push(dependence.clone());
        self.apply_ticket(rsc, &dependence);
    }

    fn apply_ticket(&mut self, rsc: RscIx, dependence: &TicketUse) {
        let Some((granted, standby)) = self.tickets.get(&dependence.ticket).map(|t| (t.granted, t.standby)) else {
            return;
        };
        if granted && !standby {
            return;
        }
        let children = self.rscs[rsc].children.clone();
        if !children.is_empty() {
            for child in children {
                self.apply_ticket(child, dependence);
            }
            return;
        }
        let ban = |cluster: &mut Self, text: &str| {
            cluster.add_score_everywhere(rsc, Score::MINUS_INFINITY, (&dependence.ticket, text));
        };
        let as_promoted = dependence.role == Role::Promoted;
        if granted || self.rscs[rsc].active.is_empty() {
            if !as_promoted || dependence.loss == LossPolicy::Stop {
                ban(self, if granted { "its ticket is in standby" } else { "its ticket is not held here" });
            }
            return;
        }
        let concerned = dependence.role == Role::Unknown || dependence.role == self.rscs[rsc].role;
        match dependence.loss {
            LossPolicy::Demote if as_promoted => {}
            LossPolicy::Stop | LossPolicy::Demote => ban(self, "its ticket was lost"),
            LossPolicy::Fence if concerned => {
                ban(self, "its ticket was lost");
                for node in self.rscs[rsc].active.clone() {
                    self.fence_node(node, "deadman ticket was lost", false);
                }
            }
            LossPolicy::Freeze if concerned => {
                self.rscs[rsc].managed = false;
                self.rscs[rsc].blocked = true;
            }
            LossPolicy::Fence | LossPolicy::Freeze => {}
        }
    }

    /// Bans promotion where it needs a ticket that is not held.
    pub(crate) fn require_promotion_tickets(&mut self, rsc: RscIx) {
        for dependence in self.rscs[rsc].tickets.clone() {
            let held = self.tickets.get(&dependence.ticket).is_some_and(|t| t.granted && !t.standby);
            if dependence.role == Role::Promoted && !held {
                self.add_score_everywhere(
                    rsc,
                    Score::MINUS_INFINITY,
                    (&dependence.ticket, "its ticket is not held here"),
                );
            }
        }
    }
}
