//! Redis comes and goes, forgets and is slow: calls are bounded, everybody notices, nobody has to be told when it is back.

use std::time::Duration;

use futures::future::join_all;
use rstest::rstest;
use tokio::time::{Instant, sleep};
use tradepost_domain::ErrorKind;
use tradepost_ports::{
    Coordinator, Wake,
    coordinator::{Listener, LockToken, SessionUse},
};
use tradepost_redis::{Options, RedisCoordinator};
use tradepost_testkit::{make::conversation_id, run};
use tradepost_tests_servers::{Redis, RedisOptions};

use crate::{connect, heard, is_quiet, namespace, until};

const MINUTE: Duration = Duration::from_secs(60);
/// What a caller may be kept waiting, on a busy machine too.
const BOUND: Duration = Duration::from_secs(1);

fn stop(server: &mut Redis) {
    server.stop();
}

fn start(server: &mut Redis) {
    server.start_again();
}

fn pause(server: &mut Redis) {
    server.pause();
}

fn resume(server: &mut Redis) {
    server.resume();
}

/// Every call fails within its limit, also many at once; it is away, and at once sure of it.
async fn fails_in_time(coordinator: &RedisCoordinator) {
    let begun = Instant::now();
    let answers = join_all((0..200).map(|_| coordinator.allow("contact", 3, MINUTE))).await;
    assert!(begun.elapsed() < BOUND, "{:?} for calls at once", begun.elapsed());
    for answer in answers {
        assert_eq!(answer.expect_err("nobody is there").kind, ErrorKind::Unavailable);
    }
    assert!(coordinator.away());
    let begun = Instant::now();
    let kinds = [
        coordinator.begin_session("a", MINUTE).await.map_err(|error| error.kind),
        coordinator.use_session("a", 1).await.map(drop).map_err(|error| error.kind),
        coordinator.cached("a").await.map(drop).map_err(|error| error.kind),
        coordinator.cache("a", "b".into(), MINUTE).await.map_err(|error| error.kind),
        coordinator.forget("a").await.map_err(|error| error.kind),
        coordinator.lock("a", MINUTE).await.map(drop).map_err(|error| error.kind),
        coordinator.renew("a", LockToken(1), MINUTE).await.map(drop).map_err(|error| error.kind),
        coordinator.unlock("a", LockToken(1)).await.map_err(|error| error.kind),
    ];
    assert_eq!(kinds, [Err(ErrorKind::Unavailable); 8]);
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?} for what is known", begun.elapsed());
}

/// Waits for a word to look through the store.
async fn is_told_to_look(listener: &mut dyn Listener) {
    let (mut turns, mut dispatch) = (false, false);
    while !turns || !dispatch {
        let wakes = heard(listener).await;
        turns |= wakes.contains(&Wake::Turn(vec![]));
        dispatch |= wakes.contains(&Wake::Dispatch);
    }
}

#[rstest]
#[case::stopped(stop, start)]
#[case::slow(pause, resume)]
fn it_is_away_and_comes_back(#[case] takes: fn(&mut Redis), #[case] gives: fn(&mut Redis)) {
    run(async {
        let (mut server, house) = (Redis::start(), namespace());
        let (one, other) = (connect(&server, &house).await, connect(&server, &house).await);
        let (mut ours, mut theirs) = (one.listen(), other.listen());
        assert_eq!(one.allow("contact", 3, MINUTE).await, Ok(Ok(())));
        assert!(!one.away());
        takes(&mut server);
        fails_in_time(&one).await;
        one.wake(Wake::Answered(conversation_id(1)));
        assert_eq!(heard(&mut *ours).await, [Wake::Answered(conversation_id(1))], "our own need no server");
        until("the other notices without asking anything", || other.away()).await;
        gives(&mut server);
        until("both are back", || !one.away() && !other.away()).await;
        assert!(one.allow("contact", 30, MINUTE).await.expect("an answer").is_ok());
        is_told_to_look(&mut *ours).await;
        is_told_to_look(&mut *theirs).await;
        // Afterwards all is as before.
        while !is_quiet(&mut *theirs).await || !is_quiet(&mut *ours).await {}
        other.wake(Wake::Turn(vec![conversation_id(2)]));
        assert_eq!(heard(&mut *ours).await, [Wake::Turn(vec![conversation_id(2)])]);
        assert_eq!(heard(&mut *theirs).await, [Wake::Turn(vec![conversation_id(2)])]);
        assert!(!one.away() && !other.away());
    });
}

