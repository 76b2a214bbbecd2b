//! The way out: `POST /lines`, and everything that can be wrong with it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tradepost_domain::{
    AccountKey, Arrival, Capabilities, Choice, Content, Delivery,
    ErrorKind::{self, *},
    PortError, Source, What, fit,
};
use tradepost_ports::{Messenger, Outbound, PortResult, Receipt, Signal, Terms, terms::Repeat};
use tradepost_testkit::messenger::{Asked, Double, Reply, SECRET};

use super::{
    client::{Answer, Limits, Lost, post},
    limits::{BYTES, TEXT, TITLE, capabilities, length, short_media, short_payloads},
};

/// What is wrong with an adapter; each is seen by one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    ForgetsReferences,
    WritesToNobody,
    ForgetsPayloads,
    ForgetsCaptions,
    RefusesPlaces,
    RefusesFullTexts,
    SendsLongTexts,
    RefusesFullTitles,
    SendsLongPayloads,
    RefusesFullMedia,
    SendsLongMedia,
    SendsWhatItDoesNotDeclare,
    SendsEmptyTexts,
    CannotType,
    ClosesTheWindowForPersonsFirst,
    HasTermsOfItsOwn,
    RefusalIsUnexpected,
    DeniedIsInvalid,
    StrangerIsInvalid,
    WindowIsInvalid,
    OptOutIsInvalid,
    RestIsUncertain,
    TooFastNeedsAWait,
    ForgetsTheWait,
    BrokenIsInvalid,
    GatewayIsUnavailable,
    PuzzleIsTaken,
    NobodyIsUncertain,
    CutIsUnavailable,
    WaitsInSilence,
    WaitsFourSeconds,
    WaitsTwoSeconds,
    WaitsForSlowBodies,
    KeysByChance,
    SendsNoMark,
    MarksAllAlike,
    ForgetsTheMark,
    ErrorsShowTheSecret,
    ErrorsShowTheSecretEncoded,
    TracesShowTheSecret,
}

impl Flaw {
    /// Each with the case that is meant to see it.
    pub const ALL: &[(Self, &str)] = &[
        (Self::ForgetsReferences, "a_taken_line_has_a_reference_of_its_own"),
        (Self::WritesToNobody, "the_words_leave_for_the_customer"),
        (Self::ForgetsPayloads, "what_is_shown_leaves_whole"),
        (Self::ForgetsCaptions, "what_is_shown_leaves_whole"),
        (Self::RefusesPlaces, "every_declared_kind_is_taken"),
        (Self::RefusesFullTexts, "text_at_the_limit_is_taken"),
        (Self::SendsLongTexts, "text_over_the_limit_is_refused"),
        (Self::RefusesFullTitles, "contents_at_their_limits_are_taken"),
        (Self::SendsLongPayloads, "contents_over_a_limit_are_refused"),
        (Self::RefusesFullMedia, "contents_at_their_limits_are_taken"),
        (Self::SendsLongMedia, "contents_over_a_limit_are_refused"),
        (Self::SendsWhatItDoesNotDeclare, "what_is_not_declared_is_refused"),
        (Self::SendsEmptyTexts, "what_says_nothing_is_refused"),
        (Self::CannotType, "signs_of_life_are_shown"),
        (Self::ClosesTheWindowForPersonsFirst, "abilities_are_coherent"),
        (Self::HasTermsOfItsOwn, "terms_are_those_asked_for"),
        (Self::RefusalIsUnexpected, "what_is_refused_is_invalid"),
        (Self::DeniedIsInvalid, "a_refused_token_is_denied"),
        (Self::StrangerIsInvalid, "a_stranger_is_not_found"),
        (Self::WindowIsInvalid, "a_closed_window_is_told"),
        (Self::OptOutIsInvalid, "who_opted_out_is_told"),
        (Self::RestIsUncertain, "a_provider_that_took_nothing_is_unavailable"),
        (Self::TooFastNeedsAWait, "too_fast_is_rate_limited"),
        (Self::ForgetsTheWait, "the_wait_is_told"),
        (Self::BrokenIsInvalid, "a_broken_provider_is_never_success"),
        (Self::GatewayIsUnavailable, "a_broken_provider_is_never_success"),
        (Self::PuzzleIsTaken, "a_puzzling_answer_is_uncertain"),
        (Self::NobodyIsUncertain, "nobody_there_is_unavailable"),
        (Self::CutIsUnavailable, "a_cut_connection_is_uncertain"),
        (Self::WaitsInSilence, "silence_ends_at_the_time_limit"),
        (Self::WaitsFourSeconds, "silence_ends_at_the_time_limit"),
        (Self::WaitsTwoSeconds, "silence_ends_at_the_time_limit"),
        (Self::WaitsForSlowBodies, "a_slow_body_ends_at_the_time_limit"),
        (Self::KeysByChance, "a_repeated_send_carries_its_key"),
        (Self::SendsNoMark, "a_mark_comes_back_with_its_news"),
        (Self::MarksAllAlike, "a_mark_comes_back_with_its_news"),
        (Self::ForgetsTheMark, "a_mark_comes_back_with_its_news"),
        (Self::ErrorsShowTheSecret, "no_error_shows_the_secret"),
        (Self::ErrorsShowTheSecretEncoded, "no_error_shows_the_secret"),
        (Self::TracesShowTheSecret, "no_trace_shows_the_secret"),
    ];
}

