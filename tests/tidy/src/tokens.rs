//! Rust as the compiler reads it: words, signs and literals with their lines; comments are gone, except for those that are documentation.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// One word, sign or literal. `::` is one token, every other sign is of one character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// As written.
    pub text: String,
    /// Counted from one.
    pub line: usize,
    /// Whether it is a literal: a text in quotes is no name.
    pub literal: bool,
}

/// Reads a source file.
pub fn read(source: &str) -> Result<Vec<Token>> {
    let stream: TokenStream =
        source.parse().map_err(|fault| anyhow!("failed to read it in tokens: {fault}"))?;
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    Ok(tokens)
}

/// The lines where this sequence of names and signs begins.
pub fn find<'a>(tokens: &'a [Token], sequence: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let same = |(token, word): (&Token, &&str)| !token.literal && token.text == **word;
    let fits = move |window: &&[Token]| window.iter().zip(sequence).all(same);
    tokens.windows(sequence.len()).filter(fits).map(|window| window[0].line)
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = signs(group.delimiter());
                push(into, open, line);
                flatten(group.stream(), into);
                push(into, close, group.span_close().end().line);
            }
            TokenTree::Punct(sign) if joins(into, sign.as_char()) => {
                if let Some(last) = into.last_mut() {
                    last.text = "::".to_owned();
                }
            }
            TokenTree::Punct(sign) => {
                let open_colon = sign.as_char() == ':' && sign.spacing() == Spacing::Joint;
                let text = if open_colon { HALF.to_owned() } else { sign.as_char().to_string() };
                push(into, &text, line);
            }
            TokenTree::Ident(word) => push(into, &word.to_string(), line),
            TokenTree::Literal(literal) => {
                into.push(Token { text: literal.to_string(), line, literal: true });
            }
        }
    }
}

/// A colon that waits for its second half.
const HALF: &str = ":…";

fn joins(into: &[Token], sign: char) -> bool {
    sign == ':' && into.last().is_some_and(|last| last.text == HALF)
}

fn push(into: &mut Vec<Token>, text: &str, line: usize) {
    if !text.is_empty() {
        into.push(Token { text: text.to_owned(), line, literal: false });
    }
}

fn signs(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}
