//! The socket thread over real sockets on this machine.

mod connecting;
mod foreign;
mod house;
mod talking;
