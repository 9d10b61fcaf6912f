//! The sandbox behind its sockets.

fn main() {}
