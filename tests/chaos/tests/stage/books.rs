//! What the store holds, read behind the house's back.

use std::{path::Path, time::Duration};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query,
    sql_types::Text,
};
use tradepost_tests_servers::ask;

/// A look beside the house's own.
pub enum Books {
    /// Into a file.
    File(Box<SqliteConnection>),
    /// Into a database at that address.
    Database(String),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

/// A line of ours in a transcript.
#[derive(Debug, Clone)]
pub struct Line {
    /// To whom.
    pub peer: String,
    /// How far it has come.
    pub delivery: String,
    /// Was it ever marked as sending?
    pub marked: bool,
}

impl Books {
    pub fn open(file: &Path) -> Self {
        let mut connection = SqliteConnection::establish(&file.to_string_lossy()).expect("the store's file");
        connection.batch_execute("PRAGMA busy_timeout = 10000").expect("a setting");
        Self::File(Box::new(connection))
    }

    /// The database of that address, which is not asked yet.
    pub fn of_database(url: String) -> Self {
        Self::Database(url)
    }

    /// What waits: events to be stepped, and lines to leave or under way.
    pub fn waiting(&mut self) -> usize {
        self.count(
            "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox WHERE state <> 'uncertain')",
        )
    }

    /// An account's events that wait for their turns.
    pub fn unturned(&mut self, account: &str) -> usize {
        self.count(&format!(
            "SELECT count(*) FROM inbox i JOIN conversations c ON c.id = i.conversation WHERE c.account LIKE '%{account}'"
        ))
    }

    /// What is marked as sending now.
    pub fn sending(&mut self) -> usize {
        self.count("SELECT count(*) FROM outbox WHERE state = 'sending'")
    }

    /// Customers' lines in the transcripts.
    pub fn heard(&mut self) -> usize {
        self.count("SELECT count(*) FROM messages WHERE author = 'customer'")
    }

    /// What a customer wrote, in the order of the transcript, as it stands there.
    pub fn words_of(&mut self, peer: &str) -> Vec<String> {
        self.rows(&format!(
            "SELECT CAST(m.content AS TEXT) AS row FROM messages m JOIN conversations c ON c.id = m.conversation \
             WHERE m.author = 'customer' AND c.peer = '{peer}' ORDER BY m.seq"
        ))
    }

    /// The shape of the states that are stored.
    pub fn shape(&mut self) -> u32 {
        let rows =
            self.rows("SELECT substring(inside::text FROM '\"shape\":([0-9]+)') AS row FROM conversations");
        rows[0].parse().expect("a state with a shape")
    }

    /// Conversations whose last word is the customer's.
    pub fn unanswered(&mut self) -> usize {
        let last = "SELECT m.author FROM messages m WHERE m.conversation = c.id ORDER BY m.seq DESC LIMIT 1";
        self.count(&format!("SELECT count(*) FROM conversations c WHERE ({last}) = 'customer'"))
    }

    /// Events of that fate.
    pub fn events(&mut self, fate: &str) -> usize {
        self.count(&format!("SELECT count(*) FROM events WHERE fate = '{fate}'"))
    }

    pub fn dead_letters(&mut self) -> usize {
        self.count("SELECT count(*) FROM dead_letters")
    }

    /// Our lines, oldest first.
    pub fn lines(&mut self) -> Vec<Line> {
        let lines = "SELECT c.peer || '|' || m.delivery || '|' || CASE WHEN m.left_at IS NULL THEN '' ELSE 'marked' END AS row \
                     FROM messages m JOIN conversations c ON c.id = m.conversation \
                     WHERE m.author = 'bot' ORDER BY m.seq";
        self.rows(lines).iter().map(|row| line(row)).collect()
    }

    /// The shop changes a rule: it answers with the words that it was asked by.
    pub fn echo_in_rule(&mut self, name: &str) {
        self.change(&format!(
            "UPDATE rules SET response = 'You asked: {{{{ message.text }}}}' WHERE name = '{name}'"
        ));
    }

    /// Changes what stands there.
    pub fn change(&mut self, statement: &str) {
        match self {
            Self::File(file) => drop(sql_query(statement).execute(&mut **file).expect("changed")),
            Self::Database(url) => drop(ask(url, statement).expect("changed")),
        }
    }

    fn count(&mut self, query: &str) -> usize {
        let counted = self.rows(&format!("SELECT CAST(({query}) AS TEXT) AS row"));
        counted[0].parse().expect("a count")
    }

    /// Rows of one text. A database that is away for a moment is asked again.
    fn rows(&mut self, query: &str) -> Vec<String> {
        match self {
            Self::File(file) => {
                let rows: Vec<Row> = sql_query(query).load(&mut **file).expect("rows");
                rows.into_iter().map(|row| row.row).collect()
            }
            Self::Database(url) => {
                let mut told = ask(url, query);
                for _ in 0..100 {
                    if told.is_ok() {
                        break;
                    }
                    std::thread::sleep(Duration::from_millis(100));
                    told = ask(url, query);
                }
                told.expect("rows").lines().map(str::to_owned).collect()
            }
        }
    }
}

fn line(row: &str) -> Line {
    let mut parts = row.split('|').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    Line { peer: part(), delivery: part(), marked: part() == "marked" }
}
