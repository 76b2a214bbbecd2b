//! Webhooks: how many a house takes in a second beside what the machine could do, how long each waits, and what it costs.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;

use super::{letters, loaded, mb, syncs, tell_load, tell_used};
use crate::{
    arithmetic::{ceiling, percent},
    bare::Bare,
    client::{Load, closed, open},
    house::{House, Manner},
    letter::Mail,
    process::Used,
    provider::Provider,
    report::Section,
    stage::Stage,
    store::{Kind, Mark, Store},
};

/// Customers who have written before the measurement begins.
const KNOWN: u64 = 2_000;
/// Where numbers of new customers begin.
const NEW: u64 = 1_000_000;
/// Where numbers of letters begin, for each part of the measurement another.
const PARTS: u64 = 100_000_000;

/// A house under measurement.
struct Ingest<'a> {
    stage: &'a Stage,
    section: Section,
    house: House,
    provider: Provider,
    known: u64,
    part: u64,
    customers: u64,
}

/// The state before a load, to compare with and to begin from again.
struct Before {
    store: Store,
    mark: Mark,
}

/// Measures with workers off and on.
pub async fn measure(stage: &Stage, kind: Kind) -> Result<Section> {
    let folder = stage.folder(&format!("ingest-{}-provider", kind.word()))?;
    let provider = Provider::start(&stage.programs.sandbox, &folder)?;
    let house = match kind {
        Kind::Sqlite => House::furnish(stage, kind, "ingest", &provider)?,
        Kind::Postgres => House::furnish_for_several(stage, "ingest", &provider)?,
    };
    let section = Section::new(format!("ingest, {}", kind.word()));
    let known = stage.options.or_smoke(KNOWN, 50);
    let mut ingest = Ingest { stage, section, house, provider, known, part: 0, customers: NEW };
    let before = ingest.meet_customers().await?;
    let bare = ingest.bare().await?;
    let (taken, accepted) = ingest.workers_off().await?;
    ingest.count_rows(&before.mark, accepted)?;
    let inserted = ingest.insert_again(&before, accepted)?;
    ingest.tell_ceiling(bare, inserted, taken);
    ingest.house.store.become_like(&before.store)?;
    before.store.drop()?;
    ingest.workers_on().await?;
    if kind == Kind::Sqlite {
        syncs::measure(stage, &mut ingest.section, &mut ingest.house, ingest.known).await?;
    }
    ingest.tell_store()?;
    ingest.house.raze()?;
    Ok(ingest.section)
}

