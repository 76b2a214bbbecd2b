//! Texts: split where they pause, or cut with an ellipsis.

use unicode_segmentation::GraphemeCursor;

use super::sms;
use crate::capabilities::{TextLimit, TextUnit};

/// A text becomes at most so many messages; the last of a longer one ends with an ellipsis.
pub const PIECES: usize = 10;

const ELLIPSIS: &str = "…";

/// Splits a text into pieces within the limit: after a paragraph, else a line, a sentence, a word, else between two
/// signs as people see them. Blanks at the ends of pieces and zero bytes, which no channel shows, are left out.
pub fn split(text: &str, limit: TextLimit) -> Vec<String> {
    let text = text.replace('\0', "");
    let (mut rest, mut pieces) = (text.trim(), Vec::new());
    while !rest.is_empty() {
        if pieces.len() + 1 == PIECES {
            pieces.push(cut(rest, limit));
            break;
        }
        let (piece, after) = rest.split_at(pause(rest, room(rest, limit)));
        pieces.push(piece.trim_end().to_owned());
        rest = after.trim_start();
    }
    pieces
}

/// The text if it is within the limit, else as much of it as leaves room for an ellipsis, ending at a word if possible.
pub fn cut(text: &str, limit: TextLimit) -> String {
    let text = text.trim();
    if room(text, limit) == text.len() {
        return text.to_owned();
    }
    let mark = mark(limit.unit);
    match room_before(text, limit, mark) {
        Some(room) => format!("{}{mark}", text[..ending(text, room)].trim_end()),
        None => String::new(),
    }
}

/// What says that a text goes on. An SMS with a real ellipsis would need the larger alphabet.
fn mark(unit: TextUnit) -> &'static str {
    if unit == TextUnit::Segments { "..." } else { ELLIPSIS }
}

/// How many bytes of the text are within the limit; always at a char's border.
fn room(text: &str, limit: TextLimit) -> usize {
    match limit.unit {
        TextUnit::Bytes => text.floor_char_boundary(limit.most),
        TextUnit::Characters => text.char_indices().nth(limit.most).map_or(text.len(), |(at, _)| at),
        TextUnit::Utf16 => utf16_room(text, limit.most),
        TextUnit::Segments => sms::room(text, "", limit.most),
    }
}

fn utf16_room(text: &str, most: usize) -> usize {
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, char)| {
        units += char.len_utf16();
        units > most
    });
    beyond.map_or(text.len(), |(at, _)| at)
}

/// How many bytes of the text are within the limit when the mark follows; `None` when not even the mark is.
fn room_before(text: &str, limit: TextLimit, mark: &str) -> Option<usize> {
    if limit.unit == TextUnit::Segments {
        return (limit.most > 0).then(|| sms::room(text, mark, limit.most));
    }
    let most = limit.most.checked_sub(limit.unit.measure(mark))?;
    Some(room(text, TextLimit { most, ..limit }))
}

/// What kind of pause a border is; the greater, the better to stop at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pause {
    Word,
    Sentence,
    Line,
    Paragraph,
}

fn pause_at(text: &str, border: usize) -> Option<Pause> {
    let (before, after) = (text[..border].chars().next_back()?, &text[border..]);
    match after.chars().next()? {
        _ if before.is_whitespace() => None,
        '\n' | '\r' if opens_paragraph(after) => Some(Pause::Paragraph),
        '\n' | '\r' => Some(Pause::Line),
        blank if blank.is_whitespace() && ends_sentence(before) => Some(Pause::Sentence),
        blank if blank.is_whitespace() => Some(Pause::Word),
        _ if matches!(before, '。' | '！' | '？') => Some(Pause::Sentence),
        _ => None,
    }
}

fn opens_paragraph(after: &str) -> bool {
    after.chars().take_while(|char| char.is_whitespace()).filter(|char| *char == '\n').nth(1).is_some()
}

fn ends_sentence(char: char) -> bool {
    matches!(char, '.' | '!' | '?' | '…' | '؟' | '۔' | '।')
}

/// Where to stop within `room` bytes: at the best pause of the second half, else at the last word, else between signs.
fn pause(text: &str, room: usize) -> usize {
    if room == text.len() {
        return room;
    }
    let half = text.floor_char_boundary(room / 2);
    best(text, half, room).or_else(|| best(text, 0, half)).unwrap_or_else(|| between_signs(text, room))
}

/// The last border of the best kind of pause in that range.
fn best(text: &str, from: usize, to: usize) -> Option<usize> {
    let borders = text[from..].char_indices().map(|(at, _)| from + at).take_while(|at| *at <= to);
    borders.filter_map(|at| pause_at(text, at).map(|pause| (pause, at))).max().map(|(_, at)| at)
}

/// The last word's end of the second half, else a border between signs.
fn ending(text: &str, room: usize) -> usize {
    let half = text.floor_char_boundary(room / 2);
    let words = text[half..room].char_indices().rev().map(|(at, _)| half + at);
    std::iter::once(room)
        .chain(words)
        .find(|at| pause_at(text, *at).is_some())
        .unwrap_or_else(|| between_signs(text, room))
}

/// The last border that leaves signs whole, such as an emoji of several characters; a sign longer than the room is
/// broken between characters.
fn between_signs(text: &str, room: usize) -> usize {
    let mut cursor = GraphemeCursor::new(room, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => room,
        _ => cursor.prev_boundary(text, 0).ok().flatten().filter(|at| *at > 0).unwrap_or(room),
    }
}
