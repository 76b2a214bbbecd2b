//! Both kinds of store are copied, inserted into and filled alike.

use std::path::Path;

use rstest::rstest;
use tradepost_tests_servers::{fresh_database, shared_postgres};

use super::*;

const SQLITE: &str = include_str!("../../../../migrations/sqlite/0001_house/up.sql");
const POSTGRES: &str = include_str!("../../../../migrations/postgres/0001_house/up.sql");

/// One conversation with a question and an answer; `at` and `no` are a time and a no in the store's words.
fn conversation(number: u32, at: &str, no: &str) -> String {
    let (n, account) = (number, "'instagram:17841400000000001'");
    format!(
        "INSERT INTO heard_keys (kind, key, heard_at) VALUES ('instagram', 'key {n}', {at});
         INSERT INTO contacts (id, storefront, name) VALUES ('ctc_{n}', 'shop', NULL);
         INSERT INTO identities (storefront, scheme, value, contact, position) VALUES ('shop', {account}, 'peer {n}', 'ctc_{n}', 0);
         INSERT INTO conversations (id, storefront, account, contact, peer, version, mode, with_person, stage, created_at, inside)
             VALUES ('cnv_{n}', 'shop', {account}, 'ctc_{n}', 'peer {n}', 1, '\"bot\"', {no}, '', {at}, '{{}}');
         INSERT INTO messages (id, conversation, account, at, author, content, correlation, reference)
             VALUES ('msg_{n}a', 'cnv_{n}', {account}, {at}, 'customer', '{{}}', 'r', 'in {n}');
         INSERT INTO messages (id, conversation, account, at, author, content, correlation, reference)
             VALUES ('msg_{n}b', 'cnv_{n}', {account}, {at}, 'bot', '{{}}', 'r', 'out {n}');
         INSERT INTO events (id, account, conversation, at, kind, fate, raw, arrival, reference, correlation)
             VALUES ('evt_{n}', {account}, 'cnv_{n}', {at}, 'message', 'filed', '{{}}', '{{}}', 'in {n}', 'r');"
    )
}

fn store(kind: Kind, folder: &Path, url: &str) -> (Store, fn(u32) -> String) {
    match kind {
        Kind::Sqlite => {
            let store = Store::Sqlite { file: folder.join("store.db") };
            store.run(&format!("PRAGMA journal_mode = WAL; {SQLITE}")).expect("tables");
            (store, |number| conversation(number, &(1_700_000_000 + number).to_string(), "0"))
        }
        Kind::Postgres => {
            let store = Store::Postgres { server: shared_postgres().to_owned(), url: url.to_owned() };
            store.run(POSTGRES).expect("tables");
            (store, |number| {
                conversation(number, &format!("to_timestamp({})", 1_700_000_000 + number), "false")
            })
        }
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
fn rows_are_inserted_again_and_conversations_copied(#[case] kind: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = (kind == Kind::Postgres).then(fresh_database);
    let url = database.as_ref().map(tradepost_tests_servers::Database::url).unwrap_or_default();
    let (mut after, led) = store(kind, folder.path(), &url);
    after.run(&led(1)).expect("a conversation");
    let (before, mark) = (after.copy(folder.path()).expect("a copy"), after.mark().expect("a mark"));

    after.fill(1, 30).expect("filled");
    let (rows, bytes) = after.mark().expect("a mark").since(&mark);
    assert_eq!((rows["conversations"], rows["contacts"], rows["identities"]), (30, 30, 30));
    assert_eq!((rows["messages"], rows["events"], rows["heard_keys"]), (600, 300, 300));
    assert!(bytes.values().sum::<i64>() > 10_000, "{bytes:?}");
    let half = after.number("SELECT count(*) FROM messages WHERE author = 'bot'").expect("a count");
    assert_eq!(half, 301);
    assert_eq!(after.indexes().expect("indexes"), before.indexes().expect("indexes"));

    after.become_like(&before).expect("as before");
    (2..=251).for_each(|number| after.run(&led(number)).expect("a conversation"));
    assert!(again(&before, &mark, &after, 250).expect("inserted") > 0.0);
    let (mine, others) = (before.mark().expect("a mark"), after.mark().expect("a mark"));
    assert_eq!(mine.since(&mark).0, others.since(&mark).0);
    assert_eq!(mine.rows["messages"], 502);
    before.drop().and_then(|()| after.drop()).expect("dropped");
}

#[test]
fn what_grew_is_told_and_nothing_else() {
    let rows = |pairs: &[(&str, i64)]| pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    let before = Mark { rows: rows(&[("events", 5), ("rules", 4)]), ..Mark::default() };
    let after = Mark { rows: rows(&[("events", 9), ("rules", 4), ("inbox", 2)]), ..Mark::default() };
    assert_eq!(after.since(&before).0, rows(&[("events", 4), ("inbox", 2)]));
}

#[test]
fn a_line_is_a_name_and_a_number() {
    assert_eq!(pair("a|b|12"), Some(("a|b".to_owned(), 12)));
    assert_eq!(pair("events"), None);
}
