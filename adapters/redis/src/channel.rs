//! What processes tell each other: one channel of the namespace, one message for all that is pending.

use serde::{Deserialize, Serialize};
use tradepost_domain::{ConversationId, ErrorKind, Lane, PortError};
use tradepost_ports::Wake;

use crate::faults::fault;

/// The channel's name, and who we are in it.
#[derive(Clone)]
pub(crate) struct Channel {
    pub(crate) name: String,
    instance: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Message {
    /// The process that speaks: it has told its own listeners already.
    from: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    look: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    turns: Vec<ConversationId>,
    #[serde(default, skip_serializing_if = "is_false")]
    dispatch: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lanes: Vec<Lane>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    answered: Vec<ConversationId>,
}

impl Channel {
    pub(crate) fn new(namespace: &str) -> Result<Self, PortError> {
        let instance = getrandom::u64();
        let instance = instance.map_err(|error| {
            fault(
                ErrorKind::Config,
                format!("the system gives no randomness to tell processes apart: {error}"),
            )
        })?;
        Ok(Self { name: format!("{namespace}:wakes"), instance })
    }

    /// One message for all of them.
    pub(crate) fn message(&self, wakes: Vec<Wake>) -> String {
        let mut message = Message { from: self.instance, ..Message::default() };
        for wake in wakes {
            match wake {
                Wake::Turn(ids) if ids.is_empty() => message.look = true,
                Wake::Turn(ids) => message.turns.extend(ids),
                Wake::Dispatch => message.dispatch = true,
                Wake::Lane(lane) => message.lanes.push(lane),
                Wake::Answered(id) => message.answered.push(id),
            }
        }
        // Numbers, words and ids are always JSON.
        serde_json::to_string(&message).unwrap_or_default()
    }

    /// What another process said, nothing if it was ourselves. Of what cannot be read, as a newer process may say it, only
    /// this is certain: there is something to look for.
    pub(crate) fn wakes(&self, message: &[u8]) -> Vec<Wake> {
        let Ok(Message { from, look, turns, dispatch, lanes, answered }) = serde_json::from_slice(message)
        else {
            return everything();
        };
        if from == self.instance {
            return Vec::new();
        }
        let look = look.then(|| Wake::Turn(Vec::new()));
        let turns = (!turns.is_empty()).then_some(Wake::Turn(turns));
        let dispatch = dispatch.then_some(Wake::Dispatch);
        look.into_iter()
            .chain(turns)
            .chain(dispatch)
            .chain(lanes.into_iter().map(Wake::Lane))
            .chain(answered.into_iter().map(Wake::Answered))
            .collect()
    }
}

/// Look through the store: something may have been missed.
pub(crate) fn everything() -> Vec<Wake> {
    vec![Wake::Turn(Vec::new()), Wake::Dispatch]
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_by_others_only() {
        let id = |n: u128| ConversationId::new(tradepost_domain::Timestamp::UNIX_EPOCH, n);
        let (one, other) = (channel(1), channel(2));
        let wakes = vec![
            Wake::Turn(vec![]),
            Wake::Turn(vec![id(1), id(2)]),
            Wake::Dispatch,
            Wake::Lane(Lane::new("instagram:1")),
            Wake::Lane(Lane::new("instagram:2")),
            Wake::Answered(id(3)),
            Wake::Answered(id(4)),
        ];
        let message = one.message(wakes.clone());
        assert_eq!(other.wakes(message.as_bytes()), wakes);
        assert_eq!(one.wakes(message.as_bytes()), []);
    }

    #[test]
    fn what_cannot_be_read_is_a_reason_to_look() {
        for message in [&b""[..], b"{", b"{\"from\":1,\"turns\":[\"x\"]}", b"{\"turns\":[]}", b"\xff"] {
            assert_eq!(channel(2).wakes(message), everything());
        }
        assert_eq!(channel(2).wakes(br#"{"from":1,"dispatch":true,"new":{}}"#), [Wake::Dispatch], "and more");
    }

    fn channel(instance: u64) -> Channel {
        Channel { name: "house:wakes".to_owned(), instance }
    }
}
