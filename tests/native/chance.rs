//! Chance that repeats: a small generator whose every number follows from a seed, and the shrinking of what failed. proptest costs more than
//! what it drives; this costs next to nothing, and one number names a whole history.

/// One in so many cases of an enumeration is judged: every one, unless `ENGINE_SHARE` says otherwise, as `npm run mutants` does for its first look.
pub(crate) fn share() -> usize {
    std::env::var("ENGINE_SHARE").map_or(1, |share| share.parse().unwrap())
}

/// splitmix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number under `end`; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from(self.number() % end).unwrap()
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

/// The shortest part of `list` that still `fails`, as far as leaving out runs of it, and then single elements, leads (delta debugging, Zeller 2002).
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
fn what_fails_is_shrunk_to_what_makes_it_fail() {
    let all: Vec<u32> = (0..100).collect();
    assert_eq!(shrink(&all, |part| part.contains(&13) && part.contains(&87)), [13, 87]);
    assert_eq!(shrink(&all, |_| true), Vec::<u32>::new());
}
