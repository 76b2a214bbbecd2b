//! Redis.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use tradepost_tests_servers::{Redis, RedisOptions, shared_redis};

#[test]
fn the_shared_one_answers() {
    let address = shared_redis().strip_prefix("redis://").expect("an address without a password");
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.write_all(b"PING\r\n").expect("to ask");
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"+PONG\r\n");
}

#[test]
fn it_forgets_when_it_stops() {
    let mut server = Redis::start();
    server.ask(&["SET", "a", "1"]).expect("to set");
    server.stop();
    server.ask(&["GET", "a"]).expect_err("nobody is there");
    server.start_again();
    assert_eq!(server.ask(&["GET", "a"]).as_deref(), Ok(""));
    server.ask(&["SET", "a", "1"]).expect("to set");
    server.flush();
    assert_eq!(server.ask(&["DBSIZE"]).as_deref(), Ok("0"));
}

#[test]
fn a_paused_one_answers_nobody_and_goes_on() {
    let server = Redis::start();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).expect("somebody listens");
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a limit");
    server.pause();
    stream.write_all(b"PING\r\n").expect("the connection stays open");
    let mut answer = [0; 7];
    let silent = stream.read_exact(&mut answer).expect_err("nobody answers").kind();
    assert!(matches!(silent, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silent:?}");
    server.resume();
    stream.read_exact(&mut answer).expect("an answer at last");
}

#[test]
fn it_asks_for_a_password_over_tls() {
    let server = Redis::start_with(RedisOptions {
        password: Some("open-sesame".to_owned()),
        tls: true,
        ..RedisOptions::default()
    });
    assert_eq!(server.ask(&["PING"]).as_deref(), Ok("PONG"));
    assert!(server.url().starts_with("rediss://:open-sesame@127.0.0.1:"), "{}", server.url());
    assert!(server.authority().is_some_and(|file| file.is_file()));
}

#[test]
fn a_cluster_refuses_keys_of_two_slots() {
    let server = Redis::start_with(RedisOptions { cluster: true, ..RedisOptions::default() });
    assert_eq!(server.ask(&["MSET", "{a}1", "1", "{a}2", "2"]).as_deref(), Ok("OK"));
    let refused = server.ask(&["MSET", "a", "1", "b", "2"]).expect_err("two slots");
    assert!(refused.contains("CROSSSLOT"), "{refused}");
}
