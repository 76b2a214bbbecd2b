//! May a line leave? What the channel allows: its window, its quota, its rate for one customer; and what the customer wants.

use tradepost_domain::{
    AccountKey, Author, Content, Conversation, Delivery, Purpose, SignedDuration, Timestamp,
    capabilities::{Passage, Window},
    template::Category,
};
use tradepost_ports::{Unit, store::Kept};

use crate::{House, context::identity_of, intake::FORMER, registry::Channel};

/// May a row leave?
pub(super) enum Leave {
    /// This way.
    Now(Way),
    /// Something else must happen first.
    NotYet,
    /// Not before that time.
    NotBefore(Timestamp),
    /// No.
    Never { delivery: Delivery, reason: &'static str },
}

/// How a row leaves.
pub(super) struct Way {
    /// The account that it leaves through.
    pub(super) account: AccountKey,
    /// The rule of its window.
    pub(super) passage: Passage,
    /// The customer's id, for what goes to a customer.
    pub(super) peer: Option<String>,
}

impl Way {
    pub(super) fn open(account: AccountKey) -> Self {
        Self { account, passage: Passage::Open, peer: None }
    }
}

impl Leave {
    pub(super) fn never(delivery: Delivery, reason: &'static str) -> Self {
        Self::Never { delivery, reason }
    }

    fn refused(reason: &'static str) -> Self {
        Self::never(Delivery::Failed, reason)
    }
}

impl House {
    /// Asked in the unit that marks it, so that a word or a refusal that came meanwhile counts.
    pub(super) async fn line_may_leave(
        &self,
        unit: &mut dyn Unit,
        conversation: &Conversation,
        (author, content): (Author, &Content),
        now: Timestamp,
    ) -> Kept<Leave> {
        let account = &conversation.account;
        let Some(channel) = self.registry.channel(account) else {
            return Ok(Leave::Now(Way::open(account.clone())));
        };
        let refusal = match content {
            Content::Template(template) if template.category == Category::Marketing => {
                self.refuses_offers(unit, conversation).await?
            }
            Content::Template(_) => None,
            _ => self.refused_by_quota(unit, channel, conversation).await?,
        };
        if let Some(refusal) = refusal {
            return Ok(Leave::refused(refusal));
        }
        let passage = match (content, channel.capabilities.window) {
            (Content::Template(_), _) | (_, None) => Passage::Open,
            (_, Some(window)) => self.through_window(unit, window, conversation, (author, now)).await?,
        };
        if passage == Passage::Closed {
            return Ok(Leave::refused("the channel's messaging window is closed"));
        }
        Ok(match self.too_fast_for(channel, conversation, now) {
            Some(time) => Leave::NotBefore(time),
            None => {
                let peer = Some(address_of(unit, conversation).await?);
                Leave::Now(Way { passage, peer, ..Way::open(account.clone()) })
            }
        })
    }

    /// The channel's messaging window, counted from the customer's last word: where two conversations are one customer's, in
    /// either of them.
    async fn through_window(
        &self,
        unit: &mut dyn Unit,
        window: Window,
        conversation: &Conversation,
        (author, now): (Author, Timestamp),
    ) -> Kept<Passage> {
        let passage = through(window, conversation.heard_at, author, now);
        if passage == Passage::Open {
            return Ok(passage);
        }
        let mut heard = conversation.heard_at;
        for id in ids_here(unit, conversation).await? {
            let other = unit.conversation_with(&conversation.account, &id).await?;
            heard = heard.max(other.and_then(|other| other.heard_at));
        }
        Ok(through(window, heard, author, now))
    }

    async fn refuses_offers(
        &self,
        unit: &mut dyn Unit,
        conversation: &Conversation,
    ) -> Kept<Option<&'static str>> {
        let contact = unit.contact(conversation.contact).await?;
        let mut identities = contact.map(|contact| contact.identities).unwrap_or_default();
        identities.push(identity_of(conversation));
        let said = unit.consents(&conversation.storefront, &identities, Purpose::Marketing).await?;
        Ok(said.is_some_and(|said| !said.given).then_some("the customer takes no offers"))
    }

    async fn refused_by_quota(
        &self,
        unit: &mut dyn Unit,
        channel: &Channel,
        conversation: &Conversation,
    ) -> Kept<Option<&'static str>> {
        let quota = channel.capabilities.window.and_then(|window| window.quota);
        let (Some(quota), Some(heard)) = (quota, conversation.heard_at) else { return Ok(None) };
        let left = unit.left_since(conversation.id, heard).await?;
        Ok((left >= quota).then_some("the channel's quota since the customer's last message is spent"))
    }

    /// When the next line to this customer may leave, if that is not now; else it is counted.
    fn too_fast_for(
        &self,
        channel: &Channel,
        conversation: &Conversation,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let rate = channel.entry.messenger.terms().pair?;
        self.runners.pair(conversation.id, rate, now)
    }
}

/// The ids by which the account knows the customer.
async fn ids_here(unit: &mut dyn Unit, conversation: &Conversation) -> Kept<Vec<String>> {
    let contact = unit.contact(conversation.contact).await?;
    let ids = contact.iter().flat_map(|contact| contact.ids_at(&conversation.account));
    Ok(ids.map(str::to_owned).collect())
}

/// Where the customer is reached: of a conversation that has no id of its own any more, where the contact is now.
async fn address_of(unit: &mut dyn Unit, conversation: &Conversation) -> Kept<String> {
    if !conversation.peer.starts_with(FORMER) {
        return Ok(conversation.peer.clone());
    }
    let mut ids = ids_here(unit, conversation).await?;
    ids.retain(|id| !id.starts_with(FORMER));
    for id in ids.iter().rev() {
        if unit.conversation_with(&conversation.account, id).await?.is_some() {
            return Ok(id.clone());
        }
    }
    Ok(ids.pop().unwrap_or_else(|| conversation.peer.clone()))
}

fn through(window: Window, heard: Option<Timestamp>, author: Author, now: Timestamp) -> Passage {
    let never = SignedDuration::from_secs(i64::MAX);
    let silent = heard.map_or(never, |heard| now.duration_since(heard));
    window.allows(silent.as_secs(), author == Author::Staff)
}
