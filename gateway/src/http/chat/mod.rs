//! `POST /v1/chat`: a server-side caller asks in a customer's name and reads the answer, at once or as a stream.

mod line;

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream::BoxStream};
use poem::{
    Request,
    http::header,
    web::{Data, sse::Event},
};
use poem_openapi::{
    ApiResponse, OpenApi, ResponseContent,
    payload::{EventStream, Json},
    types::ToJSON,
};
use tradepost_domain::ConversationId;
use tradepost_openapi::{
    ProblemKind,
    chat::{ChatAnswer, ChatEnd, ChatEvent, ChatRequest},
};
use ulid::Ulid;

use super::{
    Delivery, Refusal, Rooms,
    api::{Known, Tag},
    correlation,
};
use crate::adapters::direct::{self, Caller, Exchange, Heard, Question, Waiting, Words};

/// How long an answer is waited for when the caller does not say.
const USUAL_WAIT_SECONDS: u32 = 20;

/// Proxies cut streams that are silent.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The window in which a key's questions are counted.
const MINUTE: Duration = Duration::from_secs(60);

pub(super) struct ChatApi;

#[derive(ApiResponse)]
enum ChatResponse {
    /// What was answered. With `Accept: text/event-stream`, an event `message` for each line as it leaves, then `end`.
    #[oai(status = 200)]
    Answered(ChatContent),
}

