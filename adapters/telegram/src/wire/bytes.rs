//! What bytes are, by their beginning: Telegram's file server names no type worth believing.

use tradepost_domain::MediaKind;

/// How bytes of a type begin: at that place these.
type Mark = (usize, &'static [u8], &'static str);

const PICTURES: &[Mark] = &[
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
];
const VIDEOS: &[Mark] =
    &[(4, b"ftypqt", "video/quicktime"), (4, b"ftyp", "video/mp4"), (0, b"\x1a\x45\xdf\xa3", "video/webm")];
const SOUNDS: &[Mark] = &[
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (4, b"ftyp", "audio/mp4"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
];
const FILES: &[Mark] = &[(0, b"%PDF-", "application/pdf"), (0, b"PK\x03\x04", "application/zip")];

/// The type of bytes, if they are of that kind. A file may be anything.
pub(crate) fn mime(kind: MediaKind, bytes: &[u8]) -> Option<&'static str> {
    let found = |marks: &[Mark]| {
        let begins = |(at, mark, _): &&Mark| bytes.get(*at..).is_some_and(|from| from.starts_with(mark));
        marks.iter().find(begins).map(|(_, _, mime)| *mime)
    };
    match kind {
        _ if bytes.is_empty() => None,
        MediaKind::Image => found(PICTURES),
        MediaKind::Video => found(VIDEOS),
        MediaKind::Audio => found(SOUNDS),
        MediaKind::File => found(FILES)
            .or_else(|| found(PICTURES))
            .or_else(|| found(VIDEOS))
            .or_else(|| found(SOUNDS))
            .or(Some("application/octet-stream")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::jpeg(MediaKind::Image, b"\xff\xd8\xff\xe0..", Some("image/jpeg"))]
    #[case::png(MediaKind::Image, b"\x89PNG\r\n\x1a\n..", Some("image/png"))]
    #[case::webp(MediaKind::Image, b"RIFF....WEBPVP8 ", Some("image/webp"))]
    #[case::page(MediaKind::Image, b"<html>", None)]
    #[case::no_picture(MediaKind::Image, b"....ftypisom", None)]
    #[case::mp4(MediaKind::Video, b"....ftypisom", Some("video/mp4"))]
    #[case::webm(MediaKind::Video, b"\x1a\x45\xdf\xa3..", Some("video/webm"))]
    #[case::voice(MediaKind::Audio, b"OggS..", Some("audio/ogg"))]
    #[case::song(MediaKind::Audio, b"ID3..", Some("audio/mpeg"))]
    #[case::m4a(MediaKind::Audio, b"....ftypM4A ", Some("audio/mp4"))]
    #[case::no_sound(MediaKind::Audio, b"%PDF-1.7", None)]
    #[case::pdf(MediaKind::File, b"%PDF-1.7", Some("application/pdf"))]
    #[case::anything(MediaKind::File, b"<svg>", Some("application/octet-stream"))]
    #[case::nothing(MediaKind::File, b"", None)]
    fn bytes_tell_their_type(#[case] kind: MediaKind, #[case] bytes: &[u8], #[case] mime: Option<&str>) {
        assert_eq!(super::mime(kind, bytes), mime);
    }
}
