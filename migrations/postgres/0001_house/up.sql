-- The house's tables. Ids are text as they print; text is ordered by its bytes, as on SQLite; documents are JSON as they were
-- written. An index stands here for a query; adapters/store-sql/README.md says which.

-- What waits to be stepped, per conversation. A row leaves in the commit that stepped it.
CREATE TABLE inbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text COLLATE "C" NOT NULL UNIQUE,
    conversation text COLLATE "C" NOT NULL,
    correlation text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    ripe_at timestamptz NOT NULL,
    tries bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    body json NOT NULL
);
CREATE INDEX inbox_of ON inbox (conversation, seq);
CREATE INDEX inbox_ripe ON inbox (ripe_at, seq);

-- What was heard before.
CREATE TABLE heard_keys (
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX heard_keys_at ON heard_keys (heard_at);

-- History: what came from outside.
CREATE TABLE events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    endpoint text COLLATE "C",
    account text COLLATE "C" NOT NULL,
    conversation text COLLATE "C",
    at timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL,
    fate text COLLATE "C" NOT NULL,
    note text COLLATE "C",
    raw text COLLATE "C" NOT NULL,
    arrival text COLLATE "C",
    reference text COLLATE "C",
    correlation text COLLATE "C" NOT NULL,
    repeats text COLLATE "C"
);
CREATE INDEX events_fate ON events (fate, at, seq);
CREATE INDEX events_words ON events (account, reference) WHERE reference IS NOT NULL;

CREATE TABLE conversations (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    storefront text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    contact text COLLATE "C" NOT NULL,
    peer text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    lease_holder text COLLATE "C",
    lease_until timestamptz,
    heard_at timestamptz,
    idle_at timestamptz,
    mode json NOT NULL,
    with_person boolean NOT NULL,
    person_until timestamptz,
    stage text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    inside json NOT NULL
);
CREATE UNIQUE INDEX conversations_peer ON conversations (account, peer);
CREATE INDEX conversations_heard ON conversations (heard_at DESC NULLS LAST, id DESC);
CREATE INDEX conversations_person ON conversations (heard_at DESC NULLS LAST, id DESC) WHERE with_person;
CREATE INDEX conversations_idle ON conversations (idle_at) WHERE idle_at IS NOT NULL;
CREATE INDEX conversations_back ON conversations (person_until) WHERE person_until IS NOT NULL;

-- History: transcripts.
CREATE TABLE messages (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    conversation text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    author text COLLATE "C" NOT NULL,
    content json NOT NULL,
    topic text COLLATE "C",
    delivery text COLLATE "C",
    correlation text COLLATE "C" NOT NULL,
    effect text COLLATE "C",
    reference text COLLATE "C",
    reason text COLLATE "C",
    left_at timestamptz
);
CREATE INDEX messages_of ON messages (conversation, seq);
CREATE INDEX messages_topic ON messages (conversation, topic, seq) WHERE topic IS NOT NULL;
CREATE INDEX messages_unsettled ON messages (conversation, seq) WHERE delivery IN ('sending', 'uncertain');
CREATE INDEX messages_reference ON messages (account, reference, seq) WHERE reference IS NOT NULL;

CREATE TABLE media (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    mime text COLLATE "C" NOT NULL,
    bytes bytea NOT NULL
);

-- Which lines have a medium. It goes with the last of them.
CREATE TABLE media_of (
    line text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    PRIMARY KEY (line, hash)
);
CREATE INDEX media_of_hash ON media_of (hash);

-- What is to leave. A row leaves in the commit that says what became of it.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    effect text COLLATE "C" NOT NULL UNIQUE,
    storefront text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    correlation text COLLATE "C" NOT NULL,
    lane text COLLATE "C" NOT NULL,
    class text COLLATE "C" NOT NULL,
    "rank" integer NOT NULL,
    slot text COLLATE "C",
    message text COLLATE "C",
    work json NOT NULL,
    at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    state text COLLATE "C" NOT NULL,
    holder text COLLATE "C",
    until timestamptz,
    attempt bigint NOT NULL,
    failures bigint NOT NULL
);
CREATE INDEX outbox_of ON outbox (conversation, seq);
CREATE INDEX outbox_lane ON outbox (lane, "rank", seq);
CREATE INDEX outbox_until ON outbox (until, seq) WHERE until IS NOT NULL;
CREATE INDEX outbox_valid ON outbox (valid_until, seq);

CREATE TABLE lanes (
    lane text COLLATE "C" NOT NULL PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    until timestamptz NOT NULL
);

CREATE TABLE contacts (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    storefront text COLLATE "C" NOT NULL,
    name text COLLATE "C"
);

CREATE TABLE identities (
    storefront text COLLATE "C" NOT NULL,
    scheme text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    contact text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (storefront, scheme, value)
);
CREATE INDEX identities_contact ON identities (contact, position);

