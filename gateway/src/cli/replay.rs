//! `replay`: steps a conversation's journal again. Only reads.

use tradepost_domain::ConversationId;

use super::{Config, Ended, Outcome, shop, show};
use crate::outfit::Outfit;

pub(super) async fn replay(
    outfit: &Outfit,
    config: &Config,
    conversation: ConversationId,
    json: bool,
) -> Outcome {
    let house = shop::house(outfit, config).await?;
    let replay = house.replay(conversation).await.map_err(Ended::wrong)?;
    let lines = replay
        .differences
        .iter()
        .map(|difference| format!("hop {}: {}", difference.hop, show::tame(&difference.what)));
    show::print(&match json {
        true => serde_json::to_string(&replay).map_err(Ended::wrong)?,
        false => [format!("{} hops were stepped again", replay.hops)]
            .into_iter()
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n"),
    })?;
    match replay.differences.len() {
        0 => Ok(()),
        differences => Err(Ended::wrong(format!("{differences} hops came to something else"))),
    }
}
