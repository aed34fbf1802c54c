//! Requests that Doorward sends itself: HTTP/1.1 over TCP or TLS, one per connection, seen byte for byte.
//!
//! [`Address`] is where a server is, [`Client`] says something ([`Said`]) to it and hears the reply ([`Heard`]), and
//! [`Trust`] is whom it believes about a certificate. There is no way to believe everybody: who runs a server with a
//! certificate of its own names that certificate. For other protocols it only opens connections ([`Client::open`]).

mod address;
mod exchange;
mod message;
mod trust;

pub use address::Address;
pub use exchange::{Client, Stream, Unreached};
pub use message::{Heard, Said};
pub use trust::Trust;
