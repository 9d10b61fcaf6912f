//! Replies altered at random: valid JSON of either server in which one item has anything anywhere.
//! Never a panic, never a stopped run, never a good item lost. A number names each alteration;
//! `FUZZ_FROM` and `FUZZ_COUNT` play others.

use super::{Bench, Kind, Target};
use crate::support::random::Random;
use schedule_sync::model::Side;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Alterations that every test run plays.
const SHARE: u64 = 120;

/// Something that does not belong there.
fn junk(random: &mut Random) -> Value {
    let texts = [
        "",
        " ",
        "x",
        "0",
        "null",
        "true",
        "2026-02-30T10:00:00",
        "2026-03-12T10:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-0044-03-15T12:00:00Z",
        "+262142-12-31T23:59:59",
        "24:00",
        "\u{0}",
        "\u{FFFD}\u{202E}",
        "🏳️‍🌈",
        "<b><!--",
        "&#x110000; &",
        "00000000-0000-0000-0000-000000000000",
        "occurrence",
        "seriesMaster",
        "W/\"\"",
        "application/json",
        "../../x",
        "https://elsewhere.example/",
        super::HALF,
    ];
    let text = texts[random.below(texts.len())];
    match random.below(10) {
        0 => Value::Null,
        1 => json!(random.one_in(2)),
        2 => json!([0, 1, -1, i64::MAX, i64::MIN][random.below(5)]),
        3 => json!([0.5, -0.0, 1e308, f64::EPSILON][random.below(4)]),
        4 => json!(u64::MAX),
        5 => json!([text, null, [], {}]),
        6 => json!({"value": text, "@removed": {"reason": "deleted"}, "id": text, "dateTime": text, "timeZone": text}),
        7 => json!(text.repeat(3_000)),
        _ => json!(text),
    }
}

/// Alters something in `value`, anywhere.
fn spoil(value: &mut Value, random: &mut Random) {
    let deeper = !random.one_in(4);
    match value {
        Value::Object(members) if deeper && !members.is_empty() => {
            let name = members.keys().nth(random.below(members.len())).unwrap().clone();
            match random.below(8) {
                0 => drop(members.remove(&name)),
                1 => drop(members.insert(format!("{name}2"), junk(random))),
                _ => spoil(members.get_mut(&name).unwrap(), random),
            }
        }
        Value::Array(list) if deeper && !list.is_empty() => {
            let place = random.below(list.len());
            if random.one_in(4) {
                list.push(list[place].clone());
            } else {
                spoil(&mut list[place], random);
            }
        }
        Value::String(text) if deeper && !text.is_empty() => {
            let place = random.below(text.chars().count());
            let at = text.char_indices().nth(place).map_or(0, |(at, _)| at);
            match random.below(3) {
                0 => text.truncate(at),
                1 => text.insert(at, ['\u{0}', '9', '<', '\u{D7FF}', '-'][random.below(5)]),
                _ => drop(text.remove(at)),
            }
        }
        _ => *value = junk(random),
    }
}

/// What does not hold of one alteration.
fn play(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let (side, kind) = (random.pick(&Side::BOTH), random.pick(&[Kind::Meeting, Kind::Task]));
    let bench = Bench::new();
    let ids = ["a good", "the bad", "z good"].map(|title| bench.create(side, kind, title));
    let linked = random.one_in(2);
    let mark = if linked { "!" } else { "" };
    if linked {
        bench.run().unwrap();
        for (id, title) in ids.iter().zip(["a good!", "the bad!", "z good!"]) {
            bench.retitle((side, kind), id, title);
        }
    }
    let times = 1 + random.below(3);
    let change = move |value: &mut Value| {
        // the same in every reply
        let mut random = random.clone();
        (0..times).for_each(|_| spoil(value, &mut random));
    };
    bench.tamper(Some((Target::Item(ids[1].clone()), Rc::new(change))));
    let mut wrong = Vec::new();
    let report = bench.run();
    if let Err(error) = &report {
        wrong.push(format!("the run stops: {error}"));
    }
    let there = bench.titles(side.other(), kind);
    for title in [format!("a good{mark}"), format!("z good{mark}")] {
        if there.iter().filter(|known| **known == title).count() != 1 {
            wrong.push(format!("{title:?} is not there once: {there:?}"));
        }
    }
    bench.tamper(None);
    match bench.run() {
        Ok(_) => {}
        Err(error) => wrong.push(format!("the run after stops: {error}")),
    }
    let left = bench.titles(side, kind);
    if left.len() != 3 {
        wrong.push(format!("on its own side there are {left:?}"));
    }
    wrong
}

#[test]
fn anything_anywhere_in_one_item_costs_that_item_only() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, count) = (number("FUZZ_FROM").unwrap_or(0), number("FUZZ_COUNT").unwrap_or(SHARE));
    let judged = |seed| catch_unwind(AssertUnwindSafe(|| play(seed))).unwrap_or_else(|_| vec!["it panics".to_owned()]);
    let wrong: Vec<String> = (from..from + count)
        .flat_map(|seed| judged(seed).into_iter().map(move |what| format!("{seed}: {what}")))
        .collect();
    assert!(wrong.is_empty(), "{} of {count} do not hold:\n{}", wrong.len(), wrong.join("\n"));
}
