//! The journal, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use tradepost_domain::{ConversationId, DeadLetterId, Timestamp};
use tradepost_ports::store::{DeadLetter, DeadLetters, Journal, JournalRow, Kept};

use super::tables::{Tables, first, sorted};

#[async_trait]
impl Journal for Tables {
    async fn log(&mut self, row: &JournalRow) -> Kept<()> {
        self.journal.add((row.conversation, row.hop), row.clone())
    }

    async fn journal(&mut self, conversation: ConversationId, from: i64, most: u32) -> Kept<Vec<JournalRow>> {
        let hops = self.journal.rows().filter(|row| row.conversation == conversation && row.hop >= from);
        Ok(first(most, hops))
    }

    async fn keep_part(&mut self, hash: &str, part: &str) -> Kept<()> {
        if self.parts.get(&hash.to_owned()).is_none() {
            self.parts.put(hash.to_owned(), part.to_owned());
        }
        Ok(())
    }

    async fn part(&mut self, hash: &str) -> Kept<Option<String>> {
        Ok(self.parts.get(&hash.to_owned()).cloned())
    }
}

#[async_trait]
impl DeadLetters for Tables {
    async fn bury(&mut self, letter: &DeadLetter) -> Kept<()> {
        self.letters.add(letter.id, (letter.clone(), None))
    }

    async fn dead_letter(&mut self, id: DeadLetterId) -> Kept<Option<DeadLetter>> {
        Ok(self.letters.get(&id).map(|(letter, _)| letter.clone()))
    }

    async fn dead_letters(&mut self, most: u32) -> Kept<Vec<DeadLetter>> {
        let open = self.letters.rows().filter(|(_, retried)| retried.is_none()).map(|(letter, _)| letter);
        Ok(first(most, sorted(open, |letter| Reverse((letter.at, letter.id)))))
    }

    async fn resurrect(&mut self, id: DeadLetterId, at: Timestamp) -> Kept<bool> {
        match self.letters.edit(&id) {
            Some((_, retried @ None)) => {
                *retried = Some(at);
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
