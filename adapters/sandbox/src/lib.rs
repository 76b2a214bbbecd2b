//! The sandbox: providers' protocols over real HTTP, wire-faithful, with scripted faults; for the demo and for tests.
//!
//! It stands outside the product. It depends on no adapter and on no core crate and is written from the reference pages alone, so
//! that an adapter's misunderstanding is not repeated here. What a provider refuses, it refuses with the provider's codes; it logs
//! everything it was asked to send ([`Log`]); its customers ([`Customer`]) write by signed webhooks; and it fails as scripted
//! ([`Fault`]). The README tells the same for callers in other processes, who use the control API.
//!
//! ```no_run
//! use tradepost_sandbox::{Fault, InstagramAccount, Sandbox, SandboxConfig, What};
//!
//! # async fn story() -> Result<(), tradepost_sandbox::SandboxError> {
//! let shop = InstagramAccount::new("17841400000000001").with_webhook("http://127.0.0.1:8080/webhooks/instagram/main");
//! let sandbox = Sandbox::start(SandboxConfig::default().with_instagram(shop)).await?;
//! sandbox.faults().push("17841400000000001", Fault::new(What::DropAfter));
//! let delivered = sandbox.customer("17841400000000001", "9900112233")?.says("Is it in stock?").await?;
//! assert!(delivered.accepted());
//! sandbox.clock().advance_ms(25 * 3_600_000);
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! WhatsApp's numbers ([`WhatsappAccount`]) have customers of their own ([`WhatsappCustomer`]), who tap what was sent to them, and statuses
//! ([`Step`]) that follow each message:
//!
//! ```no_run
//! use tradepost_sandbox::{Fault, Sandbox, SandboxConfig, Step, WhatsappAccount, What};
//!
//! # async fn story() -> Result<(), tradepost_sandbox::SandboxError> {
//! let number = WhatsappAccount::new("555000111").with_webhook("http://127.0.0.1:8080/webhooks/whatsapp/main");
//! let sandbox = Sandbox::start(SandboxConfig::default().with_whatsapp(number)).await?;
//! let steps = vec![Step::new("sent"), Step::failed(131_026).after_ms(3_600_000)];
//! sandbox.faults().push("555000111", Fault::new(What::Statuses { steps }));
//! let maria = sandbox.whatsapp_customer("555000111", "4915112345678")?;
//! maria.says("Is it in stock?").await?;
//! maria.taps("Yes").await?;
//! sandbox.clock().advance_ms(3_600_000);
//! # Ok(())
//! # }
//! ```

//!
//! Telegram's bots ([`TelegramAccount`]) are written to by customers ([`TelegramCustomer`]) who tap, edit, react, block and unblock:
//!
//! ```no_run
//! use tradepost_sandbox::{Fault, Sandbox, SandboxConfig, TelegramAccount, TelegramAction, What};
//!
//! # async fn story() -> Result<(), tradepost_sandbox::SandboxError> {
//! let bot = TelegramAccount::new("7000000001").with_webhook("http://127.0.0.1:8080/webhooks/telegram/main");
//! let sandbox = Sandbox::start(SandboxConfig::default().with_telegram(bot)).await?;
//! let nina = sandbox.telegram_customer("7000000001", "4711")?;
//! nina.does(TelegramAction::Start { payload: Some("poster".into()) }).await?;
//! nina.taps("Yes").await?;
//! nina.does(TelegramAction::Block {}).await?;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod agenda;
mod answer;
mod clock;
mod config;
mod control;
mod delivery;
mod desk;
mod error;
mod faults;
mod graph;
mod handshake;
mod hooks;
mod host;
mod instagram;
mod json;
mod log;
mod media;
mod mint;
mod rate;
mod registry;
mod secret;
mod server;
mod telegram;
mod whatsapp;
mod wish;
mod world;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use poem::{EndpointExt, Route, get};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use clock::Clock;
pub use config::{SandboxConfig, WebhookSettings};
pub use delivery::{Batch, Delivery, Signature, Timestamps};
pub use error::SandboxError;
pub use faults::{Fault, Faults, On, What};
pub use handshake::{Greeting, Handshake};
pub use hooks::{Delivered, Posted};
pub use instagram::{
    AccountChange, Action, Customer, Echo, InstagramAccount, MediaKind, Profile, Rate, Referral,
    Route as InstagramRoute, Shape, Staff, Standing, StoryRef,
};
pub use log::{Answer, Double, Entry, Filter, Log, Outcome};
pub use secret::Secret;
pub use telegram::{
    TelegramAccount, TelegramAction, TelegramBeside, TelegramChange, TelegramCustomer, TelegramEvent,
    TelegramMedia, TelegramProfile, TelegramRate, TelegramSent, TelegramStanding,
};
pub use whatsapp::{
    Beside, Crowd, Dialect, Failures, OrderItem, Sent, Step, Template, TemplateNews, WhatsappAccount,
    WhatsappAction, WhatsappChange, WhatsappCustomer, WhatsappEvent, WhatsappMedia, WhatsappProfile,
    WhatsappRate, WhatsappStanding,
};

use world::{Provider, World};

