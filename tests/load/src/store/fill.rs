//! A store with many conversations, filled by the database itself: every conversation is a copy of one that the house has
//! led, with ids of its own and a transcript of twenty messages.

use anyhow::{Context as _, Result};

use super::{Kind, Store};

/// Messages of a conversation: the customer's and ours in turn.
const MESSAGES: u64 = 20;
/// What the house has of the template's conversation.
const TEMPLATE: &str = "(SELECT * FROM conversations ORDER BY id LIMIT 1)";

/// A table, how many rows a conversation has there, where the template's row comes from, and the columns that differ.
struct Copied {
    table: &'static str,
    each: u64,
    from: String,
    own: Vec<(&'static str, String)>,
}

impl Store {
    /// Adds conversations of the customers numbered from `first`; the store must hold one conversation, with one question and
    /// one answer. Journals, and raw bodies of events, are left out.
    pub fn fill(&self, first: u64, conversations: u64) -> Result<()> {
        let indexes = self.droppable()?;
        let mut statements = vec![match self.kind() {
            // What fails is thrown away whole: nothing need be safe meanwhile.
            Kind::Sqlite => {
                "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE".to_owned()
            }
            Kind::Postgres => "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'".to_owned(),
        }];
        statements.extend(indexes.iter().map(|(name, _)| format!("DROP INDEX {name}")));
        for copied in self.copied(first) {
            statements.push(self.copy_rows(&copied, conversations)?);
        }
        statements.extend(indexes.into_iter().map(|(_, making)| making));
        statements.push(match self.kind() {
            Kind::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
            Kind::Postgres => "ANALYZE; CHECKPOINT".to_owned(),
        });
        self.run(&statements.join(";\n")).context("fill a store")
    }

    /// Indexes that can go while rows come in, and how each is made again.
    fn droppable(&self) -> Result<Vec<(String, String)>> {
        let query = match self.kind() {
            Kind::Sqlite => {
                "SELECT name || '|' || replace(sql, char(10), ' ') AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            }
            Kind::Postgres => {
                "SELECT indexname || '|' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND NOT EXISTS \
                 (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
            }
        };
        let of_tables = |line: &String| {
            let (name, making) = line.split_once('|')?;
            ["messages", "events", "heard_keys", "conversations", "identities"]
                .iter()
                .any(|table| {
                    making.contains(&format!(" ON {table} "))
                        || making.contains(&format!(" ON public.{table} "))
                })
                .then(|| (name.to_owned(), making.to_owned()))
        };
        Ok(self.lines(query)?.iter().filter_map(of_tables).collect())
    }

    /// A number as 26 digits, which every id may end with.
    pub(super) fn digits(&self, number: &str) -> String {
        match self.kind() {
            Kind::Sqlite => format!("printf('%026d', {number})"),
            Kind::Postgres => format!("lpad(({number})::text, 26, '0')"),
        }
    }

    fn copied(&self, first: u64) -> Vec<Copied> {
        let id = |prefix: &str, number: &str| format!("'{prefix}_' || {}", self.digits(number));
        let peer = match self.kind() {
            Kind::Sqlite => format!("'99' || printf('%010d', {first} + n.i)"),
            Kind::Postgres => format!("'99' || lpad(({first} + n.i)::text, 10, '0')"),
        };
        let (contact, conversation) = (id("ctc", "n.i"), id("cnv", "n.i"));
        let (line, key) = (format!("n.i * {MESSAGES} + k.i"), format!("'old-' || (n.i * {MESSAGES} + k.i)"));
        let account = format!("'instagram:' || {}", account_of(&format!("({first} + n.i)")));
        let reference = "'old-' || t.id || '-' || n.i || '-' || k.i".to_owned();
        vec![
            Copied {
                table: "contacts",
                each: 1,
                from: "contacts".into(),
                own: vec![("id", contact.clone())],
            },
            Copied {
                table: "identities",
                each: 1,
                from: "identities".into(),
                own: vec![("value", peer.clone()), ("contact", contact.clone()), ("scheme", account.clone())],
            },
            Copied {
                table: "conversations",
                each: 1,
                from: TEMPLATE.into(),
                own: vec![
                    ("id", conversation.clone()),
                    ("contact", contact),
                    ("peer", peer),
                    ("account", account.clone()),
                ],
            },
            Copied {
                table: "messages",
                each: MESSAGES,
                from: "(SELECT m.*, row_number() OVER (ORDER BY seq) - 1 AS half FROM messages m)".into(),
                own: vec![
                    ("id", id("msg", &line)),
                    ("conversation", conversation.clone()),
                    ("account", account.clone()),
                    ("reference", reference),
                ],
            },
            Copied {
                table: "events",
                each: MESSAGES / 2,
                from: "events".into(),
                own: vec![
                    ("id", id("evt", &line)),
                    ("conversation", conversation),
                    ("account", account),
                    ("reference", key.clone()),
                    ("raw", "'{}'".into()),
                    ("arrival", "NULL".into()),
                ],
            },
            Copied {
                table: "heard_keys",
                each: MESSAGES / 2,
                from: "heard_keys".into(),
                own: vec![("key", key)],
            },
        ]
    }

    fn copy_rows(&self, copied: &Copied, conversations: u64) -> Result<String> {
        let Copied { table, each, from, own } = copied;
        let columns: Vec<_> = self.columns(table)?.into_iter().filter(|column| column != "\"seq\"").collect();
        let value = |column: &String| {
            let own = own.iter().find(|(name, _)| column.trim_matches('"') == *name);
            own.map_or_else(|| format!("t.{column}"), |(_, value)| value.clone())
        };
        let values: Vec<_> = columns.iter().map(value).collect();
        let half = if *table == "messages" { "WHERE t.half = k.i % 2" } else { "" };
        let (with, n, k) = match self.kind() {
            Kind::Sqlite => (
                format!(
                    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {conversations}), \
                     k(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i + 1 < {each}) "
                ),
                "n".to_owned(),
                "k".to_owned(),
            ),
            Kind::Postgres => (
                String::new(),
                format!("generate_series(0, {conversations} - 1) AS n(i)"),
                format!("generate_series(0, {each} - 1) AS k(i)"),
            ),
        };
        // Kept once, or the rows that are added would be copied, too.
        let template = format!("CREATE TEMPORARY TABLE one_{table} AS SELECT * FROM {from} AS one");
        Ok(format!(
            "{template};\n{with}INSERT INTO {table} ({}) SELECT {} FROM {n} CROSS JOIN {k} CROSS JOIN one_{table} AS t {half}",
            columns.join(", "),
            values.join(", ")
        ))
    }
}

/// The account of a customer, as `letter::account` has it.
fn account_of(customer: &str) -> String {
    format!("(17841400000000001 + {customer} % {})", crate::letter::ACCOUNTS)
}
