//! Every kind of event of the reference, from its fixture to our words.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use tradepost_domain::{
    Content, Media, MediaKind, Party, Source, What,
    message::{About, Referral},
};

use crate::{ACCOUNT, fixture, read};

/// An event in a line that a shopkeeper can read.
fn said(what: &What) -> String {
    match what {
        What::Message { from, reference, content, about, referral } => {
            let reference = reference.as_deref().unwrap_or("-");
            let about = about.as_ref().map(about_it).unwrap_or_default();
            let referral = referral.as_ref().map(by).unwrap_or_default();
            format!("{} wrote {reference}: {}{about}{referral}", who(from), shown(content))
        }
        What::Echo { to, reference, content } => {
            format!("we wrote {reference} to {}: {}", who(to), shown(content))
        }
        What::Receipt { peer, reference, delivery, earlier_too, .. } => {
            let earlier = if *earlier_too { " and before" } else { "" };
            format!("{} {reference}{earlier} by {}", delivery.word(), peer.as_deref().unwrap_or("?"))
        }
        What::Unsent { reference } => format!("unsent {reference}"),
        What::Edited { reference, text } => format!("{reference} is now `{text}`"),
        What::Reaction { from, reference, emoji } => format!("{} on {reference}: {emoji:?}", who(from)),
        What::Referred { from, referral } => format!("{} came{}", who(from), by(referral)),
        What::Other { kind, .. } => format!("other {kind}"),
        What::Unreadable { reason } => format!("unreadable: {reason}"),
        other => other.word().into(),
    }
}

fn who(party: &Party) -> &str {
    &party.id
}

fn about_it(about: &About) -> String {
    match about {
        About::Story { id, url } => format!(
            " (on our story {} at {})",
            id.as_deref().unwrap_or("-"),
            tail(url.as_deref().unwrap_or("-"))
        ),
        About::Mention => " (mentions us)".into(),
        About::Message { reference } => format!(" (on {reference})"),
    }
}

fn by(referral: &Referral) -> String {
    let Referral { mark, source, ad, product } = referral;
    let all = [mark, source, ad, product].map(|part| part.as_deref().unwrap_or("-"));
    format!(" by {}", all.join("/"))
}

fn shown(content: &Content) -> String {
    match content {
        Content::Text { text } => format!("`{text}`"),
        Content::Media { media, text } => {
            let media: Vec<String> = media.iter().map(medium).collect();
            let text = text.as_ref().map(|text| format!(" `{text}`")).unwrap_or_default();
            format!("{}{text}", media.join(", "))
        }
        Content::Tap { payload, title } => format!("tap {payload} `{title}`"),
        Content::Unsupported { what } => format!("something: {what}"),
        other => format!("{other:?}"),
    }
}

fn medium(media: &Media) -> String {
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::File => "file",
    };
    match &media.source {
        Source::Remote { url } => format!("{kind} {}", tail(url)),
        other => format!("{other:?}"),
    }
}

/// What differs in the fixtures' addresses.
fn tail(url: &str) -> &str {
    url.rsplit('=').next().unwrap_or(url)
}

