//! Every query of the hot path uses an index, and none sorts more than it hands out: a long queue or many conversations
//! cost a turn nothing.

use std::sync::{Mutex, PoisonError};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_types::Text,
};
use rstest::rstest;
use tradepost_domain::{Delivery, Slot, ledger::OrderState};
use tradepost_ports::{
    Store as _, Unit,
    store::{Kept, OutboxState, UnitFuture},
};
use tradepost_store_sql::SqliteOptions;
use tradepost_testkit::make;

use super::house::{folder, open, path_in};

/// Statements as they were run: the file, and the SQL.
static SEEN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Writes down what one connection runs.
#[derive(Default)]
struct Listening {
    file: String,
}

impl Instrumentation for Listening {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => self.file = url.to_owned(),
            InstrumentationEvent::StartQuery { query, .. } => {
                let sql = query.to_string();
                let sql = sql.split(" -- binds").next().unwrap_or_default().to_owned();
                SEEN.lock().unwrap_or_else(PoisonError::into_inner).push((self.file.clone(), sql));
            }
            _ => {}
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

type Query = for<'a> fn(&'a mut dyn Unit) -> UnitFuture<'a, Kept<()>>;

macro_rules! query {
    (|$unit:ident| $body:expr) => {
        (|$unit| Box::pin(async move { $body.map(drop) })) as Query
    };
}

