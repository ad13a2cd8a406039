//! The layout of each struct and enum of the vocabulary: fields in the order named here, tags as numbered here.
//!
//! Numbers are never used twice for different things; a new field needs a new `FORMAT`.

use super::WireError;
use super::primitive::{Reader, Wire, Writer};
use crate::command::{AgentName, Command, Ended, Forgotten, Hello, OperationName, Order, TransitionKey};
use crate::contract::Change;
use cib::Change as Edit;

macro_rules! wire_struct {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                let Self { $($field),* } = self;
                $($field.put(writer);)*
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                Ok(Self { $($field: Wire::take(reader)?),* })
            }
        }
    };
}

macro_rules! wire_enum {
    ($type:ident { $($tag:literal => $variant:ident { $($field:ident),* }),* $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                match self {
                    $(Self::$variant { $($field),* } => {
                        let tag: u8 = $tag;
                        tag.put(writer);
                        $($field.put(writer);)*
                    })*
                }
            }
            fn take(reader: &mut Reader<'_>) -> Result<Self, WireError> {
                match u8::take(reader)? {
                    $($tag => Ok(Self::$variant { $($field: Wire::take(reader)?),* }),)*
                    tag => Err(WireError::Tag(tag)),
                }
            }
        }
    };
}

wire_struct!(Hello {
    admin_epoch,
    epoch,
    num_updates,
    digest,
    quorate_view,
    promised_view,
    has_run,
    feature_set,
    version,
    at,
    hands,
    own_state,
    transition,
});
wire_struct!(TransitionKey { action, transition, expected, planner });
wire_struct!(OperationName { resource, action, interval });
wire_struct!(AgentName { class, provider, kind });
wire_struct!(Order { target, name, agent, timeout, start_delay, parameters, key, on_fail, digest, reason, at });
wire_struct!(Ended {
    node,
    name,
    agent,
    key,
    on_fail,
    call,
    status,
    code,
    reason,
    output,
    changed,
    run_time,
    queue_time,
    digest,
});

wire_enum!(Forgotten { 1 => Failures {}, 2 => History {} });

wire_enum!(Edit {
    1 => Create { section, xml },
    2 => Modify { section, xml, may_create },
    3 => Replace { section, xml },
    4 => Delete { section, xml },
    5 => Erase {},
    6 => Bump {},
});

wire_enum!(Change {
    1 => Edit { edit },
    2 => Attribute { node, name, value, permanent },
});

wire_enum!(Command {
    1 => Hello { hello },
    2 => Snapshot { cib },
    3 => Stored { changes },
    4 => Change { request, client, at, change },
    5 => Cleanup { request, resource, node, whole_history },
    6 => Fail { request, resource, node, at },
    7 => Execute { order },
    8 => Cancel { target, resource, action, interval, key },
    9 => Forget { node, resource, what, key },
    10 => Ended { result },
    11 => Dropped { orders },
    12 => HandsMet { life, is_whole, is_first },
    13 => WantsToLeave { at },
    14 => MayLeave { node },
    15 => Progress { transition, under_way },
    16 => AskIdle { request },
    17 => Idle { node, request, trouble },
});
