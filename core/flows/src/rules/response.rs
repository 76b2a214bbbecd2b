//! Responses: small templates with variables, and the choices below them.
//!
//! The language is a bounded part of Jinja: variables, `if` and `for`. It has no way to build a value that is larger
//! than what it was given, its steps are counted, and its output is cut off at [`MOST_WRITTEN`].

use std::{collections::BTreeMap, error::Error, io};

use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::Serialize;
use tradepost_domain::{Author, Choice, Content, Context, Line, ledger::Order};

use super::check::RuleFault;

/// Characters of a response as stored.
pub(super) const MOST_RESPONSE: usize = 4_000;
/// Bytes that a response may come to.
pub(super) const MOST_WRITTEN: usize = 16_000;
/// Steps that writing one may take.
const FUEL: u64 = 20_000;
/// Choices below a response.
const MOST_CHOICES: usize = 20;
/// Characters of one value.
const MOST_VALUE: usize = 1_000;

/// A compiled response.
pub(super) struct Response {
    templates: Environment<'static>,
    choices: Vec<Choice>,
}

impl Response {
    /// Compiles a response as stored.
    pub(super) fn of(source: &str) -> Result<Self, RuleFault> {
        if source.chars().count() > MOST_RESPONSE {
            return Err(RuleFault::TooLong("response", MOST_RESPONSE));
        }
        let (text, choices) = split_choices(source);
        if choices.len() > MOST_CHOICES {
            return Err(RuleFault::Response(format!("there are more than {MOST_CHOICES} choices")));
        }
        only_simple(&text).map_err(RuleFault::Response)?;
        let mut templates = Environment::empty();
        templates.set_undefined_behavior(UndefinedBehavior::Chainable);
        templates.set_fuel(Some(FUEL));
        templates
            .add_template_owned("response", text)
            .map_err(|error| RuleFault::Response(error.to_string()))?;
        Ok(Self { templates, choices })
    }

    /// The response in words and choices; `None` when it comes to nothing.
    pub(super) fn content(&self, vars: &impl Serialize) -> Result<Option<Content>, String> {
        let text = tidy(&self.write(vars).map_err(|error| whole(&error))?);
        Ok(match (text.is_empty(), self.choices.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Content::Text { text }),
            (false, false) => Some(Content::QuickReplies { text, choices: self.choices.clone() }),
        })
    }

    fn write(&self, vars: &impl Serialize) -> Result<String, minijinja::Error> {
        let mut page = Page(Vec::new());
        self.templates.get_template("response")?.render_captured_to(Value::from(Serde(vars)), &mut page)?;
        Ok(String::from_utf8_lossy(&page.0).into_owned())
    }
}

