//! Choices repeat, whether a seed or bytes spell them, and what fails is shrunk.

use crate::support::random::{Chance, shrink};

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
