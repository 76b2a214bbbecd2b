//! Many customers at once.

use futures::future::join_all;
use tradepost_domain::{Content, Party, What};

use super::act::Tale;
use crate::story::Line;

impl Tale {
    /// `20 customers write at once`, `20 customers tap at once`, `1 customer hears`.
    pub(super) async fn crowd(&mut self, number: usize, what: &str, line: &Line) {
        match what.trim_start_matches("customers").trim_start_matches("customer").trim() {
            "write at once" => {
                self.all_at_once(number, line, |_, _| Content::text(line.words.as_str())).await
            }
            "tap at once" => self.all_at_once(number, line, |tale, name| tale.tap(name, line)).await,
            "hear" | "hears" => self.so_many_hear(number, line),
            what => panic!("line {}: no crowd can `{what}`", line.number),
        }
    }

    /// Every other customer arrives at the other house; nobody waits for anybody.
    async fn all_at_once(&mut self, number: usize, line: &Line, content: impl Fn(&Self, &str) -> Content) {
        self.nothing_is_untold(line);
        let names: Vec<_> = (1..=number).map(|number| format!("customer-{number}")).collect();
        let arriving = names.iter().enumerate().map(|(at, name)| {
            self.told.entry(name.clone()).or_default();
            let from = Party::new(name.clone());
            let reference = Some(format!("message-{}-{name}", line.number));
            let content = content(self, name);
            let what = What::Message { from, reference, content, about: None, referral: None };
            self.arrives_at(at % 2, "sim", format!("{name}-{}", line.number), what)
        });
        let arriving: Vec<_> = arriving.collect();
        join_all(arriving.into_iter().map(tokio::spawn))
            .await
            .into_iter()
            .for_each(|done| done.expect("taken"));
        self.shop.settle().await;
    }

    /// Of those in the crowd who were answered and not told of, exactly so many were answered this.
    fn so_many_hear(&mut self, number: usize, line: &Line) {
        let crowd: Vec<_> = self.told.keys().filter(|name| name.starts_with("customer-")).cloned().collect();
        let hears = |name: &String| self.untold(name).is_some_and(|words| words == line.words);
        let heard: Vec<_> = crowd.into_iter().filter(hears).collect();
        assert_eq!(heard.len(), number, "line {}: {heard:?}", line.number);
        for name in heard {
            *self.told.entry(name).or_default() += 1;
        }
    }
}
