//! Files: uploads, ids, addresses, `getFile`, downloads.

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_sandbox::{TelegramAccount, TelegramAction, TelegramMedia, TelegramSent};

use super::line::{BOT, Line, NINA, refused, result, to_nina};
use crate::stage::call;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const MB: usize = 1024 * 1024;

fn id_of(field: &str, message: &Value) -> String {
    let place = if field == "photo" { &message["photo"][1] } else { &message[field] };
    place["file_id"].as_str().unwrap().to_owned()
}

/// proves: AD-04
#[rstest]
#[case::photo("sendPhoto", "photo", "a.png")]
#[case::video("sendVideo", "video", "a.mp4")]
#[case::animation("sendAnimation", "animation", "a.gif")]
#[case::round("sendVideoNote", "video_note", "a.mp4")]
#[case::song("sendAudio", "audio", "a.mp3")]
#[case::voice("sendVoice", "voice", "a.ogg")]
#[case::document("sendDocument", "document", "bill.pdf")]
#[case::sticker("sendSticker", "sticker", "a.webp")]
#[tokio::test]
async fn an_upload_can_be_sent_again_by_its_id_and_fetched(
    #[case] method: &str,
    #[case] field: &str,
    #[case] name: &str,
) {
    let line = Line::with_nina().await;
    let message = result(line.upload(method, field, name, PNG, &[("chat_id", NINA)]).await);
    let id = id_of(field, &message);
    let again = line.sent(method, &to_nina(json!({ field: id }))).await;
    assert_eq!(id_of(field, &again), id);
    let found = line.sent("getFile", &json!({ "file_id": id })).await;
    assert_eq!(found["file_size"], PNG.len());
    let file = line.file(found["file_path"].as_str().unwrap()).await;
    assert_eq!((file.status, &file.raw[..]), (200, PNG));
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    let told = line.0.sandbox.log().received(BOT, NINA).remove(0).body;
    assert_eq!((&told[field]["name"], &told[field]["bytes"]), (&json!(name), &json!(PNG.len())));
}

/// proves: AD-04
#[tokio::test]
async fn a_part_may_be_named_by_attach() {
    let line = Line::with_nina().await;
    let fields = [("chat_id", NINA), ("document", "attach://mine"), ("caption", "The bill")];
    let message = result(line.upload("sendDocument", "mine", "bill.pdf", b"%PDF-1.4", &fields).await);
    assert_eq!(
        (&message["document"]["file_name"], &message["caption"]),
        (&json!("bill.pdf"), &json!("The bill"))
    );
}

/// proves: AD-04
#[tokio::test]
async fn an_address_is_taken_and_a_file_of_another_kind_is_not() {
    let line = Line::with_nina().await;
    let message = line.sent("sendVideo", &to_nina(json!({ "video": "https://shop.example/a.mp4" }))).await;
    let reply = line.call("sendDocument", &to_nina(json!({ "document": id_of("video", &message) }))).await;
    assert_eq!(refused(&reply).2, "Bad Request: can't use file of type video as document");
}

/// proves: AD-04, AD-05
#[rstest]
#[case::photo("sendPhoto", "photo", 10)]
#[case::document("sendDocument", "document", 50)]
#[tokio::test]
async fn an_upload_has_a_largest_size(#[case] method: &str, #[case] field: &str, #[case] megabytes: usize) {
    let line = Line::with_nina().await;
    for (bytes, status) in [(megabytes * MB, 200), (megabytes * MB + 1, 413)] {
        let mut file = PNG.to_vec();
        file.resize(bytes, 0);
        let reply = line.upload(method, field, "a.png", &file, &[("chat_id", NINA)]).await;
        assert_eq!(reply.status, status);
    }
}

/// proves: AD-04
#[rstest]
#[case::no_picture("sendPhoto", "photo", b"%PDF-1.4", "IMAGE_PROCESS_FAILED")]
#[case::nothing("sendDocument", "document", b"", "file must be non-empty")]
#[tokio::test]
async fn an_upload_that_is_wrong(
    #[case] method: &str,
    #[case] field: &str,
    #[case] file: &[u8],
    #[case] why: &str,
) {
    let line = Line::with_nina().await;
    let reply = line.upload(method, field, "a", file, &[("chat_id", NINA)]).await;
    assert_eq!(refused(&reply).2, format!("Bad Request: {why}"));
}