/// proves: CV-01
#[rstest]
#[case::ripe(query!(|unit| unit.ripe(&make::worker("w"), make::at(9), 9).await))]
#[case::waiting(query!(|unit| unit.waiting(make::conversation_id(1)).await))]
#[case::words_wait(query!(|unit| unit.words_wait(make::conversation_id(1)).await))]
#[case::take(query!(|unit| unit.take(&[make::stored_event(1).id]).await))]
#[case::ripen(query!(|unit| unit.ripen(&[make::stored_event(1).id], make::at(9)).await))]
#[case::failed(query!(|unit| unit.failed(&[make::stored_event(1).id], make::at(9)).await))]
#[case::remember(query!(|unit| unit.remember("sandbox", &["k".into()], make::at(9)).await))]
#[case::forget_keys(query!(|unit| unit.forget_keys(make::at(10), 9).await))]
#[case::reword(query!(|unit| unit.reword(make::stored_event(1).id, &tradepost_ports::store::InboxBody::Idle).await))]
#[case::blank(query!(|unit| unit.blank(&make::account(), "r", "gone").await))]
#[case::copies(query!(|unit| unit.copies(&make::account(), "r").await))]
#[case::event(query!(|unit| unit.event(make::stored_event(1).id).await))]
#[case::conversation_with(query!(|unit| unit.conversation_with(&make::account(), "p").await))]
#[case::conversation(query!(|unit| unit.conversation(make::conversation_id(1)).await))]
#[case::keep(query!(|unit| unit.keep(&make::conversation(1)).await))]
#[case::heard(query!(|unit| unit.heard(make::conversation_id(1), make::at(8), make::at(9)).await))]
#[case::lease(query!(|unit| unit.lease(&[make::conversation_id(1)], &make::worker("w"), make::at(8), make::at(9)).await))]
#[case::idle(query!(|unit| unit.idle(make::at(9), 9).await))]
#[case::taken_over_until(query!(|unit| unit.taken_over_until(make::at(9), 9).await))]
#[case::thread(query!(|unit| unit.thread(make::conversation_id(1), 10).await))]
#[case::transcript(query!(|unit| unit.transcript(make::conversation_id(1), None, 10).await))]
#[case::by_reference(query!(|unit| unit.by_reference(&make::account(), "m1").await))]
#[case::unsettled(query!(|unit| unit.unsettled(make::conversation_id(1)).await))]
#[case::deliver(query!(|unit| unit.deliver(make::message_id(1), Delivery::Sent, None, None, None).await))]
#[case::deliver_up_to(query!(|unit| unit.deliver_up_to(make::conversation_id(1), make::message_id(1), Delivery::Read).await))]
#[case::said_at(query!(|unit| unit.said_at(make::conversation_id(1)).await))]
#[case::row(query!(|unit| unit.row(make::effect_id(1)).await))]
#[case::rows_of(query!(|unit| unit.rows_of(make::conversation_id(1)).await))]
#[case::update(query!(|unit| unit.update(&make::outbox_row(1, make::conversation_id(1))).await))]
#[case::remove(query!(|unit| unit.remove(make::effect_id(1)).await))]
#[case::earlier_line(query!(|unit| unit.earlier_line(make::conversation_id(1), 9).await))]
#[case::hold_lane(query!(|unit| unit.hold_lane(&make::lane(), &make::worker("w"), make::at(8), make::at(9)).await))]
#[case::leave_lane(query!(|unit| unit.leave_lane(&make::lane(), &make::worker("w")).await))]
#[case::busy_lanes(query!(|unit| unit.busy_lanes(make::at(9)).await))]
#[case::claim(query!(|unit| unit.claim(&make::lane(), &make::worker("w"), make::at(9), make::at(10), 9).await))]
#[case::overdue(query!(|unit| unit.overdue(make::at(9), 9).await))]
#[case::stale(query!(|unit| unit.stale(make::at(9), 9).await))]
#[case::contact_by(query!(|unit| unit.contact_by(&make::storefront(), &make::contact(1).identities[0]).await))]
#[case::item(query!(|unit| unit.item(&make::storefront(), "mug", make::at(9)).await))]
#[case::reserve(query!(|unit| unit.reserve(&make::order(2, make::conversation_id(1), "mug"), make::at(9)).await))]
#[case::move_order(query!(|unit| unit.move_order(make::order(1, make::conversation_id(1), "mug").id, OrderState::Held, OrderState::Paid).await))]
#[case::order_by_checkout(query!(|unit| unit.order_by_checkout(&make::account(), "c").await))]
#[case::orders_of(query!(|unit| unit.orders_of(make::conversation_id(1), 9).await))]
#[case::ended_holds(query!(|unit| unit.ended_holds(make::at(9), 9).await))]
#[case::unpark(query!(|unit| unit.unpark(&make::account(), "m1").await))]
#[case::parked_due(query!(|unit| unit.parked_due(make::at(9)).await))]
#[case::unpark_old(query!(|unit| unit.unpark_old(make::at(9), 9).await))]
#[case::rules(query!(|unit| unit.rules(&make::storefront()).await))]
#[case::rules_revision(query!(|unit| unit.rules_revision(&make::storefront()).await))]
#[case::journal(query!(|unit| unit.journal(make::conversation_id(1), 0, 9).await))]
#[case::due_timers(query!(|unit| unit.due_timers(make::at(9), 9).await))]
#[case::timers_of(query!(|unit| unit.timers_of(make::conversation_id(1)).await))]
#[case::clear_timers(query!(|unit| unit.clear_timers(make::conversation_id(1), &Slot::fixed("talk")).await))]
#[case::aged_conversations(query!(|unit| unit.aged_conversations(make::at(9), None, 9).await))]
#[case::forget_conversation(query!(|unit| unit.forget_conversation(make::conversation_id(1)).await))]
#[case::forget_rest(query!(|unit| { unit.forget_conversation(make::conversation_id(1)).await?; unit.forget_rest(99).await }))]
#[case::aged_events(query!(|unit| unit.aged_events(make::at(9), None, 9).await))]
#[case::forget_events(query!(|unit| unit.forget_events(&[make::event_id(1), make::event_id(2)]).await))]
#[case::secret(query!(|unit| unit.secret("a").await))]
#[case::keep_secret(query!(|unit| unit.keep_secret(&tradepost_ports::store::Sealed { version: 2, ..make::sealed("a") }).await))]
#[case::secrets(query!(|unit| unit.secrets(None, 9).await))]
#[case::secrets_under(query!(|unit| unit.secrets_under("k1", Some("a"), 9).await))]
#[case::secrets_expiring(query!(|unit| unit.secrets_expiring(make::at(9), 9).await))]
#[tokio::test]
async fn uses_an_index(#[case] query: Query) {
    for (step, sql) in plan_of(query).await {
        assert!(!is_slow(&step), "{step}\n{sql}");
    }
}

