//! What is known to be wrong, until it is mended: each with how it shows. A failure that one of
//! these explains is told apart and fails no share of the proof; `npm run prove` fails for one that
//! shows no more, so that none outlives its mend.

use super::promises::{Broken, Promise};

/// Something that is known to be wrong.
pub(crate) struct Known {
    /// What, in a sentence.
    pub(crate) what: &'static str,
    /// The promise that it breaks.
    promise: Promise,
    /// What the failure's words hold; empty: any words.
    words: &'static str,
}

#[expect(dead_code, reason = "nothing is known at the moment")]
const fn known(what: &'static str, promise: Promise, words: &'static str) -> Known {
    Known { what, promise, words }
}

/// All of it.
pub(crate) const KNOWN: &[Known] = &[];

/// What explains one failure, if anything does.
pub(crate) fn of(broken: &Broken) -> Option<&'static str> {
    // `SIMULATE_KNOWN=0`: to see whether it still is
    if std::env::var_os("SIMULATE_KNOWN").is_some_and(|how| how == "0") {
        return None;
    }
    let explains = |known: &&Known| known.promise == broken.promise && broken.what.contains(known.words);
    KNOWN.iter().find(explains).map(|known| known.what)
}

/// What explains all of the failures together: the first of it.
pub(crate) fn explains(broken: &[Broken]) -> Option<&'static str> {
    let each: Option<Vec<&str>> = broken.iter().map(of).collect();
    each?.first().copied()
}
