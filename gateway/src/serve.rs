//! `serve`: the data directory and its lock, the house, the door; and a stop that finishes what is in hand.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use poem::endpoint::BoxEndpoint;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tradepost_engine::{House, StageHook};
use tradepost_ports::Observer;

use crate::{
    adapters::direct::Keys,
    data::{self, DataDirectory},
    house::{HouseDesk, build},
    http::{self, Admission, Desk, Door, Limits, Rooms},
    outfit::{Ground, Outfit, Site, Stay},
    secrets,
    settings::{EndpointSettings, Layout, Role, ServerSettings, Settings},
    spool::{Room, Spool, SpoolingDesk},
    telemetry::{Routes, Telemetry, Visits},
};

/// Why a house could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data directory cannot be used.
    #[error("failed to use the data directory {}: {reason}", path.display())]
    Data {
        /// Which.
        path: PathBuf,
        /// Why, and what can be done.
        reason: String,
    },
    /// Another process has it.
    #[error("failed to lock {}: another tradepost process is running on this data directory", .0.display())]
    Locked(PathBuf),
    /// The store cannot be opened.
    #[error("failed to open the store: {0:#}")]
    Store(anyhow::Error),
    /// The settings do not fit together.
    #[error("failed to put the house together: {}", .0.join("; "))]
    House(Vec<String>),
    /// The port cannot be had.
    #[error("failed to listen on {address}: {source}")]
    Port {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The database is another process's now.
    #[error("another process has taken the database over, which does not know of this one")]
    Displaced,
    /// A part ended though nobody stopped it.
    #[error("the {0} ended by itself; its logs say why")]
    Ended(&'static str),
    /// The telemetry cannot be set up.
    #[error("failed to set the telemetry up: {0}")]
    Telemetry(String),
    /// Two paths cannot stand beside each other.
    #[error("failed to lay out the paths: {0}")]
    Paths(#[from] poem::error::RouteError),
}

/// A house that listens and does not run yet.
pub struct Opened {
    /// Its engine.
    pub house: Arc<House>,
    /// What it stands on.
    pub ground: Ground,
    /// Where it listens.
    pub address: SocketAddr,
    listener: TcpListener,
    door: Arc<Door>,
    /// The page for Prometheus, where it stands apart.
    page: Option<(TcpListener, Arc<Door>)>,
    server: ServerSettings,
    spool: Option<Arc<Spool>>,
    stopping: watch::Sender<bool>,
    _data: Option<DataDirectory>,
}

/// Opens the house of these settings: everything that can be wrong at start is wrong here.
pub async fn open(
    settings: Settings,
    outfit: &Outfit,
    stages: Option<StageHook>,
) -> Result<Opened, ServeError> {
    let telemetry = Telemetry::begin(&settings.telemetry, settings.server.role);
    open_watched(settings, outfit, stages, telemetry.map_err(ServeError::Telemetry)?).await
}

/// As [`open`], for a process whose subscriber has the telemetry's layers.
pub async fn open_watched(
    settings: Settings,
    outfit: &Outfit,
    stages: Option<StageHook>,
    telemetry: Option<Arc<Telemetry>>,
) -> Result<Opened, ServeError> {
    let data = match settings.layout {
        Layout::Embedded | Layout::Single(_) => Some(DataDirectory::take(settings.data())?),
        // Processes that know of each other may share a machine.
        Layout::Several(..) => None,
    };
    let mut ground = ground(outfit, &settings, Stay::Living).await?;
    if let Some(telemetry) = &telemetry {
        ground.store = telemetry.watching(ground.store);
    }
    let keyring = settings.secrets.keyring.clone();
    let (folder, room) = (settings.data().join("spool"), settings.spool);
    let apart = settings.telemetry.prometheus_address;
    let Settings { server, layout: settings_layout, storefronts, endpoints, accounts, keys, .. } = settings;
    secrets::tell_unopened(&*ground.store, keyring.as_deref()).await;
    let observer = telemetry.clone().map(|telemetry| telemetry as Arc<dyn Observer>);
    let house =
        build(storefronts, accounts, outfit, ground.clone(), keyring, (server.role, stages), observer);
    let house = house.map_err(ServeError::House)?;
    let (listener, address) = listen(SocketAddr::new(server.bind, server.port))?;
    let (stopping, stop) = watch::channel(false);
    let spool = match (server.role.takes(), &settings_layout) {
        (true, Layout::Single(_) | Layout::Several(..)) => Some(spooling(&folder, room)?),
        _ => None,
    };
    let paths = Routes::new(http::paths(&endpoints));
    let keys = Keys::new(keys);
    let mut routes = routes(&house, &ground, (endpoints, keys), &server, spool.clone(), stop.clone())?;
    let mut page = None;
    if let Some(telemetry) = &telemetry {
        let Ground { coordinator, clock, .. } = ground.clone();
        let figures = telemetry.stands(Arc::clone(&house), coordinator, clock, stop);
        match (figures, apart) {
            (Some(figures), Some(apart)) => page = Some((listen(apart)?.0, figures)),
            (Some(figures), None) => routes = http::beside(figures, routes)?,
            (None, _) => {}
        }
    }
    let page = page.map(|(listener, routes)| (listener, Arc::new(door(routes, &ground, &server))));
    let visits = telemetry.map(|telemetry| Visits { telemetry, routes: paths });
    let door = Arc::new(door(routes, &ground, &server).watched(visits));
    Ok(Opened { house, ground, address, listener, door, page, server, spool, stopping, _data: data })
}

fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let port = |source| ServeError::Port { address: wanted, source };
    let listener = http::bind(wanted.ip(), wanted.port()).map_err(port)?;
    let address = listener.local_addr().map_err(port)?;
    Ok((listener, address))
}

fn door(routes: BoxEndpoint<'static>, ground: &Ground, server: &ServerSettings) -> Door {
    let Ground { coordinator, clock, dice, .. } = ground.clone();
    Door::new(routes, Limits::from(server), Admission::of(server, coordinator), (clock, dice))
}

/// Opens what the house stands on. Where that fails for want of room or rights, this is what is told.
pub async fn ground(outfit: &Outfit, settings: &Settings, stay: Stay) -> Result<Ground, ServeError> {
    let (data, layout) = (settings.data(), &settings.layout);
    let refused = |error| match layout {
        Layout::Embedded => data::prove(data).err().unwrap_or(ServeError::Store(error)),
        _ => ServeError::Store(error),
    };
    (outfit.ground)(Site { data, layout, stay }).await.map_err(refused)
}

fn spooling(folder: &Path, room: Room) -> Result<Arc<Spool>, ServeError> {
    let refused = |error| ServeError::Data {
        path: folder.to_owned(),
        reason: format!("{error}: the spool is kept there"),
    };
    Spool::open(folder, room).map(Arc::new).map_err(refused)
}

fn routes(
    house: &Arc<House>,
    ground: &Ground,
    (endpoints, keys): (Vec<EndpointSettings>, Keys),
    server: &ServerSettings,
    spool: Option<Arc<Spool>>,
    stop: watch::Receiver<bool>,
) -> Result<BoxEndpoint<'static>, ServeError> {
    let Ground { store, coordinator, clock, dice, .. } = ground.clone();
    let inner: Arc<dyn Desk> = Arc::new(HouseDesk::new(house));
    let desk = match spool {
        Some(spool) => Arc::new(SpoolingDesk { inner, spool, clock: Arc::clone(&clock) }),
        None => inner,
    };
    let rooms = Rooms {
        desk,
        role: server.role,
        trusted: server.trusted.clone(),
        origins: server.origins.clone(),
        store,
        coordinator,
        opened: clock.now(),
        clock,
        dice,
        keys,
        stop,
    };
    Ok(match server.role.takes() {
        true => http::routes(Arc::new(rooms), endpoints)?,
        false => http::health_routes(Arc::new(rooms)),
    })
}

