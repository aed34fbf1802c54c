//! The program `doorward`, as a library: command line, wiring, hashing pool, budgets, pages. The binary is a thin
//! `main` around it; tests and benchmarks assemble the same server in their own process.

pub mod clock;
pub mod dice;
pub mod hashing;
pub mod limits;
