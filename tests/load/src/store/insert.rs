//! The second ceiling: the rows that a house has written are inserted once more, into a store as it was before, in groups of
//! a hundred events, one transaction each. It is the quickest way that the database offers: it computes nothing, looks
//! nothing up, and updates nothing.

use std::{path::Path, process::Child, thread, time::Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use diesel::connection::SimpleConnection as _;

use super::{INGEST, Mark, Store, postgres, sqlite};
use crate::arithmetic::{end_of_group, rate};

/// Events of one transaction.
const GROUP: u64 = 100;
/// Connections that insert at once where the database takes several writers.
const WRITERS: usize = 4;

/// Inserts into `before`, a copy from the time of `mark`, what `after` has more; tells events in a second. Nobody may be
/// connected.
pub fn again(before: &Store, mark: &Mark, after: &Store, events: u64) -> Result<f64> {
    let groups = events.div_ceil(GROUP).max(1);
    let seconds = match (before, after) {
        (Store::Sqlite { file }, Store::Sqlite { file: from }) => {
            into_sqlite(file, mark, from, after, groups)?
        }
        (Store::Postgres { url, .. }, Store::Postgres { .. }) => into_postgres(url, mark, after, groups)?,
        _ => bail!("insert rows of one kind of store into another"),
    };
    Ok(rate(events, seconds))
}

/// The rows that came after a mark. Values of a text column are compared as text.
fn later(table: &str, column: &str, mark: &Mark) -> String {
    let greatest = mark.greatest.get(table).map_or("", String::as_str);
    match (column, greatest) {
        (_, "") => String::new(),
        ("seq" | "heard_at", number) if number.bytes().all(|b| b.is_ascii_digit()) => {
            format!("WHERE {column} > {number}")
        }
        (_, text) => format!("WHERE {column} > '{text}'"),
    }
}

/// Rows are put into memory first, so that reading them costs as little as binding them would.
fn into_sqlite(file: &Path, mark: &Mark, from: &Path, after: &Store, groups: u64) -> Result<f64> {
    let mut connection = sqlite::open(file)?;
    let attach = format!(
        "PRAGMA journal_mode = WAL; PRAGMA cache_size = -16384; ATTACH '{}' AS after; ATTACH ':memory:' AS kept;",
        from.display()
    );
    connection.batch_execute(&attach).context("attach the rows")?;
    let mut inserts = Vec::new();
    for (table, column) in INGEST {
        let columns = after.columns(table)?.join(", ");
        let rows = later(table, column, mark);
        let keep = format!(
            "CREATE TABLE kept.{table} AS SELECT {columns} FROM after.{table} {rows} ORDER BY {column}"
        );
        connection.batch_execute(&keep).with_context(|| format!("keep the rows of {table}"))?;
        let count = sqlite::lines_of(
            &mut connection,
            &format!("SELECT CAST(count(*) AS TEXT) AS line FROM kept.{table}"),
        )?;
        let count: u64 = count.concat().parse().context("count rows")?;
        inserts.push((
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM kept.{table} WHERE rowid"),
            count,
        ));
    }
    connection.batch_execute("DETACH after").context("let the rows go")?;
    let begun = Instant::now();
    for group in 0..groups {
        connection.batch_execute(&transaction(&inserts, group, groups)).context("insert rows")?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn transaction(inserts: &[(String, u64)], group: u64, groups: u64) -> String {
    let end = |rows, group: Option<u64>| group.map_or(0, |group| end_of_group(rows, group, groups));
    let one = |(insert, rows): &(String, u64)| {
        let (from, to) = (end(*rows, group.checked_sub(1)), end(*rows, Some(group)));
        if from < to { format!("{insert} > {from} AND rowid <= {to};\n") } else { String::new() }
    };
    format!("BEGIN IMMEDIATE;\n{}COMMIT;", inserts.iter().map(one).collect::<String>())
}

/// `COPY` in groups, over several connections: PostgreSQL's quickest way in.
fn into_postgres(url: &str, mark: &Mark, after: &Store, groups: u64) -> Result<f64> {
    let mut tables = Vec::new();
    for (table, column) in INGEST {
        let columns = after.columns(table)?.join(", ");
        let rows = later(table, column, mark);
        let lines = after
            .lines(&format!("COPY (SELECT {columns} FROM {table} {rows} ORDER BY {column}) TO STDOUT"))?;
        tables.push((format!("COPY {table} ({columns}) FROM STDIN;\n"), lines));
    }
    let scripts: Vec<_> = (0..WRITERS).map(|writer| script(&tables, writer as u64, groups)).collect();
    let sessions = scripts.iter().map(|_| postgres::session(url)).collect::<Result<Vec<_>>>()?;
    let begun = Instant::now();
    thread::scope(|scope| {
        let finish =
            |(session, script): (Child, String)| scope.spawn(move || postgres::finish(session, &script));
        let under_way: Vec<_> = sessions.into_iter().zip(scripts).map(finish).collect();
        let ended = |one: thread::ScopedJoinHandle<'_, Result<()>>| {
            one.join().unwrap_or_else(|_| Err(anyhow!("insert rows")))
        };
        under_way.into_iter().try_for_each(ended)
    })?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Every fourth group, from the writer's own on.
fn script(tables: &[(String, Vec<String>)], writer: u64, groups: u64) -> String {
    let mut script = String::from("SET synchronous_commit = on;\n");
    for group in (writer..groups).step_by(WRITERS) {
        script.push_str("BEGIN;\n");
        for (copy, lines) in tables {
            let end = |group| {
                usize::try_from(end_of_group(lines.len() as u64, group, groups)).unwrap_or(lines.len())
            };
            let rows = &lines[group.checked_sub(1).map_or(0, end)..end(group)];
            if !rows.is_empty() {
                script.push_str(copy);
                rows.iter().for_each(|row| script.extend([row, "\n"]));
                script.push_str("\\.\n");
            }
        }
        script.push_str("COMMIT;\n");
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_takes_its_share_of_every_table() {
        let inserts = [("INSERT a WHERE rowid".to_owned(), 200), ("INSERT b WHERE rowid".to_owned(), 1)];
        assert_eq!(
            transaction(&inserts, 0, 2),
            "BEGIN IMMEDIATE;\nINSERT a WHERE rowid > 0 AND rowid <= 100;\nCOMMIT;"
        );
        let last = transaction(&inserts, 1, 2);
        assert!(
            last.contains("INSERT a WHERE rowid > 100 AND rowid <= 200")
                && last.contains("INSERT b WHERE rowid > 0")
        );
    }

    #[test]
    fn writers_share_all_rows() {
        let lines: Vec<_> = (0..1_001).map(|row| format!("row {row}.")).collect();
        let tables = [("COPY t FROM STDIN;\n".to_owned(), lines.clone())];
        let scripts: String = (0..WRITERS).map(|writer| script(&tables, writer as u64, 11)).collect();
        assert!(lines.iter().all(|line| scripts.matches(line).count() == 1));
        assert_eq!(scripts.matches("COMMIT;").count(), 11);
    }

    #[test]
    fn later_rows_are_known_by_their_column() {
        let greatest = [("events", "12".to_owned()), ("contacts", "ctc_1".to_owned())].into();
        let mark = Mark { greatest, ..Mark::default() };
        assert_eq!(later("events", "seq", &mark), "WHERE seq > 12");
        assert_eq!(later("contacts", "id", &mark), "WHERE id > 'ctc_1'");
        assert_eq!(later("inbox", "seq", &mark), "");
    }
}
