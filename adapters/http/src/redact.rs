//! Keeps secrets out of texts that are shown.

/// What stands where a secret stood.
const HIDDEN: &str = "[hidden]";
/// What a secret follows, in lower case.
const MARKS: [&str; 6] = [
    "access_token=",
    "access_token\":\"",
    "bearer ",
    "client_secret=",
    "appsecret_proof=",
    "authorization: ",
];

/// The text without those secrets, as they are or as an address carries them, and without whatever follows a known mark
/// such as `access_token=`.
pub fn redact(text: &str, secrets: &[&str]) -> String {
    let long = secrets.iter().filter(|secret| secret.len() >= 4);
    let known = long.flat_map(|secret| spellings(secret));
    let known = known.fold(text.to_owned(), |text, secret| text.replace(&secret, HIDDEN));
    MARKS.iter().fold(known, |text, mark| hide_after(&text, mark))
}

/// A secret, and how it stands in a query: a blank is `+` or `%20`.
fn spellings(secret: &str) -> [String; 3] {
    let in_query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let with_twenty = in_query.replace('+', "%20");
    [secret.to_owned(), in_query, with_twenty]
}

/// The text's beginning on one line, for an error's detail.
pub fn brief(text: &str, most_characters: usize) -> String {
    let mut short: String =
        text.chars().take(most_characters).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most_characters).is_some() {
        short.push('…');
    }
    short
}

fn hide_after(text: &str, mark: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut shown, mut from) = (String::with_capacity(text.len()), 0);
    while let Some(found) = lower[from..].find(mark) {
        let secret = from + found + mark.len();
        let length = text[secret..].find(ends_secret).unwrap_or(text.len() - secret);
        shown.push_str(&text[from..secret]);
        if length > 0 {
            shown.push_str(HIDDEN);
        }
        from = secret + length;
    }
    shown + &text[from..]
}

fn ends_secret(c: char) -> bool {
    c.is_whitespace() || matches!(c, '&' | '"' | '\'' | ',' | ')' | '#' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::in_a_query("GET /me?access_token=EAAG1&x=2 failed", "GET /me?access_token=[hidden]&x=2 failed")]
    #[case::last("url?ACCESS_TOKEN=EAAG1", "url?ACCESS_TOKEN=[hidden]")]
    #[case::in_json(r#"{"access_token":"EAAG1","a":1}"#, r#"{"access_token":"[hidden]","a":1}"#)]
    #[case::in_a_header("Authorization: Bearer EAAG1, then", "Authorization: [hidden] [hidden], then")]
    #[case::twice("bearer a bearer b", "bearer [hidden] bearer [hidden]")]
    #[case::named("Malformed access token tok-123!", "Malformed access token [hidden]!")]
    #[case::innocent("no secret: Größe 42 €", "no secret: Größe 42 €")]
    #[case::nothing_follows("access_token=", "access_token=")]
    fn a_secret_is_not_shown(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(redact(text, &["tok-123"]), shown);
    }

    /// proves: PL-02
    #[rstest]
    #[case::as_it_is("token 12|a b+c=/")]
    #[case::in_a_query("?token=12%7Ca+b%2Bc%3D%2F&x=1")]
    #[case::in_a_path("/12%7Ca%20b%2Bc%3D%2F/send")]
    fn a_secret_is_not_shown_as_an_address_carries_it(#[case] text: &str) {
        let shown = redact(text, &["12|a b+c=/"]);
        assert!(shown.contains(HIDDEN) && !shown.contains("12"), "{shown}");
    }

    #[rstest]
    #[case::short("as it is", 20, "as it is")]
    #[case::long("éééé", 3, "ééé…")]
    #[case::lines("a\nb\0c", 20, "a b c")]
    fn a_detail_is_one_short_line(#[case] text: &str, #[case] most: usize, #[case] shown: &str) {
        assert_eq!(brief(text, most), shown);
    }
}
