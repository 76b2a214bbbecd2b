//! Tokens and keys of the sandbox's accounts: made up, and still never shown.

use std::fmt;

use serde::Deserialize;

/// A token or key. It has no `Serialize`, and its `Debug` says nothing.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The characters themselves.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Makes it up, if it was left out.
    pub(crate) fn made_up(&mut self, make: impl FnOnce() -> String) {
        made_up(&mut self.0, make);
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Makes up a word that was left out.
pub(crate) fn made_up(word: &mut String, make: impl FnOnce() -> String) {
    if word.is_empty() {
        *word = make();
    }
}

/// Makes up an account's token, signing key and verify token where they were left out.
pub(crate) fn complete_secrets(id: &str, secrets: [&mut Secret; 3]) {
    for (secret, kind) in secrets.into_iter().zip(["token", "secret", "verify"]) {
        secret.made_up(|| format!("{kind}-{id}"));
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