impl Ingest<'_> {
    /// Every second letter is of a customer who is known, every other of a new one.
    fn mail(&mut self, count: usize) -> Result<Arc<Mail>> {
        self.part += 1;
        let (known, new) = (self.known, self.customers);
        self.customers += count as u64;
        let mail = Mail::write(count, self.part * PARTS, |place| {
            if place % 2 == 0 { place / 2 % known } else { new + place }
        });
        mail.map(Arc::new)
    }

    /// Customers begin to be known; then the house is closed and its store copied.
    async fn meet_customers(&mut self) -> Result<Before> {
        let mail = Arc::new(Mail::write(usize::try_from(self.known)?, 0, |place| place)?);
        self.section.row("body of a webhook", format!("{} bytes", mail.length()), "");
        let address = self.house.start(self.off()).await?.address;
        let load = closed(address, &mail, self.stage.options.connections, 600.0).await?;
        self.section
            .check(load.accepted == self.known, format!("{} of {} were met", load.accepted, self.known));
        self.house.stop().await?;
        let kind = self.house.store.kind();
        let folder = self.stage.folder(&format!("ingest-{}-copy", kind.word()))?;
        Ok(Before { store: self.house.store.copy(&folder)?, mark: self.house.store.mark()? })
    }

    /// The way in which workers have nothing to do.
    fn off(&self) -> Manner {
        match self.house.store.kind() {
            Kind::Sqlite => Manner::Quiet,
            Kind::Postgres => Manner::Web,
        }
    }

    /// The first ceiling.
    async fn bare(&mut self) -> Result<f64> {
        let mail = self.mail(letters(self.stage.options.seconds()) * 3)?;
        let bare = Bare::start()?;
        let load =
            closed(bare.address, &mail, self.stage.options.connections, self.stage.options.seconds()).await?;
        tell_load(&mut self.section, "a: bare route", &load);
        Ok(load.rate())
    }

    /// As much as it takes, then half of that at set times; tells how much, and how many were taken in all.
    async fn workers_off(&mut self) -> Result<(f64, u64)> {
        let manner = self.off();
        let (most, half) = self.most_and_half(manner, "workers off").await?;
        Ok((most.rate(), most.accepted + half.accepted))
    }

    async fn most_and_half(&mut self, manner: Manner, name: &str) -> Result<(Load, Load)> {
        let address = self.house.start(manner).await?.address;
        let seconds = self.stage.options.seconds();
        let mail = self.mail(letters(seconds))?;
        let commits = self.house.store.commits()?;
        let (most, used) = loaded(self.stage, &self.house, address, &mail).await?;
        self.tell_commits(name, commits, most.accepted)?;
        tell_load(&mut self.section, &format!("{name}, closed loop"), &most);
        let (rate, latency) = (most.rate(), most.times.told());
        self.section.row(
            format!("{name}: taken, {} at once", self.stage.options.connections),
            format!("{rate:.0} events/s"),
            "",
        );
        self.section.row(format!("{name}: answered after p50 / p90 / p99 / max"), latency, "");
        tell_used(&mut self.section, name, used, most.accepted);
        if manner == Manner::All {
            self.house.settle().await?;
        }
        let mail = self.mail((rate / 2.0 * seconds).max(1.0) as usize)?;
        let half = open(address, &mail, 4 * self.stage.options.connections, (rate / 2.0).max(1.0)).await?;
        tell_load(&mut self.section, &format!("{name}, open loop at half"), &half);
        self.section.row(
            format!("{name}: at {:.0} events/s, p50 / p90 / p99 / max", rate / 2.0),
            half.times.told(),
            "p99 50 ms (200 ms)",
        );
        if manner == Manner::All {
            let left = self.house.settle().await?;
            self.section.check(left == 0, format!("{left} lines are uncertain or dead"));
        }
        let used: Used = self.house.used()?;
        self.section.row(format!("{name}: most memory"), mb(used.most_resident), "200 MB");
        self.section.raw(&format!("{name}, at the end"), used);
        self.house.stop().await?;
        Ok((most, half))
    }

    fn tell_commits(&mut self, name: &str, before: Option<i64>, accepted: u64) -> Result<()> {
        if let (Some(before), Some(after)) = (before, self.house.store.commits()?) {
            let each = accepted as f64 / (after - before).max(1) as f64;
            self.section.row(format!("{name}: events in a commit"), format!("{each:.1}"), "");
            self.section.raw(&format!("{name}, events_per_commit"), each);
        }
        Ok(())
    }

    /// Each event has one row of every kind, and what a row weighs.
    fn count_rows(&mut self, before: &Mark, accepted: u64) -> Result<()> {
        let (rows, bytes) = self.house.store.mark()?.since(before);
        for table in ["events", "messages", "heard_keys", "inbox"] {
            let found = rows.get(table).copied().unwrap_or_default();
            self.section.check(
                u64::try_from(found).is_ok_and(|found| found == accepted),
                format!("{accepted} events were taken, and {table} has {found} rows more"),
            );
        }
        let whole: i64 = bytes.values().sum();
        self.section.row(
            "bytes of an event in the store, indexes too",
            whole / i64::try_from(accepted.max(1))?,
            "",
        );
        let each = |of: &BTreeMap<String, i64>| -> BTreeMap<String, f64> {
            of.iter().map(|(name, by)| (name.clone(), *by as f64 / accepted.max(1) as f64)).collect()
        };
        self.section.raw("rows_per_event", each(&rows));
        self.section.raw("bytes_per_event", each(&bytes));
        let words: Vec<_> = each(&rows).into_iter().map(|(name, each)| format!("{name} {each:.2}")).collect();
        self.section.note(format!("Rows of an event: {}.", words.join(", ")));
        Ok(())
    }

    /// The second ceiling.
    fn insert_again(&mut self, before: &Before, accepted: u64) -> Result<f64> {
        let folder = self.stage.folder(&format!("ingest-{}-again", self.house.store.kind().word()))?;
        let store = before.store.copy(&folder)?;
        let inserted = crate::store::again(&store, &before.mark, &self.house.store, accepted)?;
        let (rows, expected) =
            (store.mark()?.since(&before.mark).0, self.house.store.mark()?.since(&before.mark).0);
        self.section
            .check(rows == expected, format!("b: the house wrote {expected:?}, inserted were {rows:?}"));
        store.drop()?;
        Ok(inserted)
    }

    fn tell_ceiling(&mut self, bare: f64, inserted: f64, taken: f64) {
        let most = ceiling(bare, inserted);
        let share = percent(taken, most);
        let section = &mut self.section;
        section.row("a: bare route, body read and signature checked", format!("{bare:.0} requests/s"), "");
        section.row(
            "b: the same rows inserted, 100 events in a commit",
            format!("{inserted:.0} events/s"),
            "",
        );
        section.row("ceiling 1/(1/a + 1/b)", format!("{most:.0} events/s"), "");
        section.row("share reached, workers off", format!("{share:.0} %"), "70 %");
        section.raw("ceiling", serde_json::json!({ "a": bare, "b": inserted, "ceiling": most, "reached": taken, "percent": share }));
        section.check(bare > 0.0 && inserted > 0.0, "a ceiling has no figure");
        section.note(match self.house.store.kind() {
            Kind::Sqlite => {
                "Workers off: this layout has no role without workers, so nothing ever gets ripe (quiet time of a day); a \
                 worker still looks at the conversation of every event and finds nothing to do, which is part of the figure."
            }
            Kind::Postgres => "Workers off: `--role web` alone. Processor time is the house's, not PostgreSQL's.",
        });
    }

    /// As it runs in a shop: every event is answered by a rule while others come in.
    async fn workers_on(&mut self) -> Result<()> {
        // What was to wait for a day is answered first.
        self.house.store.run("UPDATE inbox SET ripe_at = at")?;
        self.house.start(Manner::All).await?;
        self.house.settle().await?;
        self.house.stop().await?;
        let before = self.house.store.mark()?;
        let answered = self.provider.look()?.count;
        let (most, half) = self.most_and_half(Manner::All, "workers on").await?;
        let (rows, _) = self.house.store.mark()?.since(&before);
        let accepted = most.accepted + half.accepted;
        for table in ["events", "heard_keys"] {
            let found = rows.get(table).copied().unwrap_or_default();
            let same = u64::try_from(found).is_ok_and(|found| found == accepted);
            self.section
                .check(same, format!("workers on: {accepted} were taken, {table} has {found} rows more"));
        }
        let lines = rows.get("messages").copied().unwrap_or_default() - i64::try_from(accepted)?;
        let answers = self.provider.look()?;
        let (now, doubled) = (answers.count - answered, answers.doubled);
        self.section.check(doubled == 0, format!("customers have {doubled} answers twice"));
        self.section.check(
            i64::try_from(now)? == lines,
            format!("{lines} lines were written, and customers have {now}"),
        );
        self.section.note(format!(
            "Workers on: {accepted} events were taken and answered by {now} lines (words that wait together are answered once), doubled {doubled}."
        ));
        self.section.raw(
            "workers on, counts",
            serde_json::json!({ "accepted": accepted, "answers": now, "doubled": doubled }),
        );
        Ok(())
    }

    fn tell_store(&mut self) -> Result<()> {
        let (durability, indexes) = (self.house.store.durability()?, self.house.store.indexes()?);
        for (name, value) in &durability {
            self.section.row(format!("{name}, read back"), value, "");
        }
        self.section.note(format!("Indexes: {}.", indexes.join(", ")));
        self.section.raw("durability", durability);
        self.section.raw("indexes", indexes);
        let known = self.known;
        self.section.note(format!(
            "Half of the letters are of {known} customers who had written before, half of new ones. Logs at level info go to a file."
        ));
        Ok(())
    }
}
