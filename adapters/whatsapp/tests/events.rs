//! Every kind of event of the reference, from its fixture to our words.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::{ACCOUNT, fixture, fixtures, read, said::said};

/// proves: CH-02, IN-05
#[rstest]
#[case("text", "ANA wrote wamid.text: `Is it in stock?`")]
#[case("text_emoji_rtl", "ANA wrote wamid.emoji: `Größe 👗? שלום`")]
#[case("reply", "ANA wrote wamid.reply: `This one` (on wamid.ours)")]
#[case("forwarded", "ANA wrote wamid.forwarded: `Look`")]
#[case("about_product", "ANA wrote wamid.product: `In blue?` (on wamid.ours) by -/-/-/MUG-1")]
#[case("from_ad", "ANA wrote wamid.ad: `Hi` by -/ad/23850000000000001/-")]
#[case("image", "ANA wrote wamid.image: image 9001 `This mug?`")]
#[case("image_with_url", "ANA wrote wamid.imageurl: image 9002")]
#[case("video", "ANA wrote wamid.video: video 9003")]
#[case("audio_voice", "ANA wrote wamid.voicenote: audio 9004")]
#[case("audio_file", "ANA wrote wamid.audiofile: audio 9005")]
#[case("voice", "ANA wrote wamid.voice: audio 9006")]
#[case("document", "ANA wrote wamid.document: file 9007 `My order`")]
#[case("sticker", "ANA wrote wamid.sticker: image 9008")]
#[case(
    "image_lost",
    "ANA wrote wamid.lost: image missing: 131052 Media download error: It could not be downloaded"
)]
#[case("location", "ANA wrote wamid.location: at 37804400/-122271200 Corner Shop, 1 Main St")]
#[case("location_bare", "ANA wrote wamid.bare: at -1/180000000 -")]
#[case("contacts", "ANA wrote wamid.contacts: Sam Reader: +1 415 555 2671; Only: 14155552672")]
#[case("button_reply", "ANA wrote wamid.tap: tap yes:42 `Yes` (on wamid.ours)")]
#[case("list_reply", "ANA wrote wamid.row: tap r1 `Soup`")]
#[case("form", r#"ANA wrote wamid.form: form flow: {"size":"L"}"#)]
#[case("form_of_no_json", "ANA wrote wamid.formodd: form flow: size=L")]
#[case("interactive_empty", "ANA wrote wamid.hollow: something: interactive")]
#[case("interactive_unknown", "ANA wrote wamid.call: something: call_permission_reply")]
#[case("template_button", "ANA wrote wamid.button: tap NO_1 `No` (on wamid.ours)")]
#[case(
    "order",
    "ANA wrote wamid.order: basket `Please`: 3 MUG-1 at 19.99 ILS, 1 CUP-2 at 1200 JPY, 1 TEA-3 at ?"
)]
#[case("reaction", "ANA on wamid.ours: Some(\"😮\")")]
#[case("reaction_taken_back", "ANA on wamid.ours: None")]
#[case("unsupported", "ANA wrote wamid.poll: something: poll")]
#[case("unknown_type", "ANA wrote wamid.hologram: something: hologram")]
#[case("revoke", "unsent wamid.text")]
#[case("edit", "wamid.text is now `Size L, please`")]
#[case("edit_of_caption", "wamid.image is now `The blue one?`")]
#[case("number_changed", "5511987654321 and BR.777 is now 14155552671")]
#[case("number_and_id_changed", "5511987654321 and BR.777 is now 14155552671 or US.888")]
#[case("user_id_changed", "BR.777 and BR.ENT.7 is now BR.888 or BR.ENT.8 without a number")]
#[case("identity_changed", "other customer_identity_changed (wamid.identity)")]
#[case("group", "other group (wamid.group)")]
#[case("username_only", "US.13491 ana.s or US.ENT.13491 without a number wrote wamid.username: `Hi`")]
#[case("user_id_everywhere", "US.13491 Ana without a number wrote wamid.everywhere: `Hi`")]
#[case("number_in_profile", "14155552671 Ana or US.13491 wrote wamid.profile: `Hi`")]
#[case("old_brazilian_number", "551187654321 Ana at 5511987654321 wrote wamid.brazil: `Oi`")]
#[case("milliseconds", "ANA wrote wamid.milliseconds: `Hi`")]
#[case("welcome", "other request_welcome (wamid.welcome)")]
#[case("self", "other self (wamid.self)")]
#[case("empty_message", "other empty_message (wamid.empty)")]
#[case("sent", "wamid.OUT1, our msg_01KDTPQ2G0000000000000000A, sent by 5511987654321")]
#[case("delivered", "wamid.OUT1 delivered by 5511987654321")]
#[case("read", "wamid.OUT1 read by 5511987654321")]
#[case("played", "wamid.OUT1 read by 5511987654321")]
#[case("deleted", "other status deleted (wamid.OUT1)")]
#[case(
    "failed",
    "wamid.OUT1 failed by 5511987654321: 131047 Re-engagement message: More than 24 hours have passed: outside_window"
)]
#[case("failed_without_errors", "wamid.OUT2 failed by 5511987654321")]
#[case("status_of_group", "other group (wamid.OUT3)")]
#[case("status_of_user_id", "wamid.OUT4 delivered by US.13491")]
#[case("status_of_anothers_mark", "wamid.OUT5 delivered by 5511987654321")]
#[case("status_of_an_odd_mark", "wamid.OUT6 delivered by 5511987654321")]
#[case("error", "other error 130429")]
#[case("marketing_stop", "ANA wants offers: false")]
#[case("marketing_resume", "ANA wants offers: true")]
#[case("marketing_signup", "other user_preferences")]
#[case("echo", "we wrote wamid.app1 to 5511987654321 or BR.777: `Yes, 3 left.`")]
#[case("echo_revoke", "unsent wamid.app1")]
#[case("echo_edit", "wamid.app1 is now `Yes, 4 left.`")]
#[case("template_status", "other message_template_status_update")]
#[case("template_quality", "other message_template_quality_update")]
#[case("account_update", "other account_update")]
#[case("history", "other history")]
#[case("calls", "other calls")]
#[case("unknown_field", "other telepathy")]
#[case("test", "test")]
fn an_event_is_read(#[case] name: &str, #[case] expected: &str) {
    let body = fixture(&format!("cloud/{name}"));
    let arrivals = read(body.clone()).expect("a readable body");
    let [arrival] = arrivals.as_slice() else { panic!("{} events", arrivals.len()) };
    assert_eq!(said(&arrival.what), expected.replace("ANA", "5511987654321 Ana or BR.777"));
    let account = match name {
        "test" => "123456123",
        "template_status" | "template_quality" | "account_update" | "unknown_field" => "100200300",
        _ => ACCOUNT,
    };
    assert_eq!(arrival.account, account);
    assert!(arrival.at.is_some_and(|at| at.as_second() == 1_767_225_600), "{:?}", arrival.at);
    assert!(String::from_utf8_lossy(&body).contains(&arrival.raw), "raw is not the event's own bytes");
}

