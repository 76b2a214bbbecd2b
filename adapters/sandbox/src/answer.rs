//! Answers as scripted faults bend them.

use bytes::Bytes;
use futures::stream;
use poem::{Body, Response};
use serde_json::{Value, json};

use crate::faults::{On, What};
use crate::log::Fate;
use crate::server::Cut;
use crate::world::{World, json_answer, raw_answer};

/// How a provider says no.
pub(crate) trait Refusal: Sized {
    /// The refusal that a script asks for.
    fn scripted(what: &What) -> Self;

    /// The HTTP status.
    fn status(&self) -> u16;

    /// The provider's code.
    fn code(&self) -> i64;

    /// The provider's subcode, if it has such.
    fn subcode(&self) -> Option<i64> {
        None
    }
}

/// Lets the scripted faults meet a call that sends nothing: look-ups and token refresh.
pub(crate) async fn met_by_faults<R: Refusal>(
    world: &World,
    account: &str,
    on: On,
) -> Result<Option<Response>, R> {
    let Some(fault) = world.faults.take(account, on, None) else { return Ok(None) };
    tokio::time::sleep(std::time::Duration::from_millis(fault.delay_ms)).await;
    match fault.what {
        What::Fail { .. } | What::ErrorIn200 => return Err(R::scripted(&fault.what)),
        What::SlowAnswer { ms } => tokio::time::sleep(std::time::Duration::from_millis(ms)).await,
        What::DropBefore | What::DropAfter => return Ok(Some(cut())),
        what => return Ok(garbled(&what, Value::Null, Value::Null)),
    }
    Ok(None)
}

/// A response that is never written.
pub(crate) fn cut() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Cut);
    response
}

/// A response that tells the log when it was given.
pub(crate) fn with_fate(mut response: Response, fate: Fate) -> Response {
    response.extensions_mut().insert(fate);
    response
}

/// The answer of a call that was taken and is told badly; `None` when it is told well.
pub(crate) fn garbled(what: &What, told: Value, without_id: Value) -> Option<Response> {
    Some(match what {
        What::DropAfter => cut(),
        What::CutBody => cut_in_the_middle(&told),
        What::NotJson => raw_answer(200, "<html><body>Something went wrong</body></html>"),
        What::WrongShape => json_answer(200, &json!([{ "data": { "ok": "yes" } }])),
        What::NoMessageId => json_answer(200, &without_id),
        What::HugeBody { bytes } => {
            let mut body = told.to_string();
            body.extend(std::iter::repeat_n(' ', bytes.saturating_sub(body.len())));
            raw_answer(200, body)
        }
        _ => return None,
    })
}

/// Says the full length, gives half of it, and ends.
fn cut_in_the_middle(told: &Value) -> Response {
    let body = told.to_string();
    let half = Bytes::from(body[..body.len() / 2].to_owned());
    let pieces = stream::iter([Ok(half), Err(std::io::Error::other("cut by a scripted fault"))]);
    let mut response = json_answer(200, told);
    response.headers_mut().insert("content-length", body.len().into());
    response.set_body(Body::from_bytes_stream(pieces));
    response
}
