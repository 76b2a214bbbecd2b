//! The story on paper.

use tradepost_domain::{Author, Content};
use tradepost_ports::store::{StaffWord, StoreError, Written};

use super::{place::Place, play::With, stage::Stage};

pub(super) fn opening(stage: &Stage) {
    println!("The house listens on {}, the providers' sandbox on {}.", stage.base, stage.sandbox.base_url());
    println!(
        "Everything below goes over real HTTP: webhooks with their proof in, calls of the providers' APIs out, all channels at once."
    );
}

/// Every line bears its channel, since all play at once.
fn say(place: Place, words: &str) {
    println!("{} | {words}", place.label());
}

pub(super) fn title(place: Place, title: &str) {
    say(place, "");
    say(place, title);
}

pub(super) fn staff(place: Place, word: &StaffWord) {
    match word {
        StaffWord::TakeOver { by, .. } => say(place, &format!("    ({by} takes over: the flow is silent)")),
        StaffWord::Say { .. } => {}
        StaffWord::HandBack => say(place, "    (the flow answers again)"),
    }
}

/// Shows the lines of a customer's conversation after the first `shown`; returns how many there are.
pub(super) async fn lines(stage: &Stage, with: With<'_>, shown: usize) -> Result<usize, StoreError> {
    let Some(conversation) = stage.conversation(with).await? else { return Ok(shown) };
    let lines = stage.transcript(conversation).await?;
    lines.iter().skip(shown).for_each(|written| line(with.0, written));
    Ok(lines.len().max(shown))
}

fn line(place: Place, written: &Written) {
    let who = match written.line.author {
        Author::Customer => "customer",
        Author::Bot => "shop",
        Author::Staff | Author::App => "staff",
    };
    let state = written.line.delivery.map(|way| format!("   [{}]", way.word())).unwrap_or_default();
    say(place, &format!("  {who:>9}  {}{state}", words(&written.line.content)));
}

fn words(content: &Content) -> String {
    let choices: Vec<_> = content.choices().iter().map(|choice| format!("[{}]", choice.title)).collect();
    let text = match content {
        Content::Media { media, text } => {
            let kinds: Vec<_> =
                media.iter().map(|medium| format!("({:?})", medium.kind).to_lowercase()).collect();
            format!("{} {}", kinds.join(" "), text.as_deref().unwrap_or_default())
        }
        other => other.words().unwrap_or_default().to_owned(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    [text].into_iter().chain(choices).collect::<Vec<_>>().join(" ")
}

pub(super) fn verdict(differences: &[String]) {
    if differences.is_empty() {
        return println!("\nEvery expected reply was delivered exactly once, by the sandbox's own log.");
    }
    println!("\nThe sandbox's own log differs from what was expected:");
    differences.iter().for_each(|difference| println!("  {difference}"));
}

pub(super) fn what_to_try(stage: &Stage) {
    let (base, sandbox, key) = (&stage.base, stage.sandbox.base_url(), &stage.key);
    let settings = stage.settings.display();
    let [instagram, whatsapp, telegram] = Place::ALL.map(Place::account);
    let program =
        std::env::current_exe().map_or_else(|_| "tradepost".into(), |path| path.display().to_string());
    println!(
        r#"
The house stays open; Ctrl-C closes it. What to try next, in another terminal:

Ask as a website would:
  curl -s {base}/v1/chat -H 'authorization: Bearer {key}' -H 'content-type: application/json' -d '{{"contact":"you","text":"Where is my order?"}}'
The same, streamed:
  curl -sN {base}/v1/chat -H 'authorization: Bearer {key}' -H 'content-type: application/json' -H 'accept: text/event-stream' -d '{{"contact":"you","text":"How can I contact you?"}}'
Write as a customer on Instagram, and see what came back:
  curl -s {sandbox}/_control/customer/{instagram}/9900112233 -H 'content-type: application/json' -d '{{"kind":"text","text":"What is the price?"}}'
  curl -s '{sandbox}/_control/log?customer=9900112233&outcome=accepted&format=lines'
The same on WhatsApp:
  curl -s {sandbox}/_control/customer/{whatsapp}/4915112345678 -H 'content-type: application/json' -d '{{"kind":"text","text":"What is the price?"}}'
And on Telegram:
  curl -s {sandbox}/_control/customer/{telegram}/4711 -H 'content-type: application/json' -d '{{"kind":"text","text":"What is the price?"}}'
How the house is:
  curl -s {base}/health/ready
What came in, what the rules are, what the settings mean:
  {program} inbox list --config {settings}
  {program} rules list --config {settings}
  {program} check --config {settings}
"#
    );
}
