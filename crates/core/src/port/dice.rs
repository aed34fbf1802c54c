//! Randomness.

use crate::time::Timestamp;
use uuid::Uuid;

/// Gives unpredictable bytes.
pub trait Dice: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// A new UUIDv7 (RFC 9562 section 5.7) from the given time and dice.
pub fn uuid_v7(now: Timestamp, dice: &dyn Dice) -> Uuid {
    let mut random = [0u8; 10];
    dice.fill(&mut random);
    let millis = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// A text of `length` characters drawn evenly from `alphabet` (at most 256 characters; rejection keeps it even).
/// An empty alphabet gives an empty text.
pub fn draw_text(alphabet: &[char], length: usize, dice: &dyn Dice) -> String {
    let size = alphabet.len().min(256);
    let mut text = String::new();
    if size == 0 {
        return text;
    }
    let fair = 256 - 256 % size;
    while text.chars().count() < length {
        let mut byte = [0u8; 1];
        dice.fill(&mut byte);
        let value = usize::from(byte[0]);
        if value < fair
            && let Some(c) = alphabet.get(value % size)
        {
            text.push(*c);
        }
    }
    text
}