/// An account at the pigeon post.
pub struct Pigeon {
    base: String,
    time_limit: Duration,
    flaw: Option<Flaw>,
    terms: Terms,
    capabilities: Capabilities,
    sent: AtomicU64,
}

impl Pigeon {
    fn new(base: &str, time_limit: Duration, flaw: Option<Flaw>) -> Self {
        let factor = if flaw == Some(Flaw::HasTermsOfItsOwn) { 2 } else { 1 };
        let terms = Terms {
            time_limit: time_limit * factor,
            repeat: Repeat::Keyed,
            marks: true,
            ..Terms::of(AccountKey::of("pigeon", "loft"))
        };
        let capabilities = capabilities(flaw);
        Self { base: base.into(), time_limit, flaw, terms, capabilities, sent: AtomicU64::new(0) }
    }

    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// A flawed kind instead of the right one.
    fn kind(&self, right: ErrorKind, flaw: Flaw, wrong: ErrorKind) -> ErrorKind {
        if self.is(flaw) { wrong } else { right }
    }

    /// Is it fitted to the channel?
    fn admit(&self, content: &Content) -> PortResult<()> {
        let full = |choice: &Choice| choice.title.len() == TITLE;
        let refused = match content {
            Content::Text { text } if self.is(Flaw::SendsLongTexts) && text.chars().count() > TEXT => {
                return Ok(());
            }
            Content::Text { text } if self.is(Flaw::SendsEmptyTexts) && text.is_empty() => return Ok(()),
            Content::People { .. } if self.is(Flaw::SendsWhatItDoesNotDeclare) => return Ok(()),
            Content::Text { text } => self.is(Flaw::RefusesFullTexts) && text.chars().count() == TEXT,
            Content::Location { .. } => self.is(Flaw::RefusesPlaces),
            Content::Media { media, .. } => {
                self.is(Flaw::RefusesFullMedia) && media.iter().any(|medium| length(medium) == Some(BYTES))
            }
            content => self.is(Flaw::RefusesFullTitles) && content.choices().iter().any(full),
        };
        let content = match self.flaw {
            Some(Flaw::SendsLongPayloads) => &short_payloads(content),
            Some(Flaw::SendsLongMedia) => &short_media(content),
            _ => content,
        };
        match fit::fit(content, &self.capabilities) {
            Ok(fitted) if !refused && fitted.pieces == [content.clone()] => Ok(()),
            Ok(_) => Err(error(Invalid, "it is not fitted to the channel")),
            Err(unfit) => Err(error(Invalid, unfit)),
        }
    }

