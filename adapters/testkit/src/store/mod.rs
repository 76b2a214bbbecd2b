//! The conformance suite of [`Store`]: what every method's document promises, tried on an adapter.
//!
//! ```ignore
//! async fn fresh() -> MemoryStore { MemoryStore::new() }
//! tradepost_testkit::store_suite!(fresh);
//! ```
//! `fresh` gives an empty store, or a [`Fresh`] that also holds what must live as long, such as a temporary folder.

#[macro_use]
mod unit;
pub mod suite;

use std::{any::Any, future::Future};

use tradepost_ports::Store;
pub use unit::{read, write};

/// An empty store and what must live as long as it.
pub struct Fresh {
    store: Box<dyn Store>,
    _held: Box<dyn Any>,
}

impl Fresh {
    /// A store and what it lives in.
    pub fn holding(store: impl Store + 'static, held: impl Any) -> Self {
        Self { store: Box::new(store), _held: Box::new(held) }
    }
}

impl<S: Store + 'static> From<S> for Fresh {
    fn from(store: S) -> Self {
        Self::holding(store, ())
    }
}

/// Tries one case on a fresh store.
pub fn check<F>(make: impl FnOnce() -> F, case: impl AsyncFnOnce(&dyn Store))
where
    F: Future<Output: Into<Fresh>>,
{
    crate::run(async {
        let fresh: Fresh = make().await.into();
        case(&*fresh.store).await;
    });
}

/// One test per case of the [`Store`] suite. The argument is an async function that gives an empty store: anything that
/// is `Into<`[`Fresh`]`>`.
#[macro_export]
macro_rules! store_suite {
    ($make:path) => {
        $crate::store_suite! { @cases $make;
            inbox {
                rows_wait_in_the_order_of_filing, every_body_is_kept, words_wait_ripe_or_not,
                taken_rows_are_gone, reworded_where_they_stand, ripening_and_failing, ripe_by_time_longest_first, ripe_where_the_lease_is_free, depth,
            }
            events {
                a_key_is_new_once, keys_are_forgotten, an_event_is_kept_whole, events_by_fate_newest_first,
                what_was_taken_back_is_blanked,
            }
            conversations {
                known_by_account_and_peer, reached_under_another_id, met_in_the_order_asked, begun_once, kept_whole, a_late_holder_changes_nothing,
                hearing_never_goes_backwards, leases_exclude_and_free_themselves, idle_ones_longest_first, taken_over_until, what_waits_already_is_left_out, listed,
            }
            messages {
                transcripts_and_threads, a_thread_is_the_latest_lines, by_reference, copies, told_of, unsettled, so_many_have_left, delivery_never_goes_backwards,
                delivery_keeps_what_is_given, what_was_not_taken_has_not_left, what_was_uncertain_may_not_have_left, what_was_uncertain_is_settled, delivered_up_to, rewritten, said_at, media_by_hash,
            }
            outbox {
                rows_keep_their_order, update_writes_back, earlier_lines, lanes_exclude_and_free_themselves,
                claimed_by_rank_when_due, claimed_at_most, lines_leave_in_order, lines_with_a_topic_wait_for_words, a_line_on_its_way_holds_its_followers,
                a_waiting_line_holds_its_followers, another_worker_s_line_holds_its_followers, calls_do_not_wait,
                passed_claims_are_taken_over, busy_lanes, overdue, stale, backlog,
            }
            contacts {
                known_by_identity, known_in_the_order_asked, an_identity_belongs_to_one, named_and_learned, an_identity_moves, two_contacts_become_one,
                the_latest_consent_counts, consent_is_of_all_identities_and_of_no_other, a_no_counts_wherever_the_account_sends,
            }
            ledger {
                found_by_key_or_title, wildcards_are_words, reserved_until_sold_out, never_oversold_by_many_at_once,
                a_hold_ends_by_the_clock, moved_only_from_its_state, paying_takes_stock, known_by_checkout,
                orders_newest_first, a_payment_is_heard_once, ended_holds, parked_and_taken_out, parked_too_long,
            }
            rules { by_priority_and_replaced_by_name, every_change_raises_the_revision }
            journal { hops_in_order, parts_once, dead_letters_wait_and_are_retried_once }
            timers { one_per_slot, due_earliest_first, cleared_by_region }
            vault {
                kept_whole, a_late_writer_changes_nothing, one_of_many_writers_is_first, dropped_and_begun_anew, listed_by_name, known_by_key,
                the_earliest_end_first,
            }
            retention {
                aged_conversations_page_by_page, a_forgotten_conversation_s_customer_begins_another, what_is_left_goes_in_pieces,
                media_go_with_their_last_line, contacts_consents_and_orders_stay, many_units_that_forget_do_each_row_once,
                events_are_forgotten_when_they_are_nobodys, a_unit_that_gives_up_forgets_nothing,
            }
            transactions {
                an_error_keeps_nothing, a_failing_unit_takes_no_other_with_it, units_see_what_was_kept, reading_writes_nothing,
                a_healthy_store_says_so,
            }
        }
    };
    (@cases $make:path; $($area:ident { $($case:ident),* $(,)? })*) => {$(
        mod $area {
            #[allow(unused_imports)]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::store::check($make, $crate::store::suite::$area::$case);
                }
            )*
        }
    )*};
}
