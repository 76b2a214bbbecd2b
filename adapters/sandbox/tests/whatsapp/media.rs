//! Media: up, looked up, down, deleted; limits; and every way in which they go wrong.

use hyper::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{Fault, On, Sent, WhatsappAction, WhatsappMedia};

use super::line::{Line, NUMBER, item, to_maria};
use crate::stage::{Reply, call};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";
const DAY_MS: i64 = 86_400_000;

/// A form with these fields; `file` is the medium's.
fn form(fields: &[(&str, &str)], mime: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(
            format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    let head = "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"m\"\r\n";
    body.extend(format!("{head}content-type: {mime}\r\n\r\n").bytes());
    body.extend(file);
    body.extend(b"\r\n--cut--\r\n");
    body
}

async fn post_form(line: &Line, token: &str, body: Vec<u8>) -> Reply {
    let url = format!("{}/v25.0/{NUMBER}/media", line.0.sandbox.base_url());
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "multipart/form-data; boundary=cut")];
    call(Method::POST, &url, &headers, body).await.unwrap()
}

async fn upload(line: &Line, mime: &str, file: &[u8]) -> Reply {
    let fields = [("messaging_product", "whatsapp"), ("type", mime)];
    post_form(line, &format!("token-{NUMBER}"), form(&fields, mime, file)).await
}

async fn get(line: &Line, path: &str) -> Reply {
    line.call(Method::GET, path, String::new()).await.unwrap()
}

/// What is behind an address, with the token or without.
async fn download(url: &str, token: Option<&str>) -> Reply {
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    let headers: &[_] = if token.is_some() { &[("authorization", bearer.as_str())] } else { &[] };
    call(Method::GET, url, headers, "").await.unwrap()
}

/// What a customer sends, as it was told.
async fn received(line: &Line, sent: Sent) -> Value {
    line.maria().does(WhatsappAction::Media(sent)).await.unwrap();
    item(&line.0.gateway.all().pop().unwrap())["image"].clone()
}

/// proves: AD-04, CH-02
#[tokio::test]
async fn up_and_down_and_away() {
    let line = Line::with_maria().await;
    let id = upload(&line, "image/png", PNG).await.json()["id"].as_str().unwrap().to_owned();
    let told = get(&line, &format!("/v25.0/{id}")).await.json();
    assert_eq!(
        (&told["id"], &told["mime_type"], &told["file_size"]),
        (&json!(id), &json!("image/png"), &json!(PNG.len()))
    );
    assert_eq!(told["messaging_product"], "whatsapp");
    let url = told["url"].as_str().unwrap();
    let token = format!("token-{NUMBER}");
    let file = download(url, Some(&token)).await;
    assert_eq!(
        (file.status, &file.raw[..], &file.headers["content-type"]),
        (200, PNG, &"image/png".parse().unwrap())
    );
    line.sent(&to_maria("image", json!({ "id": id }))).await;
    let path = format!("/{id}");
    let deleted = line.call(Method::DELETE, &path, String::new()).await.unwrap();
    assert_eq!((deleted.status, deleted.json()), (200, json!({ "success": true })));
    assert_eq!(get(&line, &path).await.status, 400);
    assert_eq!(download(url, Some(&token)).await.status, 404);
}

/// proves: AD-04, IN-11
#[tokio::test]
async fn a_customers_picture_needs_the_token_and_ends() {
    let line = Line::new().await;
    let image = received(&line, Sent { with_url: true, ..Sent::default() }).await;
    let (id, url) = (image["id"].as_str().unwrap(), image["url"].as_str().unwrap());
    let token = format!("token-{NUMBER}");
    let file = download(url, Some(&token)).await;
    assert!(file.status == 200 && file.raw.starts_with(b"\x89PNG"));
    let told = get(&line, &format!("/{id}")).await.json();
    assert_eq!(
        (&told["sha256"], told["file_size"].as_u64()),
        (&image["sha256"], Some(file.raw.len() as u64))
    );
    assert_eq!(download(url, None).await.status, 401);
    assert_eq!(download(url, Some("nobody")).await.status, 401);
    line.0.sandbox.clock().advance_ms(300_000);
    assert_eq!(download(url, Some(&token)).await.status, 404, "the address ends after five minutes");
    assert_eq!(get(&line, &format!("/{id}")).await.status, 200, "the medium does not");
    line.0.sandbox.clock().advance_ms(7 * DAY_MS);
    let gone = get(&line, &format!("/{id}")).await;
    assert_eq!((gone.status, &gone.json()["error"]["code"]), (400, &json!(100)));
}