    /// A content as it leaves.
    fn written(&self, content: &Content) -> Value {
        let mut content = content.clone();
        match &mut content {
            Content::QuickReplies { choices, .. } | Content::List { choices, .. }
                if self.is(Flaw::ForgetsPayloads) =>
            {
                choices.iter_mut().for_each(|choice| choice.payload.clear());
            }
            Content::Media { text, .. } if self.is(Flaw::ForgetsCaptions) => *text = None,
            _ => {}
        }
        let degrees = |e6: i32| f64::from(e6) / 1e6;
        match content {
            Content::Location { latitude_e6, longitude_e6, name } => {
                json!({"latitude": degrees(latitude_e6), "longitude": degrees(longitude_e6), "name": name})
            }
            content => json!(content),
        }
    }

    async fn post(&self, key: &str, body: &Value) -> PortResult<Answer> {
        let token = format!("authorization: Bearer {SECRET}\r\n");
        if self.is(Flaw::TracesShowTheSecret) {
            tracing::trace!(token, "a pigeon leaves");
        }
        let endless = Duration::from_secs(600);
        let (head, rest) = match self.flaw {
            Some(Flaw::WaitsInSilence) => (endless, self.time_limit),
            Some(Flaw::WaitsFourSeconds) => (Duration::from_secs(4), self.time_limit),
            Some(Flaw::WaitsTwoSeconds) => (Duration::from_secs(2), self.time_limit),
            Some(Flaw::WaitsForSlowBodies) => (self.time_limit, endless),
            _ => (self.time_limit, self.time_limit),
        };
        let limits = Limits { head, body: rest };
        let headers = format!("{token}idempotency-key: {key}\r\n");
        post(&self.base, &headers, &body.to_string(), &limits).await.map_err(|lost| {
            let kind = match lost {
                Lost::Before => self.kind(Unavailable, Flaw::NobodyIsUncertain, Uncertain),
                Lost::Cut => self.kind(Uncertain, Flaw::CutIsUnavailable, Unavailable),
                Lost::Late => Uncertain,
            };
            error(kind, format!("no answer: {lost:?}"))
        })
    }

    /// What an answer of that status says.
    fn read(&self, answer: &Answer) -> PortResult<Value> {
        let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let kind = match (answer.status, told["fault"].as_str()) {
            (200, _) => return Ok(told),
            (_, Some("bad")) => self.kind(Invalid, Flaw::RefusalIsUnexpected, Unexpected),
            (_, Some("who")) => self.kind(Denied, Flaw::DeniedIsInvalid, Invalid),
            (_, Some("stranger")) => self.kind(NotFound, Flaw::StrangerIsInvalid, Invalid),
            (_, Some("late")) => self.kind(OutsideWindow, Flaw::WindowIsInvalid, Invalid),
            (_, Some("never")) => self.kind(OptedOut, Flaw::OptOutIsInvalid, Invalid),
            (_, Some("resting")) => self.kind(Unavailable, Flaw::RestIsUncertain, Uncertain),
            (429, _) if answer.retry_after().is_none() => {
                self.kind(RateLimited, Flaw::TooFastNeedsAWait, Unexpected)
            }
            (429, _) => RateLimited,
            (502 | 504, _) if self.is(Flaw::GatewayIsUnavailable) => Unavailable,
            (500.., _) => self.kind(Uncertain, Flaw::BrokenIsInvalid, Invalid),
            (401, _) => Denied,
            _ => Unexpected,
        };
        let wait = if self.is(Flaw::ForgetsTheWait) { None } else { answer.retry_after() };
        let words = match self.flaw {
            Some(Flaw::ErrorsShowTheSecret) => told.to_string(),
            Some(Flaw::ErrorsShowTheSecretEncoded) => STANDARD.encode(format!("pigeon:{SECRET}")),
            _ => "refused".into(),
        };
        Err(error(kind, words).with_code(answer.status).with_retry_after(wait))
    }
}

