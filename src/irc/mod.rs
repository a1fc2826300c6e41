//! The protocol side of the application: a pure `Session` and the socket thread around it.
