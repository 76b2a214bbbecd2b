//! The language of responses: a bounded part of Jinja. Variables, `if` and `for NAME in VARIABLE`; no way to build a
//! value that is larger than what was given.

/// Refuses what would let a response build values larger than it was given: only `if` and `for NAME in VARIABLE`,
/// and no `+`, `*` and `~`.
pub(super) fn check(source: &str) -> Result<(), String> {
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
