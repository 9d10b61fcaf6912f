//! The one door for JSON. Text becomes a [`Value`] and JavaScript's objects do (`web/javascript`);
//! one reader, [`understand`], makes types of values, and knows where in them it is. So each type
//! is read by one piece of code, whatever it comes from, and each is written by one: [`value_of`].
//!
//! What can't be understood is told by its place and by what was expected there, never by what
//! stood there: that may be anybody's.

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::{Map, Value};
use std::fmt::{self, Display, Formatter};

/// Why JSON was not understood: `value[0].Title: expected a string`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUnderstood {
    /// The path to what was not understood, as in JavaScript; empty: the whole.
    path: String,
    reason: String,
}

impl NotUnderstood {
    fn here(reason: String) -> Self {
        Self { path: String::new(), reason }
    }

    /// The same, seen from what has it as a member.
    fn member(mut self, name: &str) -> Self {
        let join = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{join}{}", self.path);
        self
    }

    /// The same, seen from what has it as an element.
    fn element(self, at: usize) -> Self {
        self.member(&format!("[{at}]"))
    }
}

impl Display for NotUnderstood {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "." } else { &self.path };
        write!(to, "{path}: {}", self.reason)
    }
}

impl std::error::Error for NotUnderstood {}

impl de::Error for NotUnderstood {
    /// Of a text of its own only what was expected is told: the rest may quote what stands there.
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        Self::here(match message.rsplit_once(", expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None => "not readable".to_owned(),
        })
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::here(format!("expected {expected}"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::here(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        let words: Vec<String> = expected.iter().map(|word| format!("`{word}`")).collect();
        Self::here(match words.as_slice() {
            [one] => format!("expected {one}"),
            [one, other] => format!("expected {one} or {other}"),
            all => format!("expected one of {}", all.join(", ")),
        })
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown_variant("", expected)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::here(format!("missing field `{name}`"))
    }
}

/// Reads JSON text as a value.
///
/// # Errors
/// It is no JSON: why, without what stands there.
pub fn value(text: &[u8]) -> Result<Value, NotUnderstood> {
    serde_json::from_slice(text).map_err(|error| {
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        let is_plain = said.starts_with("EOF") || said.starts_with("expected");
        NotUnderstood::here(if is_plain { said.to_owned() } else { "not readable".to_owned() })
    })
}

/// Reads JSON text.
///
/// # Errors
/// What is not understood, and where.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, NotUnderstood> {
    understand(&value(text)?)
}

/// Reads a value.
///
/// # Errors
/// What is not understood, and where.
pub fn understand<T: DeserializeOwned>(value: &Value) -> Result<T, NotUnderstood> {
    T::deserialize(JsonReader::Value(value))
}

/// What is to be written, as a value.
///
/// # Errors
/// It can't be JSON: a map whose names are no text.
pub fn value_of(what: &impl Serialize) -> Result<Value, NotUnderstood> {
    serde_json::to_value(what).map_err(|_| NotUnderstood::here("no JSON".to_owned()))
}

/// What is to be written, as text.
///
/// # Errors
/// As [`value_of`].
pub fn text_of(what: &impl Serialize) -> Result<String, NotUnderstood> {
    Ok(value_of(what)?.to_string())
}

/// What stands before the reader: a value, or the name of a member.
#[derive(Clone, Copy)]
enum JsonReader<'a> {
    Value(&'a Value),
    Name(&'a str),
}

impl<'a> JsonReader<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Name(name) => Some(name),
        }
    }

    fn elements(self) -> Option<&'a [Value]> {
        match self {
            Self::Value(value) => value.as_array().map(Vec::as_slice),
            Self::Name(_) => None,
        }
    }

    fn members(self) -> Option<&'a Map<String, Value>> {
        match self {
            Self::Value(value) => value.as_object(),
            Self::Name(_) => None,
        }
    }
}

fn unlike<T>(visitor: &dyn Expected) -> Result<T, NotUnderstood> {
    Err(de::Error::invalid_type(Unexpected::Unit, visitor))
}

