//! Responses: small templates with variables, and the choices below them.
//!
//! The language is a bounded part of Jinja: variables, `if` and `for`. It has no way to build a value that is larger
//! than what it was given, its steps are counted, and its output is cut off at [`MOST_WRITTEN`].

use std::{error::Error, io};

use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::Serialize;
use tradepost_domain::{Choice, Content};

use super::{check::RuleFault, language};

/// Characters of a response as stored.
const MOST_RESPONSE: usize = 4_000;
/// Bytes that a response may come to.
const MOST_WRITTEN: usize = 16_000;
/// Steps that writing one may take.
const FUEL: u64 = 20_000;
/// Choices below a response.
const MOST_CHOICES: usize = 20;

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
        language::check(&text).map_err(RuleFault::Response)?;
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
