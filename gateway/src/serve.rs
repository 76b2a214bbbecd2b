//! `serve`: the data directory and its lock, the house, the door; and a stop that finishes what is in hand.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tradepost_engine::{House, StageHook};

use crate::{
    adapters::direct::Keys,
    data::{self, DataDirectory},
    house::{HouseDesk, build},
    http::{self, Door, Limits, Rooms},
    outfit::{Ground, Outfit},
    settings::{EndpointSettings, ServerSettings, Settings},
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
    /// A part ended though nobody stopped it.
    #[error("the {0} ended by itself; its logs say why")]
    Ended(&'static str),
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
    server: ServerSettings,
    stopping: watch::Sender<bool>,
    _data: DataDirectory,
}

/// Opens the house of these settings: everything that can be wrong at start is wrong here.
pub async fn open(
    settings: Settings,
    outfit: &Outfit,
    stages: Option<StageHook>,
) -> Result<Opened, ServeError> {
    let data = DataDirectory::take(settings.data())?;
    let ground = ground(outfit, data.path()).await?;
    let Settings { server, storefronts, endpoints, accounts, keys, .. } = settings;
    let house = build(storefronts, accounts, outfit, ground.clone(), stages).map_err(ServeError::House)?;
    let wanted = SocketAddr::new(server.bind, server.port);
    let port = |source| ServeError::Port { address: wanted, source };
    let listener = http::bind(server.bind, server.port).map_err(port)?;
    let address = listener.local_addr().map_err(port)?;
    let (stopping, stop) = watch::channel(false);
    let door = door(&house, ground.clone(), endpoints, Keys::new(keys), &server, stop)?;
    Ok(Opened { house, ground, address, listener, door, server, stopping, _data: data })
}

/// Opens what the house stands on. Where that fails for want of room or rights, this is what is told.
pub async fn ground(outfit: &Outfit, data: &Path) -> Result<Ground, ServeError> {
    let refused = |error| data::prove(data).err().unwrap_or(ServeError::Store(error));
    (outfit.ground)(data).await.map_err(refused)
}

fn door(
    house: &Arc<House>,
    ground: Ground,
    endpoints: Vec<EndpointSettings>,
    keys: Keys,
    server: &ServerSettings,
    stop: watch::Receiver<bool>,
) -> Result<Arc<Door>, ServeError> {
    let Ground { store, coordinator, clock, dice } = ground;
    let rooms = Rooms {
        desk: Arc::new(HouseDesk(Arc::clone(house))),
        store,
        coordinator,
        clock: Arc::clone(&clock),
        opened: clock.now(),
        dice: Arc::clone(&dice),
        keys,
        stop,
    };
    let routes = http::routes(Arc::new(rooms), endpoints)?;
    Ok(Arc::new(Door::new(routes, Limits::from(server), clock, dice)))
}

impl Opened {
    /// Runs until `stop` turns true. Then the door takes nothing new and lets requests end while the house still
    /// answers them; then the house finishes or releases what is in hand. Both together take `stop_wait` at most. A part
    /// that ends by itself ends the whole: a door without a house behind it would take what nobody answers.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), ServeError> {
        let (house_stops, house_stop) = watch::channel(false);
        let house = Arc::clone(&self.house);
        let mut engine = tokio::spawn(async move { house.run(house_stop).await });
        let door_server = ServerSettings { stop_wait: self.server.stop_wait / 2, ..self.server.clone() };
        let door_stop = self.stopping.subscribe();
        let listener = self.listener;
        let mut serving =
            tokio::spawn(async move { http::serve(listener, self.door, &door_server, door_stop).await });
        let ended = first_end(&mut stop, &mut engine, &mut serving).await;
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
        ended.map_or(Ok(()), |part| Err(ServeError::Ended(part)))
    }
}

/// Waits for the stop; or says which part has ended before it.
async fn first_end(
    stop: &mut watch::Receiver<bool>,
    engine: &mut JoinHandle<()>,
    serving: &mut JoinHandle<()>,
) -> Option<&'static str> {
    tokio::select! {
        // A sender that is gone is a stop, too.
        _ = stop.wait_for(|stop| *stop) => None,
        _ = engine => Some("house"),
        _ = serving => Some("door"),
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
        assert_eq!(first_end(&mut stop, &mut broken, &mut endless()).await, Some("house"));
        let mut broken = tokio::spawn(async { panic!("a mistake of ours") });
        assert_eq!(first_end(&mut stop, &mut endless(), &mut broken).await, Some("door"));
        stops.send_replace(true);
        assert_eq!(first_end(&mut stop, &mut endless(), &mut endless()).await, None);
    }
}
