//! The system's randomness.

use doorward_core::port::Dice;

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    fn fill(&self, buffer: &mut [u8]) {
        // A system that has no randomness cannot make keys or tokens: stopping is the only safe answer.
        if getrandom::fill(buffer).is_err() {
            std::process::abort();
        }
    }
}
