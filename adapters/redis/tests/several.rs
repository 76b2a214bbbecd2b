//! Several processes' worth of coordinators on one server.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use tradepost_domain::ConversationId;
use tradepost_ports::{
    Coordinator as _, Wake,
    coordinator::{LockToken, SessionUse},
};
use tradepost_testkit::{make::conversation_id, run};
use tradepost_tests_servers::Redis;

use crate::{connect, heard, is_quiet, namespace};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn two_hear_each_other_and_not_their_own_words_twice() {
    run(async {
        let (server, house) = (Redis::start(), namespace());
        let (one, other) = (connect(&server, &house).await, connect(&server, &house).await);
        let stranger = connect(&server, &namespace()).await;
        let (mut ours, mut theirs, mut strange) = (one.listen(), other.listen(), stranger.listen());
        one.wake(Wake::Turn(vec![conversation_id(1)]));
        assert_eq!(heard(&mut *ours).await, [Wake::Turn(vec![conversation_id(1)])]);
        assert_eq!(heard(&mut *theirs).await, [Wake::Turn(vec![conversation_id(1)])]);
        // What the other says now came after the echo of our own words.
        other.wake(Wake::Answered(conversation_id(2)));
        assert_eq!(heard(&mut *ours).await, [Wake::Answered(conversation_id(2))]);
        assert_eq!(heard(&mut *theirs).await, [Wake::Answered(conversation_id(2))]);
        assert!(is_quiet(&mut *ours).await && is_quiet(&mut *theirs).await, "each thing once");
        assert!(is_quiet(&mut *strange).await, "another house");
    });
}

#[test]
fn a_burst_is_told_in_few_messages() {
    run(async {
        let (server, house) = (Redis::start(), namespace());
        let (one, other) = (connect(&server, &house).await, connect(&server, &house).await);
        let mut theirs = other.listen();
        let said: Vec<ConversationId> = (0..50_000).map(|n| conversation_id(n % 5_000)).collect();
        for id in &said {
            one.wake(Wake::Turn(vec![*id]));
        }
        let (mut missing, mut look) = (said.into_iter().collect::<BTreeSet<_>>(), false);
        while !missing.is_empty() && !look {
            for wake in heard(&mut *theirs).await {
                if let Wake::Turn(ids) = wake {
                    look |= ids.is_empty();
                    let heard: BTreeSet<_> = ids.into_iter().collect();
                    missing.retain(|id| !heard.contains(id));
                }
            }
        }
        assert!(!look, "five thousand conversations fit");
        let published = published(&server);
        println!("50,000 wakes were told in {published} messages");
        assert!((1..=500).contains(&published), "50,000 wakes were told in {published} messages");
    });
}

/// How many messages the server was given.
fn published(server: &Redis) -> u64 {
    let stats = server.ask(&["INFO", "commandstats"]).expect("a server that answers");
    let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_publish:calls="));
    line.and_then(|line| line.split(',').next()?.parse().ok()).expect("something was published")
}

/// proves: PL-10
#[test]
fn windows_and_sessions_hold_across_processes() {
    run(async {
        let (server, house) = (Redis::start(), namespace());
        let all = join_all((0..4).map(|_| connect(&server, &house))).await;
        let uses = (0..400).map(|n| all[n % 4].allow("contact", 50, MINUTE));
        let allowed = join_all(uses).await.into_iter().filter(|answer| matches!(answer, Ok(Ok(())))).count();
        assert_eq!(allowed, 50, "of four hundred at once");
        all[0].begin_session("customer", MINUTE).await.expect("a session");
        let uses = join_all((0..40).map(|n| all[n % 4].use_session("customer", 10))).await;
        let used = uses.into_iter().filter(|used| matches!(used, Ok(SessionUse::Used { .. }))).count();
        assert_eq!(used, 10, "of forty at once");
    });
}

/// proves: PL-13
#[test]
fn one_of_many_gets_the_lock() {
    run(async {
        let (server, house) = (Redis::start(), namespace());
        let all = join_all((0..4).map(|_| connect(&server, &house))).await;
        let mut last = LockToken(0);
        for round in 0..10 {
            let taken = join_all(all.iter().map(|one| one.lock("prune", MINUTE))).await;
            let tokens: Vec<_> = taken.into_iter().filter_map(|taken| taken.expect("an answer")).collect();
            assert_eq!(tokens.len(), 1, "in round {round}");
            assert!(tokens[0] > last, "{tokens:?} after {last:?}");
            last = tokens[0];
            all[round % 4].unlock("prune", last).await.expect("an answer");
        }
    });
}
