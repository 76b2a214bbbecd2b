//! The tables, as `tradepost-migrations` makes them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    inbox (seq) {
        seq -> BigInt,
        event -> Text,
        conversation -> Text,
        correlation -> Text,
        at -> Moment,
        ripe_at -> Moment,
        tries -> BigInt,
        kind -> Text,
        body -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    heard_keys (kind, key) {
        kind -> Text,
        key -> Text,
        heard_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    events (seq) {
        seq -> BigInt,
        id -> Text,
        endpoint -> Nullable<Text>,
        account -> Text,
        conversation -> Nullable<Text>,
        at -> Moment,
        kind -> Text,
        fate -> Text,
        note -> Nullable<Text>,
        raw -> Text,
        arrival -> Nullable<Text>,
        reference -> Nullable<Text>,
        correlation -> Text,
        repeats -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    conversations (id) {
        id -> Text,
        storefront -> Text,
        account -> Text,
        contact -> Text,
        peer -> Text,
        version -> BigInt,
        lease_holder -> Nullable<Text>,
        lease_until -> Nullable<Moment>,
        heard_at -> Nullable<Moment>,
        idle_at -> Nullable<Moment>,
        mode -> Document,
        with_person -> Bool,
        person_until -> Nullable<Moment>,
        stage -> Text,
        created_at -> Moment,
        inside -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    messages (seq) {
        seq -> BigInt,
        id -> Text,
        conversation -> Text,
        account -> Text,
        at -> Moment,
        author -> Text,
        content -> Document,
        topic -> Nullable<Text>,
        delivery -> Nullable<Text>,
        correlation -> Text,
        effect -> Nullable<Text>,
        reference -> Nullable<Text>,
        reason -> Nullable<Text>,
        left_at -> Nullable<Moment>,
    }
}

diesel::table! {
    media (hash) {
        hash -> Text,
        mime -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    media_of (line, hash) {
        line -> Text,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    outbox (seq) {
        seq -> BigInt,
        effect -> Text,
        storefront -> Text,
        conversation -> Text,
        correlation -> Text,
        lane -> Text,
        class -> Text,
        rank -> Integer,
        slot -> Nullable<Text>,
        message -> Nullable<Text>,
        work -> Document,
        at -> Moment,
        not_before -> Moment,
        valid_until -> Moment,
        state -> Text,
        holder -> Nullable<Text>,
        until -> Nullable<Moment>,
        attempt -> BigInt,
        failures -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    lanes (lane) {
        lane -> Text,
        holder -> Text,
        until -> Moment,
    }
}

diesel::table! {
    contacts (id) {
        id -> Text,
        storefront -> Text,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    identities (storefront, scheme, value) {
        storefront -> Text,
        scheme -> Text,
        value -> Text,
        contact -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    facts (contact, name) {
        contact -> Text,
        name -> Text,
        value -> Text,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    consents (seq) {
        seq -> BigInt,
        storefront -> Text,
        scheme -> Text,
        value -> Text,
        purpose -> Text,
        given -> Bool,
        at -> Moment,
        source -> Document,
        words -> Nullable<Text>,
    }
}

diesel::table! {
    items (storefront, sku) {
        storefront -> Text,
        sku -> Text,
        title -> Text,
        folded_sku -> Text,
        folded_title -> Text,
        minor -> BigInt,
        currency -> Text,
        on_hand -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    orders (seq) {
        seq -> BigInt,
        id -> Text,
        storefront -> Text,
        conversation -> Text,
        sku -> Text,
        title -> Text,
        quantity -> BigInt,
        minor -> BigInt,
        currency -> Text,
        state -> Text,
        ends -> Moment,
        held_until -> Nullable<Moment>,
        checkout -> Nullable<Text>,
    }
}

diesel::table! {
    checkouts (account, reference) {
        account -> Text,
        reference -> Text,
        order_id -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    payments (account, payment) {
        account -> Text,
        payment -> Text,
        reference -> Text,
        order_id -> Text,
        minor -> BigInt,
        currency -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    parked (seq) {
        seq -> BigInt,
        event -> Text,
        account -> Text,
        reference -> Text,
        until -> Moment,
        news -> Document,
    }
}

diesel::table! {
    rules (id) {
        id -> Text,
        storefront -> Text,
        name -> Text,
        priority -> Integer,
        kind -> Text,
        pattern -> Text,
        locale -> Nullable<Text>,
        response -> Text,
        active -> Bool,
    }
}

diesel::table! {
    rule_revisions (storefront) {
        storefront -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Document;
    journal (conversation, hop) {
        conversation -> Text,
        hop -> BigInt,
        turn -> Text,
        flow -> Text,
        event -> Document,
        context -> Document,
        storefront -> Text,
        channel -> Text,
        fresh -> Bool,
        state -> Text,
        effects -> Text,
    }
}

diesel::table! {
    parts (hash) {
        hash -> Text,
        part -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    timers (conversation, slot) {
        conversation -> Text,
        slot -> Text,
        effect -> Text,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::{Document, Moment};
    dead_letters (id) {
        id -> Text,
        storefront -> Text,
        conversation -> Text,
        at -> Moment,
        reason -> Text,
        work -> Document,
        retried_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::Moment;
    secrets (name) {
        name -> Text,
        key_id -> Text,
        nonce -> Binary,
        ciphertext -> Binary,
        version -> BigInt,
        expires_at -> Nullable<Moment>,
        refreshed_at -> Moment,
    }
}

diesel::table! {
    forgotten (conversation) {
        conversation -> Text,
    }
}

diesel::table! {
    probes (id) {
        id -> BigInt,
        count -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(inbox, conversations);
diesel::allow_tables_to_appear_in_same_query!(inbox, outbox);
diesel::allow_tables_to_appear_in_same_query!(events, conversations);
diesel::allow_tables_to_appear_in_same_query!(checkouts, orders);
diesel::allow_tables_to_appear_in_same_query!(identities, contacts);
