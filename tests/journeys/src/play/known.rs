//! What a story says of people and of what they sent: their ids, their consent, what was understood; and what became of a
//! line, of which the provider may tell a moment later.

use std::time::Duration;

use tradepost_domain::{Author, Content, Source, consent::Evidence};
use tradepost_sandbox::Filter;

use super::Stage;
use crate::{
    check::{last_of_ours, media},
    story::Line,
};

impl Stage {
    /// What is there, waiting a while for what is expected: the provider's news come when they come.
    pub(super) async fn reached(&self, expected: &str, look: impl AsyncFn(&Self) -> String) -> String {
        for _ in 0..100 {
            let there = look(self).await;
            if there == expected {
                return there;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        look(self).await
    }

    /// What the customer sent last.
    pub(super) async fn has_heard(&mut self, line: &Line) {
        let transcript = self.standing.transcript(&self.conversation().await).await;
        let customers = |written: &&_| matches!(written, tradepost_ports::store::Written { line, .. } if line.author == Author::Customer);
        let last = transcript.iter().rfind(customers).expect("a line of the customer's");
        assert_eq!(in_words(&last.line.content), line.words, "line {}", line.number);
    }

    pub(super) async fn failed_with(&self, line: &Line) {
        let came = self.reached("", async |stage| {
            let transcript = stage.standing.transcript(&stage.conversation().await).await;
            let last = last_of_ours(&transcript);
            let reason = last.reason.clone().unwrap_or_default();
            let failed = last.line.delivery == Some(tradepost_domain::Delivery::Failed);
            if failed && reason.contains(&line.words) {
                String::new()
            } else {
                format!("{:?} {reason}", last.line.delivery)
            }
        });
        assert_eq!(came.await, "", "line {}", line.number);
    }

    /// The id that the provider was given.
    pub(super) fn went_to(&self, line: &Line) {
        let (account, peer) = self.last.clone().expect("the story spoke of somebody");
        let filter = Filter { account: Some(account.into()), customer: Some(peer), ..Filter::default() };
        let entries = self.standing.sandbox.log().find(&filter);
        let last = entries.iter().rfind(|entry| entry.message_id.is_some()).expect("a line");
        let fields = ["to", "recipient", "phone_number"];
        let id = fields.iter().find_map(|field| last.body[*field].as_str()).unwrap_or_default();
        assert_eq!(id, line.words, "line {}", line.number);
    }

    /// What the provider shows beside lines: that we have read, that we type.
    pub(super) async fn sees(&mut self, name: &str, line: &Line) {
        let (account, customer) = self.customer(name, line);
        let shown = Filter {
            account: Some(account.into()),
            customer: Some(customer),
            kind: Some(line.words.clone()),
            ..Filter::default()
        };
        let shown = self.standing.sandbox.log().find(&shown);
        assert!(!shown.is_empty(), "line {}: nothing shows `{}`", line.number, line.words);
    }

    pub(super) async fn lacks_a_medium(&self, line: &Line) {
        let transcript = self.standing.transcript(&self.conversation().await).await;
        let media = media(&transcript);
        let lacks = matches!(media.last().map(|medium| &medium.source),
            Some(Source::Missing { reason }) if reason.contains(&line.words));
        assert!(lacks, "line {}: {media:?}", line.number);
    }

    pub(super) async fn ledger_says(&self, line: &Line) {
        let entries = self.standing.consents().await;
        let said = entries.iter().map(|entry| {
            let source = match entry.source {
                Evidence::Message(_) => "written",
                Evidence::Event(_) => "told",
                Evidence::Renumbered(_) => "carried along",
                Evidence::Staff => "by staff",
            };
            let words = entry.words.as_ref().map(|words| format!(" `{words}`")).unwrap_or_default();
            format!("{}, {source}{words}", if entry.given { "yes" } else { "no" })
        });
        assert_eq!(said.collect::<Vec<_>>().join("\n"), line.words, "line {}", line.number);
    }

    pub(super) async fn is_known_by(&self, line: &Line) {
        let conversation = self.conversation().await;
        let contact = self.standing.contact(&conversation).await;
        let here =
            contact.identities.iter().filter(|identity| identity.scheme == conversation.account.as_str());
        let mut ids: Vec<_> = here.map(|identity| identity.value.as_str()).collect();
        ids.sort_unstable();
        assert_eq!(ids.join(", "), line.words, "line {}", line.number);
    }
}

/// What a customer sent, as a shopkeeper would say it.
fn in_words(content: &Content) -> String {
    match content {
        Content::Tap { payload, title } => format!("a tap on {title}, {payload}"),
        Content::Location { latitude_e6, longitude_e6, name } => {
            format!("a place, {} at {latitude_e6} {longitude_e6}", name.as_deref().unwrap_or("nameless"))
        }
        Content::People { people } => {
            let person =
                |person: &tradepost_domain::Person| format!("{} {}", person.name, person.phones.join(" "));
            format!("a card, {}", people.iter().map(person).collect::<Vec<_>>().join(", "))
        }
        Content::Basket { items, .. } => {
            let item = |item: &tradepost_domain::BasketItem| {
                let price = item.price.map(|price| price.to_string()).unwrap_or_default();
                format!("{} of {} at {price}", item.quantity, item.sku)
            };
            format!("an order, {}", items.iter().map(item).collect::<Vec<_>>().join(", "))
        }
        Content::Form { name, answers } => format!("a form, {name} {answers}"),
        Content::Unsupported { what } => format!("something else, {what}"),
        Content::Media { media, text } => {
            format!(
                "{:?}s, {}{}",
                media[0].kind,
                media.len(),
                text.as_ref().map(|text| format!(" {text}")).unwrap_or_default()
            )
        }
        content => content.words().unwrap_or_default().to_owned(),
    }
}
