//! pgbouncer between the houses and PostgreSQL, in transaction mode.

use tradepost_tests_servers::Others;

use crate::stage::{Crowd, Ground, House, Layout, Scene, until};

/// Does a house's log tell of statements that were prepared in somebody else's session?
#[track_caller]
fn is_clean(house: &House) {
    let told = house.log();
    assert!(!told.contains("prepared statement"), "{told}");
}

/// proves: PL-20
#[tokio::test]
async fn everything_goes_through_a_pooler_by_the_transaction() {
    let ground = Ground::lay(Layout::Several { webs: 1, workers: 2 }).pooled();
    let mut scene = Scene::open_on(ground).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(60);
    crowd.all_heard().await;
    scene.settle().await;
    let tally = scene.tally(&crowd.customers).await;
    println!("through pgbouncer: {tally:?}");
    tally.is_good(0);
    scene.houses().for_each(|house| is_clean(house));
}

/// Sessions of the pooler, for everybody.
const SESSIONS: usize = 4;

/// Others have all of the pooler's sessions, and more of them wait, with short transactions one after the other: each unit
/// waits for its turn among them. One process has found the pooler before they came; the other starts in their midst, where
/// that cannot be found out, and is told.
///
/// proves: PL-20
#[tokio::test]
async fn a_pooler_that_others_keep_busy_is_waited_for() {
    const OTHERS: usize = 16;
    let ground = Ground::lay(Layout::Several { webs: 1, workers: 1 }).pooled_by(SESSIONS);
    let mut scene = Scene::set_on(ground).await;
    let url = scene.ground.database(None).expect("an address");
    let database = url.rsplit('/').next().expect("a name").to_owned();
    scene.house.start(None).await;
    let mut others = Others::come(&url, OTHERS);
    let waiting = |scene: &Scene| scene.ground.bouncer().waiting(&database).expect("a pooler that answers");
    until("others wait for sessions", || waiting(&scene) >= OTHERS / 2).await;
    scene.others[0].resettle("[store]\n", "[store]\npooler = true\n");
    scene.others[0].start(None).await;
    let mut crowd = Crowd::of(&scene.provider);
    let mut waited = Vec::new();
    for _ in 0..4 {
        crowd.write(25);
        waited.push(waiting(&scene));
        crowd.all_heard().await;
    }
    scene.settle().await;
    assert!(others.are_there(), "the pooler was busy all the time");
    let tally = scene.tally(&crowd.customers).await;
    println!("with {OTHERS} others at {SESSIONS} sessions, {waited:?} clients waiting: {tally:?}");
    tally.is_good(0);
    assert_eq!((tally.answered, scene.books().heard()), (100, 100));
    scene.houses().for_each(|house| is_clean(house));
    for house in scene.houses() {
        assert_eq!(house.ended(), None, "{}", house.last_words());
    }
}
