//! The test kit: one conformance suite per port, which any adapter runs in one line, and ports that play along in
//! tests. Nothing here needs a network, a server or a credential.
#![forbid(unsafe_code)]

pub mod chance;
pub mod make;
pub mod memory;
pub mod script;
pub mod time;