impl Opened {
    /// What the process does.
    pub fn role(&self) -> Role {
        self.server.role
    }

    /// Runs until `stop` turns true. Then the door takes nothing new and lets requests end while the house still
    /// answers them; then the house finishes or releases what is in hand. Both together take `stop_wait` at most. A part
    /// that ends by itself ends the whole: a door without a house behind it would take what nobody answers.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), ServeError> {
        let (house_stops, house_stop) = watch::channel(false);
        let house = Arc::clone(&self.house);
        let mut engine = match self.server.role.works() {
            true => tokio::spawn(async move { house.run(house_stop).await }),
            false => tokio::spawn(async move { wait(house_stop).await }),
        };
        let displaced = self.ground.displaced.clone();
        let flushing = self.spool.clone().map(|spool| {
            let (house, clock) = (Arc::clone(&self.house), Arc::clone(&self.ground.clock));
            let stop = house_stops.subscribe();
            tokio::spawn(async move { spool.flush_for_ever(house, clock, stop).await })
        });
        let door_server = ServerSettings { stop_wait: self.server.stop_wait / 2, ..self.server.clone() };
        let door_stop = self.stopping.subscribe();
        if let Some((listener, page)) = self.page {
            let (server, stop) = (door_server.clone(), self.stopping.subscribe());
            // Nobody waits for it: it has nothing in hand.
            tokio::spawn(async move { http::serve(listener, page, &server, stop).await });
        }
        let listener = self.listener;
        let mut serving =
            tokio::spawn(async move { http::serve(listener, self.door, &door_server, door_stop).await });
        let ended = tokio::select! {
            ended = first_end(&mut stop, &mut engine, &mut serving) => ended,
            () = taken(displaced) => Some(ServeError::Displaced),
            () = end_of(flushing) => Some(ServeError::Ended("spool")),
        };
        let begun = Instant::now();
        self.stopping.send_replace(true);
        if !serving.is_finished() && serving.await.is_err() {
            tracing::error!("the door ended by a panic");
        }
        house_stops.send_replace(true);
        let left = self.server.stop_wait.saturating_sub(begun.elapsed()).max(Duration::from_millis(100));
        if !engine.is_finished() && tokio::time::timeout(left, &mut engine).await.is_err() {
            engine.abort();
            tracing::warn!("what is in hand did not end in time; its claims free themselves");
        }
        ended.map_or(Ok(()), Err)
    }
}

