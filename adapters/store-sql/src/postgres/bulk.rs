//! Rows that are only added: a unit keeps them until something is asked or it ends, and then writes all of a table in one
//! statement. Every statement is a way to the server and back, and a row of its own costs the server as much as ten of many.

use std::collections::BTreeMap;

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tradepost_domain::{
    Author, Contact, ContactId, ConversationId, Correlation, Delivery, EffectId, EventId, MessageId,
    Timestamp,
};
use tradepost_ports::store::{Class, Fate, Kept, OutboxState};

use super::{SqlUnit, conversations, events, inbox, messages, outbox, pending::Statement};
use crate::types::{At, Document, Id, Json, Moment, Traced, Word};

/// Rows that are not written yet.
#[derive(Default)]
pub(crate) struct Rows {
    events: Vec<events::Row>,
    messages: Vec<messages::Row>,
    inbox: Vec<inbox::Row>,
    outbox: Vec<outbox::Row>,
    heard: BTreeMap<ConversationId, (Timestamp, Timestamp)>,
    contacts: Vec<ContactRow>,
    identities: Vec<IdentityRow>,
    conversations: Vec<conversations::Row>,
}

/// A contact without its identities.
struct ContactRow {
    id: Id<ContactId>,
    storefront: String,
    name: Option<String>,
}

/// An identity of a contact.
struct IdentityRow {
    storefront: String,
    scheme: String,
    value: String,
    contact: Id<ContactId>,
    position: i64,
}

impl Rows {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { events, messages, inbox, outbox, heard, contacts, identities, conversations } = self;
        events.is_empty()
            && messages.is_empty()
            && inbox.is_empty()
            && outbox.is_empty()
            && heard.is_empty()
            && contacts.is_empty()
            && identities.is_empty()
            && conversations.is_empty()
    }

    /// The statements that write them all.
    pub(crate) fn statements<'c>(mut self, connection: &'c AsyncPgConnection) -> Vec<Statement<'c>> {
        let (mut statements, db) = (Vec::new(), &mut { connection });
        // Units that write the same ones do so in one order.
        self.identities.sort_by(|one, other| (&one.scheme, &one.value).cmp(&(&other.scheme, &other.value)));
        self.conversations
            .sort_by(|one, other| (&one.account, &one.peer).cmp(&(&other.account, &other.peer)));
        if !self.identities.is_empty() {
            statements.push(Identities::of(&self.identities).execute(db));
        }
        if !self.contacts.is_empty() {
            statements.push(Contacts::of(&self.contacts).execute(db));
        }
        if !self.conversations.is_empty() {
            statements.push(Conversations::of(&self.conversations).execute(db));
        }
        if !self.heard.is_empty() {
            statements.push(Heard::of(&self.heard).execute(db));
        }
        if !self.messages.is_empty() {
            statements.push(Messages::of(&self.messages).execute(db));
        }
        if !self.outbox.is_empty() {
            statements.push(Outbox::of(&self.outbox).execute(db));
        }
        if !self.inbox.is_empty() {
            statements.push(Inbox::of(&self.inbox).execute(db));
        }
        if !self.events.is_empty() {
            statements.push(Events::of(&self.events).execute(db));
        }
        statements
    }
}

impl SqlUnit<'_> {
    pub(super) async fn add_event(&mut self, row: events::Row) -> Kept<()> {
        self.pending()?.rows.events.push(row);
        Ok(())
    }

    pub(super) async fn add_message(&mut self, row: messages::Row) -> Kept<()> {
        self.pending()?.rows.messages.push(row);
        Ok(())
    }

    pub(super) async fn add_inbox(&mut self, row: inbox::Row) -> Kept<()> {
        self.pending()?.rows.inbox.push(row);
        Ok(())
    }

    pub(super) async fn add_outbox(&mut self, row: outbox::Row) -> Kept<()> {
        self.pending()?.rows.outbox.push(row);
        Ok(())
    }

    pub(super) async fn add_conversation(&mut self, row: conversations::Row) -> Kept<()> {
        self.pending()?.rows.conversations.push(row);
        Ok(())
    }

    pub(super) async fn add_contact(&mut self, contact: &Contact) -> Kept<()> {
        let pending = &mut self.pending()?.rows;
        pending.contacts.push(ContactRow {
            id: Id(contact.id),
            storefront: contact.storefront.to_string(),
            name: contact.name.clone(),
        });
        let identities = (0..).zip(&contact.identities).map(|(position, identity)| IdentityRow {
            storefront: contact.storefront.to_string(),
            scheme: identity.scheme.clone(),
            value: identity.value.clone(),
            contact: Id(contact.id),
            position,
        });
        pending.identities.extend(identities);
        Ok(())
    }

    /// Later times take the place of earlier ones.
    pub(super) async fn add_heard(
        &mut self,
        id: ConversationId,
        heard_at: Timestamp,
        idle_at: Timestamp,
    ) -> Kept<()> {
        let heard = self.pending()?.rows.heard.entry(id).or_insert((heard_at, idle_at));
        *heard = (heard.0.max(heard_at), heard.1.max(idle_at));
        Ok(())
    }
}