/// Reads a number.
macro_rules! number {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
            let Self::Value(Value::Number(number)) = self else { return unlike(&visitor) };
            match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => unlike(&visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for JsonReader<'_> {
    type Error = NotUnderstood;

    number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self {
            Self::Name(name) => visitor.visit_str(name),
            Self::Value(Value::Null) => visitor.visit_unit(),
            Self::Value(Value::Bool(is)) => visitor.visit_bool(*is),
            Self::Value(Value::Number(_)) => self.deserialize_f64(visitor),
            Self::Value(Value::String(text)) => visitor.visit_str(text),
            Self::Value(Value::Array(_)) => self.deserialize_seq(visitor),
            Self::Value(Value::Object(_)) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self {
            Self::Value(Value::Bool(is)) => visitor.visit_bool(*is),
            Self::Value(_) | Self::Name(_) => unlike(&visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self.text() {
            Some(text) => visitor.visit_str(text),
            None => unlike(&visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self {
            Self::Value(Value::Null) => visitor.visit_none(),
            Self::Value(_) | Self::Name(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotUnderstood> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self.elements() {
            Some(elements) => visitor.visit_seq(JsonElements { elements, at: 0 }),
            None => unlike(&visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self.elements() {
            Some(elements) if elements.len() == length => visitor.visit_seq(JsonElements { elements, at: 0 }),
            Some(_) | None => unlike(&visitor),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, NotUnderstood> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        match self.members() {
            Some(members) => visitor.visit_map(JsonMembers { members: members.iter(), current: None }),
            None => unlike(&visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotUnderstood> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotUnderstood> {
        if let Some(name) = self.text() {
            return visitor.visit_enum(Variant { name, content: None });
        }
        let mut members = self.members().into_iter().flatten();
        match (members.next(), members.next()) {
            (Some((name, content)), None) => visitor.visit_enum(Variant { name, content: Some(content) }),
            (_, _) => unlike(&visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotUnderstood> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct }
}

/// The elements of an array, from `at` on.
struct JsonElements<'a> {
    elements: &'a [Value],
    at: usize,
}

impl<'de> SeqAccess<'de> for JsonElements<'_> {
    type Error = NotUnderstood;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, NotUnderstood> {
        let Some(element) = self.elements.get(self.at) else { return Ok(None) };
        let read = seed.deserialize(JsonReader::Value(element)).map_err(|error| error.element(self.at));
        self.at += 1;
        read.map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.elements.len() - self.at)
    }
}

/// The members of an object that are left, and the one whose name was read last.
struct JsonMembers<'a> {
    members: serde_json::map::Iter<'a>,
    current: Option<(&'a String, &'a Value)>,
}

impl<'de> MapAccess<'de> for JsonMembers<'_> {
    type Error = NotUnderstood;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, NotUnderstood> {
        self.current = self.members.next();
        let Some((name, _)) = self.current else { return Ok(None) };
        seed.deserialize(JsonReader::Name(name)).map(Some).map_err(|error| error.member(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotUnderstood> {
        let Some((name, value)) = self.current else { return Err(NotUnderstood::here("no member".to_owned())) };
        seed.deserialize(JsonReader::Value(value)).map_err(|error| error.member(name))
    }
}

/// A variant of an enumeration: a text, or an object whose only member it is.
struct Variant<'a> {
    name: &'a str,
    content: Option<&'a Value>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = NotUnderstood;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), NotUnderstood> {
        let variant = seed.deserialize(JsonReader::Name(self.name))?;
        Ok((variant, Content { name: self.name, content: self.content }))
    }
}

/// What a variant holds.
struct Content<'a> {
    name: &'a str,
    content: Option<&'a Value>,
}

impl<'a> Content<'a> {
    fn read<T>(&self, read: impl FnOnce(JsonReader<'a>) -> Result<T, NotUnderstood>) -> Result<T, NotUnderstood> {
        let Some(content) = self.content else {
            return Err(NotUnderstood::here(format!("expected what `{}` holds", self.name)));
        };
        read(JsonReader::Value(content)).map_err(|error| error.member(self.name))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = NotUnderstood;

    fn unit_variant(self) -> Result<(), NotUnderstood> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) => Err(NotUnderstood::here("expected nothing".to_owned()).member(self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NotUnderstood> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, NotUnderstood> {
        self.read(|content| de::Deserializer::deserialize_tuple(content, length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotUnderstood> {
        self.read(|content| de::Deserializer::deserialize_map(content, visitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, Serialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Shape {
        Unit,
        One(u8),
        Two(i64, String),
        Named { first: Option<f64> },
    }

    #[derive(Debug, Deserialize, Serialize, PartialEq)]
    struct Whole {
        shapes: Vec<Shape>,
        by_name: BTreeMap<String, Option<bool>>,
        pair: (u8, String),
        #[serde(default)]
        missing: Option<String>,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }

    #[test]
    fn what_was_written_is_read() {
        let whole = Whole {
            shapes: vec![
                Shape::Unit,
                Shape::One(7),
                Shape::Two(-3, "x".into()),
                Shape::Named { first: Some(0.5) },
                Shape::Named { first: None },
            ],
            by_name: [("a".to_owned(), Some(true)), ("b".to_owned(), None)].into(),
            pair: (1, "y".into()),
            missing: None,
            rest: [("more".to_owned(), json!({"deep": [1, null]}))].into(),
        };
        let text = text_of(&whole).unwrap();
        assert_eq!(parse::<Whole>(text.as_bytes()), Ok(whole));
    }

    #[test]
    fn what_is_not_understood_is_told_by_its_place_alone() {
        let whole = json!({"shapes": [], "by_name": {}, "pair": [1, "y"]});
        for (name, secret, expected) in [
            ("shapes", json!(["unit", "secret"]), "shapes[1]: expected one of `unit`, `one`, `two`, `named`"),
            ("shapes", json!([{"one": "secret"}]), "shapes[0].one: expected u8"),
            ("shapes", json!([{"two": [1]}]), "shapes[0].two: expected tuple variant Shape::Two"),
            ("shapes", json!([{"named": {"first": "secret"}}]), "shapes[0].named.first: expected f64"),
            ("shapes", json!(["one"]), "shapes[0]: expected what `one` holds"),
            ("shapes", json!([{"unit": "secret"}]), "shapes[0].unit: expected nothing"),
            ("shapes", json!([{"unit": 1, "one": 2}]), "shapes[0]: expected enum Shape"),
            ("by_name", json!({"name": "secret"}), "by_name.name: expected a boolean"),
            ("pair", json!([1]), "pair: expected a tuple of size 2"),
            ("pair", json!([300, ""]), "pair[0]: expected u8"),
            ("pair", json!("secret"), "pair: expected a tuple of size 2"),
        ] {
            let mut whole = whole.clone();
            whole[name] = secret;
            // `flatten` reads the members it does not know of twice, and tells no place of them
            let told = understand::<Whole>(&whole).unwrap_err().to_string();
            assert_eq!(told, expected);
        }
        assert_eq!(understand::<Shape>(&json!(1)).unwrap_err().to_string(), ".: expected enum Shape");
        assert_eq!(parse::<u8>(b"[secret").unwrap_err().to_string(), ".: expected value");
        assert_eq!(parse::<u8>(b"[1, \"secret").unwrap_err().to_string(), ".: EOF while parsing a string");
        assert_eq!(parse::<u8>(b"\"\x01secret\"").unwrap_err().to_string(), ".: not readable");
    }
}