/// What the reseller says of a message again must not stand in the way of the message.
/// proves: IN-04
#[test]
fn a_message_that_is_not_new_takes_no_new_ones_key() {
    let again = String::from_utf8(fixture("wapi/not_new")).expect("text");
    let new = again.replace("\"is_new_message\": false", "\"is_new_message\": true");
    let key = |body: &str| read(body).expect("a readable body")[0].key.clone();
    assert_ne!(again, new);
    assert_ne!(key(&again), key(&new));
    assert_eq!(key(&again), key(&again));
}

/// proves: CH-02
#[rstest]
#[case("text", "ANA wrote wamid.w1: `Is it in stock?`")]
#[case("payload_as_text", "ANA wrote wamid.w2: `Hi`")]
#[case("image", "ANA wrote wamid.w3: image https://files.example/9001.jpg `This mug?`")]
#[case("image_without_link", "ANA wrote wamid.w4: image 9002")]
#[case("location", "ANA wrote wamid.w5: at 37804400/-122271200 -")]
#[case("button_reply", "ANA wrote wamid.w6: `Yes`")]
#[case("template_button", "ANA wrote wamid.w10: tap NO_1 `No`")]
#[case("status", "wamid.OUT7 delivered by 5511987654321")]
#[case("failed", "wamid.OUT8 failed by 5511987654321: 131026 Message undeliverable: not_found")]
#[case("not_new", "other not_new (wamid.w7)")]
#[case("without_payload", "5511987654321 Ana Silva wrote wamid.w8: `Hi`")]
#[case(
    "without_payload_media",
    "5511987654321 Ana Silva wrote -: image https://files.example/1.jpg `This mug?`"
)]
#[case("without_payload_named", "5511987654321 Ana Silva wrote -: `Hi`")]
#[case("without_payload_status", "other wapi")]
#[case("payload_unreadable", "5511987654321 Ana Silva wrote -: `Hello`")]
#[case("metas_own", "ANA wrote wamid.w9: `Hi`")]
fn a_resold_event_is_read(#[case] name: &str, #[case] expected: &str) {
    let body = fixture(&format!("wapi/{name}"));
    let arrivals = read(body.clone()).expect("a readable body");
    let [arrival] = arrivals.as_slice() else { panic!("{} events", arrivals.len()) };
    assert_eq!(said(&arrival.what), expected.replace("ANA", "5511987654321 Ana or BR.777"));
    let nobodys =
        ["without_payload", "without_payload_media", "without_payload_status", "payload_unreadable"]
            .contains(&name);
    assert_eq!(arrival.account, if nobodys { "wapi" } else { ACCOUNT });
    assert!(arrival.at.is_some_and(|at| at.as_second() == 1_767_225_600), "{:?}", arrival.at);
    let whole = String::from_utf8_lossy(&body);
    assert!(whole.contains(&arrival.raw), "raw is not what came");
    assert_eq!(arrival.raw.len() + 1 == whole.len(), name != "metas_own", "the envelope is kept");
}

/// What a batch says, line by line.
pub fn lines(name: &str) -> Vec<String> {
    read(fixture(name)).expect("a readable body").iter().map(|arrival| said(&arrival.what)).collect()
}

/// proves: IN-04
#[test]
fn every_event_has_a_key_of_its_own() {
    let mut keys = BTreeSet::new();
    // These say on purpose what another one says, or nothing.
    let names = [fixtures("cloud", &["another_product", "batch"]), fixtures("wapi", &[])].concat();
    for name in names {
        let (once, again) = (read(fixture(&name)).expect("events"), read(fixture(&name)).expect("events"));
        assert_eq!(once, again, "{name} is not read the same way twice");
        for arrival in once {
            assert!(arrival.key.len() <= 250 && arrival.key.starts_with(&arrival.account), "{}", arrival.key);
            assert!(keys.insert(arrival.key.clone()), "{name}: {} is known", arrival.key);
        }
    }
    assert!(keys.len() > 90, "{}", keys.len());
}