async fn received(line: &Line, sent: TelegramSent) -> String {
    line.nina().does(TelegramAction::Media(sent)).await.unwrap();
    id_of("photo", &line.update()["message"])
}

/// proves: AD-04
#[tokio::test]
async fn a_picture_has_two_sizes_and_both_are_there() {
    let line = Line::with_nina().await;
    line.nina().does(TelegramAction::media(TelegramMedia::Photo)).await.unwrap();
    let sizes = line.update()["message"]["photo"].as_array().unwrap().clone();
    assert!(sizes[0]["width"].as_i64() < sizes[1]["width"].as_i64());
    let mut files = Vec::new();
    for size in &sizes {
        let found = line.sent("getFile", &json!({ "file_id": size["file_id"] })).await;
        files.push(line.file(found["file_path"].as_str().unwrap()).await.raw);
    }
    assert!(files[0] != files[1] && files.iter().all(|file| file.starts_with(b"\x89PNG")));
}

/// proves: AD-04
#[rstest]
#[case::largest(20 * MB as u64, None)]
#[case::larger(20 * MB as u64 + 1, Some("Bad Request: file is too big"))]
#[tokio::test]
async fn a_bot_downloads_up_to_20_mb(#[case] bytes: u64, #[case] refusal: Option<&str>) {
    let line = Line::with_nina().await;
    let id = received(&line, TelegramSent { bytes: Some(bytes), ..TelegramSent::default() }).await;
    let reply = line.call("getFile", &json!({ "file_id": id })).await;
    match refusal {
        Some(why) => assert_eq!(refused(&reply), (400, 400, why.to_owned())),
        None => {
            let path = result(reply)["file_path"].as_str().unwrap().to_owned();
            assert_eq!(line.file(&path).await.raw.len() as u64, bytes);
        }
    }
}

/// proves: AD-04
#[tokio::test]
async fn a_path_is_good_for_an_hour_and_for_its_own_bot() {
    let line = Line::with_nina().await;
    let id = received(&line, TelegramSent::default()).await;
    line.0.sandbox.add_telegram(TelegramAccount::new("7000000002")).unwrap();
    let found = line.sent("getFile", &json!({ "file_id": id })).await;
    let path = found["file_path"].as_str().unwrap();
    assert_eq!(line.file(path).await.status, 200);
    let base = line.0.sandbox.base_url();
    for (token, status) in [("7000000002:token-7000000002", 404), ("7000000001:other", 401)] {
        let url = format!("{base}/file/bot{token}/{path}");
        assert_eq!(call(hyper::Method::GET, &url, &[], "").await.unwrap().status, status);
    }
    let token = "7000000002:token-7000000002";
    let other = line
        .as_bot(token, "getFile", "application/json", json!({ "file_id": id }).to_string())
        .await
        .unwrap();
    assert_eq!(refused(&other).2, "Bad Request: invalid file_id");
    line.0.sandbox.clock().advance_ms(3_600_000);
    assert_eq!(line.file(path).await.status, 404);
}

/// proves: AD-04
#[tokio::test]
async fn a_file_may_be_gone_or_refused() {
    let line = Line::with_nina().await;
    let id = received(&line, TelegramSent { gone: true, ..TelegramSent::default() }).await;
    let why = "Bad Request: wrong file_id or the file is temporarily unavailable";
    assert_eq!(refused(&line.call("getFile", &json!({ "file_id": id })).await).2, why);
    let line = Line::with_nina().await;
    let id = received(&line, TelegramSent { status: Some(500), ..TelegramSent::default() }).await;
    let found = line.sent("getFile", &json!({ "file_id": id })).await;
    assert_eq!(line.file(found["file_path"].as_str().unwrap()).await.status, 500);
}
