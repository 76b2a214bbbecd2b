//! What can go wrong with the sandbox itself (a provider's refusals are its work, not its errors).

use thiserror::Error;

/// Why the sandbox could not do what a test or the demo asked of it. Texts continue "failed to …".
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The port could not be taken.
    #[error("listen: {0}")]
    Listen(std::io::Error),
    /// The log file could not be opened.
    #[error("open the log file: {0}")]
    Log(std::io::Error),
    /// No account has this id.
    #[error("find account {0}")]
    NoAccount(String),
    /// An account with this id, or with this token, is there already.
    #[error("add account {0}: its id or token is taken")]
    Taken(String),
    /// The account has no webhook address yet.
    #[error("post a webhook for account {0}: it has no webhook_url")]
    NoWebhook(String),
    /// What was asked for makes no sense; the words say what.
    #[error("understand the request: {0}")]
    Unclear(String),
}
