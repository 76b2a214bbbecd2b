//! What passes between a flow and a language model. A model proposes; the flow decides.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Instructions. Customer text never stands here.
    pub system: String,
    /// The talk so far, oldest first.
    pub turns: Vec<ModelTurn>,
    /// What the model may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// The longest answer, in tokens.
    pub most_tokens: u32,
}

/// One side's contribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelTurn {
    /// Whose.
    pub role: Role,
    /// What, verbatim: a model wants its own blocks back as they were.
    pub blocks: Vec<Block>,
}

/// Whose contribution it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The customer's side, and tools' results.
    User,
    /// The model's.
    Assistant,
}

/// A piece of a contribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// The model asks for a tool.
    ToolUse {
        /// The provider's id of this request.
        id: String,
        /// The tool.
        name: String,
        /// Its input, not yet checked.
        input: Value,
    },
    /// What a tool came to. Every request of a round gets one before the next question.
    ToolResult {
        /// The request.
        id: String,
        /// What came.
        text: String,
        /// Was it a failure?
        failed: bool,
    },
    /// A provider's own block, kept verbatim until the loop ends.
    Other {
        /// The block.
        value: Value,
    },
}

/// A tool that a model may ask for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it is for, for the model.
    pub description: String,
    /// JSON schema of its input.
    pub schema: Value,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Its blocks, verbatim.
    pub blocks: Vec<Block>,
    /// Why it ended.
    pub stop: Stop,
    /// What it cost.
    pub usage: Usage,
}

/// Why a model's answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It was done.
    Done,
    /// It waits for tools.
    Tools,
    /// It was cut off; never read as a value.
    Length,
    /// It would not.
    Refused,
}

/// Tokens used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
}

impl Reply {
    /// All its words.
    pub fn text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The tools it asks for: id, name and input.
    pub fn tool_uses(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::ToolUse { id, name, input } => Some((id.as_str(), name.as_str(), input)),
            _ => None,
        })
    }
}
