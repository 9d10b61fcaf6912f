//! Names: each type of the crate has one of its own, so that a reader who meets it knows it, and so
//! has each parameter: none is a tuple that stands for a missing struct.

use std::{collections::BTreeMap, fs, path::Path};
use syn::visit::{self, Visit};

/// The types that a file defines, by name.
#[derive(Default)]
struct Defined(Vec<String>);

impl<'ast> Visit<'ast> for Defined {
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        // what only tests of a file use is nobody else's
        let is_test = node.attrs.iter().any(|attr| {
            attr.path().is_ident("cfg") && attr.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
        });
        if !is_test {
            visit::visit_item_mod(self, node);
        }
    }

    fn visit_item_struct(&mut self, node: &'ast syn::ItemStruct) {
        self.0.push(node.ident.to_string());
    }

    fn visit_item_enum(&mut self, node: &'ast syn::ItemEnum) {
        self.0.push(node.ident.to_string());
    }

    fn visit_item_trait(&mut self, node: &'ast syn::ItemTrait) {
        self.0.push(node.ident.to_string());
    }

    fn visit_item_type(&mut self, node: &'ast syn::ItemType) {
        self.0.push(node.ident.to_string());
    }
}

fn defined(text: &str) -> Vec<String> {
    let mut defined = Defined::default();
    defined.visit_file(&syn::parse_file(text).unwrap());
    defined.0
}

/// The names that several of `files` define, or one of them twice, each with those files.
fn shared<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for name in defined(&text) {
            places.entry(name).or_default().push(path);
        }
    }
    let several = places.into_iter().filter(|(_, paths)| paths.len() > 1);
    several.map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect()
}

/// The source files below `folder`, by path.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The functions of a file that take a tuple, by value or by reference.
#[derive(Default)]
struct Tupled(Vec<String>);

impl Tupled {
    fn look(&mut self, sig: &syn::Signature) {
        let of = |ty: &syn::Type| matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.len() > 1);
        let takes = |input: &syn::FnArg| match input {
            syn::FnArg::Typed(typed) => match &*typed.ty {
                syn::Type::Reference(to) => of(&to.elem),
                ty => of(ty),
            },
            syn::FnArg::Receiver(_) => false,
        };
        if sig.inputs.iter().any(takes) {
            self.0.push(sig.ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Tupled {
    fn visit_signature(&mut self, node: &'ast syn::Signature) {
        self.look(node);
        visit::visit_signature(self, node);
    }
}

fn tupled(text: &str) -> Vec<String> {
    let mut tupled = Tupled::default();
    tupled.visit_file(&syn::parse_file(text).unwrap());
    tupled.0
}

/// The files of the crate.
fn source() -> Vec<(String, String)> {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 100, "the source is read");
    files
}

#[test]
fn no_tuple_stands_for_a_struct() {
    let tupled = source().into_iter().flat_map(|(path, text)| {
        tupled(&text).into_iter().map(move |function| format!("{path}: {function}")).collect::<Vec<_>>()
    });
    assert_eq!(tupled.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_tuple_as_a_parameter_is_seen() {
    let text = "fn one((a, b): (u8, u8)) {} trait T { fn two(&self, of: &(u8, u8)); } fn none(of: &[(u8, u8)]) {}";
    assert_eq!(tupled(text), ["one", "two"]);
}

#[test]
fn each_type_has_a_name_of_its_own() {
    let files = source();
    let named = files.iter().map(|(path, text)| (path.as_str(), text.clone()));
    assert_eq!(shared(named), Vec::<String>::new());
}

#[test]
fn a_name_that_is_given_twice_is_seen() {
    let files = [
        ("a.rs", "pub struct Held; enum Fate {} #[cfg(test)] mod tests { struct Script; }".to_owned()),
        ("b.rs", "mod inner { pub trait Held {} } type Script = u8; fn held() {}".to_owned()),
    ];
    assert_eq!(shared(files), ["Held: a.rs, b.rs"]);
}
