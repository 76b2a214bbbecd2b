//! The channels that the program is shipped with, whichever they are: a new one is tried without a line here.

use std::sync::LazyLock;

use tradepost_gateway::adapters;
use tradepost_ports::{
    Adapter,
    adapter::{Key, KeyKind, Value, Values},
};

/// Stands for every secret of an endpoint: the key of its signatures, the word of its handshake.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

static SHIPPED: LazyLock<Vec<Box<dyn Adapter>>> = LazyLock::new(|| adapters::shipped().adapters);

/// All of them.
pub fn shipped() -> impl Iterator<Item = &'static dyn Adapter> {
    SHIPPED.iter().map(AsRef::as_ref)
}

/// Settings that an endpoint needs, of the kinds that it declares.
pub fn settings(keys: &'static [Key]) -> Values {
    let mut values = Values::default();
    for key in keys.iter().filter(|key| key.required) {
        values.put(key.name, value(key.kind));
    }
    values
}

fn value(kind: KeyKind) -> Value {
    match kind {
        KeyKind::Text => Value::Text("text".into()),
        KeyKind::Word(words) => Value::Text(words.first().copied().unwrap_or_default().into()),
        KeyKind::Secret => Value::Secret(SECRET.into()),
        KeyKind::Url => Value::Text("https://provider.example/".into()),
        KeyKind::Flag => Value::Flag(true),
        KeyKind::Number(least, _) => Value::Number(least),
        KeyKind::Duration => Value::Duration(std::time::Duration::from_secs(60)),
    }
}
