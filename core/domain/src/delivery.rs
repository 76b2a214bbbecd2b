//! How far an outgoing line has come. Receipts arrive in any order; a line never goes backwards.

use serde::{Deserialize, Serialize};

/// The state of an outgoing line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Written by the flow while a person has the conversation: waits for that person.
    Draft,
    /// In the outbox.
    Queued,
    /// Its first byte may have left.
    Sending,
    /// It may have left; nobody can say until news of it comes. Never repeated.
    Uncertain,
    /// The provider took it.
    Sent,
    /// It reached the customer's device.
    Delivered,
    /// The customer has seen it.
    Read,
    /// The provider or the channel's rules refused it.
    Failed,
    /// Its validity time ended before it could leave.
    Expired,
    /// A newer line took its place before it left.
    Withdrawn,
}

impl Delivery {
    /// May it have left us?
    pub fn left(self) -> bool {
        !matches!(self, Self::Draft | Self::Queued | Self::Withdrawn | Self::Expired)
    }

    /// Is nothing more going to happen from our side?
    pub fn ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }

    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Queued,
        Self::Sending,
        Self::Uncertain,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Failed,
        Self::Expired,
        Self::Withdrawn,
    ];

    /// The state after news, which may be old news: `read` before `sent` stays `read`, and a refusal after a
    /// delivery is not believed. A line that waits may be kept as a draft. `queued` is the word of whoever was to send
    /// the line that it certainly was not taken: it waits again, even if it was thought uncertain meanwhile.
    pub fn after(self, news: Self) -> Self {
        let not_taken = matches!(self, Self::Sending | Self::Uncertain) && news == Self::Queued;
        let kept_back = self == Self::Queued && news == Self::Draft;
        if not_taken || kept_back || news.rank() > self.rank() { news } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Draft | Self::Queued => 0,
            Self::Sending => 1,
            Self::Withdrawn | Self::Expired => 2,
            Self::Uncertain => 3,
            Self::Sent => 4,
            Self::Failed => 5,
            Self::Delivered => 6,
            Self::Read => 7,
        }
    }

    /// The state as the word that the store and the API use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Uncertain => "uncertain",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Delivery::{self, *};

    /// proves: IN-08
    #[rstest]
    #[case::forwards(Sent, Delivered, Delivered)]
    #[case::read_before_delivered(Read, Delivered, Read)]
    #[case::read_before_the_answer(Sending, Read, Read)]
    #[case::answer_after_read(Read, Sent, Read)]
    #[case::late_failure(Delivered, Failed, Delivered)]
    #[case::failure(Sent, Failed, Failed)]
    #[case::not_taken(Sending, Queued, Queued)]
    #[case::not_taken_after_all(Uncertain, Queued, Queued)]
    #[case::taken_whatever_its_sender_thinks(Sent, Queued, Sent)]
    #[case::an_uncertain_one_does_not_leave_again(Uncertain, Sending, Uncertain)]
    #[case::an_uncertain_one_does_not_expire(Uncertain, Expired, Uncertain)]
    #[case::an_uncertain_one_is_not_withdrawn(Uncertain, Withdrawn, Uncertain)]
    #[case::an_uncertain_one_is_no_draft(Uncertain, Draft, Uncertain)]
    #[case::kept_as_a_draft(Queued, Draft, Draft)]
    #[case::a_draft_that_left_is_none(Sending, Draft, Sending)]
    #[case::given_up_after_a_refusal(Queued, Withdrawn, Withdrawn)]
    #[case::proof_for_an_uncertain_one(Uncertain, Sent, Sent)]
    fn a_line_never_goes_backwards(#[case] now: Delivery, #[case] news: Delivery, #[case] then: Delivery) {
        assert_eq!(now.after(news), then);
    }
}
