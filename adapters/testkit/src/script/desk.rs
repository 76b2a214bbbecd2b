//! The desk of a scripted port: plans, keys and the log, the same for every port.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use tradepost_domain::{Correlation, Timestamp};
use tradepost_ports::{Clock, PortResult, correlation};

use super::{Play, Taken};

type Behaviour<Q, A> = Box<dyn FnMut(&Q) -> Play<A> + Send>;

/// Where the calls of one kind arrive: `Q` is what is asked, `A` what is answered.
pub struct Desk<Q, A> {
    clock: Arc<dyn Clock>,
    state: Mutex<State<Q, A>>,
}

struct State<Q, A> {
    planned: VecDeque<Play<A>>,
    behaviour: Option<Behaviour<Q, A>>,
    calls: Vec<Called<Q>>,
    kept: BTreeMap<String, A>,
}

/// A call in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Called<Q> {
    /// When it came.
    pub at: Timestamp,
    /// What was asked.
    pub question: Q,
    /// The request that caused it, as an adapter sees it.
    pub correlation: Option<Correlation>,
    /// Did the port take it? A repetition under a kept key is answered, but not taken again.
    pub taken: bool,
}

impl<Q: Clone + Send, A: Clone + Send> Desk<Q, A> {
    /// A desk that does the usual.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let state =
            State { planned: VecDeque::new(), behaviour: None, calls: Vec::new(), kept: BTreeMap::new() };
        Self { clock, state: Mutex::new(state) }
    }

    /// The next call that nothing is planned for yet goes like this.
    pub fn plan(&self, play: Play<A>) {
        self.state.lock().planned.push_back(play);
    }

    /// Decides every call that nothing is planned for.
    pub fn behave(&self, behaviour: impl FnMut(&Q) -> Play<A> + Send + 'static) {
        self.state.lock().behaviour = Some(Box::new(behaviour));
    }

    /// Every call, in order.
    pub fn calls(&self) -> Vec<Called<Q>> {
        self.state.lock().calls.clone()
    }

    /// What was taken, in order of the calls.
    pub fn taken(&self) -> Vec<Q> {
        let state = self.state.lock();
        state.calls.iter().filter(|call| call.taken).map(|call| call.question.clone()).collect()
    }

    /// Serves a call. `usual` makes the usual answer from the call's number, from 1; `take` is told what was answered.
    pub(super) async fn serve(
        &self,
        key: Option<String>,
        question: Q,
        usual: impl FnOnce(usize) -> A + Send,
        take: impl FnOnce(&A) + Send,
    ) -> PortResult<A> {
        let (number, play) = self.enter(question);
        self.clock.sleep(play.hang).await;
        let answer = play.taken.map(|taken| self.take(key, number, taken, usual, take));
        self.clock.sleep(play.hold_back).await;
        match (answer, play.told) {
            (_, Some(error)) => Err(error),
            (Some(answer), None) => Ok(answer),
            (None, None) => unreachable!("a play that takes nothing tells an error"),
        }
    }

    fn enter(&self, question: Q) -> (usize, Play<A>) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        let planned = state.planned.pop_front();
        let behaved = || state.behaviour.as_mut().map(|behaviour| behaviour(&question));
        let play = planned.or_else(behaved).unwrap_or_else(Play::usual);
        state.calls.push(Called { at: now, question, correlation: correlation::current(), taken: false });
        (state.calls.len(), play)
    }

    fn take(
        &self,
        key: Option<String>,
        number: usize,
        taken: Taken<A>,
        usual: impl FnOnce(usize) -> A,
        take: impl FnOnce(&A),
    ) -> A {
        let mut state = self.state.lock();
        if let Some(kept) = key.as_ref().and_then(|key| state.kept.get(key)) {
            return kept.clone();
        }
        let answer = match taken {
            Taken::Usual => usual(number),
            Taken::With(answer) => answer,
        };
        take(&answer);
        state.calls[number - 1].taken = true;
        if let Some(key) = key {
            state.kept.insert(key, answer.clone());
        }
        answer
    }
}
