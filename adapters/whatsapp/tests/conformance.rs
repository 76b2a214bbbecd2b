//! The suites of the test kit, in both dialects.

mod messengers;
mod webhooks;
