//! The cases: every combination of what the rules make a decision depend on, dimension by
//! dimension. A dimension that the rules give no say in a case still varies there, but only one
//! such dimension at a time: so its having a say would show, and the number of cases stays within
//! seconds. Nothing is random.

use super::case::{Bond, Case, Clash, Edit, Fate, Made, Notify, Private, Removal, Way};
use schedule_sync::model::{Field, Kind};

/// The plainest case: from here every dimension departs.
pub(crate) const PLAIN: Case = Case {
    bond: Bond::Alive,
    creatio: Fate::Same,
    exchange: Fate::Same,
    made: Made::Imported,
    kind: Kind::Meeting,
    import: true,
    export: true,
    clash: Clash::Ask,
    creatio_rule: Removal::Mark,
    exchange_rule: Removal::Delete,
    private: Private::No,
    organizer: true,
    attendees: false,
    owner: true,
    single: true,
    past: false,
    in_window: true,
    container: true,
    process: false,
    completed: false,
    edit: Edit::One(Field::Title),
    unread: false,
    notify: Notify::Never,
    way: Way::Both,
    elsewhere: false,
    between: false,
    narrowed: false,
};

/// Cases under construction, with the number of dimensions that depart without a say.
struct Cases {
    list: Vec<(Case, u8)>,
    /// How many dimensions may depart without a say.
    slack: u8,
}

impl Cases {
    /// Varies a dimension. `possible`: the values that can be at all, the first being the plain
    /// one; `matters`: whether the rules give it a say.
    fn vary<T: Copy>(
        self,
        set: impl Fn(&mut Case, T),
        possible: impl Fn(&Case) -> Vec<T>,
        matters: impl Fn(&Case) -> bool,
    ) -> Self {
        let mut next = Vec::new();
        for (case, odd) in self.list {
            let silent = !matters(&case) || settled(&case);
            for (n, value) in possible(&case).into_iter().enumerate() {
                let departs = u8::from(n > 0 && silent);
                if odd + departs <= self.slack {
                    let mut case = case;
                    set(&mut case, value);
                    next.push((case, odd + departs));
                }
            }
        }
        Self { list: next, ..self }
    }
}

fn if_or<T: Clone>(condition: bool, many: &[T]) -> Vec<T> {
    if condition { many.to_vec() } else { many.iter().take(1).cloned().collect() }
}

fn there(fate: Fate) -> bool {
    fate != Fate::Absent
}

fn lost(fate: Fate) -> bool {
    matches!(fate, Fate::Gone | Fate::Canceled)
}

fn a_loss(case: &Case) -> bool {
    lost(case.creatio) || lost(case.exchange)
}

/// Whether the first rows of the table say it all already: the other dimensions have no say any
/// more.
fn settled(case: &Case) -> bool {
    let dead = case.bond == Bond::Tombstone && case.creatio != Fate::Reopened;
    dead || !case.in_window || (!case.import && !case.export) || case.private == Private::Skip
}

fn meeting(case: &Case) -> bool {
    case.kind == Kind::Meeting
}

/// What can be of the two sides and their link.
fn standings(kind: Kind) -> Vec<Case> {
    use Bond::{Alive, Asleep, None, Tombstone};
    use Fate::{Absent, Canceled, Edited, Gone, New, Reopened, Same};
    let mut all = Vec::new();
    for (bond, third) in [(Alive, Canceled), (Asleep, Canceled), (Tombstone, Reopened)] {
        for creatio in [Same, Edited, Gone, third] {
            all.extend([Same, Edited, Gone, Canceled].map(|exchange| (bond, creatio, exchange)));
        }
    }
    for (creatio, exchange) in [
        (New, Absent),
        (Canceled, Absent),
        (Absent, New),
        (Absent, Canceled),
        (New, New),
        (Canceled, New),
        (New, Canceled),
    ] {
        all.push((None, creatio, exchange));
    }
    let cases = all.into_iter().map(|(bond, creatio, exchange)| Case { bond, creatio, exchange, kind, ..PLAIN });
    cases.filter(|case| meeting(case) || case.exchange != Canceled).collect()
}

/// There is an Activity that may be exported.
fn exported(case: &Case) -> bool {
    case.creatio == Fate::New && case.exchange == Fate::Absent
}

/// Somebody has edited something.
fn changes(case: &Case) -> bool {
    [case.creatio, case.exchange].contains(&Fate::Edited) || case.adopts()
}

/// The edit is the user's own answer.
fn answers(case: &Case) -> bool {
    changes(case) && case.edit == Edit::One(Field::Response)
}

/// What may have been edited.
fn edits(case: &Case) -> Vec<Edit> {
    let one = |field| Edit::One(field);
    let mut all = vec![one(Field::Title)];
    let sides = [case.creatio, case.exchange];
    if sides.contains(&Fate::Edited) || case.adopts() {
        all.extend([Field::When, Field::Body].map(one));
        all.extend(meeting(case).then_some(one(Field::Place)));
        all.extend((!meeting(case) && !case.completed).then_some(one(Field::Status)));
        // a reminder that is past already is never created; whose importance it is the organizer
        // rule does not say
        all.extend((!case.past).then_some(one(Field::Reminder)));
        all.extend(case.organizer.then_some(one(Field::Importance)));
        // the user's own answer; an adoption never writes one
        all.extend((!case.organizer && !case.adopts()).then_some(one(Field::Response)));
    }
    if sides == [Fate::Edited; 2] {
        all.push(Edit::Apart);
    }
    if sides == [Fate::Edited; 2] || case.adopts() {
        all.push(Edit::Alike);
    }
    all
}