fn error(kind: ErrorKind, detail: impl ToString) -> PortError {
    PortError::new(kind, "pigeon", detail.to_string())
}

#[async_trait]
impl Messenger for Pigeon {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn send(&self, outbound: &Outbound) -> PortResult<Receipt> {
        self.admit(&outbound.content)?;
        let handed = |hash: &String| outbound.attached.iter().any(|blob| blob.hash == *hash);
        if let Content::Media { media, .. } = &outbound.content
            && media
                .iter()
                .any(|medium| matches!(&medium.source, Source::Stored { hash, .. } if !handed(hash)))
        {
            return Err(error(Invalid, "the bytes were not handed over"));
        }
        let sent = self.sent.fetch_add(1, Ordering::SeqCst);
        let key = if self.is(Flaw::KeysByChance) { sent.to_string() } else { outbound.effect.to_string() };
        let to = if self.is(Flaw::WritesToNobody) { "nobody" } else { &outbound.peer };
        let mut body = json!({"to": to, "content": self.written(&outbound.content)});
        match self.flaw {
            Some(Flaw::SendsNoMark) => {}
            Some(Flaw::MarksAllAlike) => body["ring"] = json!("msg_00000000000000000000000001"),
            _ => body["ring"] = json!(outbound.line),
        }
        let answer = self.post(&key, &body).await?;
        let told = self.read(&answer)?;
        let reference = match told["line"].as_str() {
            Some(_) if self.is(Flaw::ForgetsReferences) => "line-0",
            Some(line) => line,
            None if self.is(Flaw::PuzzleIsTaken) => &key,
            None => return Err(error(Uncertain, "the answer names no line")),
        };
        Ok(Receipt { reference: reference.into(), at: None })
    }

    async fn signal(&self, peer: &str, _: Option<&str>, signal: Signal) -> PortResult<()> {
        if self.is(Flaw::CannotType) {
            return Err(error(Invalid, "pigeons do not type"));
        }
        let answer = self.post("", &json!({"to": peer, "sign": signal})).await?;
        self.read(&answer).map(drop)
    }
}

/// The pigeon post, as it answers.
pub struct Loft {
    pub flaw: Option<Flaw>,
}

impl Double for Loft {
    fn messenger(&self, base: &str, time_limit: Duration) -> Box<dyn Messenger> {
        Box::new(Pigeon::new(base, time_limit, self.flaw))
    }

    fn taken(&self, _: &Asked, reference: &str) -> Reply {
        Reply::json(200, json!({"line": reference}))
    }

    fn says(&self, kind: ErrorKind) -> Option<Reply> {
        let (status, fault) = match kind {
            Invalid => (400, "bad"),
            Denied => (401, "who"),
            NotFound => (404, "stranger"),
            OutsideWindow => (400, "late"),
            OptedOut => (400, "never"),
            Unavailable => (503, "resting"),
            _ => return None,
        };
        Some(Reply::json(status, json!({"fault": fault})))
    }

    fn throttled(&self, seconds: Option<u64>) -> Reply {
        Reply::json(429, json!({"fault": "fast"})).retry_after(seconds)
    }

    fn key(&self, asked: &Asked) -> Option<String> {
        asked.header("idempotency-key").map(str::to_owned)
    }

    /// The pigeon that came home bears the ring that it left with.
    fn news(&self, asked: &Asked, reference: &str) -> Vec<Arrival> {
        let home = json!({"line": reference, "ring": asked.json()["ring"]});
        let ring = home["ring"].as_str().filter(|_| self.flaw != Some(Flaw::ForgetsTheMark));
        let what = What::Receipt {
            peer: None,
            reference: reference.into(),
            line: ring.and_then(|ring| ring.parse().ok()),
            delivery: Delivery::Delivered,
            earlier_too: false,
            reason: None,
        };
        vec![Arrival {
            account: "loft".into(),
            key: format!("home/{reference}"),
            at: None,
            raw: home.to_string(),
            what,
        }]
    }
}
