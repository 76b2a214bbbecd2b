-- The house's tables. Times are microseconds since 1970 in UTC, ids are text as they print, documents are JSON.
-- An index stands here for a query; adapters/store-sql/README.md says which. Tables whose rows are small and found by
-- their key alone have no row number of their own.

-- What waits to be stepped, per conversation. A row leaves in the commit that stepped it.
CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    correlation TEXT NOT NULL,
    at INTEGER NOT NULL,
    ripe_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_of ON inbox (conversation);
CREATE INDEX inbox_ripe ON inbox (ripe_at);

-- What was heard before.
CREATE TABLE heard_keys (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_keys_at ON heard_keys (heard_at);

-- History: what came from outside.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    endpoint TEXT,
    account TEXT NOT NULL,
    conversation TEXT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    fate TEXT NOT NULL,
    note TEXT,
    raw TEXT NOT NULL,
    arrival TEXT,
    reference TEXT,
    correlation TEXT NOT NULL,
    repeats TEXT
) STRICT;
CREATE INDEX events_fate ON events (fate, at);
CREATE INDEX events_words ON events (account, reference) WHERE reference IS NOT NULL;

CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    storefront TEXT NOT NULL,
    account TEXT NOT NULL,
    contact TEXT NOT NULL,
    peer TEXT NOT NULL,
    version INTEGER NOT NULL,
    lease_holder TEXT,
    lease_until INTEGER,
    heard_at INTEGER,
    idle_at INTEGER,
    mode TEXT NOT NULL,
    with_person INTEGER NOT NULL,
    person_until INTEGER,
    stage TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    inside TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversations_peer ON conversations (account, peer);
CREATE INDEX conversations_heard ON conversations (heard_at);
CREATE INDEX conversations_person ON conversations (heard_at) WHERE with_person;
CREATE INDEX conversations_idle ON conversations (idle_at) WHERE idle_at IS NOT NULL;
CREATE INDEX conversations_back ON conversations (person_until) WHERE person_until IS NOT NULL;

-- History: transcripts.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    content TEXT NOT NULL,
    topic TEXT,
    delivery TEXT,
    correlation TEXT NOT NULL,
    effect TEXT,
    reference TEXT,
    reason TEXT,
    left_at INTEGER
) STRICT;
CREATE INDEX messages_of ON messages (conversation);
CREATE INDEX messages_topic ON messages (conversation, topic) WHERE topic IS NOT NULL;
CREATE INDEX messages_unsettled ON messages (conversation) WHERE delivery IN ('sending', 'uncertain');
CREATE INDEX messages_reference ON messages (account, reference) WHERE reference IS NOT NULL;

