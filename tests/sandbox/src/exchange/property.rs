//! Properties: how a request names them, what a shape asks for, and extended properties as the
//! mailbox keeps them (`String {guid} Name x`, as Graph spells them).

use super::grammar;
use super::soap::Trouble;
use super::xml::{Element, t};
use serde_json::{Value, json};

/// The sets that have a name, with their ids.
const SETS: &[(&str, &str)] = &[
    ("PublicStrings", "00020329-0000-0000-c000-000000000046"),
    ("Common", "00062008-0000-0000-c000-000000000046"),
    ("Appointment", "00062002-0000-0000-c000-000000000046"),
    ("Task", "00062003-0000-0000-c000-000000000046"),
    ("Address", "00062004-0000-0000-c000-000000000046"),
    ("Meeting", "6ed8da90-450b-101b-98da-00aa003f1305"),
    ("InternetHeaders", "00020386-0000-0000-c000-000000000046"),
    ("CalendarAssistant", "11000e07-b51b-40d6-af21-caa85edab1d0"),
    ("UnifiedMessaging", "4442858e-a9e3-4e80-b900-317a210cc15b"),
    ("Sharing", "00062040-0000-0000-c000-000000000046"),
];

/// A property by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// `class:Name`.
    Field(String, String),
    /// The key under which the mailbox keeps an extended property.
    Extended(String),
}

/// What of an item is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) base: Base,
    pub(crate) paths: Vec<Path>,
    /// Bodies as text rather than HTML.
    pub(crate) text: bool,
}

/// What comes without being named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Ids,
    Usual,
    All,
}

impl Shape {
    /// Reads an `ItemShape` or a `FolderShape`.
    ///
    /// # Errors
    /// What is no extended property.
    pub(crate) fn read(element: Option<&Element>) -> Result<Self, Trouble> {
        let text = |name: &str| element.and_then(|shape| shape.text_of(name)).unwrap_or_default();
        let base = match text("BaseShape") {
            "AllProperties" => Base::All,
            "Default" => Base::Usual,
            _ => Base::Ids,
        };
        let paths =
            element.and_then(|shape| shape.child("AdditionalProperties")).map(|paths| paths.children.as_slice());
        let paths = paths.unwrap_or_default().iter().map(path).collect::<Result<_, _>>()?;
        Ok(Self { base, paths, text: text("BodyType") == "Text" })
    }

    /// The names of the properties of an item of this class that are wanted, in order. `usual` and
    /// `all` come by base.
    ///
    /// # Errors
    /// A property that the class lacks.
    pub(crate) fn names(
        &self,
        (item, class): (&str, &str),
        usual: &[&str],
        all: &[&str],
    ) -> Result<Vec<String>, Trouble> {
        let base = match self.base {
            Base::Ids => &[],
            Base::Usual => usual,
            Base::All => all,
        };
        let mut names: Vec<String> = base.iter().map(|name| (*name).to_owned()).collect();
        for path in &self.paths {
            let Path::Field(of, name) = path else { continue };
            if (of != class && of != "item") || grammar::place(item, name).is_none() {
                return Err(Trouble::new("ErrorInvalidPropertyRequest", "Property is not valid for this object type."));
            }
            names.push(name.clone());
        }
        names.sort_by_key(|name| grammar::place(item, name));
        names.dedup();
        Ok(names)
    }

    /// The keys of the extended properties that are wanted.
    pub(crate) fn extended(&self) -> impl Iterator<Item = &String> {
        self.paths.iter().filter_map(|path| match path {
            Path::Extended(key) => Some(key),
            Path::Field(..) => None,
        })
    }
}

/// Reads the name of a property.
///
/// # Errors
/// What is no extended property.
pub(crate) fn path(element: &Element) -> Result<Path, Trouble> {
    if element.is("ExtendedFieldURI") {
        return key(element).map(Path::Extended);
    }
    let name = element.attribute("FieldURI").unwrap_or_default();
    let (class, name) = name.split_once(':').unwrap_or(("", name));
    Ok(Path::Field(class.to_owned(), name.to_owned()))
}

