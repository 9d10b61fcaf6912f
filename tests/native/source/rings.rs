//! The shape of the source: modules stand in a total order, inner ones never name outer ones, no
//! two files depend on each other in a circle, and the core knows neither time, chance nor the
//! network.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::visit::{self, Visit};

/// The modules of the crate from the innermost on: each may name those before it. Modules of one
/// line don't name each other.
const ORDER: [&[&str]; 11] = [
    &["flat"],
    &["model"],
    &["error"],
    &["engine"],
    &["ports"],
    &["json"],
    &["http"],
    &["creatio", "graph", "ews"],
    &["exchange"],
    &["run"],
    &["web"],
];

/// What nothing but `web` may hold, and what neither `model` nor `engine` may.
const NOWHERE: [&str; 6] = ["wasm_bindgen", "js_sys", "web_sys", "gloo", "Utc::now", "SystemTime"];
const NOT_IN_THE_CORE: [&str; 4] = ["async ", ".await", "Instant::now", "rand"];

/// A module by its path in the crate, `["engine", "actions"]`; the crate's root is empty.
type Module = Vec<String>;

/// The files of the crate, by module.
struct Source {
    files: BTreeMap<Module, PathBuf>,
}

/// What a file names.
#[derive(Default)]
struct Named {
    /// Paths that begin in the crate, as written.
    paths: Vec<Vec<String>>,
    /// Modules that the file declares in files of their own.
    children: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        if node.content.is_none() {
            self.children.insert(node.ident.to_string());
        }
        // tests in a file may name what they like
        let is_test = node.attrs.iter().any(|attr| attr.path().is_ident("cfg") && is_about(attr, "test"));
        if !is_test {
            visit::visit_item_mod(self, node);
        }
    }

    fn visit_item_use(&mut self, node: &'ast syn::ItemUse) {
        spread(&node.tree, &mut Vec::new(), &mut self.paths);
    }

    fn visit_path(&mut self, node: &'ast syn::Path) {
        self.paths.push(node.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, node);
    }
}

/// Whether a `cfg` is about `word`.
fn is_about(attr: &syn::Attribute, word: &str) -> bool {
    attr.parse_args::<syn::Ident>().is_ok_and(|ident| ident == word)
}

/// The paths that a `use` brings in.
fn spread(tree: &syn::UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            before.push(path.ident.to_string());
            spread(&path.tree, before, paths);
            before.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| spread(item, before, paths)),
        syn::UseTree::Name(name) => paths.push(joined(before, &name.ident.to_string())),
        syn::UseTree::Rename(rename) => paths.push(joined(before, &rename.ident.to_string())),
        syn::UseTree::Glob(_) => paths.push(before.clone()),
    }
}

fn joined(before: &[String], name: &str) -> Vec<String> {
    let last = (name != "self").then(|| name.to_owned());
    before.iter().cloned().chain(last).collect()
}

impl Source {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let inner = path.strip_prefix(&root).unwrap().with_extension("");
                    let mut module: Module =
                        inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
                    module.retain(|part| part != "lib");
                    files.insert(module, path);
                }
            }
        }
        Self { files }
    }

    /// The modules that each module names, re-exports followed to where a name is defined.
    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let named: BTreeMap<&Module, Named> =
            self.files.iter().map(|(module, path)| (module, named(&fs::read_to_string(path).unwrap()))).collect();
        let of = |module: &Module| {
            let known = &named[module];
            let found = known.paths.iter().filter_map(|path| self.resolved(&named, module, path, 0));
            found.filter(|other| other != module).collect()
        };
        self.files.keys().map(|module| (module.clone(), of(module))).collect()
    }

    /// The module that defines what `path` names within `module`; `None` if that is none of ours.
    fn resolved(
        &self,
        named: &BTreeMap<&Module, Named>,
        module: &Module,
        path: &[String],
        depth: usize,
    ) -> Option<Module> {
        let first = path.first()?.as_str();
        let up = path.iter().take_while(|part| *part == "super").count();
        let (base, rest): (Module, &[String]) = match first {
            "crate" => (Module::new(), &path[1..]),
            "self" => (module.clone(), &path[1..]),
            "super" => (module[..module.len().checked_sub(up)?].to_vec(), &path[up..]),
            _ if named[module].children.contains(first) => (module.clone(), path),
            _ => return None,
        };
        let whole: Module = base.into_iter().chain(rest.iter().cloned()).collect();
        let found = (0..=whole.len()).rev().map(|n| whole[..n].to_vec()).find(|one| self.files.contains_key(one))?;
        // a name of the module itself may be brought in from another one
        let name = whole.get(found.len());
        let again = name.filter(|_| found != *module && depth < 4).and_then(|name| {
            let brings = |path: &&Vec<String>| path.len() > 1 && path.last() == Some(name);
            let path = named[&found].paths.iter().find(brings)?;
            self.resolved(named, &found, path, depth + 1)
        });
        Some(again.unwrap_or(found))
    }
}

