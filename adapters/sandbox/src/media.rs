//! The provider's media host: small real files, and every way in which a download can go wrong.
//!
//! `GET /cdn/{name}`: the name's extension decides the kind (`png`, `webp`, `mp4`, `m4a`, `ogg`, `pdf`); two names give two different files. The
//! query bends it, see [`Bend`].

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use poem::http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{Body, Response, handler};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::world::World;

/// How a download is bent by its query.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Bend {
    /// Gone (410) once the sandbox's clock reaches this time, ms since 1970.
    pub(crate) expires: Option<i64>,
    /// Another content type than the bytes have.
    pub(crate) r#type: Option<String>,
    /// Padded with zeros to so many bytes.
    pub(crate) bytes: Option<u64>,
    /// Streamed without a length.
    pub(crate) chunked: bool,
    /// Another status than 200.
    pub(crate) status: Option<u16>,
    /// A redirect to this address.
    pub(crate) location: Option<String>,
    /// Real milliseconds before the answer begins.
    pub(crate) delay_ms: u64,
}

#[handler]
pub(crate) async fn serve(
    Path(name): Path<String>,
    Query(bend): Query<Bend>,
    world: Data<&Arc<World>>,
) -> Response {
    let (content_type, file) = file(&name);
    bent(&world, content_type, file.into(), &bend).await
}

/// A file, as the bend wants it served.
pub(crate) async fn bent(world: &World, content_type: &str, file: Bytes, bend: &Bend) -> Response {
    tokio::time::sleep(Duration::from_millis(bend.delay_ms)).await;
    if bend.expires.is_some_and(|expires| world.clock.now_ms() >= expires) {
        return (StatusCode::GONE, "URL signature expired").into();
    }
    if let Some(location) = &bend.location {
        return Response::builder().status(StatusCode::FOUND).header("location", location).finish();
    }
    let status = bend.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let response =
        Response::builder().status(status).content_type(bend.r#type.as_deref().unwrap_or(content_type));
    let length = bend.bytes.unwrap_or(0).max(file.len() as u64);
    match bend.chunked || length > file.len() as u64 {
        false => response.body(file),
        true if bend.chunked => response.body(padded(file, length)),
        true => response.header("content-length", length).body(padded(file, length)),
    }
}

/// A type without its parameters.
pub(crate) fn bare(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

/// Whether the bytes are what the type says, as far as the first of them tell.
pub(crate) fn is_genuine(mime: &str, file: &[u8]) -> bool {
    let at = |place: usize, mark: &[u8]| file.get(place..).is_some_and(|rest| rest.starts_with(mark));
    match bare(mime) {
        "image/jpeg" => at(0, b"\xff\xd8\xff"),
        "image/png" => at(0, b"\x89PNG"),
        "image/webp" => at(0, b"RIFF") && at(8, b"WEBP"),
        "application/pdf" => at(0, b"%PDF"),
        "video/mp4" | "video/3gpp" | "audio/mp4" => at(4, b"ftyp"),
        "audio/amr" => at(0, b"#!AMR"),
        // Only with Opus inside.
        "audio/ogg" => at(0, b"OggS") && file.windows(8).take(64).any(|window| window == b"OpusHead"),
        _ => true,
    }
}

/// The first page of an Ogg stream with Opus in it.
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead";

/// The file of a name, with its content type.
pub(crate) fn file(name: &str) -> (&'static str, Vec<u8>) {
    let tag = hex::encode(&Sha256::digest(name.as_bytes())[..8]);
    match name.rsplit('.').next() {
        Some("mp4") => ("video/mp4", with_tag(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", &tag)),
        Some("m4a") => ("audio/mp4", with_tag(b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom", &tag)),
        Some("ogg") => ("audio/ogg; codecs=opus", with_tag(OGG, &tag)),
        Some("webp") => ("image/webp", with_tag(b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0", &tag)),
        Some("pdf") => ("application/pdf", with_tag(b"%PDF-1.4\n%%EOF\n%", &tag)),
        _ => ("image/png", png(&Sha256::digest(name.as_bytes())[..3])),
    }
}

fn with_tag(head: &[u8], tag: &str) -> Vec<u8> {
    [head, tag.as_bytes()].concat()
}

/// A square of 8 × 8 points of one colour (three bytes), after the PNG specification (www.w3.org/TR/png).
fn png(colour: &[u8]) -> Vec<u8> {
    const SIDE: usize = 8;
    let row: Vec<u8> = std::iter::once(0).chain(colour.iter().copied().cycle().take(3 * SIDE)).collect();
    let header = [0, 0, 0, SIDE as u8, 0, 0, 0, SIDE as u8, 8, 2, 0, 0, 0];
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in
        [(b"IHDR", header.to_vec()), (b"IDAT", stored(&row.repeat(SIDE))), (b"IEND", Vec::new())]
    {
        let chunk = [kind.as_slice(), &data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    png
}

/// A zlib stream with one stored block (RFC 1950, RFC 1951).
fn stored(data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    let mut zlib = vec![0x78, 0x01, 0x01];
    zlib.extend(length.to_le_bytes());
    zlib.extend((!length).to_le_bytes());
    zlib.extend(data);
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    zlib.extend(((b << 16) | a).to_be_bytes());
    zlib
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// The file, then zeros up to the length, in pieces: a stream of gigabytes costs no memory.
fn padded(file: Bytes, length: u64) -> Body {
    const PIECE: u64 = 64 * 1024;
    let left = length - file.len() as u64;
    let pieces = stream::unfold((Some(file), left), |(file, left)| async move {
        match file {
            Some(file) => Some((Ok::<_, io::Error>(file), (None, left))),
            None if left == 0 => None,
            None => {
                Some((Ok(Bytes::from(vec![0; left.min(PIECE) as usize])), (None, left.saturating_sub(PIECE))))
            }
        }
    });
    Body::from_bytes_stream(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_the_standard_example() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn names_give_different_files_of_their_kind() {
        for name in ["a.png", "a.webp", "a.mp4", "a.m4a", "a.ogg", "a.pdf"] {
            assert_ne!(file(name).1, file(&name.replace('a', "b")).1, "{name}");
        }
        assert!(file("a.png").1.starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}
