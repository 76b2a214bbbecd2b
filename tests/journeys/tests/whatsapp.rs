//! The stories on WhatsApp: one test for each.

fn play(name: &str) {
    tradepost_tests_journeys::play(&format!("whatsapp/{name}"));
}

/// The rules that come with the house answer; buttons are tapped, a number typed.
///
/// proves: CH-02, RU-01, CV-09
#[test]
fn four_rules() {
    play("four_rules");
}

/// Buttons and lists are offered, tapped and typed; too long a list is numbered text.
///
/// proves: CV-09, CH-02
#[test]
fn choices() {
    play("choices");
}

/// A typed 2 that answers an older list picks nothing wrong; a tap on it is known by its id.
///
/// proves: CV-09
#[test]
fn older_list() {
    play("older_list");
}

/// What is too long for one message leaves in several, in order and whole.
///
/// proves: CH-02, CV-09, CV-10
#[test]
fn long_text() {
    play("long_text");
}

/// Whatever a customer can send is kept, and none of it breaks the conversation.
///
/// proves: CH-02, IN-05, IN-11
#[test]
fn kinds() {
    play("kinds");
}

/// What a customer takes back is gone; what she edits is changed.
///
/// proves: CH-02
#[test]
fn taken_back() {
    play("taken_back");
}

/// A customer without a number, who shows it later: one contact, one conversation.
///
/// proves: FI-14, CH-02
#[test]
fn scoped_id() {
    play("scoped_id");
}

/// Two ids that turn out to be one person's: one contact, and a refusal holds for all of it.
///
/// proves: FI-14, FI-04
#[test]
fn two_ids() {
    play("two_ids");
}

/// Her number changes: her refusal goes along, and whoever gets the old number is a stranger.
///
/// proves: FI-14, FI-04, CV-06
#[test]
fn number_changed() {
    play("number_changed");
}

/// A customer without a number has another id: the same person, whose refusal goes along.
///
/// proves: FI-14, FI-04
#[test]
fn id_changed() {
    play("id_changed");
}

/// Receipts that overtake, come backwards or twice; a line never goes back.
///
/// proves: IN-08
#[test]
fn receipts() {
    play("receipts");
}

/// The answer to a send is lost: the line is known again by its mark, whichever comes first, and nothing is sent twice.
///
/// proves: PL-11, CH-02, IN-08, CV-02
#[test]
fn answer_lost() {
    play("answer_lost");
}

/// Where no mark comes back, nothing is sent twice either, and the line is shown as one that nobody is sure of.
///
/// proves: PL-11, CH-02
#[test]
fn answer_lost_by_the_reseller() {
    play("answer_lost_by_the_reseller");
}

/// A failure that is told an hour later: the line says why.
///
/// proves: IN-08
#[test]
fn failed_later() {
    play("failed_later");
}

/// The window closes while a line waits; outside it only a template leaves.
///
/// proves: CV-07
#[test]
fn window() {
    play("window");
}

/// More lines to one customer than the provider takes: they wait, and nothing is refused.
///
/// proves: CH-02, CV-10
#[test]
fn pair_limit() {
    play("pair_limit");
}

/// The account is throttled: everybody waits, and everybody is answered once.
///
/// proves: PL-11, CH-02
#[test]
fn throttled() {
    play("throttled");
}

/// Offers are stopped by the provider's own control.
///
/// proves: CV-06, FI-04
#[test]
fn stop_in_the_app() {
    play("stop_in_the_app");
}

/// An offer waits while she writes STOP: it never leaves.
///
/// proves: CV-06, FI-04
#[test]
fn stop_meanwhile() {
    play("stop_meanwhile");
}

/// STOP in Hindi, Portuguese, Spanish and German, confirmed in that language.
///
/// proves: CV-06, FI-04
#[test]
fn languages() {
    play("languages");
}

/// Numbers that are written in two ways are one customer's.
///
/// proves: PL-10, FI-14
#[test]
fn national_numbers() {
    play("national_numbers");
}

/// Media that are gone, too large or of a false type: the line says so, and the shop answers.
///
/// proves: IN-11
#[test]
fn media_trouble() {
    play("media_trouble");
}

/// Templates with their values; a missing one, a paused one, an unknown one.
///
/// proves: CH-02, CV-08
#[test]
fn templates() {
    play("templates");
}

/// The same by the reseller's number.
///
/// proves: CH-02, IN-04, CV-09
#[test]
fn reseller() {
    play("reseller");
}

/// Two channels at once: everybody is answered where they wrote.
///
/// proves: CH-02, CH-03, PL-01, IN-04
#[test]
fn two_channels() {
    play("two_channels");
}

/// Delivered twice, fifty at once, all in one post, and for a number that no storefront has.
///
/// proves: IN-01, IN-04, CV-10
#[test]
fn posts() {
    play("posts");
}

/// A person answers on the phone: the bot is silent for half an hour.
///
/// proves: CV-05
#[test]
fn phone() {
    play("phone");
}
