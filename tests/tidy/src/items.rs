//! The declarations of a source file, at any depth and inside macros too: functions, types and modules with their documentation.

use crate::tokens::Token;

/// One declaration.
#[derive(Clone, Debug)]
pub struct Item {
    /// `fn`, `struct`, `enum`, `trait`, `type` or `mod`.
    pub kind: String,
    /// Its own name.
    pub name: String,
    /// The modules written around it in this file.
    pub modules: Vec<String>,
    /// The lines of its documentation.
    pub docs: Vec<String>,
    /// Its attributes without `#[` and `]`.
    pub attributes: Vec<Vec<Token>>,
    /// What follows the name: up to the `;` or through the closing brace.
    pub rest: Vec<Token>,
    /// Where its name stands.
    pub line: usize,
}

impl Item {
    /// Whether it is a function that a test run runs.
    pub fn is_test(&self) -> bool {
        let marks =
            |attribute: &Vec<Token>| attribute.iter().any(|word| ["test", "rstest"].contains(&&*word.text));
        let conditional = |attribute: &&Vec<Token>| attribute.first().is_some_and(|word| word.text == "cfg");
        self.kind == "fn" && self.attributes.iter().filter(|attribute| !conditional(attribute)).any(marks)
    }

    /// Whether it derives this trait.
    pub fn derives(&self, name: &str) -> bool {
        let names = |attribute: &Vec<Token>| {
            attribute.iter().any(|word| word.text == "derive")
                && attribute.iter().any(|word| word.text == name)
        };
        self.attributes.iter().any(names)
    }

    /// The names of the modules around it and its own.
    pub fn path(&self) -> Vec<&str> {
        self.modules.iter().map(String::as_str).chain([&*self.name]).collect()
    }
}

/// The declarations among these tokens, in their order.
pub fn read(tokens: &[Token]) -> Vec<Item> {
    let mut reader =
        Reader { tokens, items: Vec::new(), modules: Vec::new(), docs: Vec::new(), attributes: Vec::new() };
    reader.read();
    reader.items
}

struct Reader<'a> {
    tokens: &'a [Token],
    items: Vec<Item>,
    /// Each with the depth at which it closes.
    modules: Vec<(String, usize)>,
    docs: Vec<String>,
    attributes: Vec<Vec<Token>>,
}

const KINDS: [&str; 6] = ["fn", "struct", "enum", "trait", "type", "mod"];

impl Reader<'_> {
    fn read(&mut self) {
        let (mut at, mut depth) = (0, 0);
        while let Some(token) = self.tokens.get(at) {
            match token.text.as_str() {
                "#" => at = self.attribute(at),
                "{" => {
                    depth += 1;
                    self.forget();
                }
                "}" => {
                    depth -= 1;
                    self.modules.retain(|(_, closes)| *closes <= depth);
                    self.forget();
                }
                ";" | "," => self.forget(),
                kind if KINDS.contains(&kind) && !token.literal => self.item(at, depth),
                _ => {}
            }
            at += 1;
        }
    }

    /// Takes an attribute in and answers where it ends.
    fn attribute(&mut self, at: usize) -> usize {
        let inner = self.text(at + 1) == "!";
        let open = if inner { at + 2 } else { at + 1 };
        if self.text(open) != "[" {
            return at;
        }
        let end = closing(self.tokens, open);
        let content = &self.tokens[open + 1..end];
        match content {
            _ if inner => {}
            [doc, sign, text, ..] if doc.text == "doc" && sign.text == "=" => {
                self.docs.push(unquoted(&text.text))
            }
            _ => self.attributes.push(content.to_vec()),
        }
        end
    }

    fn item(&mut self, at: usize, depth: usize) {
        let Some(name) = self.tokens.get(at + 1).filter(|next| is_name(next)) else { return };
        let kind = self.tokens[at].text.clone();
        let rest = self.tokens[at + 2..end_of_item(self.tokens, at + 2)].to_vec();
        self.items.push(Item {
            kind: kind.clone(),
            name: name.text.clone(),
            modules: self.modules.iter().map(|(module, _)| module.clone()).collect(),
            docs: std::mem::take(&mut self.docs),
            attributes: std::mem::take(&mut self.attributes),
            rest,
            line: name.line,
        });
        if kind == "mod" && self.text(at + 2) == "{" {
            self.modules.push((name.text.clone(), depth + 1));
        }
    }

    fn forget(&mut self) {
        self.docs.clear();
        self.attributes.clear();
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }
}

/// Where the bracket that opens here closes.
pub fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open).filter(|(_, token)| !token.literal) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len().saturating_sub(1)
}

/// The place after the item's last token.
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            ";" => return at,
            "{" => return closing(tokens, at) + 1,
            "}" | ")" | "]" => return at,
            "(" | "[" => at = closing(tokens, at),
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}

fn is_name(token: &Token) -> bool {
    !token.literal && token.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn unquoted(literal: &str) -> String {
    literal.trim_matches('"').to_owned()
}