/// All cases in which at most `slack` dimensions without a say depart from the plain one.
pub(crate) fn all(slack: u8) -> Vec<Case> {
    const BOTH: [bool; 2] = [true, false];
    const NEITHER: [bool; 2] = [false, true];
    const CLASHES: [Clash; 6] = [
        Clash::Ask,
        Clash::Creatio,
        Clash::Exchange,
        Clash::NewestIsCreatio,
        Clash::NewestIsExchange,
        Clash::NewestUnknown,
    ];
    let both_changed = |c: &Case| (c.creatio == Fate::Edited && c.exchange == Fate::Edited) || c.adopts();
    let standings = [Kind::Meeting, Kind::Task].into_iter().flat_map(standings);
    Cases { list: standings.map(|case| (case, 0)).collect(), slack }
        .vary(|c, v| c.in_window = v, |_| BOTH.to_vec(), |_| true)
        .vary(
            |c, v| c.unread = v,
            |c| {
                let one_same = (c.creatio == Fate::Same) != (c.exchange == Fate::Same);
                if_or(one_same && matches!(c.bond, Bond::Alive | Bond::Asleep), &NEITHER)
            },
            |_| true,
        )
        .vary(|c, v| c.import = v, |_| BOTH.to_vec(), |_| true)
        .vary(|c, v| c.export = v, |_| BOTH.to_vec(), |_| true)
        .vary(|c, v| c.single = v, |c| if_or(meeting(c) && there(c.exchange), &BOTH), a_loss)
        .vary(|c, v| c.organizer = v, |c| if_or(meeting(c) && there(c.exchange), &BOTH), |_| true)
        .vary(
            |c, v| c.made = v,
            |c| match c.bond {
                Bond::None => vec![Made::Neither],
                Bond::Alive | Bond::Asleep | Bond::Tombstone if c.single && c.organizer => {
                    vec![Made::OnExchange, Made::Imported, Made::Neither]
                }
                Bond::Alive | Bond::Asleep | Bond::Tombstone => vec![Made::Imported, Made::Neither],
            },
            |c| lost(c.creatio),
        )
        .vary(
            |c, v| c.private = v,
            |c| if_or(meeting(c) && there(c.exchange), &[Private::No, Private::Busy, Private::Full, Private::Skip]),
            |_| true,
        )
        .vary(|c, v| c.attendees = v, |c| if_or(meeting(c), &NEITHER), |_| true)
        .vary(|c, v| c.owner = v, |c| if_or(there(c.creatio), &BOTH), |_| true)
        .vary(|c, v| c.container = v, |c| if_or(c.exchange == Fate::Gone, &BOTH), |_| true)
        .vary(|c, v| c.process = v, |c| if_or(there(c.creatio), &NEITHER), |c| lost(c.exchange) || !meeting(c))
        .vary(|c, v| c.completed = v, |c| if_or(there(c.creatio), &NEITHER), |c| lost(c.exchange))
        .vary(
            |c, v| c.past = v,
            |c| match c.kind {
                Kind::Meeting => NEITHER.to_vec(),
                // a task is over when it is done, not when it is late
                Kind::Task => vec![c.completed],
            },
            |c| lost(c.exchange),
        )
        .vary(
            |c, v| c.creatio_rule = v,
            |_| vec![Removal::Mark, Removal::Delete, Removal::Leave],
            |c| lost(c.exchange) && !lost(c.creatio),
        )
        .vary(
            |c, v| c.exchange_rule = v,
            |_| vec![Removal::Delete, Removal::Leave],
            |c| lost(c.creatio) && !lost(c.exchange),
        )
        .vary(|c, v| c.clash = v, |_| CLASHES.to_vec(), both_changed)
        .vary(|c, v| c.edit = v, edits, |c| !lost(c.creatio) && !lost(c.exchange))
        .vary(
            |c, v| c.notify = v,
            |c| if_or(c.attendees || answers(c), &[Notify::Never, Notify::Silently, Notify::Ask, Notify::Always]),
            |c| !lost(c.creatio) && !lost(c.exchange) && matches!(c.clash, Clash::Ask | Clash::Creatio),
        )
        .vary(
            |c, v| c.way = v,
            |c| if_or(changes(c), &[Way::Both, Way::In, Way::Out, Way::Off]),
            |c| {
                c.clash == Clash::Ask && c.notify == Notify::Never && c.private != Private::Full && !c.past && !c.unread
            },
        )
        .vary(|c, v| c.narrowed = v, |c| if_or(exported(c) && !c.owner, &NEITHER), |_| true)
        .vary(
            |c, v| c.elsewhere = v,
            |c| if_or(there(c.creatio), &NEITHER),
            |c| exported(c) || (lost(c.exchange) && c.creatio_rule == Removal::Mark),
        )
        .vary(|c, v| c.between = v, |c| if_or(exported(c), &NEITHER), |c| c.elsewhere)
        .list
        .into_iter()
        .map(|(case, _)| case)
        .collect()
}
