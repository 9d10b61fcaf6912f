//! The service document and `$metadata` (docs/facts/creatio.md, "Addresses"): what the schema says,
//! spelled as OData's JSON and EDMX.

use super::schema::{ENTITIES, Entity, Kind};
use super::switches::Switched;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The service document.
pub(crate) fn service(root: &str) -> Json {
    let sets: Vec<_> =
        ENTITIES.iter().map(|entity| json!({"name": entity.name, "kind": "EntitySet", "url": entity.name})).collect();
    json!({"@odata.context": format!("{root}/$metadata"), "value": sets})
}

/// The EDMX document: texts not nullable, GUIDs and dates nullable, no defaults, back references as
/// collections.
pub(crate) fn document(switched: &Switched) -> String {
    let mut types = String::new();
    let mut sets = String::new();
    for entity in ENTITIES {
        describe(entity, switched, &mut types);
        bind(entity, &mut sets);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>\
         <Schema Namespace=\"Terrasoft.Configuration.OData\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">{types}</Schema>\
         <Schema Namespace=\"Default\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\
         <EntityContainer Name=\"Container\">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    )
}

// Writing to a String can't fail: the results are dropped.
fn describe(entity: &'static Entity, switched: &Switched, out: &mut String) {
    let _ = write!(out, "<EntityType Name=\"{}\"><Key><PropertyRef Name=\"Id\"/></Key>", entity.name);
    for column in entity.columns().filter(|column| !switched.lacks(entity.name, column.name)) {
        let nullable = match column.kind {
            Kind::Guid | Kind::Lookup(_) | Kind::Date | Kind::Binary => column.name != "Id",
            Kind::Text(_) | Kind::Bool | Kind::Int => false,
        };
        let nullable = if nullable { "" } else { " Nullable=\"false\"" };
        let _ = write!(out, "<Property Name=\"{}\" Type=\"{}\"{nullable}/>", column.property(), column.kind.edm());
    }
    for column in entity.columns().filter(|column| !switched.lacks(entity.name, column.name)) {
        if let Some(target) = column.target() {
            let _ = write!(
                out,
                "<NavigationProperty Name=\"{}\" Type=\"Terrasoft.Configuration.OData.{}\">\
                 <ReferentialConstraint Property=\"{}\" ReferencedProperty=\"Id\"/></NavigationProperty>",
                column.name,
                target.name,
                column.property()
            );
        }
    }
    for (child, _, name) in entity.referrers() {
        let _ = write!(
            out,
            "<NavigationProperty Name=\"{name}\" Type=\"Collection(Terrasoft.Configuration.OData.{})\"/>",
            child.name
        );
    }
    out.push_str("</EntityType>");
}

fn bind(entity: &'static Entity, out: &mut String) {
    let _ = write!(out, "<EntitySet Name=\"{0}\" EntityType=\"Terrasoft.Configuration.OData.{0}\">", entity.name);
    for column in entity.columns() {
        if let Some(target) = column.target() {
            let _ = write!(out, "<NavigationPropertyBinding Path=\"{}\" Target=\"{}\"/>", column.name, target.name);
        }
    }
    for (child, _, name) in entity.referrers() {
        let _ = write!(out, "<NavigationPropertyBinding Path=\"{name}\" Target=\"{}\"/>", child.name);
    }
    out.push_str("</EntitySet>");
}