/// The key of an extended property.
fn key(element: &Element) -> Result<String, Trouble> {
    let given = |name: &str| element.attribute(name);
    let kind = given("PropertyType").unwrap_or_default();
    let named = given("DistinguishedPropertySetId").and_then(|set| SETS.iter().find(|(name, _)| *name == set));
    let set = match (named, given("PropertySetId")) {
        (Some((_, id)), None) => Some((*id).to_owned()),
        (None, Some(id)) => Some(id.to_lowercase()),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(invalid()),
    };
    match (set, given("PropertyName"), given("PropertyId"), given("PropertyTag")) {
        (Some(set), Some(name), None, None) if !name.is_empty() => Ok(format!("{kind} {{{set}}} Name {name}")),
        (Some(set), None, Some(id), None) => {
            Ok(format!("{kind} {{{set}}} Id 0x{:04x}", id.parse::<u32>().map_err(|_| invalid())?))
        }
        (None, None, None, Some(tag)) => Ok(format!("{kind} {}", tag.to_lowercase())),
        _ => Err(invalid()),
    }
}

fn invalid() -> Trouble {
    Trouble::new("ErrorInvalidExtendedProperty", "The extended property attribute combination is invalid.")
}

/// Whether two keys mean the same property: names and ids are told apart by nothing but their
/// letters.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The value of a property among those that an item has.
pub(crate) fn value<'a>(marks: &'a [Value], key: &str) -> Option<&'a str> {
    let mark = marks.iter().find(|mark| mark["id"].as_str().is_some_and(|own| is_same(own, key)))?;
    mark["value"].as_str()
}

/// Sets a property; no value takes it away.
pub(crate) fn set(marks: &mut Vec<Value>, key: &str, value: Option<&str>) {
    marks.retain(|mark| mark["id"].as_str().is_none_or(|own| !is_same(own, key)));
    marks.extend(value.map(|value| json!({"id": key, "value": value})));
}

/// The property that an `ExtendedProperty` sets.
///
/// # Errors
/// No extended property, or several values.
pub(crate) fn given(element: &Element) -> Result<(String, String), Trouble> {
    let uri = element.child("ExtendedFieldURI").ok_or_else(invalid)?;
    let value = element.text_of("Value");
    let value = value
        .ok_or_else(|| Trouble::new("ErrorInvalidExtendedPropertyValue", "The sandbox has single values only."))?;
    Ok((key(uri)?, value.to_owned()))
}

/// How an extended property is told. `both`: with both names of its set, as another server does
/// (docs/facts/ews.md, "Extended properties").
pub(crate) fn told(key: &str, value: &str, both: bool) -> Element {
    let words: Vec<&str> = key.splitn(4, ' ').collect();
    let uri = match words.as_slice() {
        [kind, set, sort, name] => {
            let set = set.trim_matches(['{', '}']).to_lowercase();
            let named = SETS.iter().find(|(_, id)| *id == set).map(|(name, _)| *name);
            let mut uri = t("ExtendedFieldURI");
            if let Some(named) = named {
                uri = uri.with("DistinguishedPropertySetId", named);
            }
            if named.is_none() || both {
                uri = uri.with("PropertySetId", set);
            }
            let uri = if *sort == "Name" {
                uri.with("PropertyName", name)
            } else {
                uri.with("PropertyId", u32::from_str_radix(name.trim_start_matches("0x"), 16).unwrap_or_default())
            };
            uri.with("PropertyType", kind)
        }
        [kind, tag, ..] => t("ExtendedFieldURI").with("PropertyTag", tag).with("PropertyType", kind),
        _ => t("ExtendedFieldURI"),
    };
    t("ExtendedProperty").hold([uri, t("Value").say(value)])
}
