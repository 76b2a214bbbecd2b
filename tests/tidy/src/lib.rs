//! The house looks at itself: every wall of the design is a function over the source tree, and each refuses by name and says the mending.
//!
//! To add a wall: one file in `walls/` with a `WALL`, the samples it must refuse and allow, and its line in [`walls::WALLS`].
#![forbid(unsafe_code)]

pub mod house;
pub mod items;
pub mod prove;
pub mod sample;
pub mod tokens;
pub mod walls;

pub use house::House;
pub use walls::{Breach, check};
