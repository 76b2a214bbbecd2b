//! What the control API is asked for, read from JSON: events and how they are delivered, people who are made known.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::delivery::Delivery;
use crate::error::SandboxError;

/// Reads a value; what is wrong with it is told to the caller.
pub(crate) fn understood<T: DeserializeOwned>(value: Value) -> Result<T, SandboxError> {
    serde_json::from_value(value).map_err(|error| SandboxError::Unclear(error.to_string()))
}

/// `{"events": [event, …], "deliver": {…}}`, or one event with `deliver` beside its fields.
pub(crate) struct Wish {
    pub(crate) events: Vec<Value>,
    pub(crate) delivery: Delivery,
}

impl Wish {
    pub(crate) fn read(mut wish: Value) -> Result<Self, SandboxError> {
        let delivery = taken(&mut wish, "deliver").map_or(Ok(Delivery::default()), understood)?;
        let events = match taken(&mut wish, "events") {
            Some(events) => understood(events)?,
            None => vec![wish],
        };
        Ok(Self { events, delivery })
    }

    /// The only event, for what cannot be asked for in numbers.
    pub(crate) fn only(self) -> Result<(Value, Delivery), SandboxError> {
        match <[Value; 1]>::try_from(self.events) {
            Ok([event]) => Ok((event, self.delivery)),
            Err(_) => Err(SandboxError::Unclear("exactly one is wanted".into())),
        }
    }
}

/// Takes a field out of an object.
pub(crate) fn taken(wish: &mut Value, name: &str) -> Option<Value> {
    wish.as_object_mut()?.remove(name)
}

/// How a customer is made known without a webhook.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Introduction<P> {
    #[serde(default = "nothing")]
    pub(crate) profile: Option<P>,
    #[serde(default)]
    pub(crate) wrote_ms_ago: Option<i64>,
}

fn nothing<P>() -> Option<P> {
    None
}
