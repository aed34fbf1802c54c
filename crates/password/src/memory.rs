//! The memory that a hashing thread works in: kept between hashes, given back when idle.

use argon2::Block;

/// Blocks of 1 KiB. A buffer is always reserved larger than the C library's largest threshold for mapping
/// memory directly (32 MiB), so that dropping it gives the pages back to the system at once; pages that are
/// reserved and not used cost nothing.
const RESERVED: usize = 33 * 1024;

/// A thread's working memory.
#[derive(Default)]
pub struct Memory {
    blocks: Vec<Block>,
}

impl Memory {
    /// So many blocks of 1 KiB, with anything in them: the algorithm overwrites before it reads.
    pub fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.blocks.capacity() < count {
            self.blocks = Vec::with_capacity(count.max(RESERVED));
        }
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::new());
        }
        self.blocks.get_mut(..count).unwrap_or_default()
    }

    /// Gives everything back.
    pub fn release(&mut self) {
        self.blocks = Vec::new();
    }

    /// Whether it holds anything.
    pub fn is_empty(&self) -> bool {
        self.blocks.capacity() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_and_releases() {
        let mut memory = Memory::default();
        assert!(memory.is_empty());
        assert_eq!(memory.blocks(8).len(), 8);
        assert_eq!(memory.blocks(64).len(), 64);
        assert_eq!(memory.blocks(8).len(), 8);
        memory.release();
        assert!(memory.is_empty());
    }
}
