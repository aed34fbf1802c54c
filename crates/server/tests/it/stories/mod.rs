//! One story per sentence of the five documents and of their variants, over a real socket.

mod administration;
mod as_shipped;
mod biji;
mod cakes;
mod cbs;
mod credentials;
mod cross;
mod envelope;
mod expect;
mod formmate;
mod haenaem;
mod junk;
mod kept;
mod limits;
mod own_account;
mod own_codes;
mod own_sessions;
mod profile_changes;
mod profile_rules;
mod races;
mod sources;
mod stages;
mod token_forms;
mod tokens;
mod verify;
mod wire_forms;
