//! What limits cost: the same load on a house without limits, and on one whose limits are so high that they refuse nobody.

use std::sync::Arc;

use anyhow::Result;

use super::{letters, loaded, tell_load, tell_used};
use crate::{
    house::{House, Manner},
    letter::Mail,
    provider::Provider,
    report::Section,
    stage::Stage,
    store::Kind,
};

/// Customers who write.
const CUSTOMERS: u64 = 2_000;
/// Numbers of letters of the second load begin here.
const SECOND: u64 = 500_000_000;

/// Measures without and with limits: per contact, per storefront, and of all requests together.
pub async fn measure(stage: &Stage, kind: Kind, title: String) -> Result<Section> {
    let folder = stage.folder(&format!("limits-{}-provider", kind.word()))?;
    let provider = Provider::start(&stage.programs.sandbox, &folder)?;
    let mut house = match kind {
        Kind::Sqlite => House::furnish(stage, kind, "limits", &provider)?,
        Kind::Postgres => House::furnish_for_several(stage, "limits", &provider)?,
    };
    let (without, with) = match kind {
        Kind::Sqlite => (Manner::Quiet, Manner::QuietLimited),
        Kind::Postgres => (Manner::Web, Manner::WebLimited),
    };
    let mut section = Section::new(title);
    let mut rates = Vec::new();
    for (manner, name, first) in [(without, "without limits", 0), (with, "with limits", SECOND)] {
        let address = house.start(manner).await?.address;
        let mail = Mail::write(letters(stage.options.seconds()), first, |place| place % CUSTOMERS)?;
        let (load, used) = loaded(stage, &house, address, &Arc::new(mail)).await?;
        house.stop().await?;
        tell_load(&mut section, name, &load);
        section.row(format!("{name}: taken"), format!("{:.0} events/s", load.rate()), "");
        tell_used(&mut section, name, used, load.accepted);
        rates.push(load.rate());
    }
    let refused = house.store.number("SELECT count(*) FROM events WHERE fate = 'noted'")?;
    section.check(refused == 0, format!("{refused} events were over limits that nobody should reach"));
    if let [without, with] = rates[..] {
        section.row("with limits against without", format!("{:.2}", with / without), "");
    }
    section.note("Three limits are counted for each event: of its contact, of its storefront, of all requests together.");
    house.raze()?;
    Ok(section)
}
