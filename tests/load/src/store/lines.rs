//! Lines of ours in conversations that a house has led, as if it had answered: what receipts can speak of.

use anyhow::{Context as _, Result};

use super::Store;
use crate::letter::whatsapp::Line;

impl Store {
    /// Gives each message of the channel's customers a line of ours that the provider took; tells all of them.
    pub fn give_lines(&self, channel: &str) -> Result<Vec<Line>> {
        let columns: Vec<_> =
            self.columns("messages")?.into_iter().filter(|column| column != "\"seq\"").collect();
        let number = "row_number() OVER (ORDER BY m.seq)";
        let value = |column: &String| match column.trim_matches('"') {
            "id" => format!("'msg_' || {}", self.digits(number)),
            "author" => "'bot'".to_owned(),
            "delivery" => "'sent'".to_owned(),
            "reference" => format!("'wamid.line' || {number}"),
            other => format!("m.\"{other}\""),
        };
        let values: Vec<_> = columns.iter().map(value).collect();
        self.run(&format!(
            "INSERT INTO messages ({}) SELECT {} FROM messages m WHERE m.account LIKE '{channel}:%' AND m.delivery IS NULL",
            columns.join(", "),
            values.join(", ")
        ))
        .context("give a store lines")?;
        let query = "SELECT m.account || '|' || c.peer || '|' || m.reference AS line FROM messages m JOIN conversations c \
                     ON c.id = m.conversation WHERE m.reference LIKE 'wamid.line%'";
        let line = |text: &String| {
            let mut parts = text.split('|').map(str::to_owned);
            let (account, peer, reference) = (parts.next()?, parts.next()?, parts.next()?);
            let account = account.split_once(':')?.1.to_owned();
            Some(Line { account, peer, reference })
        };
        Ok(self.lines(query)?.iter().filter_map(line).collect())
    }
}
