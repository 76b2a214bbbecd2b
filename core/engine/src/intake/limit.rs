//! How many messages are answered: of one contact, and of one storefront. What is over it is kept and shown, and no flow
//! hears it. Counted by the coordinator, so that a limit holds across processes.

use std::{collections::BTreeMap, time::Duration};

use tradepost_domain::{AccountKey, Arrival, Keyword, Party, Phone, StorefrontId, What};

use super::Intake;
use crate::House;

const MINUTE: Duration = Duration::from_secs(60);

/// What is over a limit: the request's place and the arrival's, and how long to wait for the next one.
pub(super) type Over = BTreeMap<(usize, usize), Duration>;

impl House {
    /// Counts the messages. One that is delivered twice counts twice.
    pub(super) async fn over_limits(&self, requests: &[(Intake, Vec<Arrival>)]) -> Over {
        let mut over = Over::new();
        for (place, (intake, arrivals)) in requests.iter().enumerate() {
            for (number, arrival) in arrivals.iter().enumerate() {
                if let Some(wait) = self.over_limit(intake, arrival).await {
                    over.insert((place, number), wait);
                }
            }
        }
        over
    }

    async fn over_limit(&self, intake: &Intake, arrival: &Arrival) -> Option<Duration> {
        let What::Message { from, content, .. } = &arrival.what else { return None };
        let account = self.registry.channel(&AccountKey::of(&intake.kind, &arrival.account))?;
        let storefront = self.registry.storefront(&account.entry.storefront)?;
        // STOP and its like are always heard.
        let heard = |words: &str| Keyword::heard(words, &storefront.facts.locale).is_some();
        if content.words().is_some_and(heard) {
            return None;
        }
        let limits = [
            (storefront.tuning.contact_per_minute, contact(&storefront.facts.id, from)),
            (storefront.tuning.per_minute, format!("storefront:{}", storefront.facts.id)),
        ];
        for (most, key) in limits {
            let Some(most) = most else { continue };
            match self.coordinator.allow(&key, most, MINUTE).await {
                Ok(Ok(())) => {}
                Ok(Err(wait)) => return Some(wait),
                // Better an answer too many than none.
                Err(error) => tracing::warn!(%error, "failed to count a message"),
            }
        }
        None
    }
}

/// A contact however their number is spelled.
fn contact(storefront: &StorefrontId, from: &Party) -> String {
    if let Some(phone) = &from.phone {
        return format!("contact:{storefront}:{}", phone.as_str());
    }
    let id = &from.id;
    let spelled = match id.trim().strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => id.trim().to_owned(),
    };
    let id = Phone::parse(&spelled, None).map_or_else(|_| spelled.to_lowercase(), String::from);
    format!("contact:{storefront}:{id}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// proves: PL-10
    #[rstest]
    #[case::as_it_is("+14155550123", "+14155550123")]
    #[case::spaced(" +1 (415) 555-0123", "+14155550123")]
    #[case::zeros("0014155550123", "+14155550123")]
    #[case::a_name("Visitor-7", "visitor-7")]
    #[case::an_id_of_digits("17841400000000001", "17841400000000001")]
    fn a_number_is_one_contact_however_it_is_spelled(#[case] written: &str, #[case] counted: &str) {
        let shop = StorefrontId::new("shop");
        assert_eq!(contact(&shop, &Party::new(written)), format!("contact:shop:{counted}"));
    }

    /// proves: PL-10
    #[test]
    fn a_number_that_the_provider_tells_counts_whatever_the_id() {
        let of = |digits: &str| Party { phone: Phone::of_digits(digits).ok(), ..Party::new(digits) };
        let shop = StorefrontId::new("shop");
        assert_eq!(contact(&shop, &of("551187654321")), contact(&shop, &of("5511987654321")));
    }
}
