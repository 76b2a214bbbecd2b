//! The program that a run shares.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpStream,
    os::unix::fs::MetadataExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rstest::rstest;

/// However it ends, its servers go and so do their folders.
#[rstest]
#[case::its_input_ends(|program: &mut Child| drop(program.stdin.take()))]
#[case::it_is_killed(|program: &mut Child| program.kill().expect("to kill it"))]
fn servers_go_with_the_program(#[case] end: fn(&mut Child)) {
    let folder = tempfile::tempdir_in("/tmp").expect("a folder");
    open_to_all(&folder);
    let mut program = Command::new(env!("CARGO_BIN_EXE_tradepost-test-servers"))
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let lines = BufReader::new(program.stdout.take().expect("its words")).lines();
    let lines: Vec<String> = lines.take(2).collect::<Result<_, _>>().expect("two lines");
    let address = |line: &str, name: &str| {
        let url = line.strip_prefix(&format!("export {name}=")).expect("a line for a shell").to_owned();
        let host = url.rsplit('@').next().unwrap_or_default().trim_start_matches("redis://").to_owned();
        host.split('/').next().unwrap_or_default().to_owned()
    };
    let addresses =
        [address(&lines[0], "TRADEPOST_TEST_POSTGRES"), address(&lines[1], "TRADEPOST_TEST_REDIS")];
    for address in &addresses {
        TcpStream::connect(address).expect("somebody listens");
    }
    end(&mut program);
    let _ = program.wait();
    let begun = Instant::now();
    let left = || fs::read_dir(folder.path()).into_iter().flatten().count();
    while addresses.iter().any(|address| TcpStream::connect(address).is_ok()) || left() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "{} folders are left of {addresses:?}", left());
        thread::sleep(Duration::from_millis(50));
    }
}

/// The servers run under another account, which must be able to come so far.
fn open_to_all(folder: &tempfile::TempDir) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(folder.path()).expect("a folder").mode() | 0o755;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("to open it");
}
