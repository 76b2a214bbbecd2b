//! Questions with choices: shown as the channel can, understood when typed.

use std::collections::BTreeSet;

use super::{
    LEAST_TEXT,
    split::{cut, split},
    texts,
};
use crate::{
    Capabilities, Choice, Content,
    capabilities::{ChoiceLimit, TextLimit, TextUnit},
};

/// A question's pieces; the choices stand on the last one.
pub(super) fn question(content: &Content, text: &str, channel: &Capabilities) -> Vec<Content> {
    let choices = content.choices();
    let shape = shape(content, &choices, channel);
    let mut pieces = match &shape {
        _ if text.trim().is_empty() => return Vec::new(),
        Some((_, limit)) => asking(&with_second_lines(text, &choices, *limit), *limit, channel),
        None => texts(text, channel),
    };
    let last = pieces.pop().and_then(|last| last.words().map(str::to_owned));
    match (last, shape) {
        (None, _) => {}
        (Some(last), _) if choices.is_empty() => pieces.push(Content::text(last)),
        (Some(last), Some((shape, limit))) => pieces.push(shape(last, cut_to(&choices, limit))),
        (Some(last), None) => pieces.extend(written(&last, &choices, channel)),
    }
    pieces
}

/// The question's words, the last piece short enough to bear the choices.
fn asking(text: &str, limit: ChoiceLimit, channel: &Capabilities) -> Vec<Content> {
    let mut pieces = split(text, channel.text);
    if let Some(last) = pieces.pop() {
        pieces.extend(split(&last, TextLimit { most: limit.text, unit: TextUnit::Characters }));
    }
    pieces.into_iter().map(Content::text).collect()
}

/// Second lines that the channel does not show whole beside their choices stand in the question.
fn with_second_lines(text: &str, choices: &[Choice], limit: ChoiceLimit) -> String {
    let hidden = |line: &&String| !line.trim().is_empty() && line.trim().chars().count() > limit.description;
    let line = |choice: &Choice| {
        let second = choice.description.as_ref().filter(hidden)?;
        Some(format!("\n{}: {}", title(&choice.title, usize::MAX), second.trim()))
    };
    let lines: String = choices.iter().filter_map(line).collect();
    format!("{}{lines}", text.trim())
}

/// Opens a list whose content named no words for that: a sign that needs no language.
const MENU: &str = "☰";

type Shape = Box<dyn Fn(String, Vec<Choice>) -> Content>;

/// The channel's nearest kind of question that has room for these choices.
fn shape(content: &Content, choices: &[Choice], channel: &Capabilities) -> Option<(Shape, ChoiceLimit)> {
    let buttons = || kind(channel.buttons, |text, choices| Content::Buttons { text, choices });
    let quick = || kind(channel.quick_replies, |text, choices| Content::QuickReplies { text, choices });
    let opened_by = |button: &str| list(button, channel.list);
    let candidates = match content {
        Content::Buttons { .. } => vec![buttons(), quick(), opened_by(MENU)],
        Content::List { button, .. } => vec![opened_by(button), quick(), buttons()],
        _ => vec![quick(), buttons(), opened_by(MENU)],
    };
    candidates.into_iter().flatten().find(|(_, limit)| holds(*limit, choices))
}

fn kind(
    limit: Option<ChoiceLimit>,
    shape: impl Fn(String, Vec<Choice>) -> Content + 'static,
) -> Option<(Shape, ChoiceLimit)> {
    limit.map(|limit| (Box::new(shape) as Shape, limit))
}

fn list(button: &str, limit: Option<ChoiceLimit>) -> Option<(Shape, ChoiceLimit)> {
    let limit = limit?;
    let button = title(button, limit.button);
    if button.is_empty() {
        return None;
    }
    kind(Some(limit), move |text, choices| Content::List { text, button: button.clone(), choices })
}

/// Few enough, payloads short enough, and titles that still differ when they are cut?
fn holds(limit: ChoiceLimit, choices: &[Choice]) -> bool {
    let titles: BTreeSet<_> = choices.iter().map(|choice| title(&choice.title, limit.title)).collect();
    limit.text >= LEAST_TEXT
        && choices.len() <= limit.most
        && titles.len() == choices.len()
        && !titles.contains("")
        && choices.iter().all(|choice| choice.payload.chars().count() <= limit.payload)
}

fn cut_to(choices: &[Choice], limit: ChoiceLimit) -> Vec<Choice> {
    let second = |line: &String| title(line, limit.description);
    let choice = |choice: &Choice| Choice {
        payload: choice.payload.clone(),
        title: title(&choice.title, limit.title),
        description: choice.description.as_ref().map(second).filter(|line| !line.is_empty()),
    };
    choices.iter().map(choice).collect()
}

/// A title on one line, cut to so many characters.
pub(super) fn title(title: &str, most: usize) -> String {
    let line = title.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, TextLimit { most, unit: TextUnit::Characters })
}

/// The question with numbered lines; in a message of their own when they do not fit beside it.
fn written(question: &str, choices: &[Choice], channel: &Capabilities) -> Vec<Content> {
    let lines: Vec<_> = choices.iter().enumerate().map(|(place, choice)| numbered(place, choice)).collect();
    let lines = lines.join("\n");
    let together = format!("{question}\n{lines}");
    match channel.text.unit.measure(&together) <= channel.text.most {
        true => vec![Content::text(together)],
        false => [texts(question, channel), texts(&lines, channel)].concat(),
    }
}

/// `2. Title: second line`, counted from one.
pub(super) fn numbered(place: usize, choice: &Choice) -> String {
    let title = title(&choice.title, usize::MAX);
    match &choice.description {
        Some(description) => format!("{}. {title}: {description}", place + 1),
        None => format!("{}. {title}", place + 1),
    }
}

/// The choice that a typed text selects: its title, whatever the case, else its number, as in `2`, `2.` or `(2)`.
pub fn chosen<'a>(text: &str, offered: &'a [Choice]) -> Option<&'a Choice> {
    by_title(text, offered).or_else(|| by_number(text, offered))
}

fn by_title<'a>(text: &str, offered: &'a [Choice]) -> Option<&'a Choice> {
    let words = text.trim().to_lowercase();
    let mut same = offered.iter().filter(|choice| choice.title.trim().to_lowercase() == words);
    match (same.next(), same.next()) {
        (Some(one), None) if !words.is_empty() => Some(one),
        _ => None,
    }
}

fn by_number<'a>(text: &str, offered: &'a [Choice]) -> Option<&'a Choice> {
    let bare =
        text.trim().trim_start_matches(['(', '#']).trim_end_matches(['.', ')', KEYCAP, '\u{fe0f}']).trim();
    let digits = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = digits.then(|| bare.parse().ok())??;
    offered.get(number.checked_sub(1)?)
}

/// Makes a key of the digit before it, as on emoji keyboards.
const KEYCAP: char = '\u{20e3}';
