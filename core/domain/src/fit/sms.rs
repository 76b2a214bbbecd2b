//! What an SMS is made of: GSM-7 where every sign has a place in that alphabet, else UCS-2.
//! en.wikipedia.org/wiki/GSM_03.38

use unicode_segmentation::UnicodeSegmentation;

/// How a text is written on the air, and in how many parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// The alphabet of all parts.
    pub alphabet: Alphabet,
    /// Parts; 0 for no text.
    pub count: usize,
    /// Septets (GSM-7) or 16-bit units (UCS-2), without what joins the parts.
    pub units: usize,
}

/// How signs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// Seven bits a sign; those of the extension table take two places.
    Gsm7,
    /// Sixteen bits; signs beyond the first plane take two places.
    Ucs2,
}

/// The alphabet's basic table; what stands in [`EXTENSION`] costs an escape as well.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

impl Alphabet {
    /// The smallest alphabet that has every sign of the text.
    pub fn of(text: &str) -> Self {
        match text.chars().all(|sign| septets(sign).is_some()) {
            true => Self::Gsm7,
            false => Self::Ucs2,
        }
    }

    /// Places in an SMS that stands alone.
    pub const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Places in a part of a longer one; the rest tells how the parts belong together.
    pub const fn joined(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    fn places(self, sign: char) -> usize {
        match self {
            Self::Gsm7 => septets(sign).unwrap_or(1),
            Self::Ucs2 => sign.len_utf16(),
        }
    }
}

fn septets(sign: char) -> Option<usize> {
    if sign.is_ascii_alphanumeric() || BASIC.contains(sign) {
        return Some(1);
    }
    EXTENSION.contains(sign).then_some(2)
}

/// How many parts a text takes. No part ends within a sign as people see it, an escape or a pair, unless that sign alone is
/// longer than a part.
pub fn segments(text: &str) -> Segments {
    let alphabet = Alphabet::of(text);
    let units = text.chars().map(|sign| alphabet.places(sign)).sum();
    let count = match units {
        0 => 0,
        units if units <= alphabet.alone() => 1,
        _ => joined(text, alphabet),
    };
    Segments { alphabet, count, units }
}

fn joined(text: &str, alphabet: Alphabet) -> usize {
    let most = alphabet.joined();
    let (mut parts, mut used) = (1, 0);
    let mut take = |places: usize| {
        if used + places > most {
            (parts, used) = (parts + 1, 0);
        }
        used += places;
    };
    for sign in text.graphemes(true) {
        let places: usize = sign.chars().map(|char| alphabet.places(char)).sum();
        match places <= most {
            true => take(places),
            false => sign.chars().for_each(|char| take(alphabet.places(char))),
        }
    }
    parts
}

/// How many bytes of the text fit into so many parts when `after` follows; always at a character's border.
pub(super) fn room(text: &str, after: &str, parts: usize) -> usize {
    let most = parts.saturating_mul(Alphabet::Gsm7.alone());
    let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
    let ends: Vec<usize> = ends.take(most).collect();
    let fits = |end: &usize| match after {
        "" => segments(&text[..*end]).count <= parts,
        after => segments(&format!("{}{after}", &text[..*end])).count <= parts,
    };
    // More text never takes fewer parts, so the longest that fits can be looked for by halves.
    let fitting = ends.partition_point(fits);
    fitting.checked_sub(1).map_or(0, |last| ends[last])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: CV-09
    #[rstest]
    #[case::none("", Alphabet::Gsm7, 0, 0)]
    #[case::alone(&"a".repeat(160), Alphabet::Gsm7, 1, 160)]
    #[case::joined(&"a".repeat(161), Alphabet::Gsm7, 2, 161)]
    #[case::two_full(&"a".repeat(306), Alphabet::Gsm7, 2, 306)]
    #[case::three(&"a".repeat(307), Alphabet::Gsm7, 3, 307)]
    #[case::extension_takes_two(&"€".repeat(80), Alphabet::Gsm7, 1, 160)]
    #[case::an_escape_is_not_torn(&format!("{}€{}", "a".repeat(152), "b".repeat(153)), Alphabet::Gsm7, 3, 307)]
    #[case::greek_capitals("ΔΦΓΛΩΠΨΣΘΞ", Alphabet::Gsm7, 1, 10)]
    #[case::accents("àéìòù", Alphabet::Gsm7, 1, 5)]
    #[case::one_that_is_not_there("çedilla", Alphabet::Ucs2, 1, 7)]
    #[case::ucs2_alone(&"я".repeat(70), Alphabet::Ucs2, 1, 70)]
    #[case::ucs2_joined(&"я".repeat(71), Alphabet::Ucs2, 2, 71)]
    #[case::pairs(&"😀".repeat(35), Alphabet::Ucs2, 1, 70)]
    #[case::a_pair_is_not_torn(&"😀".repeat(67), Alphabet::Ucs2, 3, 134)]
    #[case::a_family_is_not_torn(&"👩‍👩‍👧".repeat(9), Alphabet::Ucs2, 2, 72)]
    #[case::hindi("नमस्ते", Alphabet::Ucs2, 1, 6)]
    fn a_text_takes_so_many_parts(
        #[case] text: &str,
        #[case] alphabet: Alphabet,
        #[case] count: usize,
        #[case] units: usize,
    ) {
        assert_eq!(segments(text), Segments { alphabet, count, units });
    }

    /// proves: CV-09
    #[rstest]
    #[case::septets(&"a".repeat(500), 2, 306)]
    #[case::all("short", 2, 5)]
    #[case::a_late_sign_changes_the_alphabet(&format!("{}я", "a".repeat(160)), 1, 160)]
    fn so_much_fits(#[case] text: &str, #[case] parts: usize, #[case] bytes: usize) {
        assert_eq!(room(text, "", parts), bytes);
    }
}
