//! Dice that roll the same every time.

use doorward_core::port::Dice;
use std::sync::Mutex;

/// Predictable bytes from a seed (SplitMix64). Two dice of one seed roll the same.
#[derive(Debug)]
pub struct SeededDice {
    state: Mutex<u64>,
}

impl SeededDice {
    /// Dice with this seed.
    #[must_use]
    pub fn new(seed: u64) -> SeededDice {
        SeededDice { state: Mutex::new(seed) }
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        let mut state = self.state.lock().expect("nobody panics while rolling");
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`; 0 when `bound` is 0.
    pub fn below(&self, bound: usize) -> usize {
        let roll = self.next() >> 1;
        usize::try_from(roll % (bound.max(1) as u64)).unwrap_or(0)
    }
}

impl Dice for SeededDice {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next().to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_rolls_the_same_and_another_does_not() {
        let (mut a, mut b, mut c) = ([0u8; 21], [0u8; 21], [0u8; 21]);
        SeededDice::new(1).fill(&mut a);
        SeededDice::new(1).fill(&mut b);
        SeededDice::new(2).fill(&mut c);
        assert_eq!(a, b);
        assert_ne!(a, c);
    }
}
