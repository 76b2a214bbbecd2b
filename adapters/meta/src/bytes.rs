//! What customers send is believed only as far as its first bytes go.

use infer::MatcherType;
use tradepost_domain::MediaKind;

/// What bytes of no known type are kept as; no browser runs it.
pub const UNKNOWN: &str = "application/octet-stream";

/// The type of bytes that are said to be of that kind.
pub fn checked(kind: MediaKind, bytes: &[u8], declared: Option<&str>) -> Result<String, &'static str> {
    if bytes.is_empty() {
        return Err("the medium is empty");
    }
    let seen = infer::get(bytes);
    let family = seen.map(|seen| seen.matcher_type());
    let mime = match seen.map_or(UNKNOWN, |seen| seen.mime_type()) {
        "audio/m4a" => "audio/mp4",
        // Voice messages: named by the container, as the channels do.
        "audio/opus" => "audio/ogg",
        mime => mime,
    };
    let declared_as = |prefix| declared.is_some_and(|declared: &str| declared.starts_with(prefix));
    match (kind, family) {
        (MediaKind::Image, Some(MatcherType::Image)) => Ok(mime.into()),
        (MediaKind::Video, Some(MatcherType::Video)) => Ok(mime.into()),
        (MediaKind::Audio, Some(MatcherType::Audio)) => Ok(mime.into()),
        // A voice message may come in a container that is also used for videos.
        (MediaKind::Audio, Some(MatcherType::Video)) if declared_as("audio/") => {
            Ok(declared.unwrap_or(mime).into())
        }
        (MediaKind::Audio, Some(MatcherType::Video)) => Ok(mime.replacen("video/", "audio/", 1)),
        (MediaKind::File, Some(MatcherType::Text)) => Ok(UNKNOWN.into()),
        (MediaKind::File, _) => Ok(mime.into()),
        _ => Err("its bytes are not of the kind that they are said to be"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";
    const M4A: &[u8] = b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom";
    /// The first page of an Ogg stream (RFC 3533) that holds an Opus head (RFC 7845).
    const OPUS: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\x2a\0\0\0\0\0\0\0\x9b\x5c\x1d\x07\x01\x13\
        OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
    const MP3: &[u8] = b"ID3\x03\0\0\0\0\0\0";
    const PDF: &[u8] = b"%PDF-1.7\n";
    const HTML: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script>";
    const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";

    /// proves: IN-11
    #[rstest]
    #[case::picture(MediaKind::Image, PNG, Some("image/png"), Some("image/png"))]
    #[case::bytes_are_believed(MediaKind::Image, JPEG, Some("image/png"), Some("image/jpeg"))]
    #[case::undeclared(MediaKind::Image, JPEG, None, Some("image/jpeg"))]
    #[case::page_as_picture(MediaKind::Image, HTML, Some("image/png"), None)]
    #[case::drawing_with_script(MediaKind::Image, SVG, Some("image/svg+xml"), None)]
    #[case::video_as_picture(MediaKind::Image, MP4, Some("image/png"), None)]
    #[case::video(MediaKind::Video, MP4, Some("video/mp4"), Some("video/mp4"))]
    #[case::picture_as_video(MediaKind::Video, PNG, Some("video/mp4"), None)]
    #[case::sound(MediaKind::Audio, MP3, Some("audio/mpeg"), Some("audio/mpeg"))]
    #[case::voice_of_a_phone(MediaKind::Audio, OPUS, Some("audio/ogg; codecs=opus"), Some("audio/ogg"))]
    #[case::sound_of_a_phone(MediaKind::Audio, M4A, Some("audio/mp4"), Some("audio/mp4"))]
    #[case::voice_message(MediaKind::Audio, MP4, Some("audio/mp4"), Some("audio/mp4"))]
    #[case::undeclared_voice_message(MediaKind::Audio, MP4, None, Some("audio/mp4"))]
    #[case::page_as_sound(MediaKind::Audio, HTML, Some("audio/mpeg"), None)]
    #[case::paper(MediaKind::File, PDF, Some("application/pdf"), Some("application/pdf"))]
    #[case::story(MediaKind::File, JPEG, Some("image/jpeg"), Some("image/jpeg"))]
    #[case::page_is_only_bytes(MediaKind::File, HTML, Some("text/html"), Some(UNKNOWN))]
    #[case::drawing_is_only_bytes(MediaKind::File, SVG, Some("image/svg+xml"), Some(UNKNOWN))]
    #[case::anything(MediaKind::File, b"hello", Some("text/plain"), Some(UNKNOWN))]
    #[case::nothing(MediaKind::File, b"", Some("text/plain"), None)]
    fn bytes_are_what_they_begin_with(
        #[case] kind: MediaKind,
        #[case] bytes: &[u8],
        #[case] declared: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(checked(kind, bytes, declared).ok().as_deref(), expected);
    }
}