/// An error with its causes.
fn whole(error: &minijinja::Error) -> String {
    let causes = std::iter::successors(error.source(), |error: &&(dyn Error + 'static)| (*error).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Takes so much and no more.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_WRITTEN {
            return Err(io::Error::other("the response is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Blanks that tags leave behind go: at the ends of lines, and more than one empty line.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The last lines of the form `[Title](payload)` are choices; a link stays a line of text.
fn split_choices(source: &str) -> (String, Vec<Choice>) {
    let mut lines: Vec<_> = source.trim_end().lines().collect();
    let mut choices = Vec::new();
    while let Some(choice) = lines.last().and_then(|line| choice(line)) {
        choices.insert(0, choice);
        lines.pop();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
    }
    (lines.join("\n"), choices)
}

fn choice(line: &str) -> Option<Choice> {
    let (title, payload) = line.trim().strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let (title, payload) = (title.trim(), payload.trim());
    let plain =
        !title.is_empty() && !payload.is_empty() && !payload.contains("://") && !line.contains(['{', '}']);
    plain.then(|| Choice::new(payload, title))
}

/// Refuses what would let a response build values larger than it was given: only `if` and `for NAME in VARIABLE`,
/// and no `+`, `*` and `~`.
fn only_simple(source: &str) -> Result<(), String> {
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        match rest.chars().next() {
            Some('#') => rest = rest.find("#}").map_or("", |end| &rest[end + 2..]),
            Some(kind @ ('{' | '%')) => {
                let (code, after) = code(&rest[1..], if kind == '{' { "}}" } else { "%}" });
                simple(&code, kind == '%')?;
                rest = after;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What stands before the closing mark, its quoted parts left out, and what follows.
fn code<'a>(text: &'a str, close: &str) -> (String, &'a str) {
    let (mut code, mut quote, mut escaped) = (String::new(), None, false);
    for (at, char) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if char == '\\' => escaped = true,
            Some(mark) if char == mark => quote = None,
            Some(_) => {}
            None if text[at..].starts_with(close) => return (code, &text[at + close.len()..]),
            None if matches!(char, '"' | '\'') => quote = Some(char),
            None => code.push(char),
        }
    }
    (code, "")
}

fn simple(code: &str, tag: bool) -> Result<(), String> {
    let code = code.trim_matches(['-', '+']).trim();
    if let Some(sign) = code.chars().find(|char| matches!(char, '+' | '*' | '~')) {
        return Err(format!("`{sign}` is not known here"));
    }
    let words: Vec<_> = code.split_whitespace().collect();
    match words.as_slice() {
        _ if !tag => Ok(()),
        ["if" | "elif", ..] | ["else" | "endif" | "endfor"] => Ok(()),
        ["for", name, "in", list] if is_path(name) && is_path(list) => Ok(()),
        ["for", ..] => Err("a loop is written `for NAME in LIST`".into()),
        _ => Err(format!("`{}` is not known here", words.first().unwrap_or(&""))),
    }
}

fn is_path(word: &str) -> bool {
    word.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.'))
}

/// Variables that are not a customer's.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Trial<'a>(pub(super) &'a serde_json::Value);

/// What a response may speak of.
#[derive(Serialize)]
pub(super) struct Vars {
    contact: ContactVars,
    storefront: StorefrontVars,
    message: MessageVars,
    now: String,
    today: String,
    hour: i8,
    orders: Vec<OrderVars>,
    thread: Vec<LineVars>,
}

#[derive(Serialize)]
struct ContactVars {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    returning: bool,
    facts: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct StorefrontVars {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    persona: Option<String>,
    locale: String,
}

#[derive(Serialize)]
struct MessageVars {
    text: String,
}

#[derive(Serialize)]
struct OrderVars {
    id: String,
    sku: String,
    title: String,
    quantity: u32,
    total: String,
    state: &'static str,
}

#[derive(Serialize)]
struct LineVars {
    author: &'static str,
    text: String,
}

impl Vars {
    /// The variables of a step, for an answer to these words.
    pub(super) fn of(cx: &Context, words: &str) -> Self {
        let now = cx.now.to_zoned(cx.storefront.time_zone());
        let facts = cx.contact.facts.iter().take(50);
        Self {
            contact: ContactVars {
                name: cx.contact.name.as_deref().map(clip).filter(|name| !name.is_empty()),
                returning: cx.contact.returning,
                facts: facts.map(|(name, fact)| (name.clone(), clip(&fact.value))).collect(),
            },
            storefront: StorefrontVars {
                name: clip(&cx.storefront.name),
                contact: cx.storefront.contact.as_deref().map(clip),
                persona: cx.storefront.persona.as_deref().map(clip),
                locale: cx.storefront.locale.clone(),
            },
            message: MessageVars { text: clip(words) },
            now: now.strftime("%Y-%m-%d %H:%M").to_string(),
            today: now.strftime("%Y-%m-%d").to_string(),
            hour: now.hour(),
            orders: cx.orders.iter().take(20).map(OrderVars::of).collect(),
            thread: cx.thread.iter().map(LineVars::of).collect(),
        }
    }
}

impl OrderVars {
    fn of(order: &Order) -> Self {
        Self {
            id: order.id.to_string(),
            sku: clip(&order.sku),
            title: clip(&order.title),
            quantity: order.quantity,
            total: order.total.to_string(),
            state: order.state.word(),
        }
    }
}

impl LineVars {
    fn of(line: &Line) -> Self {
        let author = match line.author {
            Author::Customer => "customer",
            Author::Bot => "bot",
            Author::Staff | Author::App => "staff",
        };
        Self { author, text: clip(line.content.words().unwrap_or_default()) }
    }
}

fn clip(text: &str) -> String {
    text.trim().chars().filter(|char| *char != '\0').take(MOST_VALUE).collect()
}
