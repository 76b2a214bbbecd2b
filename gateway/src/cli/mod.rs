//! The command line.

mod backup;
mod channels;
mod check;
mod consents;
mod demo;
mod inbox;
mod letters;
mod new_adapter;
mod replay;
mod rules;
mod secrets;
mod serve;
mod shop;
mod show;
mod webhook;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{outfit::Outfit, settings::Role};

const EXIT_CODES: &str = "Exit codes: 0 done; 1 something is wrong or differs, and was told; 2 wrong usage or no settings \
                          file; 3 the house could not be opened (data directory, lock, store, port); 130 or 143 a \
                          second Ctrl-C or SIGTERM ended it before what was in hand was done.";

/// Connects shops with their customers on messaging channels.
#[derive(Debug, Parser)]
#[command(name = "tradepost", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// The settings file.
#[derive(Debug, Clone, clap::Args)]
struct Config {
    /// The settings file; gateway/default.toml is the manual.
    #[arg(long, value_name = "FILE", env = "TRADEPOST_CONFIG", default_value = "tradepost.toml")]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays a shopper's story on a house of its own, over real HTTP, and shows it.
    Demo(demo::Arguments),
    /// Runs the house until SIGTERM or Ctrl-C; a second one ends it at once.
    Serve {
        #[command(flatten)]
        config: Config,
        /// What this process does, in place of what the settings say; web and worker need PostgreSQL and Redis.
        #[arg(long, env = "TRADEPOST_ROLE")]
        role: Option<Role>,
    },
    /// Tells everything that is wrong with the settings, or what would run.
    Check {
        #[command(flatten)]
        config: Config,
    },
    /// Brings the store's schema up to date.
    Migrate {
        #[command(flatten)]
        config: Config,
    },
    /// Writes the whole store into a file, while a house goes on.
    Backup {
        #[command(flatten)]
        config: Config,
        /// The file, which is not there yet.
        to: PathBuf,
    },
    /// Puts a backup in the store's place: into an empty database, or instead of the file while no house runs on it.
    Restore {
        #[command(flatten)]
        config: Config,
        /// The backup.
        from: PathBuf,
    },
    /// Prints the API's OpenAPI document.
    Openapi,
    /// Keyword rules.
    #[command(subcommand)]
    Rules(rules::Command),
    /// What came in, and what became of it.
    #[command(subcommand)]
    Inbox(inbox::Command),
    /// What failed for good and waits for a person.
    #[command(subcommand)]
    DeadLetters(letters::Command),
    /// Steps a conversation's journal again and tells where it comes to something else. Only reads.
    Replay {
        #[command(flatten)]
        config: Config,
        /// The conversation, cnv_….
        conversation: tradepost_domain::ConversationId,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Who agreed to what, and the evidence.
    #[command(subcommand)]
    Consents(consents::Command),
    /// What is kept under seal: tokens that were exchanged, and the keys that seal them.
    #[command(subcommand)]
    Secrets(secrets::Command),
    /// Raw webhook payloads.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// The channels of this program; of one, the settings that it takes, ready to be pasted.
    Channels {
        /// The channel, such as instagram.
        channel: Option<String>,
    },
    /// Writes the crate of a new channel: it compiles, passes its suites and says what to put in place of what.
    NewAdapter(new_adapter::Arguments),
}

/// How a command ended when it did not do what was asked.
#[derive(Debug)]
struct Ended {
    code: u8,
    why: String,
}

impl Ended {
    /// Something is wrong or differs.
    fn wrong(why: impl ToString) -> Self {
        Self { code: 1, why: why.to_string() }
    }
    /// There is nothing to work with.
    fn usage(why: impl ToString) -> Self {
        Self { code: 2, why: why.to_string() }
    }
    /// The house could not be opened.
    fn closed(why: impl ToString) -> Self {
        Self { code: 3, why: why.to_string() }
    }
}

type Outcome = Result<(), Ended>;

/// Runs the program with the process's arguments.
pub fn run(outfit: &Outfit) -> ExitCode {
    run_with(outfit, std::env::args_os())
}

/// Runs the program with these arguments, the program's name first.
pub fn run_with(outfit: &Outfit, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(told) => {
            // Nothing is left to do when even this cannot be printed.
            let _ = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&Ended::closed(format!("failed to start: {error}"))),
    };
    match runtime.block_on(command(outfit, arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(ended) => told(&ended),
    }
}

fn told(ended: &Ended) -> ExitCode {
    if !ended.why.is_empty() {
        eprintln!("tradepost: {}", ended.why);
    }
    ExitCode::from(ended.code)
}

async fn command(outfit: &Outfit, command: Command) -> Outcome {
    match command {
        Command::Demo(arguments) => demo::run(outfit, arguments).await,
        Command::Serve { config, role } => serve::serve(outfit, &config, role).await,
        Command::Check { config } => check::check(outfit, &config),
        Command::Migrate { config } => serve::migrate(outfit, &config).await,
        Command::Backup { config, to } => backup::backup(outfit, &config, &to).await,
        Command::Restore { config, from } => backup::restore(outfit, &config, &from).await,
        Command::Openapi => check::openapi(outfit),
        Command::Rules(command) => rules::run(outfit, command).await,
        Command::Inbox(command) => inbox::run(outfit, command).await,
        Command::DeadLetters(command) => letters::run(outfit, command).await,
        Command::Replay { config, conversation, json } => {
            replay::replay(outfit, &config, conversation, json).await
        }
        Command::Consents(command) => consents::run(outfit, command).await,
        Command::Secrets(command) => secrets::run(outfit, command).await,
        Command::Webhook(command) => webhook::run(outfit, command).await,
        Command::Channels { channel } => channels::run(outfit, channel.as_deref()),
        Command::NewAdapter(arguments) => new_adapter::run(&arguments),
    }
}
