//! A language model.

use async_trait::async_trait;
use tradepost_domain::model::{Prompt, Reply};

use crate::{PortResult, Terms};

/// A model behind an account. It proposes; the flow decides.
#[async_trait]
pub trait Llm: Send + Sync {
    /// On what terms it is called.
    fn terms(&self) -> &Terms;

    /// Completes the talk. May be asked again at will: a question changes nothing.
    async fn complete(&self, prompt: &Prompt) -> PortResult<Reply>;
}