/// proves: AD-04, IN-11
#[tokio::test]
async fn pictures_go_wrong_as_told() {
    let line = Line::new().await;
    let id = |image: &Value| image["id"].as_str().unwrap().to_owned();
    let gone = received(&line, Sent { gone: true, ..Sent::default() }).await;
    assert_eq!(get(&line, &format!("/{}", id(&gone))).await.status, 400);
    let large = received(&line, Sent { bytes: Some(9_000_000), with_url: true, ..Sent::default() }).await;
    assert_eq!(get(&line, &format!("/{}", id(&large))).await.json()["file_size"], 9_000_000);
    let token = format!("token-{NUMBER}");
    assert_eq!(download(large["url"].as_str().unwrap(), Some(&token)).await.raw.len(), 9_000_000);
    let lie = Sent { mime_type: Some("text/html".into()), with_url: true, ..Sent::default() };
    let false_type = received(&line, lie).await;
    assert_eq!(false_type["mime_type"], "text/html");
    let file = download(false_type["url"].as_str().unwrap(), Some(&token)).await;
    assert!(file.headers["content-type"] == "text/html" && file.raw.starts_with(b"\x89PNG"));
    let broken = received(&line, Sent { status: Some(503), with_url: true, ..Sent::default() }).await;
    assert_eq!(download(broken["url"].as_str().unwrap(), Some(&token)).await.status, 503);
}

/// proves: AD-04, CH-02
#[rstest]
#[case::jpeg("image/jpeg", b"\xff\xd8\xff\xe0".to_vec(), 200)]
#[case::opus("audio/ogg; codecs=opus", b"OggS----OpusHead".to_vec(), 200)]
#[case::text("text/plain", b"Hi".to_vec(), 200)]
#[case::gif("image/gif", b"GIF89a".to_vec(), 400)]
#[case::without_a_type("", b"Hi".to_vec(), 400)]
#[case::empty("image/png", Vec::new(), 400)]
#[case::image_of_5_mb("image/png", vec![0; 5 * 1024 * 1024], 200)]
#[case::image_beyond_5_mb("image/png", vec![0; 5 * 1024 * 1024 + 1], 400)]
#[case::sticker_beyond_500_kb("image/webp", vec![0; 500 * 1024 + 1], 400)]
#[case::video_beyond_16_mb("video/mp4", vec![0; 16 * 1024 * 1024 + 1], 400)]
#[tokio::test]
async fn uploads_keep_the_limits(#[case] mime: &str, #[case] file: Vec<u8>, #[case] status: u16) {
    let line = Line::new().await;
    let reply = upload(&line, mime, &file).await;
    assert_eq!(reply.status, status, "{:?}", reply.raw);
    if status == 400 {
        assert!(reply.json()["error"]["error_data"]["details"].is_string());
    }
}

/// proves: AD-04
#[tokio::test]
async fn uploads_are_refused_at_the_door() {
    let line = Line::new().await;
    let fine = form(&[("messaging_product", "whatsapp")], "image/png", PNG);
    assert_eq!(post_form(&line, "nobody", fine.clone()).await.json()["error"]["code"], 190);
    let without = form(&[], "image/png", PNG);
    assert_eq!(post_form(&line, &format!("token-{NUMBER}"), without).await.status, 400);
    assert_eq!(post_form(&line, &format!("token-{NUMBER}"), b"--cut".to_vec()).await.status, 400);
    assert_eq!(
        post_form(&line, &format!("token-{NUMBER}"), fine).await.status,
        200,
        "the part's own type will do"
    );
}

