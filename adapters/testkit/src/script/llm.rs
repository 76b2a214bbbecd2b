//! A model that says what it is told.

use std::{ops::Deref, sync::Arc};

use async_trait::async_trait;
use tradepost_domain::model::{Block, Prompt, Reply, Stop, Usage};
use tradepost_ports::{Clock, Llm, PortResult, Terms};

use super::Desk;

/// A model that says what it is told. Its [`Desk`] holds the prompts; the usual answer is `Answer 7.`. Clones are the
/// same model.
#[derive(Clone)]
pub struct ScriptedLlm(Arc<Inner>);

struct Inner {
    terms: Terms,
    desk: Desk<Prompt, Reply>,
}

impl ScriptedLlm {
    /// A model of those terms.
    pub fn new(terms: Terms, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { terms, desk: Desk::new(clock) }))
    }

    /// A finished reply of those words.
    pub fn words(text: impl Into<String>) -> Reply {
        let usage = Usage { input: 100, output: 10 };
        Reply { blocks: vec![Block::Text { text: text.into() }], stop: Stop::Done, usage }
    }
}

impl Deref for ScriptedLlm {
    type Target = Desk<Prompt, Reply>;

    fn deref(&self) -> &Self::Target {
        &self.0.desk
    }
}

#[async_trait]
impl Llm for ScriptedLlm {
    fn terms(&self) -> &Terms {
        &self.0.terms
    }

    async fn complete(&self, prompt: &Prompt) -> PortResult<Reply> {
        let usual = |number| Self::words(format!("Answer {number}."));
        self.0.desk.serve(None, prompt.clone(), usual, |_| ()).await
    }
}
