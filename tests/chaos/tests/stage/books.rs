//! What the store's file holds, read behind the house's back.

use std::path::Path;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Bool, Text},
};

/// A connection beside the house's own.
pub struct Books(SqliteConnection);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// A line of ours in a transcript.
#[derive(Debug, Clone, QueryableByName)]
pub struct Line {
    /// To whom.
    #[diesel(sql_type = Text)]
    pub peer: String,
    /// How far it has come.
    #[diesel(sql_type = Text)]
    pub delivery: String,
    /// Was it ever marked as sending?
    #[diesel(sql_type = Bool)]
    pub marked: bool,
}

impl Books {
    pub fn open(file: &Path) -> Self {
        let mut connection = SqliteConnection::establish(&file.to_string_lossy()).expect("the store's file");
        connection.batch_execute("PRAGMA busy_timeout = 10000").expect("a setting");
        Self(connection)
    }

    /// What waits: events to be stepped, and lines to leave or under way.
    pub fn waiting(&mut self) -> usize {
        self.count("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox WHERE state <> 'uncertain') AS n")
    }

    /// What is marked as sending now.
    pub fn sending(&mut self) -> usize {
        self.count("SELECT count(*) AS n FROM outbox WHERE state = 'sending'")
    }

    /// Customers' lines in the transcripts.
    pub fn heard(&mut self) -> usize {
        self.count("SELECT count(*) AS n FROM messages WHERE author = 'customer'")
    }

    /// Events of that fate.
    pub fn events(&mut self, fate: &str) -> usize {
        self.count(&format!("SELECT count(*) AS n FROM events WHERE fate = '{fate}'"))
    }

    pub fn dead_letters(&mut self) -> usize {
        self.count("SELECT count(*) AS n FROM dead_letters")
    }

    /// Our lines, oldest first.
    pub fn lines(&mut self) -> Vec<Line> {
        let lines = "SELECT c.peer AS peer, m.delivery AS delivery, m.left_at IS NOT NULL AS marked \
                     FROM messages m JOIN conversations c ON c.id = m.conversation \
                     WHERE m.author = 'bot' ORDER BY m.seq";
        sql_query(lines).load(&mut self.0).expect("lines")
    }

    /// The shop changes a rule: it answers with the words that it was asked by.
    pub fn echo_in_rule(&mut self, name: &str) {
        let change =
            format!("UPDATE rules SET response = 'You asked: {{{{ message.text }}}}' WHERE name = '{name}'");
        assert_eq!(sql_query(change).execute(&mut self.0).expect("changed"), 1);
    }

    fn count(&mut self, query: &str) -> usize {
        let counted = sql_query(query).get_result::<Count>(&mut self.0).expect("a count");
        usize::try_from(counted.n).expect("not negative")
    }
}
