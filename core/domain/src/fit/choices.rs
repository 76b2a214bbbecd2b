//! Questions with choices: shown as the channel can, understood when typed.

use std::collections::BTreeSet;

use super::{split::cut, texts};
use crate::{
    Capabilities, Choice, Content,
    capabilities::{ChoiceLimit, TextLimit, TextUnit},
};

/// A question's pieces; the choices stand on the last one.
pub(super) fn question(content: &Content, text: &str, channel: &Capabilities) -> Vec<Content> {
    let mut pieces = texts(text, channel);
    let Some(last) = pieces.pop() else {
        return Vec::new();
    };
    let (last, choices) = (last.words().unwrap_or_default().to_owned(), content.choices());
    match shape(content, &choices, channel) {
        _ if choices.is_empty() => pieces.push(Content::text(last)),
        Some((shape, limit)) => pieces.push(shape(last, cut_titles(&choices, limit))),
        None => pieces.extend(written(&last, &choices, channel)),
    }
    pieces
}

type Shape = Box<dyn Fn(String, Vec<Choice>) -> Content>;

/// The channel's nearest kind of question that has room for these choices.
fn shape(content: &Content, choices: &[Choice], channel: &Capabilities) -> Option<(Shape, ChoiceLimit)> {
    let buttons = || kind(channel.buttons, |text, choices| Content::Buttons { text, choices });
    let quick = || kind(channel.quick_replies, |text, choices| Content::QuickReplies { text, choices });
    let candidates = match content {
        Content::Buttons { .. } => vec![buttons(), quick()],
        Content::List { button, .. } => vec![list(button, channel.list), quick(), buttons()],
        _ => vec![quick(), buttons()],
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
    let button = title(button, limit.title);
    if button.is_empty() {
        return None;
    }
    kind(Some(limit), move |text, choices| Content::List { text, button: button.clone(), choices })
}

/// Few enough, payloads short enough, and titles that still differ when they are cut?
fn holds(limit: ChoiceLimit, choices: &[Choice]) -> bool {
    let titles: BTreeSet<_> = choices.iter().map(|choice| title(&choice.title, limit.title)).collect();
    choices.len() <= limit.most
        && titles.len() == choices.len()
        && !titles.contains("")
        && choices.iter().all(|choice| choice.payload.chars().count() <= limit.payload)
}

fn cut_titles(choices: &[Choice], limit: ChoiceLimit) -> Vec<Choice> {
    choices
        .iter()
        .map(|choice| Choice { title: title(&choice.title, limit.title), ..choice.clone() })
        .collect()
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
