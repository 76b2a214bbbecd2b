//! What a story says of the house: transcripts, events, who answers, who wants offers.

use tradepost_domain::Source;
use tradepost_ports::store::Fate;
use tradepost_sandbox::Filter;

use super::Stage;
use crate::{
    check::{how_far, is_kept, last_of_ours, media, who_answers},
    story::Line,
};

impl Stage {
    pub(super) async fn is(&mut self, line: &Line) {
        let at = line.number;
        match (line.who.as_str(), line.what.as_str()) {
            ("last", "line is") => {
                let came = self.reached(&line.words, async |stage| {
                    how_far(last_of_ours(&stage.standing.transcript(&stage.conversation().await).await))
                });
                assert_eq!(came.await, line.words, "line {at}");
            }
            ("last", "line failed with") => self.failed_with(line).await,
            ("last", "line went to") => self.went_to(line),
            ("transcript", "holds no medium") => self.lacks_a_medium(line).await,
            ("conversations", "are") => {
                assert_eq!(self.standing.conversations().await.len().to_string(), line.words, "line {at}");
            }
            ("ledger", "says") => self.ledger_says(line).await,
            (_, "is known by") => self.is_known_by(line).await,
            ("last", "line went as a person's") => self.went_as_a_persons(line),
            ("last", "message is tried again") => self.try_again(line).await,
            ("it", "is given up") => self.standing.give_up().await,
            ("dead", "letters are listed") => {
                assert_eq!(self.dead_letters_listed().await.len().to_string(), line.words, "line {at}");
            }
            ("dead", "letter says") => {
                let listed = self.dead_letters_listed().await;
                let reason = listed[0]["reason"].as_str().unwrap_or_default();
                assert!(reason.contains(&line.words), "line {at}: {listed:?}");
                let id = self.conversation().await.id.to_string();
                assert_eq!(listed[0]["conversation"], id, "line {at}");
            }
            ("last", "dead letter is tried again") => {
                let listed = self.dead_letters_listed().await;
                let id = listed[0]["dead letter"].as_str().unwrap_or_default();
                self.standing.command(&["dead-letters", "retry", id]).await;
                self.standing.settle().await;
            }
            ("transcript", "holds") => self.holds(line).await,
            ("transcript", what) => self.says(line, what).await,
            ("events", "are") => self.events_are(line).await,
            ("dead", "letters remain") => {
                self.dead_letters = line.words.parse().unwrap_or_else(|_| panic!("line {at}: how many?"));
            }
            (_, "is with") => {
                assert_eq!(who_answers(&self.conversation().await), line.words, "line {at}");
            }
            (_, "wants offers" | "wants no offers") => {
                let wants = self.standing.takes_offers(&self.conversation().await).await;
                assert_eq!(wants, Some(line.what == "wants offers"), "line {at}");
            }
            (who, what) => panic!("line {at}: nothing is known of `{who} {what}`"),
        }
    }

    /// What `dead-letters list` tells, newest first.
    async fn dead_letters_listed(&self) -> Vec<serde_json::Value> {
        self.standing.program_tells(&["dead-letters", "list"]).await
    }

    fn went_as_a_persons(&self, line: &Line) {
        let (account, peer) = self.last.clone().expect("the story spoke of somebody");
        let filter = Filter { account: Some(account.into()), customer: Some(peer), ..Filter::default() };
        let entries = self.standing.sandbox.log().find(&filter);
        let last = entries.iter().rfind(|entry| entry.message_id.is_some()).expect("a line");
        assert_eq!(last.body["tag"], "HUMAN_AGENT", "line {}", line.number);
    }

    async fn try_again(&self, line: &Line) {
        let filed = self.standing.events(Fate::Filed).await;
        let message = filed.iter().find(|event| event.kind == "message").expect("a message");
        let again = self.standing.house.retry_event(message.id).await;
        let again = again.unwrap_or_else(|error| panic!("line {}: {error}", line.number));
        self.standing.settle().await;
        let filed = self.standing.events(Fate::Filed).await;
        let repeated = filed.iter().find(|event| event.id == again).expect("the new event");
        assert_eq!(repeated.repeats, Some(message.id), "line {}: it names the old one", line.number);
    }

    async fn holds(&self, line: &Line) {
        let transcript = self.standing.transcript(&self.conversation().await).await;
        let media = media(&transcript);
        let kept = media.iter().filter(|medium| is_kept(medium)).count();
        let expected = line.words.split(' ').next().unwrap_or_default();
        assert_eq!(kept.to_string(), expected, "line {}: {media:?}", line.number);
        let remote = media.iter().find(|medium| matches!(medium.source, Source::Remote { .. }));
        assert_eq!(remote, None, "line {}: an address that expires", line.number);
    }

    async fn says(&self, line: &Line, what: &str) {
        let transcript = self.standing.transcript(&self.conversation().await).await;
        let said = transcript.iter().any(|written| written.line.content.words() == Some(&line.words));
        assert_eq!(said, what == "says", "line {}: {transcript:#?}", line.number);
    }

    async fn events_are(&self, line: &Line) {
        let count = async |stage: &Self| {
            let mut counted = Vec::new();
            for part in line.words.split(", ") {
                let (_, fate) = part.split_once(' ').unwrap_or_else(|| panic!("line {}", line.number));
                if fate == "in all" {
                    let mut all = 0;
                    for fate in Fate::ALL {
                        all += stage.standing.events(fate).await.len();
                    }
                    counted.push(format!("{all} in all"));
                    continue;
                }
                let fate = Fate::of(fate).unwrap_or_else(|| panic!("line {}: no fate `{fate}`", line.number));
                counted.push(format!("{} {}", stage.standing.events(fate).await.len(), fate.word()));
            }
            counted.join(", ")
        };
        let counted = self.reached(&line.words, count).await;
        assert_eq!(counted, line.words, "line {}", line.number);
    }
}
