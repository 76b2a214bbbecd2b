//! PostgreSQL and pgbouncer.

use std::time::{Duration, Instant};

use rstest::rstest;
use tradepost_tests_servers::{Keeping, Others, PgBouncer, Postgres, Stop, ask, fresh_database};

#[test]
fn databases_are_apart_and_go() {
    let (one, other) = (fresh_database(), fresh_database());
    one.ask("create table things (id int)").expect("a table");
    let missing = other.ask("select * from things").expect_err("another database");
    assert!(missing.contains("does not exist"), "{missing}");
    let url = one.url();
    drop(one);
    let name = url.rsplit('/').next().unwrap_or_default();
    let left = other.ask(&format!("select count(*) from pg_database where datname = '{name}'"));
    assert_eq!(left.as_deref(), Ok("0"));
}

#[rstest]
#[case::fast(Stop::Fast)]
#[case::immediate(Stop::Immediate)]
fn a_durable_server_keeps_what_it_committed(#[case] how: Stop) {
    let mut server = Postgres::start(Keeping::Durable);
    let settings = server.settings();
    assert_eq!(
        (&*settings.fsync, &*settings.synchronous_commit, &*settings.full_page_writes),
        ("on", "on", "on")
    );
    server.ask("postgres", "create table things (id int); insert into things values (7)").expect("a row");
    server.stop(how);
    server.ask("postgres", "select 1").expect_err("nobody is there");
    server.start_again();
    assert_eq!(server.ask("postgres", "select id from things").as_deref(), Ok("7"));
}

#[test]
fn a_paused_server_answers_nobody_and_goes_on() {
    let server = Postgres::start(Keeping::Quick);
    assert_eq!(server.settings().fsync, "off");
    server.pause();
    let begun = Instant::now();
    let silent = server.ask("postgres?connect_timeout=2", "select 1").expect_err("nobody answers");
    assert!(begun.elapsed() > Duration::from_secs(1), "{silent}");
    server.resume();
    assert_eq!(server.ask("postgres", "select 1").as_deref(), Ok("1"));
}

#[test]
fn a_pooler_gives_sessions_away_between_transactions() {
    let server = Postgres::start(Keeping::Quick);
    let mut pooler = PgBouncer::start(&server, 20);
    let database = server.fresh_database();
    let name = database.rsplit('/').next().unwrap_or_default();
    let through = |statements| ask(&pooler.url(name), statements);
    assert_eq!(through("select current_database()").as_deref(), Ok(name));
    through("prepare one as select 1; begin").expect("a transaction that its client leaves open");
    assert_eq!(
        through("select count(*) from pg_stat_activity where state = 'idle in transaction'").as_deref(),
        Ok("0")
    );
    pooler.stop();
    server.ask("postgres", "select 1").expect("the server behind it stays");
}

#[test]
fn others_keep_a_poolers_sessions_busy_until_they_go() {
    let server = Postgres::start(Keeping::Quick);
    let pooler = PgBouncer::start(&server, 2);
    let database = server.fresh_database();
    let name = database.rsplit('/').next().unwrap_or_default();
    assert_eq!(pooler.waiting(name), Ok(0));
    let mut others = Others::come(&pooler.url(name), 8);
    let begun = Instant::now();
    while pooler.waiting(name) == Ok(0) {
        assert!(others.are_there() && begun.elapsed() < Duration::from_secs(30), "somebody waits at last");
    }
    assert_eq!(ask(&pooler.url(name), "select 1").as_deref(), Ok("1"), "everybody has a turn");
    drop(others);
    let begun = Instant::now();
    let busy = format!("select count(*) from pg_stat_activity where datname = '{name}' and state <> 'idle'");
    while server.ask("postgres", &busy).as_deref() != Ok("0") {
        assert!(begun.elapsed() < Duration::from_secs(30), "they are gone");
    }
}
