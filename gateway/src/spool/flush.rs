//! The flush: what is spooled goes into the store, oldest first, as soon as the store is there.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tradepost_engine::{Counting, House, Intake};
use tradepost_ports::{Clock, StoreError};

use super::{Record, Spool, What, record::Request, segment::Segment};

/// Bytes that are read at once.
const AT_ONCE_BYTES: usize = 256 * 1024;
/// Events that share a unit.
const AT_ONCE: usize = 50;
/// How often it is looked for what processes have left that are no more.
const LOOK: Duration = Duration::from_secs(30);
/// How long the flush waits after the store was away, and at most.
const WAIT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

impl Spool {
    /// Flushes until `stop` turns true.
    pub async fn flush_for_ever(
        &self,
        house: Arc<House>,
        clock: Arc<dyn Clock>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut wait = WAIT.0;
        loop {
            if let Err(error) = self.adopt() {
                tracing::warn!(%error, "failed to look for what other processes have left");
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.shared.filled.notified() => {}
                () = clock.sleep(LOOK) => {}
            }
            while let Some(segment) = self.first().filter(|_| !*stop.borrow()) {
                match self.flush_some(&house, &segment).await {
                    Ok(()) => wait = WAIT.0,
                    Err(error) => {
                        tracing::warn!(%error, "failed to flush the spool; trying again");
                        tokio::select! {
                            _ = stop.wait_for(|stop| *stop) => return,
                            () = clock.sleep(wait) => wait = (wait * 2).min(WAIT.1),
                        }
                    }
                }
            }
        }
    }

    /// The first segment with something to flush; those behind which everything is done are taken away.
    fn first(&self) -> Option<Segment> {
        let mut state = self.shared.state();
        while let Some(first) = state.segments.front() {
            // The writer goes on in the last one, so it may go only when nobody is on the way to it.
            if first.waiting() > 0 {
                return Some(first.clone());
            }
            if state.segments.len() == 1 && state.coming > 0 {
                return None;
            }
            let done = state.segments.pop_front();
            if let Some(Err(error)) = done.map(|done| std::fs::remove_file(&done.path)) {
                tracing::warn!(%error, "failed to take a flushed file away; the next start flushes it once more");
            }
        }
        None
    }

    async fn flush_some(&self, house: &Arc<House>, segment: &Segment) -> Result<(), StoreError> {
        let segment = segment.clone();
        let read = tokio::task::spawn_blocking(move || segment.next(AT_ONCE_BYTES)).await;
        let records = read.map_err(|error| StoreError::Broken(error.to_string()))?;
        let records = records.map_err(|error| StoreError::Away(error.to_string()))?;
        let mut rest = records.into_iter().peekable();
        while let Some((record, mut end)) = rest.next() {
            let mut group = vec![record];
            while let Some((record, ends)) = rest.next_if(|(record, _)| fits(&group, record)) {
                group.push(record);
                end = ends;
            }
            let count = group.len() as u64;
            self.file(house, group).await?;
            self.done(end, count, rest.peek().map(|(record, _)| record.at));
        }
        Ok(())
    }

    fn done(&self, end: u64, count: u64, next: Option<tradepost_domain::Timestamp>) {
        if let Some(first) = self.shared.state().segments.front_mut() {
            first.flushed = end;
            first.done += count;
            first.oldest = next.or(first.oldest).filter(|_| first.done < first.records);
        }
    }
}

/// May the record share a unit with these?
fn fits(group: &[Record], record: &Record) -> bool {
    let events = |record: &Record| match &record.request.what {
        What::Arrivals(arrivals) => arrivals.len(),
        What::Unparsed { .. } => AT_ONCE,
    };
    group.iter().map(events).sum::<usize>() + events(record) <= AT_ONCE
}

impl Spool {
    /// Files records. What the store refuses for itself is filed as a body that could not be read, so that it is kept and
    /// shown; what cannot even be filed so is set aside. Nothing holds up what comes behind it.
    async fn file(&self, house: &Arc<House>, group: Vec<Record>) -> Result<(), StoreError> {
        let mut requests = Vec::new();
        for Record { request, .. } in group {
            let intake = intake(&request);
            match request.what {
                What::Arrivals(arrivals) => requests.push((intake, arrivals)),
                What::Unparsed { raw, reason } => self.file_unread(house, &intake, raw, &reason).await?,
            }
        }
        if requests.is_empty() {
            return Ok(());
        }
        // They were taken when they came; limits count what comes.
        let filed = house.accept_many(requests.clone(), Counting::Not).await;
        for ((intake, arrivals), filed) in requests.into_iter().zip(filed) {
            match filed {
                Ok(_) => {}
                Err(error @ (StoreError::Away(_) | StoreError::Conflict)) => return Err(error),
                Err(error) => {
                    let raw: Vec<&str> = arrivals.iter().map(|arrival| arrival.raw.as_str()).collect();
                    self.file_unread(house, &intake, raw.join("\n"), &error.to_string()).await?;
                }
            }
        }
        Ok(())
    }

    async fn file_unread(
        &self,
        house: &Arc<House>,
        intake: &Intake,
        raw: String,
        reason: &str,
    ) -> Result<(), StoreError> {
        match house.accept_unparsed(intake, raw.as_bytes(), reason).await {
            Ok(_) => Ok(()),
            Err(error @ (StoreError::Away(_) | StoreError::Conflict)) => Err(error),
            Err(error) => {
                let aside = self.shared.folder.join(format!("{}.refused", intake.correlation));
                tracing::error!(%error, path = %aside.display(), "the store refuses a spooled request: it is set aside");
                std::fs::write(&aside, raw).map_err(|error| StoreError::Away(error.to_string()))
            }
        }
    }
}

fn intake(request: &Request) -> Intake {
    Intake {
        endpoint: request.endpoint.clone(),
        kind: request.kind.clone(),
        correlation: request.correlation.clone(),
    }
}