/// proves: AD-04, CH-02
#[rstest]
#[case::as_it_is("image/png", PNG, "image", 0)]
#[case::false_type("image/png", b"<html>", "image", 1)]
#[case::another_kind("application/pdf", b"%PDF-1.4", "image", 1)]
#[case::ogg_without_opus("audio/ogg", b"OggS----vorbis", "audio", 1)]
#[tokio::test]
async fn what_cannot_be_sent_fails_later(
    #[case] mime: &str,
    #[case] file: &[u8],
    #[case] kind: &str,
    #[case] failed: usize,
) {
    let line = Line::with_maria().await;
    let id = upload(&line, mime, file).await.json()["id"].clone();
    line.sent(&to_maria(kind, json!({ "id": id }))).await;
    assert_eq!(line.names_of(failed).await.len(), failed);
    if failed > 0 {
        assert_eq!(line.statuses()[0]["errors"][0]["code"], 131_053);
    }
}

/// proves: AD-04
#[tokio::test]
async fn headers_are_held_against_the_media_too() {
    let line = Line::with_maria().await;
    let headed = |id: &Value| {
        let header = json!({ "type": "image", "image": { "id": id } });
        super::line::with(super::line::buttons(vec![super::line::button("a", "A")]), "header", header)
    };
    assert_eq!(line.send(&headed(&json!("404"))).await.json()["error"]["code"], 131_009);
    let id = upload(&line, "image/png", b"<html>").await.json()["id"].clone();
    line.sent(&headed(&id)).await;
    assert_eq!(line.names_of(1).await, ["failed"]);
}

/// proves: AD-04
#[tokio::test]
async fn uploads_end_after_thirty_days() {
    let line = Line::with_maria().await;
    let id = upload(&line, "image/png", PNG).await.json()["id"].clone();
    line.0.sandbox.clock().advance_ms(30 * DAY_MS);
    line.maria().wrote_ms_ago(0);
    assert_eq!(line.send(&to_maria("image", json!({ "id": id }))).await.json()["error"]["code"], 131_009);
}

/// proves: AD-04
#[tokio::test]
async fn media_have_faults_of_their_own() {
    let line = Line::new().await;
    let image = received(&line, Sent { with_url: true, ..Sent::default() }).await;
    let faults = line.0.sandbox.faults();
    faults.push(NUMBER, Fault::fail(503, 2).on(On::Media).times(3));
    let token = format!("token-{NUMBER}");
    assert_eq!(upload(&line, "image/png", PNG).await.status, 503);
    assert_eq!(get(&line, &format!("/{}", image["id"].as_str().unwrap())).await.status, 503);
    assert_eq!(download(image["url"].as_str().unwrap(), Some(&token)).await.status, 503);
    assert_eq!(download(image["url"].as_str().unwrap(), Some(&token)).await.status, 200);
}

/// proves: AD-04
#[rstest]
#[case::voice(WhatsappMedia::VoiceNote, "audio", b"OggS")]
#[case::sticker(WhatsappMedia::Sticker, "sticker", b"RIFF")]
#[case::document(WhatsappMedia::Document, "document", b"%PDF")]
#[tokio::test]
async fn each_kind_is_a_real_file(#[case] media: WhatsappMedia, #[case] kind: &str, #[case] begins: &[u8]) {
    let line = Line::new().await;
    line.maria().does(WhatsappAction::media(media)).await.unwrap();
    let told = item(&line.0.gateway.only())[kind].clone();
    let url = get(&line, &format!("/{}", told["id"].as_str().unwrap())).await.json()["url"].clone();
    let file = download(url.as_str().unwrap(), Some(&format!("token-{NUMBER}"))).await;
    assert!(file.raw.starts_with(begins), "{:?}", file.raw);
}