/// A statement that adds rows, its columns each a list.
macro_rules! bulk {
    ($name:ident of $row:ty, $table:literal { $first:ident: $first_sql:ty [$first_type:ty], $($column:ident: $sql:ty [$type:ty]),* $(,)? }) => {
        struct $name<'r> {
            $first: Vec<&'r $first_type>,
            $($column: Vec<&'r $type>,)*
        }

        impl<'r> $name<'r> {
            fn of(rows: &'r [$row]) -> Self {
                Self {
                    $first: rows.iter().map(|row| &row.$first).collect(),
                    $($column: rows.iter().map(|row| &row.$column).collect(),)*
                }
            }
        }

        impl QueryFragment<Pg> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql(concat!(
                    "INSERT INTO ", $table, " (\"", stringify!($first), "\"",
                    $(", \"", stringify!($column), "\"",)*
                    ") SELECT * FROM unnest("
                ));
                out.push_bind_param::<Array<$first_sql>, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<$sql>, _>(&self.$column)?;
                )*
                out.push_sql(")");
                Ok(())
            }
        }

        /// The text is always the same, so it is prepared once.
        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
    };
}

bulk!(Events of events::Row, "events" {
    id: Text [Id<EventId>], endpoint: Nullable<Text> [Option<String>], account: Text [String],
    conversation: Nullable<Text> [Option<Id<ConversationId>>], at: Moment [At], kind: Text [String],
    fate: Text [Word<Fate>], note: Nullable<Text> [Option<String>], raw: Text [String],
    arrival: Nullable<Text> [Option<String>], reference: Nullable<Text> [Option<String>],
    correlation: Text [Id<Correlation>], repeats: Nullable<Text> [Option<Id<EventId>>],
});

bulk!(Messages of messages::Row, "messages" {
    id: Text [Id<MessageId>], conversation: Text [Id<ConversationId>], account: Text [String], at: Moment [At],
    author: Text [Word<Author>], content: Document [Json], topic: Nullable<Text> [Option<String>],
    delivery: Nullable<Text> [Option<Word<Delivery>>], correlation: Text [Id<Correlation>],
    effect: Nullable<Text> [Option<Id<EffectId>>], reference: Nullable<Text> [Option<String>],
    reason: Nullable<Text> [Option<String>], left_at: Nullable<Moment> [Option<At>],
});

bulk!(Inbox of inbox::Row, "inbox" {
    event: Text [Id<EventId>], conversation: Text [Id<ConversationId>], correlation: Text [Id<Traced>],
    at: Moment [At], ripe_at: Moment [At], tries: BigInt [i64], kind: Text [String], body: Document [Json],
});

bulk!(Outbox of outbox::Row, "outbox" {
    effect: Text [Id<EffectId>], storefront: Text [String], conversation: Text [Id<ConversationId>],
    correlation: Text [Id<Traced>], lane: Text [String], class: Text [Word<Class>], rank: Integer [i32],
    slot: Nullable<Text> [Option<String>], message: Nullable<Text> [Option<Id<MessageId>>], work: Document [Json],
    at: Moment [At], not_before: Moment [At], valid_until: Moment [At], state: Text [Word<OutboxState>],
    holder: Nullable<Text> [Option<String>], until: Nullable<Moment> [Option<At>], attempt: BigInt [i64],
    failures: BigInt [i64],
});

bulk!(Contacts of ContactRow, "contacts" {
    id: Text [Id<ContactId>], storefront: Text [String], name: Nullable<Text> [Option<String>],
});

bulk!(Identities of IdentityRow, "identities" {
    storefront: Text [String], scheme: Text [String], value: Text [String], contact: Text [Id<ContactId>],
    position: BigInt [i64],
});

bulk!(Conversations of conversations::Row, "conversations" {
    id: Text [Id<ConversationId>], storefront: Text [String], account: Text [String], contact: Text [Id<ContactId>],
    peer: Text [String], version: BigInt [i64], lease_holder: Nullable<Text> [Option<String>],
    lease_until: Nullable<Moment> [Option<At>], heard_at: Nullable<Moment> [Option<At>],
    idle_at: Nullable<Moment> [Option<At>], mode: Document [Json], with_person: Bool [bool],
    person_until: Nullable<Moment> [Option<At>], stage: Text [String], created_at: Moment [At], inside: Document [Json],
});

/// That customers wrote: times go forwards only.
struct Heard {
    ids: Vec<Id<ConversationId>>,
    heard_at: Vec<At>,
    idle_at: Vec<At>,
}

impl Heard {
    fn of(heard: &BTreeMap<ConversationId, (Timestamp, Timestamp)>) -> Self {
        Self {
            ids: heard.keys().copied().map(Id).collect(),
            heard_at: heard.values().map(|(heard_at, _)| At(*heard_at)).collect(),
            idle_at: heard.values().map(|(_, idle_at)| At(*idle_at)).collect(),
        }
    }
}

impl QueryFragment<Pg> for Heard {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE conversations SET heard_at = greatest(conversations.heard_at, new.heard_at), \
             idle_at = greatest(conversations.idle_at, new.idle_at) FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Moment>, _>(&self.heard_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Moment>, _>(&self.idle_at)?;
        out.push_sql(") AS new (id, heard_at, idle_at) WHERE conversations.id = new.id");
        Ok(())
    }
}

impl QueryId for Heard {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}