/// What was told while the server was away reaches the others as a word to look, not as silence.
#[test]
fn what_was_told_in_vain_is_looked_for() {
    run(async {
        let (mut server, house) = (Redis::start(), namespace());
        let one = connect(&server, &house).await;
        server.stop();
        one.wake(Wake::Dispatch);
        until("it is away", || one.away()).await;
        server.start_again();
        // This one was not there when it was said.
        let other = connect(&server, &house).await;
        let mut theirs = other.listen();
        one.wake(Wake::Answered(conversation_id(1)));
        is_told_to_look(&mut *theirs).await;
    });
}

#[test]
fn a_server_that_forgets_costs_nothing_that_must_hold() {
    run(async {
        let (mut server, house) = (Redis::start(), namespace());
        let one = connect(&server, &house).await;
        let mut last = LockToken(0);
        for forgets in [Redis::flush as fn(&Redis), Redis::flush, |_| {}] {
            let token = one.lock("prune", MINUTE).await.expect("an answer").expect("a free lock");
            assert!(token > last, "{token:?} after {last:?}");
            last = token;
            one.begin_session("customer", MINUTE).await.expect("an answer");
            forgets(&server);
        }
        assert_eq!(
            one.use_session("customer", 1).await,
            Ok(SessionUse::Used { left: 0 }),
            "nothing was forgotten"
        );
        server.flush();
        assert_eq!(one.use_session("customer", 1).await, Ok(SessionUse::Closed));
        assert_eq!(one.allow("contact", 1, MINUTE).await, Ok(Ok(())), "scripts are told again");
        assert_eq!(one.renew("prune", last, MINUTE).await, Ok(false));
        assert!(!one.away(), "who forgets is there");
        server.stop();
        server.start_again();
        until("it is back", || !one.away()).await;
        let token = one.lock("prune", MINUTE).await;
        assert!(token.as_ref().is_ok_and(|token| *token > Some(last)), "{token:?} after {last:?}");
    });
}

/// Connections that somebody ends are made again, without a word to anybody.
#[test]
fn connections_that_are_cut_are_made_again() {
    run(async {
        let (server, house) = (Redis::start(), namespace());
        let one = connect(&server, &house).await;
        let mut ours = one.listen();
        join_all((0..20).map(|_| one.allow("contact", 100, MINUTE))).await;
        server.ask(&["CLIENT", "KILL", "TYPE", "normal"]).expect("an answer");
        server.ask(&["CLIENT", "KILL", "TYPE", "pubsub"]).expect("an answer");
        is_told_to_look(&mut *ours).await;
        until("it is back", || !one.away()).await;
        for _ in 0..20 {
            assert_eq!(one.allow("contact", 100, MINUTE).await, Ok(Ok(())), "no broken connection is left");
        }
    });
}

/// A server whose memory is full is there, and says no.
#[test]
fn a_full_server_is_not_away_for_ever() {
    run(async {
        let server = Redis::start_with(RedisOptions::default());
        let one = connect(&server, &namespace()).await;
        server.ask(&["CONFIG", "SET", "maxmemory", "1"]).expect("an answer");
        let full = one.cache("a", "b".into(), MINUTE).await.expect_err("no room");
        assert_eq!(full.kind, ErrorKind::Unavailable, "{full}");
        server.ask(&["CONFIG", "SET", "maxmemory", "0"]).expect("an answer");
        sleep(Duration::from_millis(10)).await;
        assert_eq!(one.cache("a", "b".into(), MINUTE).await, Ok(()));
    });
}

/// A user without a right keeps what he may do, and does not try without end.
#[test]
fn a_user_who_may_not_publish_tries_now_and_then() {
    run(async {
        let server = Redis::start();
        let user =
            ["ACL", "SETUSER", "shop", "on", ">open-sesame", "allkeys", "allchannels", "+@all", "-publish"];
        server.ask(&user).expect("an answer");
        let url = server.url().replace("//", "//shop:open-sesame@");
        let one =
            RedisCoordinator::connect(Options::new(url, namespace())).await.expect("a server that is there");
        one.wake(Wake::Dispatch);
        sleep(Duration::from_secs(1)).await;
        let log = server.ask(&["ACL", "LOG"]).expect("an answer");
        let tries = log
            .lines()
            .skip_while(|line| *line != "count")
            .nth(1)
            .and_then(|count| count.parse::<u32>().ok());
        assert!(tries.is_some_and(|tries| (1..20).contains(&tries)), "{log}");
        assert_eq!(one.allow("contact", 1, MINUTE).await, Ok(Ok(())));
        assert!(!one.away());
    });
}
