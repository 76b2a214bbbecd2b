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

/// Settings with which an endpoint can be called: what it needs, and of the secrets that it may have those that go together.
/// A channel that has dialects names them by a word.
pub fn endpoints(adapter: &dyn Adapter) -> Vec<Values> {
    let keys = adapter.endpoint_keys();
    let words = keys.iter().find_map(|key| match key.kind {
        KeyKind::Word(words) => Some(words.iter().map(|word| Some((key.name, *word))).collect()),
        _ => None,
    });
    let words: Vec<Option<(&str, &str)>> = words.unwrap_or_else(|| vec![None]);
    let choices: Vec<&Key> = keys.iter().filter(|key| !key.required && is_secret(key)).collect();
    let sets = (0..1_usize << choices.len()).map(|set| {
        choices.iter().enumerate().filter(move |(n, _)| set >> n & 1 == 1).map(|(_, key)| *key).collect()
    });
    let sets: Vec<Vec<&Key>> = sets.collect();
    let made = words.iter().flat_map(|word| sets.iter().map(move |set| settings(keys, *word, set)));
    made.filter(|values| adapter.sign(values, b"").is_some()).collect()
}

fn settings(keys: &'static [Key], word: Option<(&'static str, &str)>, besides: &[&Key]) -> Values {
    let mut values = Values::default();
    for key in keys.iter().filter(|key| key.required).chain(besides.iter().copied()) {
        values.put(key.name, value(key.kind));
    }
    if let Some((name, word)) = word {
        values.put(name, Value::Text(word.into()));
    }
    values
}

fn is_secret(key: &Key) -> bool {
    matches!(key.kind, KeyKind::Secret)
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
