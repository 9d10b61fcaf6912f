//! Random choices that repeat, since they follow from a seed or from bytes, and the shrinking of
//! what failed. proptest costs more than what it drives; this costs next to nothing, one number
//! names a whole history, and a fuzzer that writes the bytes finds histories that no number names.

/// One in so many cases of an enumeration is judged: every one, unless `ENGINE_SHARE` says
/// otherwise, as `npm run mutants` does for its first look.
pub(crate) fn share() -> usize {
    std::env::var("ENGINE_SHARE").map_or(1, |share| share.parse().unwrap())
}

/// A source of choices.
#[derive(Clone, Debug)]
pub(crate) struct Random(Source);

/// Where choices come from.
#[derive(Clone, Debug)]
enum Source {
    /// The state of splitmix64 (Steele, Lea, Flood 2014).
    Seed(u64),
    /// Bytes that are still to be used, the next one last. Once there are none, every choice is the
    /// first one.
    Bytes(Vec<u8>),
}

impl Random {
    /// Choices that follow from a number.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Source::Seed(seed))
    }

    /// Choices that `bytes` spell: one byte for each choice among up to 256.
    pub(crate) fn spelled(bytes: &[u8]) -> Self {
        Self(Source::Bytes(bytes.iter().rev().copied().collect()))
    }

    /// Whether nothing is left to choose by.
    pub(crate) const fn is_spent(&self) -> bool {
        matches!(&self.0, Source::Bytes(bytes) if bytes.is_empty())
    }

    pub(crate) fn number(&mut self) -> u64 {
        match &mut self.0 {
            Source::Seed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                z ^ (z >> 31)
            }
            Source::Bytes(bytes) => {
                (0..8).fold(0, |number, _| number << 8 | u64::from(bytes.pop().unwrap_or_default()))
            }
        }
    }

    /// A number under `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        match &mut self.0 {
            Source::Bytes(_) if end < 2 => 0,
            Source::Bytes(bytes) if end <= 256 => usize::from(bytes.pop().unwrap_or_default()) % end,
            Source::Seed(_) | Source::Bytes(_) => {
                let end = u64::try_from(end.max(1)).unwrap();
                usize::try_from(self.number() % end).unwrap()
            }
        }
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for n in (1..list.len()).rev() {
            list.swap(n, self.below(n + 1));
        }
    }
}

/// The shortest part of `list` that still `fails`, as far as leaving out runs of it, and then
/// single elements, leads (delta debugging, Zeller 2002).
pub(crate) fn shrink<T: Clone>(list: &[T], fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut list = list.to_vec();
    let mut run = list.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        let mut shorter = false;
        while from < list.len() {
            let mut rest = list.clone();
            rest.drain(from..(from + run).min(list.len()));
            if fails(&rest) {
                list = rest;
                shorter = true;
            } else {
                from += run;
            }
        }
        match (run, shorter) {
            (1, false) => return list,
            (1, true) => {}
            (_, _) => run = run.div_ceil(2),
        }
    }
}
