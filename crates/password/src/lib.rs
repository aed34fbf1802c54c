//! Stored passwords: our own hashes, everybody else's, and recipes for the rest.
//!
//! A stored password is one string. [`StoredHash::parse`] reads and checks it once; what it asks for is bounded by
//! [`Load::check`] before anything is computed. The map:
//!
//! - `format/`: one format = one file: where it comes from, how it is read, what it costs, published vectors. To add
//!   one, implement [`Format`] and list it in [`FORMATS`].
//! - `recipe/`: home-grown hashes as a small checked expression, `hex(sha1(salt + password))`.
//! - `wrapped.rs`: a fast hash kept under Argon2id until its owner signs in.
//! - `own.rs`: the hashes that we make.
//!
//! Nothing here knows HTTP, stores or threads; the server's hashing pool calls it.

mod alphabet;
mod cost;
mod digest;
pub mod format;
mod keys;
mod load;
mod memory;
pub mod own;
pub mod recipe;
mod refused;
mod stored;
mod wrapped;

pub use cost::HashCost;
pub use format::{Computation, Example, FORMATS, Format, Means, Parsed, Unusable};
pub use keys::HashKeys;
pub use load::Load;
pub use memory::Memory;
pub use recipe::{Columns, Recipe, RecipeError};
pub use refused::Refused;
pub use stored::{Check, StoredHash};
