//! What must happen in one piece, in the server and by the server's clock. In a cluster every script keeps to one slot:
//! all its keys have the same `{…}`. redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec
//!
//! Times are microseconds; they and tokens stay below 2^53, so that Lua's numbers are exact.

use std::{sync::LazyLock, time::Duration};

use redis::{Script, ScriptInvocation};
use tradepost_ports::coordinator::LockToken;

/// A key of the namespace; keys of one `kind` and `name` share a slot.
pub(crate) fn key(namespace: &str, kind: &str, name: &str) -> String {
    format!("{{{namespace}:{kind}:{name}}}")
}

/// The wait in microseconds, 0 when it is allowed. The list holds the times of the uses themselves, the oldest first.
static ALLOW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
        local oldest = redis.call('LINDEX', KEYS[1], 0)
        while oldest and tonumber(oldest) + window <= now do
            redis.call('LPOP', KEYS[1])
            oldest = redis.call('LINDEX', KEYS[1], 0)
        end
        local used = redis.call('LLEN', KEYS[1])
        if used >= most then
            local first = tonumber(redis.call('LINDEX', KEYS[1], used - most))
            return math.min(first + window - now, window)
        end
        redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
        redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1)
        return 0
        ",
    )
});

pub(crate) fn allow(key: String, most: u32, window: Duration) -> ScriptInvocation<'static> {
    let mut script = ALLOW.key(key);
    script.arg(most).arg(microseconds(window));
    script
}

/// What is left after this use; -1 when nothing was, -2 when there is no session.
static USE_SESSION: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        local used = redis.call('GET', KEYS[1])
        if not used then return -2 end
        if tonumber(used) >= tonumber(ARGV[1]) then return -1 end
        return tonumber(ARGV[1]) - redis.call('INCR', KEYS[1])
        ",
    )
});

pub(crate) fn use_session(key: String, most: u32) -> ScriptInvocation<'static> {
    let mut script = USE_SESSION.key(key);
    script.arg(most);
    script
}

/// The token, 0 when another holds the lock. A token is the last one's successor and never less than the time: so tokens
/// grow when the clock stands, and also when the server has forgotten the last one.
static LOCK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        local time = redis.call('TIME')
        local last = tonumber(redis.call('GET', KEYS[2]) or '0')
        local token = math.max(last + 1, time[1] * 1000000 + time[2])
        local text = string.format('%.0f', token)
        redis.call('SET', KEYS[2], text, 'PX', ARGV[2])
        redis.call('SET', KEYS[1], text, 'NX', 'PX', ARGV[1])
        return token
        ",
    )
});

/// How long the last token is remembered: as long as a server's clock may be wrong and be put back.
const TOKENS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

pub(crate) fn lock(key: String, lease: Duration) -> ScriptInvocation<'static> {
    let lease = milliseconds(lease);
    let mut script = LOCK.prepare_invoke();
    script.key(&key).key(format!("{key}:token")).arg(lease).arg(lease.max(milliseconds(TOKENS_KEPT)));
    script
}

static RENEW: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        ",
    )
});

pub(crate) fn renew(key: String, token: LockToken, lease: Duration) -> ScriptInvocation<'static> {
    let mut script = RENEW.key(key);
    script.arg(token.0).arg(milliseconds(lease));
    script
}

static UNLOCK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
        ",
    )
});

pub(crate) fn unlock(key: String, token: LockToken) -> ScriptInvocation<'static> {
    let mut script = UNLOCK.key(key);
    script.arg(token.0);
    script
}

/// The server's limits for a time are a little below 2^63 milliseconds after 1970; a hundred years are for ever.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// At least one; no time at all is not a time to the server.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    let time = time.min(FOR_EVER);
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1)
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.min(FOR_EVER).as_micros()).unwrap_or(u64::MAX)
}