/// Waits for the stop; or says which part has ended before it.
async fn first_end(
    stop: &mut watch::Receiver<bool>,
    engine: &mut JoinHandle<()>,
    serving: &mut JoinHandle<()>,
) -> Option<ServeError> {
    tokio::select! {
        () = wait(stop.clone()) => None,
        _ = engine => Some(ServeError::Ended("house")),
        _ = serving => Some(ServeError::Ended("door")),
    }
}

/// Waits for the stop. A sender that is gone is one, too.
async fn wait(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits for the end of a part, if there is one.
async fn end_of(part: Option<JoinHandle<()>>) {
    match part {
        Some(part) => drop(part.await),
        None => std::future::pending().await,
    }
}

/// Waits until another process has taken the house's place.
async fn taken(displaced: Option<watch::Receiver<bool>>) {
    let told = match displaced {
        Some(mut displaced) => displaced.wait_for(|displaced| *displaced).await.is_ok(),
        None => false,
    };
    if !told {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// proves: PL-06
    #[tokio::test]
    async fn a_part_that_ends_by_itself_ends_the_whole() {
        let (stops, mut stop) = watch::channel(false);
        let endless = || tokio::spawn(std::future::pending());
        let mut broken = tokio::spawn(async { panic!("a mistake of ours") });
        let ended = first_end(&mut stop, &mut broken, &mut endless()).await;
        assert!(matches!(ended, Some(ServeError::Ended("house"))), "{ended:?}");
        let mut broken = tokio::spawn(async { panic!("a mistake of ours") });
        let ended = first_end(&mut stop, &mut endless(), &mut broken).await;
        assert!(matches!(ended, Some(ServeError::Ended("door"))), "{ended:?}");
        stops.send_replace(true);
        let ended = first_end(&mut stop, &mut endless(), &mut endless()).await;
        assert!(ended.is_none(), "{ended:?}");
    }
}
