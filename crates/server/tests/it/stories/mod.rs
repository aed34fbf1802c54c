//! Stories over a real socket: those of the five documents and their variants that no `stories.yaml` tells, and those
//! of contracts of the tests' own.

mod administration;
mod as_shipped;
mod cakes;
mod cbs;
mod configured;
mod credentials;
mod cross;
mod envelope;
mod expect;
mod formmate;
mod generations;
mod junk;
mod kept;
mod left;
mod limits;
mod links;
mod native;
mod outdated_codes;
mod own_account;
mod own_codes;
mod own_sessions;
mod phones;
mod profile_changes;
mod profile_rules;
mod races;
mod remembered;
mod second_step;
mod sources;
mod stages;
mod texts_of_texts;
mod token_forms;
mod tokens;
mod verify;
mod violation_shapes;
mod wire_forms;
