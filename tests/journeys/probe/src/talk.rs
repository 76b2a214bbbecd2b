//! The talk: a model with tools. It proposes; a tool that would sell only opens the stage that asks the customer.

use serde_json::{Value, json};
use tradepost_domain::{
    Answer, Author, Call, Content, Context, Deed, Effect, Message, Outcome, PortError, Step,
    model::{Block, ModelTurn, Prompt, Reply, Role, Tool},
};

use crate::{
    State, purchase,
    slot::{Name, TALK},
};

/// Rounds of tools in one answer.
const MOST_ROUNDS: usize = 4;
/// What the customer hears when the model is away.
const DEGRADED: &str = "One moment please, I will look into it.";

/// Asks the model about the customer's words; an answer under way is overtaken.
pub fn hear(cx: &Context, mut state: State, messages: &[Message]) -> Step<State> {
    let words = messages.iter().filter_map(|message| message.content.words()).map(str::to_owned);
    state.talk.unread.extend(words);
    state.talk.rounds.clear();
    state.talk.tools.clear();
    if state.talk.unread.is_empty() {
        return Step::quiet(state);
    }
    let prompt = prompt(cx, &state);
    Step::with(state, [Effect::Call { slot: Name::Talk.slot(), call: Call::Model(prompt) }])
}

/// The model has answered, or could not.
pub fn answer(cx: &Context, state: State, result: &Result<Answer, PortError>) -> Step<State> {
    match result {
        Ok(Answer::Reply(reply)) if reply.tool_uses().next().is_some() => use_tools(cx, state, reply),
        Ok(Answer::Reply(reply)) => close(state, &reply.text()),
        Ok(_) | Err(_) => close(state, DEGRADED),
    }
}

fn close(mut state: State, text: &str) -> Step<State> {
    state.talk = crate::Talk::default();
    Step::with(state, [Effect::say_under(TALK, Content::text(text))])
}

fn use_tools(cx: &Context, mut state: State, reply: &Reply) -> Step<State> {
    if state.talk.rounds.len() >= 2 * MOST_ROUNDS {
        return close(state, DEGRADED);
    }
    state.talk.rounds.push(ModelTurn { role: Role::Assistant, blocks: reply.blocks.clone() });
    let mut effects = Vec::new();
    let mut results = Vec::new();
    for (id, name, input) in reply.tool_uses() {
        match (name, input["words"].as_str(), input["sku"].as_str()) {
            ("look_up", Some(words), _) => {
                state.talk.tools.push(id.to_owned());
                let deed = Deed::Find { words: words.to_owned(), most: 3 };
                effects.push(Effect::Deed { slot: Name::Tool(id.to_owned()).slot(), deed });
            }
            ("offer", _, Some(sku)) => return purchase::offer(cx, state, sku),
            _ => results.push(result(id, "there is no such tool, or its input is unfit".into(), true)),
        }
    }
    state.talk.rounds.push(ModelTurn { role: Role::User, blocks: results });
    if state.talk.tools.is_empty() { ask_again(cx, state) } else { Step::with(state, effects) }
}

/// A tool came back; when all have, the model is asked again.
pub fn tool_done(cx: &Context, mut state: State, id: &str, outcome: &Outcome) -> Step<State> {
    let known = state.talk.tools.len();
    state.talk.tools.retain(|tool| tool != id);
    if state.talk.tools.len() == known {
        return Step::quiet(state);
    }
    let text = serde_json::to_string(outcome).unwrap_or_default();
    if let Some(round) = state.talk.rounds.last_mut() {
        round.blocks.push(result(id, text, false));
    }
    if state.talk.tools.is_empty() { ask_again(cx, state) } else { Step::quiet(state) }
}

fn ask_again(cx: &Context, state: State) -> Step<State> {
    let prompt = prompt(cx, &state);
    Step::with(state, [Effect::Call { slot: Name::Talk.slot(), call: Call::Model(prompt) }])
}

fn result(id: &str, text: String, failed: bool) -> Block {
    Block::ToolResult { id: id.to_owned(), text, failed }
}

/// Instructions first; customer text never stands among them. The thread leaves out our unsent lines of the talk.
fn prompt(cx: &Context, state: &State) -> Prompt {
    let talk = TALK;
    let said = cx.thread_for(&talk).filter(|line| line.author != Author::Customer);
    let said = said.filter_map(|line| line.content.words()).map(|text| words(Role::Assistant, text));
    let unread = state.talk.unread.iter().map(|text| words(Role::User, text));
    Prompt {
        system: format!("You answer for {}.", cx.storefront.name),
        turns: said.chain(unread).chain(state.talk.rounds.iter().cloned()).collect(),
        tools: vec![tool("look_up", "words"), tool("offer", "sku")],
        most_tokens: 300,
    }
}

fn words(role: Role, text: &str) -> ModelTurn {
    ModelTurn { role, blocks: vec![Block::Text { text: text.to_owned() }] }
}

fn tool(name: &str, field: &str) -> Tool {
    let schema: Value =
        json!({"type": "object", "properties": {field: {"type": "string"}}, "required": [field]});
    Tool { name: name.into(), description: format!("{name} by {field}"), schema }
}
