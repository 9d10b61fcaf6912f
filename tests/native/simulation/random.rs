//! Choices repeat, whether a seed or bytes spell them, and what fails is shrunk.

use crate::support::random::{Random, shrink};

#[test]
fn chance_repeats_and_reaches_everything() {
    let draw = |seed| {
        let mut random = Random::new(seed);
        (0..1000).map(|_| random.below(10)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    for n in 0..10 {
        let share = draw(7).iter().filter(|drawn| **drawn == n).count();
        assert!((50..200).contains(&share), "{n}: {share}");
    }
    assert_eq!(Random::new(0).number(), 0xE220_A839_7B1D_CDAF, "as published for seed 0");
}

#[test]
fn bytes_spell_choices_and_end_in_the_first_of_each() {
    let mut random = Random::spelled(&[7, 255, 0, 1]);
    assert_eq!([random.below(10), random.below(10), random.below(1), random.below(4)], [7, 5, 0, 0]);
    assert!(!random.is_spent());
    assert_eq!(random.number(), 1 << 56);
    assert!(random.is_spent() && !Random::new(0).is_spent());
    assert_eq!((random.below(9), random.number(), random.pick(&["a", "b"])), (0, 0, "a"));
}

#[test]
fn what_fails_is_shrunk_to_what_makes_it_fail() {
    let all: Vec<u32> = (0..100).collect();
    assert_eq!(shrink(&all, |part| part.contains(&13) && part.contains(&87)), [13, 87]);
    assert_eq!(shrink(&all, |_| true), Vec::<u32>::new());
}