#[derive(ResponseContent)]
enum ChatContent {
    Whole(Json<ChatAnswer>),
    Stream(EventStream<BoxStream<'static, ChatEvent>>),
}

#[OpenApi(tag = "Tag::Chat")]
impl ChatApi {
    /// Ask in a customer's name.
    ///
    /// Waits until everything is answered or the time is up. A message id that was sent before asks nothing anew: its
    /// answer is read again.
    #[oai(path = "/v1/chat", method = "post", operation_id = "chat")]
    async fn chat(
        &self,
        caller: Known,
        Data(rooms): Data<&Arc<Rooms>>,
        request: &Request,
        body: Json<ChatRequest>,
    ) -> poem::Result<ChatResponse> {
        let Known(key) = caller;
        admit(rooms, &key).await?;
        let wait = Duration::from_secs(body.0.wait.unwrap_or(USUAL_WAIT_SECONDS).into());
        let question = question(rooms, &key, body.0)?;
        let (exchange, conversation) = ask(rooms, request, &question, wait).await?;
        let asked = Asked { conversation, message: question.message };
        let content = match wants_stream(request) {
            true => ChatContent::Stream(stream(exchange, asked)),
            false => ChatContent::Whole(Json(whole(exchange, asked).await?)),
        };
        Ok(ChatResponse::Answered(content))
    }
}

struct Asked {
    conversation: ConversationId,
    message: String,
}

/// Counts the key's question.
async fn admit(rooms: &Rooms, key: &Caller) -> Result<(), Refusal> {
    let counted = rooms.coordinator.allow(&format!("api:{}", key.id), key.per_minute, MINUTE).await;
    match counted {
        Ok(Ok(())) => Ok(()),
        Ok(Err(wait)) => {
            Err(Refusal { retry_after: Some(wait), ..Refusal::new(ProblemKind::TooManyRequests) })
        }
        Err(error) => {
            tracing::error!(error = %error, "failed to count a request");
            Err(Refusal::new(ProblemKind::Unavailable))
        }
    }
}

fn question(rooms: &Rooms, key: &Caller, body: ChatRequest) -> Result<Question, Refusal> {
    for (name, text) in [
        ("contact", Some(&body.contact)),
        ("name", body.name.as_ref()),
        ("message_id", body.message_id.as_ref()),
    ] {
        if text.is_some_and(|text| text.chars().any(char::is_control)) {
            return Err(Refusal::because(
                ProblemKind::BadRequest,
                format!("`{name}` holds control characters"),
            ));
        }
    }
    let storefront = key.storefront(body.storefront.as_deref()).cloned().ok_or_else(|| {
        Refusal::because(ProblemKind::Forbidden, "this key may not speak to that storefront")
    })?;
    let words = match (body.text, body.tap) {
        (Some(text), None) if !text.trim().is_empty() => Words::Text(text),
        (None, Some(tap)) => {
            Words::Tap { title: tap.title.unwrap_or_else(|| tap.payload.clone()), payload: tap.payload }
        }
        _ => return Err(Refusal::because(ProblemKind::BadRequest, "give either `text` or `tap`, not empty")),
    };
    let message = body.message_id.unwrap_or_else(|| fresh(rooms));
    Ok(Question { storefront, contact: body.contact, name: body.name, words, message })
}

fn fresh(rooms: &Rooms) -> String {
    let ms = u64::try_from(rooms.clock.now().as_millisecond()).unwrap_or_default();
    Ulid::from_parts(ms, rooms.dice.roll()).to_string()
}

/// Begins to listen, then hands the question in: no answer can be missed.
async fn ask(
    rooms: &Rooms,
    request: &Request,
    question: &Question,
    wait: Duration,
) -> Result<(Exchange, ConversationId), Refusal> {
    let waiting = Waiting {
        store: Arc::clone(&rooms.store),
        coordinator: rooms.coordinator.as_ref(),
        clock: Arc::clone(&rooms.clock),
        stop: rooms.stop.clone(),
        wait,
    };
    let account = direct::account_of(&question.storefront);
    let mut exchange = Exchange::begin(waiting, account, question.reference());
    let delivery = Delivery {
        endpoint: "/v1/chat".to_owned(),
        kind: direct::KIND.to_owned(),
        correlation: correlation::given(request)?,
    };
    let taken = rooms.desk.accept(&delivery, vec![question.arrival(rooms.clock.now())]).await?;
    if let Some(wait) = taken.over_limit {
        let detail = "the message is kept and will not be answered: there were too many in a minute";
        let refusal = Refusal::because(ProblemKind::TooManyRequests, detail);
        return Err(Refusal { retry_after: Some(wait), ..refusal });
    }
    match exchange.conversation().await? {
        Some(conversation) => Ok((exchange, conversation)),
        None => {
            let detail = "the message was taken, but its conversation has not begun; ask again with the same message_id";
            Err(Refusal::because(ProblemKind::Unavailable, detail))
        }
    }
}

fn wants_stream(request: &Request) -> bool {
    request.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/event-stream"))
}

async fn whole(mut exchange: Exchange, asked: Asked) -> Result<ChatAnswer, Refusal> {
    let mut messages = Vec::new();
    let complete = loop {
        match exchange.next().await? {
            Heard::Line(written) => messages.push(line::render(&written)),
            Heard::End { complete } => break complete,
        }
    };
    let Asked { conversation, message } = asked;
    Ok(ChatAnswer { conversation: conversation.to_string(), message_id: message, messages, complete })
}

fn stream(exchange: Exchange, asked: Asked) -> EventStream<BoxStream<'static, ChatEvent>> {
    let events = exchange.stream().map(move |heard| match heard {
        Ok(Heard::Line(written)) => ChatEvent::Message(line::render(&written)),
        Ok(Heard::End { complete }) => end(&asked, complete),
        Err(error) => {
            tracing::error!(error = %error, "failed to read an answer; its stream ends");
            end(&asked, false)
        }
    });
    EventStream::new(events.boxed()).keep_alive(KEEP_ALIVE).to_event(|event| {
        let name = match event {
            ChatEvent::Message(_) => "message",
            ChatEvent::End(_) => "end",
        };
        Event::message(event.to_json_string()).event_type(name)
    })
}

fn end(asked: &Asked, complete: bool) -> ChatEvent {
    ChatEvent::End(ChatEnd {
        conversation: asked.conversation.to_string(),
        message_id: asked.message.clone(),
        complete,
    })
}
