//! Real processes under bad treatment. One file per kind of it.

mod backups;
mod bench;
mod clients;
mod cuts;
mod door;
mod durable;
mod kills;
mod locks;
mod pauses;
mod pooler;
mod providers;
mod servers;
mod spool;
mod stage;
mod traces;
mod versions;
