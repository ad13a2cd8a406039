//! What the clients of a story do: attributes, commands, and in some stories other configurations.

use super::draw::Dice;
use crate::verb::{Edit, Verb, Wish};

/// Of a thousand stories, so many have an operator who edits the configuration.
const EDITED: u64 = 400;

/// The clients.
pub(super) struct Work {
    keys: u64,
    edits: bool,
}

impl Work {
    pub(super) fn drawn(dice: &mut Dice) -> Self {
        Self { keys: 0, edits: dice.chance(EDITED) }
    }

    /// The next thing that a client does.
    pub(super) fn next(&mut self, dice: &mut Dice) -> Verb {
        let asked = dice.host();
        let wish = if self.edits && dice.chance(250) { Wish::Edit(edit(dice)) } else { self.wish(dice) };
        Verb::Ask(asked, wish)
    }

    fn wish(&mut self, dice: &mut Dice) -> Wish {
        match dice.below(20) {
            0..=11 => {
                self.keys += 1;
                Wish::Key(self.keys)
            }
            12..=13 => Wish::Count(dice.host()),
            14..=15 => Wish::Standby(dice.host(), dice.chance(300)),
            16 => Wish::Cleanup,
            17 => Wish::Reprobe,
            18 => Wish::WaitIdle,
            _ => Wish::Fail(dice.service(), dice.host()),
        }
    }
}

fn edit(dice: &mut Dice) -> Edit {
    match dice.below(12) {
        0..=3 => Edit::Prefer(dice.service(), dice.host(), *dice.one_of(&[-1000, -50, 0, 50, 1000])),
        4..=6 => Edit::Role(dice.service(), dice.chance(600)),
        7 => Edit::Maintenance(dice.chance(400)),
        8 => Edit::Stickiness(*dice.one_of(&[0, 10, 1000])),
        9..=10 => Edit::Create(dice.below(3)),
        _ => Edit::Delete(dice.below(3)),
    }
}
