//! The socket thread over real sockets on this machine.

mod connecting;
mod house;
mod talking;
