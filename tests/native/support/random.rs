//! Chance that repeats: choices that follow from a seed or from bytes, and the shrinking of what
//! failed. proptest costs more than what it drives; this costs next to nothing, one number names a
//! whole history, and a fuzzer that writes the bytes finds histories that no number names.

/// One in so many cases of an enumeration is judged: every one, unless `ENGINE_SHARE` says
/// otherwise, as `npm run mutants` does for its first look.
pub(crate) fn share() -> usize {
    std::env::var("ENGINE_SHARE").map_or(1, |share| share.parse().unwrap())
}

/// A source of choices.
#[derive(Clone, Debug)]
pub(crate) struct Chance(Source);

/// Where choices come from.
#[derive(Clone, Debug)]
enum Source {
    /// The state of splitmix64 (Steele, Lea, Flood 2014).
    Seed(u64),
    /// Bytes that are still to be used, the next one last. Once there are none, every choice is the
    /// first one.
    Bytes(Vec<u8>),
}

impl Chance {
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

#[test]
fn chance_repeats_and_reaches_everything() {
    let draw = |seed| {
        let mut chance = Chance::new(seed);
        (0..1000).map(|_| chance.below(10)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    for n in 0..10 {
        let share = draw(7).iter().filter(|drawn| **drawn == n).count();
        assert!((50..200).contains(&share), "{n}: {share}");
    }
    assert_eq!(Chance::new(0).number(), 0xE220_A839_7B1D_CDAF, "as published for seed 0");
}

#[test]
fn bytes_spell_choices_and_end_in_the_first_of_each() {
    let mut chance = Chance::spelled(&[7, 255, 0, 1]);
    assert_eq!([chance.below(10), chance.below(10), chance.below(1), chance.below(4)], [7, 5, 0, 0]);
    assert!(!chance.is_spent());
    assert_eq!(chance.number(), 1 << 56);
    assert!(chance.is_spent() && !Chance::new(0).is_spent());
    assert_eq!((chance.below(9), chance.number(), chance.pick(&["a", "b"])), (0, 0, "a"));
}

#[test]
fn what_fails_is_shrunk_to_what_makes_it_fail() {
    let all: Vec<u32> = (0..100).collect();
    assert_eq!(shrink(&all, |part| part.contains(&13) && part.contains(&87)), [13, 87]);
    assert_eq!(shrink(&all, |_| true), Vec::<u32>::new());
}