/// proves: CH-03, IN-05
#[rstest]
#[case::text("text", "9900112233 wrote aWdfZAG1faXRlbToxAAA: `Is it in stock?`")]
#[case::text_emoji_rtl("text_emoji_rtl", "9900112233 wrote m-emoji: `Größe 👗? שלום`")]
#[case::image("image", "9900112233 wrote m-image: image 1")]
#[case::images("images_with_text", "9900112233 wrote m-images: image 1, image 2 `These two?`")]
#[case::video("video", "9900112233 wrote m-video: video 3")]
#[case::audio("audio", "9900112233 wrote m-audio: audio 4")]
#[case::file("file", "9900112233 wrote m-file: file 5")]
#[case::like_heart("like_heart", "9900112233 wrote m-heart: `❤️`")]
#[case::share_media("share_media", "9900112233 wrote m-share: file 6")]
#[case::share_link("share_link", "9900112233 wrote m-share-link: `https://www.instagram.com/p/Cabc/`")]
#[case::reel("reel", "9900112233 wrote m-reel: video 7 `Spring looks`")]
#[case::story_mention("story_mention", "9900112233 wrote m-mention: file 8 (mentions us)")]
#[case::story_reply("story_reply", "9900112233 wrote m-story: `Nice` (on our story 18111 at 9)")]
#[case::inline_reply("inline_reply", "9900112233 wrote m-reply: `This one` (on m0)")]
#[case::quick_reply("quick_reply", "9900112233 wrote m-quick: tap COLOR_RED `Red`")]
#[case::postback("postback", "9900112233 wrote m-post: tap GET_STARTED `Start` by spring/SHORTLINK/-/-")]
#[case::postback_without_mid("postback_without_mid", "9900112233 wrote -: tap GET_STARTED `Start`")]
#[case::referral("referral", "9900112233 came by spring/SHORTLINK/-/-")]
#[case::ad("message_from_ad", "9900112233 wrote m-ad: `Hi` by summer/ADS/23850000000000001/-")]
#[case::product("message_from_product", "9900112233 wrote m-product: `This in blue?` by -/-/-/4400001")]
#[case::reaction("reaction", "9900112233 on m1: Some(\"❤\")")]
#[case::reaction_taken_back("reaction_taken_back", "9900112233 on m1: None")]
#[case::read("read", "read m-ours and before by 9900112233")]
#[case::unsend("unsend", "unsent m1")]
#[case::edit("edit", "m1 is now `Size L, please`")]
#[case::unsupported("unsupported", "9900112233 wrote m-gif: something: unsupported")]
#[case::unsupported_type("unsupported_type", "9900112233 wrote m-once: something: ephemeral")]
#[case::echo("echo", "we wrote m-ours to 9900112233: `Yes, 3 left.`")]
#[case::echo_other_side("echo_from_customers_side", "we wrote m-ours to 9900112233: `Yes, 3 left.`")]
#[case::echo_of_cards("echo_of_cards", "we wrote m-cards to 9900112233: something: template")]
#[case::optin("optin", "other optin")]
#[case::handover("handover", "other pass_thread_control")]
#[case::standby("standby", "other standby")]
#[case::comment_page("comment_page", "other comments")]
#[case::comment_login("comment_login", "other comments")]
#[case::test_message("test_message", "test")]
#[case::test_messaging("test_messaging", "test")]
#[case::test_comment("test_comment", "test")]
#[case::unknown_event("unknown_event", "other telepathy")]
#[case::not_ours("not_ours", "other not_ours")]
#[case::empty_message("empty_message", "other empty_message")]
#[case::seconds_and_numbers("seconds_and_numbers", "9900112233 wrote m-lenient: `Hi`")]
fn an_event_is_read(#[case] name: &str, #[case] expected: &str) {
    let arrivals = read(fixture(name)).expect("a readable body");
    let [arrival] = arrivals.as_slice() else { panic!("{} events", arrivals.len()) };
    assert_eq!(said(&arrival.what), expected);
    let account = if name.starts_with("test_") { "0" } else { ACCOUNT };
    assert_eq!(arrival.account, account);
    assert!(arrival.at.is_some_and(|at| at.as_second() == 1_767_225_600), "{:?}", arrival.at);
    assert!(
        String::from_utf8_lossy(&fixture(name)).contains(&arrival.raw),
        "raw is not the event's own bytes"
    );
}

/// While another app has the thread, nobody here answers; what happens to known lines is heard all the same.
#[test]
fn on_standby_words_are_noted_and_known_lines_are_followed() {
    let (ours, ann) = (json!({ "id": ACCOUNT }), json!({ "id": "9900112233" }));
    let from_ann =
        |name: &str, value: Value| json!({ "sender": ann, "recipient": ours, "timestamp": 1, name: value });
    let echo = json!({ "mid": "m-app", "text": "I see to it", "is_echo": true });
    let items = [
        from_ann("message", json!({ "mid": "m1", "text": "Anybody?" })),
        from_ann("postback", json!({ "mid": "m2", "payload": "start", "title": "Start" })),
        from_ann("referral", json!({ "ref": "poster", "source": "SHORTLINK" })),
        from_ann("read", json!({ "mid": "m-ours" })),
        from_ann("message", json!({ "mid": "m1", "is_deleted": true })),
        json!({ "sender": ours, "recipient": ann, "timestamp": 1, "message": echo }),
    ];
    let heard = |list: &str| {
        let body = json!({ "object": "instagram", "entry": [{ "id": ACCOUNT, "time": 1, list: items }] });
        read(body.to_string().into_bytes()).expect("a readable body")
    };
    let (standby, ours) = (heard("standby"), heard("messaging"));
    let said: Vec<_> = standby.iter().map(|arrival| said(&arrival.what)).collect();
    let followed =
        ["m-ours and before by 9900112233", "unsent m1", "we wrote m-app to 9900112233: `I see to it`"];
    assert_eq!(said[..3], ["other standby"; 3]);
    assert!(said[3..].iter().zip(followed).all(|(said, known)| said.ends_with(known)), "{said:?}");
    let words_are_new = standby.iter().zip(&ours).map(|(standby, ours)| standby.key != ours.key);
    let expected = [true, true, true, false, false, false];
    assert_eq!(words_are_new.collect::<Vec<_>>(), expected, "noted words are heard when they are for us");
}

/// What a batch says, line by line.
pub fn lines(name: &str) -> Vec<String> {
    read(fixture(name)).expect("a readable body").iter().map(|arrival| said(&arrival.what)).collect()
}

/// proves: IN-04
#[test]
fn every_event_has_a_key_of_its_own() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).expect("fixtures");
    let paths = files.map(|entry| entry.expect("a file").path());
    let mut keys = BTreeSet::new();
    let mut count = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        // These say on purpose what another one says.
        if ["page_object", "batch", "echo_from_customers_side"].contains(&name.as_str()) {
            continue;
        }
        let (once, again) = (read(fixture(&name)).expect("events"), read(fixture(&name)).expect("events"));
        assert_eq!(once, again, "{name} is not read the same way twice");
        count += once.len();
        for arrival in once {
            assert!(arrival.key.len() <= 250 && arrival.key.starts_with(&arrival.account), "{}", arrival.key);
            assert!(keys.insert(arrival.key.clone()), "{name}: {} is known", arrival.key);
        }
    }
    assert_eq!(keys.len(), count);
}