CREATE TABLE media (
    hash TEXT NOT NULL PRIMARY KEY,
    mime TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- Which lines have a medium. It goes with the last of them.
CREATE TABLE media_of (
    line TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (line, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_of_hash ON media_of (hash);

-- What is to leave. A row leaves in the commit that says what became of it.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    effect TEXT NOT NULL UNIQUE,
    storefront TEXT NOT NULL,
    conversation TEXT NOT NULL,
    correlation TEXT NOT NULL,
    lane TEXT NOT NULL,
    class TEXT NOT NULL,
    "rank" INTEGER NOT NULL,
    slot TEXT,
    message TEXT,
    work TEXT NOT NULL,
    at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    state TEXT NOT NULL,
    holder TEXT,
    until INTEGER,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_of ON outbox (conversation);
CREATE INDEX outbox_lane ON outbox (lane, "rank");
CREATE INDEX outbox_until ON outbox (until) WHERE until IS NOT NULL;
CREATE INDEX outbox_valid ON outbox (valid_until);

CREATE TABLE lanes (
    lane TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
    id TEXT NOT NULL PRIMARY KEY,
    storefront TEXT NOT NULL,
    name TEXT
) STRICT;

CREATE TABLE identities (
    storefront TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    contact TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (storefront, scheme, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX identities_contact ON identities (contact, position);

CREATE TABLE facts (
    contact TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT,
    PRIMARY KEY (contact, name)
) STRICT, WITHOUT ROWID;

-- Who agreed to what. Rows are added, never changed.
CREATE TABLE consents (
    seq INTEGER PRIMARY KEY,
    storefront TEXT NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given INTEGER NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    words TEXT
) STRICT;
CREATE INDEX consents_of ON consents (scheme, value, purpose, at);

-- The ledger.
CREATE TABLE items (
    storefront TEXT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    folded_sku TEXT NOT NULL,
    folded_title TEXT NOT NULL,
    minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    on_hand INTEGER NOT NULL,
    PRIMARY KEY (storefront, sku)
) STRICT, WITHOUT ROWID;

-- `held_until` is `ends` while the order is held and nothing otherwise, so that the holds have an index of their own.
CREATE TABLE orders (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    storefront TEXT NOT NULL,
    conversation TEXT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    ends INTEGER NOT NULL,
    held_until INTEGER,
    checkout TEXT
) STRICT;
CREATE INDEX orders_of ON orders (conversation);
CREATE INDEX orders_holding ON orders (storefront, sku, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX orders_ending ON orders (held_until) WHERE held_until IS NOT NULL;

CREATE TABLE checkouts (
    account TEXT NOT NULL,
    reference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (account, reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    account TEXT NOT NULL,
    payment TEXT NOT NULL,
    reference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, payment)
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    account TEXT NOT NULL,
    reference TEXT NOT NULL,
    until INTEGER NOT NULL,
    news TEXT NOT NULL
) STRICT;
CREATE INDEX parked_under ON parked (account, reference);
CREATE INDEX parked_until ON parked (until);

CREATE TABLE rules (
    id TEXT NOT NULL PRIMARY KEY,
    storefront TEXT NOT NULL,
    name TEXT NOT NULL,
    priority INTEGER NOT NULL,
    kind TEXT NOT NULL,
    pattern TEXT NOT NULL,
    locale TEXT,
    response TEXT NOT NULL,
    active INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX rules_name ON rules (storefront, name);
CREATE INDEX rules_order ON rules (storefront, priority, id);

CREATE TABLE rule_revisions (
    storefront TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- History: what every step was given and what it came to.
CREATE TABLE journal (
    conversation TEXT NOT NULL,
    hop INTEGER NOT NULL,
    turn TEXT NOT NULL,
    flow TEXT NOT NULL,
    event TEXT NOT NULL,
    context TEXT NOT NULL,
    storefront TEXT NOT NULL,
    channel TEXT NOT NULL,
    fresh INTEGER NOT NULL,
    state TEXT NOT NULL,
    effects TEXT NOT NULL,
    PRIMARY KEY (conversation, hop)
) STRICT;

CREATE TABLE parts (
    hash TEXT NOT NULL PRIMARY KEY,
    part TEXT NOT NULL
) STRICT;

CREATE TABLE timers (
    conversation TEXT NOT NULL,
    slot TEXT NOT NULL,
    effect TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_at ON timers (at);

CREATE TABLE dead_letters (
    id TEXT NOT NULL PRIMARY KEY,
    storefront TEXT NOT NULL,
    conversation TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    work TEXT NOT NULL,
    retried_at INTEGER
) STRICT;
CREATE INDEX dead_letters_open ON dead_letters (at, id) WHERE retried_at IS NULL;
CREATE INDEX dead_letters_of ON dead_letters (conversation);

-- Conversations that are forgotten and whose history is still going, piece by piece. A row leaves when all of it is gone.
CREATE TABLE forgotten (
    conversation TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Secrets under seal: tokens that were refreshed and the like. No key stands in the store.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    refreshed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX secrets_key ON secrets (key_id, name);
CREATE INDEX secrets_end ON secrets (expires_at, name) WHERE expires_at IS NOT NULL;

-- One row that a probe changes, to learn whether the store can be written to.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT;
INSERT INTO probes (id, count) VALUES (1, 0);
