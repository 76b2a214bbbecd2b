//! What a new adapter is called, in each of the ways that code and prose need.

/// A checked name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

const LONGEST: usize = 40;

/// No crate or module can be called so.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

impl Name {
    /// The name in kebab-case, or why it is none. Underscores are read as dashes.
    pub(super) fn new(given: &str) -> Result<Self, String> {
        let name = given.replace('_', "-");
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let formed = name.split('-').all(part) && name.starts_with(|first: char| first.is_ascii_lowercase());
        if !formed || name.len() > LONGEST {
            return Err(format!(
                "`{given}` is no name for an adapter: use small letters, digits and single dashes, at most {LONGEST}, as in \
                 `my-channel`"
            ));
        }
        if KEYWORDS.contains(&name.as_str()) {
            return Err(format!("`{given}` is a word of Rust's own: choose another"));
        }
        Ok(Self(name))
    }

    /// `my-channel`: the folder, the channel's kind.
    pub(super) fn kebab(&self) -> &str {
        &self.0
    }

    /// `tradepost-my-channel`.
    pub(super) fn package(&self) -> String {
        format!("tradepost-{}", self.0)
    }

    /// `my_channel`.
    pub(super) fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// `MyChannel`.
    pub(super) fn pascal(&self) -> String {
        self.words().concat()
    }

    /// `My-Channel`, as headers are written.
    pub(super) fn train(&self) -> String {
        self.words().join("-")
    }

    fn words(&self) -> Vec<String> {
        let word = |word: &str| {
            let (first, rest) = word.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        };
        self.0.split('-').map(word).collect()
    }
}