fn named(text: &str) -> Named {
    let mut named = Named::default();
    named.visit_file(&syn::parse_file(text).unwrap());
    named
}

/// The place of a module in the order, and its name there.
fn place(module: &[String]) -> Option<(usize, &str)> {
    let top = module.first()?;
    let place = ORDER.iter().position(|line| line.contains(&top.as_str()))?;
    Some((place, top))
}

/// Whether one is the other's room.
fn is_room(one: &[String], other: &[String]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Modules that can be reached from each of `edges` along them.
fn reached(edges: &BTreeMap<Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let mut found = BTreeSet::new();
    let mut open = vec![from.clone()];
    while let Some(module) = open.pop() {
        for next in edges.get(&module).into_iter().flatten().filter(|next| !is_room(&module, next)) {
            if found.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    found
}

/// Circles among `edges`, but those of a module and its children.
fn circles(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    edges.keys().filter(|module| reached(edges, module).contains(*module)).map(|module| module.join("::")).collect()
}

/// What of `edges` points outward.
fn outward(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (module, names) in edges.iter().filter(|(module, _)| !module.is_empty()) {
        let Some((own, top)) = place(module) else {
            wrong.push(format!("{} has no place in the order", module.join("::")));
            continue;
        };
        let is_wrong = |other: &&Module| place(other).is_some_and(|(its, name)| its > own || its == own && name != top);
        wrong
            .extend(names.iter().filter(is_wrong).map(|other| format!("{} → {}", module.join("::"), other.join("::"))));
    }
    wrong
}

#[test]
fn arrows_point_inward() {
    let source = Source::read();
    assert_eq!(outward(&source.edges()), Vec::<String>::new());
    let mut wrong = Vec::new();
    for (module, path) in source.files.iter().filter(|(module, _)| !module.is_empty() && module[0] != "web") {
        let text = fs::read_to_string(path).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        let core = matches!(module[0].as_str(), "model" | "engine");
        let banned = NOWHERE.iter().chain(NOT_IN_THE_CORE.iter().filter(|_| core));
        wrong.extend(banned.filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_files_depend_on_each_other_in_a_circle() {
    assert_eq!(circles(&Source::read().edges()), Vec::<String>::new());
}

#[test]
fn what_a_file_names_is_seen() {
    let text = "mod inner;\nuse crate::run::{Report, apply::write as w};\nuse super::{merge, Seen};\n\
                fn f(x: crate::model::Side) { inner::go(); }\n#[cfg(test)]\nmod tests { use crate::web::Host; }";
    let paths: Vec<String> = named(text).paths.iter().map(|path| path.join("::")).collect();
    let has = |path: &str| paths.iter().any(|one| one == path);
    for path in ["crate::run::Report", "crate::run::apply::write", "super::merge", "crate::model::Side", "inner::go"] {
        assert!(has(path), "{path} is not among {paths:?}");
    }
    assert!(!has("crate::web::Host"), "a file's own tests may name what they like");
}

#[test]
fn the_checks_see_what_is_wrong() {
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (from, to) in pairs {
            edges.entry(module(from)).or_default().insert(module(to));
        }
        edges
    };
    assert_eq!(outward(&edges(&[("engine::plan", "ports"), ("run", "engine")])), ["engine::plan → ports"]);
    assert_eq!(outward(&edges(&[("graph::map", "ews")])), ["graph::map → ews"]);
    assert_eq!(outward(&edges(&[("other", "model")])), ["other has no place in the order"]);
    let circle = [("engine::a", "engine::b"), ("engine::b", "engine::c"), ("engine::c", "engine::a")];
    assert_eq!(circles(&edges(&circle)).len(), 3);
    let room = [("engine::a", "engine::a::b"), ("engine::a::b", "engine::a"), ("engine::c", "engine::a")];
    assert_eq!(circles(&edges(&room)), Vec::<String>::new());
}