/// A running sandbox. Dropping it cuts it off; [`Sandbox::stop`] lets open connections end.
pub struct Sandbox {
    world: Arc<World>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    agenda: JoinHandle<()>,
    server: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Listens on 127.0.0.1 and serves as tasks of the current runtime.
    pub async fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await.map_err(SandboxError::Listen)?;
        let address = listener.local_addr().map_err(SandboxError::Listen)?;
        let world = Arc::new(World::new(config, format!("http://{address}"))?);
        let door = Route::new()
            .nest("/_control", control::routes())
            .at("/cdn/:name", get(media::serve))
            .at("/lookaside/:id", get(whatsapp::media::serve))
            .at("/api/*path", whatsapp::wapi::serve)
            .at("/*path", host::serve)
            .data(world.clone());
        let (stop, stopped) = watch::channel(false);
        let agenda = tokio::spawn(agenda::keep(world.clone(), stopped.clone()));
        let server = tokio::spawn(server::serve(listener, Arc::new(door.map_to_response().boxed()), stopped));
        Ok(Self { agenda, world, address, stop, server: Some(server) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base of all addresses, without a slash at the end: Meta's hosts and Telegram's, and with `/api` behind it the reseller's.
    pub fn base_url(&self) -> &str {
        &self.world.base_url
    }

    /// The clock of windows, limits and expiries.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// Everything the provider was asked to send.
    pub fn log(&self) -> &Log {
        &self.world.log
    }

    /// The scripted faults.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// The latest webhook posts (100,000 of them), in the order in which they ended.
    pub fn posted(&self) -> Vec<Posted> {
        self.world.hooks.posted()
    }

    /// Posts the webhooks that a fault held back.
    pub async fn release(&self, account: &str) -> Vec<Posted> {
        self.world.hooks.release(account).await
    }

    /// Adds an Instagram account.
    pub fn add_instagram(&self, account: InstagramAccount) -> Result<(), SandboxError> {
        self.world.add_instagram(account)
    }

    /// Changes an account's settings.
    pub fn change(&self, account: &str, change: AccountChange) -> Result<(), SandboxError> {
        self.world.instagram.get(account)?.lock().change(change);
        Ok(())
    }

    /// Sets where an account's webhooks go, whichever channel's it is.
    pub fn set_webhook(&self, account: &str, url: impl Into<String>) -> Result<(), SandboxError> {
        let webhook_url = Some(url.into());
        match self.world.provider_of(account)? {
            Provider::Instagram => {
                self.change(account, AccountChange { webhook_url, ..AccountChange::default() })
            }
            Provider::Whatsapp => {
                self.change_whatsapp(account, WhatsappChange { webhook_url, ..WhatsappChange::default() })
            }
            Provider::Telegram => {
                self.change_telegram(account, TelegramChange { webhook_url, ..TelegramChange::default() })
            }
        }
    }

    /// Adds a Telegram bot.
    pub fn add_telegram(&self, account: TelegramAccount) -> Result<(), SandboxError> {
        self.world.add_telegram(account)
    }

    /// Changes a Telegram bot's settings.
    pub fn change_telegram(&self, account: &str, change: TelegramChange) -> Result<(), SandboxError> {
        self.world.telegram.get(account)?.lock().change(change);
        Ok(())
    }

    /// A customer of a Telegram bot, by the id of their chat.
    pub fn telegram_customer(&self, account: &str, who: &str) -> Result<TelegramCustomer, SandboxError> {
        TelegramCustomer::new(self.world.clone(), account, who)
    }

    /// Adds a WhatsApp number.
    pub fn add_whatsapp(&self, account: WhatsappAccount) -> Result<(), SandboxError> {
        self.world.add_whatsapp(account)
    }

    /// Changes a WhatsApp number's settings.
    pub fn change_whatsapp(&self, account: &str, change: WhatsappChange) -> Result<(), SandboxError> {
        self.world.whatsapp.get(account)?.lock().change(change);
        Ok(())
    }

    /// A customer of a WhatsApp number, by phone number or business-scoped id.
    pub fn whatsapp_customer(&self, account: &str, who: &str) -> Result<WhatsappCustomer, SandboxError> {
        WhatsappCustomer::new(self.world.clone(), account, who)
    }

    /// Lets several customers, of several numbers even, do something in posts that they share.
    pub async fn whatsapp_together(
        &self,
        crowd: Crowd,
        delivery: &Delivery,
    ) -> Result<Delivered, SandboxError> {
        whatsapp::together(crowd, delivery).await
    }

    /// Registers a template, in place of one of the same name and language.
    pub fn has_template(&self, account: &str, template: Template) -> Result<(), SandboxError> {
        whatsapp::control::register(&self.world, account, template)
    }

    /// Gives a template another status, and tells the gateway by webhook.
    pub async fn template_becomes(
        &self,
        account: &str,
        news: TemplateNews,
    ) -> Result<Vec<Posted>, SandboxError> {
        whatsapp::becomes(&self.world, account, news, &Delivery::default()).await
    }

    /// A customer of an Instagram account.
    pub fn customer(&self, account: &str, igsid: &str) -> Result<Customer, SandboxError> {
        Customer::new(self.world.clone(), account, igsid)
    }

    /// A person of the shop, typing to a customer in the app.
    pub fn staff(&self, account: &str, igsid: &str) -> Result<Staff, SandboxError> {
        self.customer(account, igsid).map(Staff::new)
    }

    /// Makes the verification handshake with the account's webhook address.
    pub async fn handshake(&self, account: &str, how: &Handshake) -> Result<Greeting, SandboxError> {
        handshake::shake(&self.world, account, how).await
    }

    /// Stops listening, lets open connections end (two seconds at most), and is gone.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            // A server that was cut off is stopped as well.
            let _ = server.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.agenda.abort();
        self.world.agenda.clear();
        if let Some(server) = self.server.take() {
            server.abort();
        }
    }
}
