//! [`Randomness`]: bytes from the operating system, fetched in larger portions since each request costs a system call.

/// Randomness that has been asked for and not yet used. No `Debug`, no `Clone`: it is used once.
pub struct Randomness {
    bytes: [u8; Self::DRAWS * Self::DRAW],
    used: usize,
}

impl Default for Randomness {
    fn default() -> Self {
        Self::new()
    }
}

impl Randomness {
    /// Bytes that one draw takes: 128 bits for the size, one for the sign.
    const DRAW: usize = 17;
    const DRAWS: usize = 64;

    /// None fetched yet.
    pub const fn new() -> Self {
        Self { bytes: [0; Self::DRAWS * Self::DRAW], used: Self::DRAWS * Self::DRAW }
    }

    /// A uniform 128-bit number and a uniform bit, independent of each other and of all others.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: going on would mean noise that can be guessed.
    pub fn take(&mut self) -> (u128, u8) {
        if self.used == self.bytes.len() {
            getrandom::fill(&mut self.bytes).expect("the operating system gives randomness");
            self.used = 0;
        }
        let mut size = [0; 16];
        size.copy_from_slice(&self.bytes[self.used..self.used + 16]);
        let sign = self.bytes[self.used + 16] & 1;
        self.bytes[self.used..self.used + Self::DRAW].fill(0);
        self.used += Self::DRAW;
        (u128::from_le_bytes(size), sign)
    }
}
