//! Every fault of the settings is told, with the key, what is wrong and how to mend it.

use std::path::Path;

use rstest::rstest;
use tradepost_gateway::settings::{Fault, Settings, SettingsError};

use crate::{
    client::SETTINGS,
    fixture::{Made, outfit},
};

fn faults(text: &str, world: &Made) -> Vec<Fault> {
    Settings::read(text, Path::new(""), &outfit(), world).err().unwrap_or_default()
}

/// Puts one line in the place of another in good settings; the faults are then these, as `key: what`.
#[track_caller]
fn check(from: &str, to: &str, expected: &[(&str, &str)]) {
    assert!(SETTINGS.contains(from), "the settings hold {from}");
    let found = faults(&SETTINGS.replacen(from, to, 1), &Made::default());
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (fault, (key, wrong)) in found.iter().zip(expected) {
        assert_eq!(fault.key, *key, "{found:#?}");
        assert!(fault.wrong.contains(wrong), "{} holds {wrong}", fault.wrong);
        assert!(!fault.mend.is_empty());
    }
}

#[test]
fn good_settings_have_no_fault() {
    let settings = Settings::read(SETTINGS, Path::new("/etc/tradepost"), &outfit(), &Made::default());
    let settings = settings.expect("good settings");
    assert_eq!(settings.data(), Path::new("/etc/tradepost/."));
    assert_eq!((settings.storefronts.len(), settings.endpoints.len(), settings.accounts.len()), (2, 1, 1));
    assert_eq!(settings.storefronts[0].flow, "rules");
}

/// proves: PL-02
#[rstest]
#[case::unknown_key("port = 0", "prot = 0", &[("server.prot", "not a known key")])]
#[case::unknown_table("[store]", "[stroe]", &[("stroe", "not a known key")])]
#[case::wrong_type("port = 0", "port = \"http\"", &[("server.port", "must be a whole number")])]
#[case::port_out_of_range("port = 0", "port = 65536", &[("server.port", "65536")])]
#[case::bind("bind = \"127.0.0.1\"", "bind = \"localhost\"", &[("server.bind", "not an IP address")])]
#[case::duration_word("body_wait = \"400 ms\"", "body_wait = \"soon\"", &[("server.body_wait", "not a length of time")])]
#[case::duration_number("body_wait = \"400 ms\"", "body_wait = 4", &[("server.body_wait", "but is a number")])]
#[case::duration_negative("body_wait = \"400 ms\"", "body_wait = \"-1 s\"", &[("server.body_wait", "not a length of time")])]
#[case::table_as_value("[store]\ndata = \".\"", "store = 7", &[("server.store", "not a known key")])]
#[case::log_level("[store]", "[log]\nlevel = \"a=b=c\"\n[store]", &[("log.level", "not a level")])]
#[case::log_format("[store]", "[log]\nformat = \"xml\"\n[store]", &[("log.format", "not known")])]
#[case::missing_name("name = \"Shop\"", "", &[("storefront[1].name", "is missing")])]
#[case::currency("currency = \"USD\"", "currency = \"ZZZ\"", &[("storefront[1].currency", "not a currency")])]
#[case::zone("currency = \"USD\"", "currency = \"USD\"\nzone = \"Mars/Olympus\"", &[("storefront[1].zone", "not a time zone")])]
#[case::locale("currency = \"USD\"", "currency = \"USD\"\nlocale = \"english\"", &[("storefront[1].locale", "not a language tag")])]
#[case::flow("currency = \"USD\"", "currency = \"USD\"\nflow = \"magic\"", &[("storefront[1].flow", "not known")])]
#[case::quiet("currency = \"USD\"", "currency = \"USD\"\nquiet = \"9 s\"\nquiet_most = \"5 s\"", &[("storefront[1].quiet", "longer than quiet_most")])]
#[case::keep_too_short("currency = \"USD\"", "currency = \"USD\"\nkeep = \"167 h\"", &[("storefront[1].keep", "shorter than 7 days")])]
#[case::keep_too_long("currency = \"USD\"", "currency = \"USD\"\nkeep = \"36501 d\"", &[("storefront[1].keep", "longer than 36500 days")])]
#[case::keep_and_idle("currency = \"USD\"", "currency = \"USD\"\nkeep = \"7 d\"\nidle_after = \"8 d\"", &[("storefront[1].keep", "shorter than idle_after")])]
#[case::keep_of_months("currency = \"USD\"", "currency = \"USD\"\nkeep = \"12 months\"", &[("storefront[1].keep", "not a length of time")])]
#[case::storefront_twice("id = \"stall\"", "id = \"shop\"", &[("storefront[2].id", "taken already by storefront[1].id")])]
#[case::storefront_name("id = \"stall\"", "id = \"a stall\"", &[("storefront[2].id", "cannot stand in an address")])]
#[case::endpoint_without_secret("secret = \"the endpoint's secret\"", "", &[("endpoint[1].secret", "is missing")])]
#[case::unknown_channel("channel = \"post\"\nname", "channel = \"pigeon\"\nname", &[("endpoint[1].channel", "not a channel of this build")])]
#[case::unsigned_outside_local_mode("paths = [", "verify_signatures = false\npaths = [", &[("endpoint[1].verify_signatures", "local mode only")])]
#[case::path_of_the_house("\"/letters\"", "\"/health\"", &[("endpoint[1].paths", "cannot be a webhook's path")])]
#[case::path_without_slash("\"/letters\"", "\"letters\"", &[("endpoint[1].paths", "cannot be a webhook's path")])]
#[case::path_twice("\"/letters\"", "\"/a\", \"/a\"", &[("endpoint[1].paths", "taken already")])]
#[case::path_of_another("\"/letters\"", "\"/webhooks/post/main\"", &[("endpoint[1].paths", "taken already")])]
#[case::adapters_url("paths = [", "base = \"ftp://x\"\npaths = [", &[("endpoint[1].base", "not a web address")])]
#[case::adapters_word("token = \"token\"", "token = \"token\"\nroute = \"scenic\"", &[("account[1].route", "not known")])]
#[case::adapters_number("token = \"token\"", "token = \"token\"\nper_second = 0", &[("account[1].per_second", "from 1 to 100")])]
#[case::adapters_own_word("token = \"token\"", "token = \"tok\"", &[("account[1].token", "is too short")])]
#[case::adapters_unknown_key("token = \"token\"", "token = \"token\"\ntokn = 1", &[("account[1].tokn", "not a known key")])]
#[case::unknown_storefront("storefront = \"shop\"", "storefront = \"shoppe\"", &[("account[1].storefront", "no storefront \"shoppe\"")])]
#[case::keys_storefront("storefronts = [\"shop\"]", "storefronts = [\"mall\"]", &[("key[1].storefronts", "no storefront \"mall\"")])]
#[case::short_key("secret = \"a-very-long-secret-of-the-website\"", "secret = \"short\"", &[("key[1].secret", "fewer than 24")])]
#[case::bad_hash("secret = \"a-very-long-secret-of-the-website\"", "sha256 = \"abc\"", &[("key[1].sha256", "not a SHA-256 hash")])]
#[case::key_without_secret("secret = \"a-very-long-secret-of-the-website\"", "", &[("key[1].secret", "is missing")])]
fn a_fault_is_told(#[case] from: &str, #[case] to: &str, #[case] expected: &[(&str, &str)]) {
    check(from, to, expected);
}

