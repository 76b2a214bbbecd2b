//! The gateway from outside: settings, the door over real TCP, logs, the document, the command line.

#[path = "../templates/adapter/src/lib.rs"]
mod acme;
mod check;
mod client;
mod commands;
mod document;
mod door;
mod fixture;
mod logs;
mod manual;
#[cfg(feature = "sentry")]
mod reports;
mod secrets;
mod settings;
mod telemetry;
mod template;