/// However long the conversation is.
///
/// proves: IN-08
#[tokio::test]
async fn finds_unsettled_lines_among_themselves() {
    let plan = plan_of(query!(|unit| unit.unsettled(make::conversation_id(1)).await)).await;
    assert!(plan.iter().any(|(step, _)| step.contains("INDEX messages_unsettled")), "{plan:?}");
}

/// The steps that the query takes, each with its statement.
async fn plan_of(query: Query) -> Vec<(String, String)> {
    let folder = folder();
    set_default_instrumentation(|| Some(Box::<Listening>::default())).expect("listening");
    let store = open(&folder, SqliteOptions::default()).await;
    store.write(Box::new(|unit| furnish(unit))).await.expect("rows to find");
    let file = path_in(&folder).to_string_lossy().into_owned();
    let so_far = seen_in(&file).len();
    store.write(Box::new(move |unit| query(unit))).await.expect("the query");
    let statements = seen_in(&file).split_off(so_far);
    let mut connection = SqliteConnection::establish(&file).expect("a connection");
    let queries: Vec<_> = statements.iter().filter(|sql| is_query(sql)).collect();
    assert!(!queries.is_empty(), "nothing was heard: {statements:?}");
    let mut steps = Vec::new();
    for sql in queries {
        let plan: Vec<Step> =
            diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(&mut connection).expect("a plan");
        steps.extend(plan.into_iter().map(|step| (step.detail, sql.clone())));
    }
    steps
}

fn seen_in(file: &str) -> Vec<String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.iter().filter(|(known, _)| known == file).map(|(_, sql)| sql.clone()).collect()
}

fn is_query(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|word| sql.starts_with(word))
}

/// Walking a whole table or index is slow, and so is sorting all that fits. Sorting within equal keys is not.
fn is_slow(step: &str) -> bool {
    let walks = step.starts_with("SCAN") && !step.contains("CONSTANT ROW");
    walks || step == "USE TEMP B-TREE FOR ORDER BY"
}

/// One of everything, so that what asks twice does.
fn furnish(unit: &mut dyn Unit) -> UnitFuture<'_, Kept<()>> {
    Box::pin(async move {
        let conversation = make::conversation_id(1);
        unit.meet(&make::contact(1)).await?;
        unit.begin(&make::conversation(1)).await?;
        unit.file(&make::inbox_row(1, conversation)).await?;
        unit.write(&make::written(1, conversation)).await?;
        let mut topical = make::written(2, conversation);
        topical.line.topic = Some(Slot::fixed("talk"));
        unit.write(&topical).await?;
        unit.keep_media(make::message_id(2), &make::media("picture")).await?;
        unit.record(&make::stored_event(1)).await?;
        unit.log(&make::journal_row(conversation, 0)).await?;
        unit.bury(&make::dead_letter(1, conversation)).await?;
        let mut row = make::outbox_row(1, conversation);
        row.state = OutboxState::Ready;
        (row.not_before, row.valid_until) = (make::at(0), make::at(99));
        unit.put(&row).await?;
        unit.stock(&make::storefront(), &make::item("mug", "Mug"), 9).await?;
        unit.reserve(&make::order(1, conversation, "mug"), make::at(0)).await?;
        unit.remember("sandbox", &["old".into()], make::at(0)).await?;
        unit.park(&make::parked(1, "m1")).await
    })
}
