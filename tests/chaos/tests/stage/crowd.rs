//! Customers who each write once; the provider delivers their words until the house takes them.

use std::sync::Arc;

use tokio::{task::JoinSet, time::timeout};

use super::{AT_THE_LATEST, Provider, SHOP};

/// A growing number of customers of an account.
pub struct Crowd {
    provider: Arc<Provider>,
    account: &'static str,
    writing: JoinSet<()>,
    /// Everybody who has begun to write.
    pub customers: Vec<String>,
}

impl Crowd {
    /// Customers of `SHOP`.
    pub fn of(provider: &Arc<Provider>) -> Self {
        Self::at(provider, SHOP)
    }

    /// Customers of that account.
    pub fn at(provider: &Arc<Provider>, account: &'static str) -> Self {
        Self { provider: Arc::clone(provider), account, writing: JoinSet::new(), customers: Vec::new() }
    }

    /// So many more begin to write, all at once.
    pub fn write(&mut self, many: usize) {
        for _ in 0..many {
            let number = self.customers.len() + 1;
            let customer = format!("99{number:06}");
            self.customers.push(customer.clone());
            let (provider, account) = (Arc::clone(&self.provider), self.account);
            self.writing.spawn(async move {
                let words = format!("What are your opening hours? ({number})");
                let told = provider.says(account, &customer, &words).await;
                assert_eq!(told["posts"][0]["status"], 200, "{told}");
            });
        }
    }

    /// Has the house taken everybody's words?
    pub fn is_heard(&mut self) -> bool {
        while let Some(written) = self.writing.try_join_next() {
            written.expect("taken");
        }
        self.writing.is_empty()
    }

    /// Waits until it has.
    pub async fn all_heard(&mut self) {
        while let Some(written) = timeout(AT_THE_LATEST, self.writing.join_next()).await.expect("in time") {
            written.expect("taken");
        }
    }
}
