//! Two channels beside each other: how many messages of each a house takes, and what receipts cost, of which WhatsApp sends
//! three for each message.

use std::{sync::Arc, time::Instant};

use anyhow::Result;

use super::{letters, loaded, tell_load};
use crate::{
    arithmetic::{per_thousand, percent},
    client::closed,
    clock::now_us,
    house::{House, Manner},
    letter::{
        Letter, Mail,
        whatsapp::{self, Line, RECEIPTS},
    },
    provider::Provider,
    report::Section,
    stage::Stage,
    store::Kind,
};

/// Customers of each channel who write again and again; every other letter is of a new one.
const KNOWN: u64 = 2_000;
/// Where numbers of new customers begin.
const NEW: u64 = 1_000_000;
/// Where numbers of letters begin, for each load another.
const LOADS: u64 = 100_000_000;
/// How often the channels take turns, so that what the machine does meanwhile meets both.
const ROUNDS: usize = 3;

/// Requests of a message with its receipts.
const EACH: f64 = 1.0 + RECEIPTS.len() as f64;

/// What a message costs, without and with receipts: seconds, and seconds of the house's processor for a thousand.
struct Cost {
    alone: (f64, f64),
    mixed: (f64, f64),
}

impl Cost {
    fn tell(&self, section: &mut Section, name: &str, aim: &str) {
        let Self { alone: (alone, alone_cpu), mixed: (mixed, mixed_cpu) } = self;
        let each =
            |(seconds, cpu): (f64, f64)| format!("{:.0} messages/s, {cpu:.3} s for 1,000", 1.0 / seconds);
        section.row(format!("messages alone, {name}"), each(self.alone), "");
        section.row(format!("with three receipts each, {name}"), each(self.mixed), "");
        let (time, cpu) = (mixed / alone, mixed_cpu / alone_cpu);
        section.row(
            format!("cost with receipts against without, {name}: time"),
            format!("{time:.2} times"),
            aim,
        );
        section.row("the same, processor of the house", format!("{cpu:.2} times"), aim);
        section.raw(
            &format!("receipts, {name}"),
            serde_json::json!({ "alone": alone, "mixed": mixed, "time": time, "cpu": cpu }),
        );
    }
}

type Write = fn(u64, u64, i64) -> Result<Letter>;

struct Channels<'a> {
    stage: &'a Stage,
    section: Section,
    house: House,
    loads: u64,
}

/// Measures with workers off.
pub async fn measure(stage: &Stage, kind: Kind) -> Result<Section> {
    let folder = stage.folder(&format!("channels-{}-provider", kind.word()))?;
    let provider = Provider::start(&stage.programs.sandbox, &folder)?;
    let (house, manner) = match kind {
        Kind::Sqlite => (House::furnish(stage, kind, "channels", &provider)?, Manner::Quiet),
        Kind::Postgres => (House::furnish_for_several(stage, "channels", &provider)?, Manner::Web),
    };
    let section = Section::new(format!("ingest by channel, {}", kind.word()));
    let mut channels = Channels { stage, section, house, loads: 0 };
    channels.house.start(manner).await?;
    channels.side_by_side().await?;
    channels.house.stop().await?;
    let lines = channels.house.store.give_lines("whatsapp")?;
    channels.house.start(manner).await?;
    let (taken, answered) = lines.split_at(lines.len() * 3 / 4);
    channels.receipts(taken).await?;
    channels.house.stop().await?;
    channels.answered(answered).await?;
    channels.count_receipts()?;
    channels.house.raze()?;
    Ok(channels.section)
}

