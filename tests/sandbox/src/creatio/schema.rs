//! What an entity set is: columns, types, defaults, lookups. The sets themselves are data, in
//! `schema/entities.rs`; no code here knows one from another.

mod entities;

pub(crate) use entities::{ENTITIES, stock};

use entities::BASE;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A GUID that is no lookup.
    Guid,
    /// A reference to a row of the named entity: `X` in paths, `XId` in bodies.
    Lookup(&'static str),
    /// Text of at most so many UTF-16 units.
    Text(usize),
    Bool,
    Int,
    /// A date, with or without time: OData tells them not apart (docs/facts/creatio.md,
    /// "Addresses").
    Date,
    /// A stream with an address of its own.
    Binary,
}

impl Kind {
    /// The name of the type in `$metadata` and in messages.
    pub(crate) fn edm(self) -> &'static str {
        match self {
            Self::Guid | Self::Lookup(_) => "Edm.Guid",
            Self::Text(_) => "Edm.String",
            Self::Bool => "Edm.Boolean",
            Self::Int => "Edm.Int32",
            Self::Date => "Edm.DateTimeOffset",
            Self::Binary => "Edm.Stream",
        }
    }
}

/// What the server puts into a column that an insert leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Preset {
    Empty,
    True,
    Number(i64),
    /// The row with this id.
    Id(&'static str),
    /// The server's time.
    Now,
    /// Midnight (UTC) thirty days ago.
    MonthAgo,
    /// The contact of the user who inserts.
    CurrentContact,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// The row goes when the row that this lookup names is deleted.
    pub(crate) cascade: bool,
    pub(crate) preset: Preset,
}

impl Column {
    /// Its name in bodies and replies.
    pub(crate) fn property(&self) -> String {
        match self.kind {
            Kind::Lookup(_) => format!("{}Id", self.name),
            Kind::Guid | Kind::Text(_) | Kind::Bool | Kind::Int | Kind::Date | Kind::Binary => self.name.to_owned(),
        }
    }

    /// The entity that it refers to, if it is a lookup.
    pub(crate) fn target(&self) -> Option<&'static Entity> {
        match self.kind {
            Kind::Lookup(name) => Entity::named(name),
            Kind::Guid | Kind::Text(_) | Kind::Bool | Kind::Int | Kind::Date | Kind::Binary => None,
        }
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn cascade(mut self) -> Self {
        self.cascade = true;
        self
    }

    const fn or(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }
}

/// One entity set.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) name: &'static str,
    own: &'static [Column],
}

impl Entity {
    /// The entity set of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ENTITIES.iter().find(|entity| entity.name == name)
    }

    /// Whether only the server itself writes it: the link table of the built-in sync.
    pub(crate) fn is_servers_own(&self) -> bool {
        self.name == "SysSyncMetaData"
    }

    /// All columns, the common ones first.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static Column> + use<> {
        BASE.iter().chain(self.own)
    }

    /// The column of that name (`Owner`).
    pub(crate) fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns().find(|column| column.name == name)
    }

    /// The column of that property (`OwnerId`).
    pub(crate) fn property(&self, name: &str) -> Option<&'static Column> {
        self.columns().find(|column| column.property() == name)
    }

    /// What refers to this entity: the other entity, its column, and the name of the back
    /// reference.
    pub(crate) fn referrers(&self) -> impl Iterator<Item = (&'static Self, &'static Column, String)> {
        ENTITIES.iter().flat_map(move |child| {
            child
                .columns()
                .filter(|column| column.kind == Kind::Lookup(self.name))
                .map(move |column| (child, column, format!("{}CollectionBy{}", child.name, column.name)))
        })
    }
}
