//! Backups are made while a house runs, and what they hold is whole.

use rstest::rstest;

use crate::stage::{Crowd, Ground, Layout, Scene};

/// proves: PL-22
#[rstest]
#[case::sqlite(Layout::File)]
#[case::postgres(Layout::Single)]
#[tokio::test]
async fn a_backup_under_load_is_restored_whole(#[case] layout: Layout) {
    let mut scene = Scene::open_on(Ground::lay(layout)).await;
    let mut crowd = Crowd::of(&scene.provider);
    crowd.write(30);
    crowd.all_heard().await;
    scene.settle().await;
    crowd.write(30);
    let file = scene.folder().join("backup");
    let made = scene.house.run(&["backup", &file.to_string_lossy()]);
    assert!(made.status.success(), "{made:?}");
    let again = scene.house.run(&["backup", &file.to_string_lossy()]);
    assert_eq!(again.status.code(), Some(1), "a backup is never written over: {again:?}");
    crowd.all_heard().await;
    scene.settle().await;
    let all = scene.books().heard();
    assert_eq!(all, 60);
    let refused = scene.house.run(&["restore", &file.to_string_lossy()]);
    assert!(!refused.status.success(), "nothing is restored into a house that runs: {refused:?}");
    assert_eq!(scene.books().heard(), all);
    let bytes = std::fs::read(&file).expect("a backup");
    std::fs::write(&file, &bytes[..bytes.len() - 100]).expect("written");
    scene.house.stop().await;
    if let Some(database) = scene.ground.database(None) {
        let new = scene.ground.postgres().fresh_database();
        scene.house.resettle(&database, &new);
        scene.ground.move_to(&new);
    }
    let torn = scene.house.run(&["restore", &file.to_string_lossy()]);
    assert_eq!(torn.status.code(), Some(1), "{torn:?}");
    assert!(String::from_utf8_lossy(&torn.stderr).contains("no whole backup"), "{torn:?}");
    std::fs::write(&file, &bytes).expect("written");
    let restored = scene.house.run(&["restore", &file.to_string_lossy()]);
    assert!(restored.status.success(), "{restored:?}");
    let heard = scene.books().heard();
    println!(
        "the backup under load held {heard} of {all} messages: {}",
        String::from_utf8_lossy(&restored.stdout)
    );
    assert!((30..=all).contains(&heard), "{heard}");
    scene.house.start(None).await;
    scene.settle().await;
    crowd.write(5);
    crowd.all_heard().await;
    scene.settle().await;
    assert_eq!(scene.books().heard(), heard + 5, "and it goes on");
}
