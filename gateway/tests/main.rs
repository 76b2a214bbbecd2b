//! The gateway from outside: settings, the door over real TCP, logs, the document, the command line.

mod check;
mod client;
mod commands;
mod document;
mod door;
mod fixture;
mod logs;
mod manual;
mod secrets;
mod settings;