impl Channels<'_> {
    /// The channels in turn, each with customers of its own.
    async fn side_by_side(&mut self) -> Result<()> {
        let channels: [(&str, Write); 2] = [("instagram", Letter::new), ("whatsapp", whatsapp::message)];
        let mut rates = [0.0, 0.0];
        for round in 1..=ROUNDS {
            for ((name, write), rate) in channels.into_iter().zip(&mut rates) {
                let mail = self.messages(write, letters(self.stage.options.seconds()))?;
                *rate += self.load(&format!("{name}, round {round}"), mail).await?.0 / ROUNDS as f64;
            }
        }
        let [instagram, whatsapp] = rates;
        self.section.row("instagram: taken", format!("{instagram:.0} events/s"), "");
        self.section.row("whatsapp: taken", format!("{whatsapp:.0} events/s"), "");
        let share = percent(whatsapp, instagram);
        self.section.row("whatsapp against instagram", format!("{share:.0} %"), "80 %");
        self.section.raw(
            "rates",
            serde_json::json!({ "instagram": instagram, "whatsapp": whatsapp, "percent": share }),
        );
        self.section.note(format!(
            "Workers off, {ROUNDS} rounds of both in turn, bodies of 1,000 bytes; a customer on WhatsApp has a number and a \
             business-scoped id, which are linked."
        ));
        Ok(())
    }

    fn messages(&mut self, write: Write, count: usize) -> Result<Mail> {
        let (first, now) = (self.next_load(), now_us());
        let known = self.stage.options.or_smoke(KNOWN, 50);
        let customer = |place: u64| {
            if place.is_multiple_of(2) { place / 2 % known } else { NEW + first / LOADS * NEW + place }
        };
        Mail::of((0..count as u64).map(|place| write(customer(place), first + place, now)))
    }

    fn next_load(&mut self) -> u64 {
        self.loads += 1;
        self.loads * LOADS
    }

    /// Requests and seconds of the house's processor, in a second and for a thousand.
    async fn load(&mut self, name: &str, mail: Mail) -> Result<(f64, f64)> {
        let address = self.house.address()?;
        let (load, used) = loaded(self.stage, &self.house, address, &Arc::new(mail)).await?;
        tell_load(&mut self.section, name, &load);
        Ok((load.rate(), per_thousand(used.cpu_s, load.accepted)))
    }

    /// Messages alone, then each with three receipts of a line of ours: as they are taken.
    async fn receipts(&mut self, lines: &[Line]) -> Result<()> {
        self.section.check(!lines.is_empty(), "no line was there to tell of");
        let (alone, mixed) = self.both(lines, usize::MAX)?;
        let (alone, alone_cpu) = self.load("messages alone", alone).await?;
        let (mixed, mixed_cpu) = self.load("a message and three receipts", mixed).await?;
        let cost = Cost { alone: (1.0 / alone, alone_cpu), mixed: (EACH / mixed.max(1.0), mixed_cpu * EACH) };
        cost.tell(&mut self.section, "taken", "");
        Ok(())
    }

    /// The same with workers on: each message has its turn and its answer, too.
    async fn answered(&mut self, lines: &[Line]) -> Result<()> {
        // What was to wait for a day is not answered now.
        self.house.store.run("DELETE FROM inbox")?;
        self.house.start(Manner::All).await?;
        let count = self.stage.options.or_smoke((self.stage.options.seconds() * 300.0) as usize, 40);
        let (alone, mixed) = self.both(lines, count)?;
        let cost =
            Cost { alone: self.settled(alone, count).await?, mixed: self.settled(mixed, count).await? };
        cost.tell(&mut self.section, "taken, answered and sent", "2");
        self.house.stop().await
    }

    /// At most so many messages of customers who have written before; and as many, each with what is told of a line.
    fn both(&mut self, lines: &[Line], most: usize) -> Result<(Mail, Mail)> {
        let (first, second, now) = (self.next_load(), self.next_load(), now_us());
        let known = self.stage.options.or_smoke(KNOWN, 50);
        let message = |number: u64| whatsapp::message(number % known, number, now);
        let count = (lines.len() / 2).min(most);
        let alone = Mail::of((first..).take(count).map(message))?;
        let mixed = lines.iter().take(count).zip(second..).flat_map(|(line, number)| {
            let receipts = RECEIPTS.map(|status| whatsapp::receipt(line, status, now));
            std::iter::once(message(number)).chain(receipts)
        });
        Ok((alone, Mail::of(mixed)?))
    }

    /// Seconds, and seconds of the house's processor for a thousand, of each of so many messages until nothing waits.
    async fn settled(&mut self, mail: Mail, messages: usize) -> Result<(f64, f64)> {
        let (address, before, begun) = (self.house.address()?, self.house.used()?, Instant::now());
        let load = closed(address, &Arc::new(mail), self.stage.options.connections, 600.0).await?;
        let left = self.house.settle().await?;
        self.section.check(load.failed == 0 && left == 0, format!("{} failed, {left} are left", load.failed));
        let (seconds, used) = (begun.elapsed().as_secs_f64(), self.house.used()?);
        let messages = messages.max(1) as f64;
        Ok((seconds / messages, (used.cpu_s - before.cpu_s) / messages * 1_000.0))
    }

    /// Each receipt that was taken has moved its line.
    fn count_receipts(&mut self) -> Result<()> {
        let told = self.house.store.number("SELECT count(*) FROM events WHERE kind = 'receipt'")?;
        let applied = self
            .house
            .store
            .number("SELECT count(*) FROM events WHERE kind = 'receipt' AND fate = 'applied'")?;
        self.section
            .check(told > 0 && told == applied, format!("{applied} of {told} receipts found their lines"));
        Ok(())
    }
}