CREATE TABLE facts (
    contact text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    PRIMARY KEY (contact, name)
);

-- Who agreed to what. Rows are added, never changed.
CREATE TABLE consents (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    storefront text COLLATE "C" NOT NULL,
    scheme text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    given boolean NOT NULL,
    at timestamptz NOT NULL,
    source json NOT NULL,
    words text COLLATE "C"
);
CREATE INDEX consents_of ON consents (scheme, value, purpose, at, seq);

-- The ledger.
CREATE TABLE items (
    storefront text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    folded_sku text COLLATE "C" NOT NULL,
    folded_title text COLLATE "C" NOT NULL,
    minor bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    on_hand bigint NOT NULL,
    PRIMARY KEY (storefront, sku)
);

-- `held_until` is `ends` while the order is held and nothing otherwise, so that the holds have an index of their own.
CREATE TABLE orders (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    storefront text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL,
    quantity bigint NOT NULL,
    minor bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    ends timestamptz NOT NULL,
    held_until timestamptz,
    checkout text COLLATE "C"
);
CREATE INDEX orders_of ON orders (conversation, seq);
CREATE INDEX orders_holding ON orders (storefront, sku, held_until) WHERE held_until IS NOT NULL;
CREATE INDEX orders_ending ON orders (held_until) WHERE held_until IS NOT NULL;

CREATE TABLE checkouts (
    account text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (account, reference)
);

CREATE TABLE payments (
    account text COLLATE "C" NOT NULL,
    payment text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    minor bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (account, payment)
);

CREATE TABLE parked (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    until timestamptz NOT NULL,
    news json NOT NULL
);
CREATE INDEX parked_under ON parked (account, reference, seq);
CREATE INDEX parked_until ON parked (until, seq);

CREATE TABLE rules (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    storefront text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    priority integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    pattern text COLLATE "C" NOT NULL,
    locale text COLLATE "C",
    response text COLLATE "C" NOT NULL,
    active boolean NOT NULL
);
CREATE UNIQUE INDEX rules_name ON rules (storefront, name);
CREATE INDEX rules_order ON rules (storefront, priority, id);

CREATE TABLE rule_revisions (
    storefront text COLLATE "C" NOT NULL PRIMARY KEY,
    revision bigint NOT NULL
);

-- History: what every step was given and what it came to.
CREATE TABLE journal (
    conversation text COLLATE "C" NOT NULL,
    hop bigint NOT NULL,
    turn text COLLATE "C" NOT NULL,
    flow text COLLATE "C" NOT NULL,
    event json NOT NULL,
    context json NOT NULL,
    storefront text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    fresh boolean NOT NULL,
    state text COLLATE "C" NOT NULL,
    effects text COLLATE "C" NOT NULL,
    PRIMARY KEY (conversation, hop)
);

CREATE TABLE parts (
    hash text COLLATE "C" NOT NULL PRIMARY KEY,
    part text COLLATE "C" NOT NULL
);

CREATE TABLE timers (
    conversation text COLLATE "C" NOT NULL,
    slot text COLLATE "C" NOT NULL,
    effect text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (conversation, slot)
);
CREATE INDEX timers_at ON timers (at);

CREATE TABLE dead_letters (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    storefront text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    reason text COLLATE "C" NOT NULL,
    work json NOT NULL,
    retried_at timestamptz
);
CREATE INDEX dead_letters_open ON dead_letters (at, id) WHERE retried_at IS NULL;
CREATE INDEX dead_letters_of ON dead_letters (conversation);

-- Conversations that are forgotten and whose history is still going, piece by piece. A row leaves when all of it is gone.
CREATE TABLE forgotten (
    conversation text COLLATE "C" NOT NULL PRIMARY KEY
);

-- Secrets under seal: tokens that were refreshed and the like. No key stands in the store.
CREATE TABLE secrets (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    key_id text COLLATE "C" NOT NULL,
    nonce bytea NOT NULL,
    ciphertext bytea NOT NULL,
    version bigint NOT NULL,
    expires_at timestamptz,
    refreshed_at timestamptz NOT NULL
);
CREATE INDEX secrets_key ON secrets (key_id, name);
CREATE INDEX secrets_end ON secrets (expires_at, name) WHERE expires_at IS NOT NULL;

-- One row that a probe changes, to learn whether the store can be written to.
CREATE TABLE probes (
    id bigint PRIMARY KEY,
    count bigint NOT NULL
);
INSERT INTO probes (id, count) VALUES (1, 0);

-- Rows of the queues live for moments: what they leave behind is cleared away by its number, not by its share.
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE lanes SET (fillfactor = 50);
-- A conversation's row changes with every word: new versions find room beside the old ones.
ALTER TABLE conversations SET (fillfactor = 80);