/// proves: PL-02
#[test]
fn nothing_is_told_once_more_and_no_toml_is_one_fault() {
    let found = faults("[server\nport = 1", &Made::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].wrong.contains("no TOML"));
    let found = faults("", &Made::default());
    assert_eq!(found.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), ["storefront"]);
}

/// proves: PL-19
#[rstest]
#[case::from_the_environment("token_env = \"POST_TOKEN\"", None)]
#[case::from_a_file("token_file = \"token.txt\"", None)]
#[case::no_such_variable("token_env = \"NO_TOKEN\"", Some(("account[1].token_env", "has no NO_TOKEN")))]
#[case::empty_variable("token_env = \"EMPTY\"", Some(("account[1].token_env", "has no EMPTY")))]
#[case::no_such_file("token_file = \"none.txt\"", Some(("account[1].token_file", "failed to read none.txt")))]
#[case::empty_file("token_file = \"empty.txt\"", Some(("account[1].token_file", "empty.txt is empty")))]
#[case::twice("token = \"secret-value\"\ntoken_env = \"POST_TOKEN\"", Some(("account[1].token", "more than once")))]
fn a_secret_may_stand_elsewhere(#[case] line: &str, #[case] expected: Option<(&str, &str)>) {
    let world = Made {
        variables: [("POST_TOKEN", "secret-value"), ("EMPTY", " ")].into(),
        files: [("token.txt", "secret-value\n"), ("empty.txt", "\n")].into(),
    };
    let found = faults(&SETTINGS.replace("token = \"token\"", line), &world);
    match expected {
        None => assert!(found.is_empty(), "{found:?}"),
        Some((key, wrong)) => {
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].key == key && found[0].wrong.contains(wrong), "{found:?}");
        }
    }
    assert!(!format!("{found:?}").contains("secret-value"), "a secret is never told");
}

/// proves: PL-02
#[test]
fn settings_never_show_a_secret() {
    let settings = Settings::read(SETTINGS, Path::new(""), &outfit(), &Made::default()).expect("settings");
    let shown = format!("{settings:?} {:?} {:?}", settings.keys, settings.endpoints[0].values);
    assert!(
        !shown.contains("secret of")
            && !shown.contains("the endpoint's secret")
            && !shown.contains("a-very-long")
    );
}

/// proves: PL-05
#[rstest]
#[case::given("9090", Some(9090))]
#[case::empty("", Some(0))]
#[case::nonsense("http", None)]
#[case::too_large("70000", None)]
fn port_overrides_the_file(#[case] port: &'static str, #[case] expected: Option<u16>) {
    let world = Made { variables: [("PORT", port)].into(), ..Made::default() };
    let settings = Settings::read(SETTINGS, Path::new(""), &outfit(), &world);
    match (settings, expected) {
        (Ok(settings), Some(port)) => assert_eq!(settings.server.port, port),
        (Err(faults), None) => assert_eq!(faults[0].key, "server.port"),
        (settings, expected) => panic!("{settings:?} is not {expected:?}"),
    }
}

#[test]
fn a_file_that_is_not_there_is_no_fault_of_its_content() {
    let error = Settings::load(Path::new("none.toml"), &outfit(), &Made::default()).err();
    assert!(matches!(error, Some(SettingsError::NoFile { .. })), "{error:?}");
}
