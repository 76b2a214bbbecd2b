//! Forms of several parts, for uploads.

use std::hash::{BuildHasher as _, RandomState};

/// One part of a form.
pub struct Part<'a> {
    name: &'a str,
    file: Option<(&'a str, &'a str)>,
    bytes: &'a [u8],
}

impl<'a> Part<'a> {
    /// A field.
    pub fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, file: None, bytes: text.as_bytes() }
    }

    /// A file, with the name and the type under which it is handed over.
    pub fn file(name: &'a str, file_name: &'a str, mime: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, file: Some((file_name, mime)), bytes }
    }

    fn head(&self) -> String {
        let name = self.name;
        match self.file {
            None => format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n"),
            Some((file, mime)) => format!(
                "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {mime}\r\n\r\n"
            ),
        }
    }

    fn is_plain(&self) -> bool {
        let plain = |text: &str| !text.contains(['"', '\\']) && !text.chars().any(char::is_control);
        plain(self.name) && self.file.is_none_or(|(file, mime)| plain(file) && plain(mime))
    }
}

/// The boundary and the body; `None` if a name or a type would break out of its header.
pub(crate) fn written(parts: &[Part<'_>]) -> Option<(String, Vec<u8>)> {
    if !parts.iter().all(Part::is_plain) {
        return None;
    }
    // By chance, so that nobody can put it into what we upload.
    let boundary = boundary(parts, (0_u64..).map(|n| RandomState::new().hash_one(n)))?;
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 256).sum());
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n{}", part.head()).as_bytes());
        body.extend_from_slice(part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Some((boundary, body))
}

/// The first of these that begins no line of any part, so that no part can end before its end.
fn boundary(parts: &[Part<'_>], numbers: impl Iterator<Item = u64>) -> Option<String> {
    let begins_a_line = |boundary: &String| {
        let needle = format!("--{boundary}");
        let mut lines = parts.iter().flat_map(|part| part.bytes.split(|byte| *byte == b'\n'));
        lines.any(|line| line.starts_with(needle.as_bytes()))
    };
    let mut boundaries = numbers.map(|number| format!("tradepost-{number:020}-form"));
    boundaries.find(|boundary| !begins_a_line(boundary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_parts_in_order() {
        let parts = [Part::text("type", "image/png"), Part::file("file", "medium", "image/png", b"\x89PNG")];
        let (boundary, body) = written(&parts).expect("a form");
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"medium\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        let ending = format!("\r\n--{boundary}--\r\n");
        assert_eq!(body, [expected.as_bytes(), b"\x89PNG", ending.as_bytes()].concat());
    }

    #[test]
    fn bytes_that_hold_a_boundary_get_another() {
        let first = boundary(&[Part::text("a", "b")], 7..9).expect("a boundary");
        let sly = format!("x\r\n--{first}\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n1");
        let second = boundary(&[Part::text("a", &sly)], 7..9).expect("another");
        assert_ne!(first, second);
        assert_eq!(boundary(&[Part::text("a", &sly)], 7..8), None, "there is no other");
    }

    #[test]
    fn nobody_can_know_a_boundary_before() {
        let one = || written(&[Part::text("a", "b")]).expect("a form");
        let (first, body) = one();
        assert_ne!(first, one().0);
        assert_eq!(String::from_utf8_lossy(&body).matches(&format!("--{first}")).count(), 2, "begin and end");
    }

    #[test]
    fn a_name_cannot_break_out() {
        assert!(written(&[Part::file("file", "a\"; x=\"", "image/png", b"")]).is_none());
        assert!(written(&[Part::file("file", "a", "image/png\r\nX: y", b"")]).is_none());
    }
}
