//! Checks requests and replies of Graph against Microsoft's own description (an OpenAPI 3.0 file).
//!
//! The file is read with three turns, because it describes types for generators rather than for
//! validation: `nullable: true` becomes "or null"; a named object schema refuses members that it
//! doesn't name, other than annotations (`@odata.…`, `x@odata.…`) and `@removed`; inheritance
//! (`allOf`) is folded into one schema so that this can be said. It is no full OpenAPI validator:
//! header parameters and formats other than `date-time`, `date` and integers are not looked at.

use crate::Sandbox;
use crate::environment::{Request, Response, Server};
use http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// How many violations of one body are told.
const MOST: usize = 5;
/// Types that may have members of any name: a client's own extensions.
const OPEN: &[&str] = &["microsoft.graph.extension", "microsoft.graph.openTypeExtension"];

/// A description of Graph and what was looked for in it in vain.
pub struct Description {
    paths: Map<String, Value>,
    parameters: Value,
    responses: Value,
    schemas: Value,
    compiled: Mutex<HashMap<String, Result<Arc<jsonschema::Validator>, String>>>,
    missing: Mutex<BTreeSet<String>>,
}

/// What a watched sandbox has come to.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Requests and replies that were checked, parts of batches included.
    pub checked: usize,
    /// What doesn't fit the description, each with method and path.
    pub violations: Vec<String>,
    /// Paths that the description lacks.
    pub missing: BTreeSet<String>,
}

/// Has every request to Graph and every reply checked from now on. Sandboxes may share one
/// description: reading the file and compiling its schemas is what takes time.
pub fn watch(sandbox: &mut Sandbox, description: &Arc<Description>) -> Arc<Mutex<Findings>> {
    let findings = Arc::new(Mutex::new(Findings::default()));
    sandbox.findings = Some(Arc::clone(&findings));
    let (kept, description) = (Arc::clone(&findings), Arc::clone(description));
    sandbox.environment.watch(Box::new(move |server, request, response| {
        if let (Server::Graph, Ok(mut findings)) = (server, kept.lock()) {
            findings.checked += 1;
            findings.violations.extend(description.check_request(request));
            findings.violations.extend(description.check_response(request, response));
            findings.missing.extend(description.lacks(request));
        }
    }));
    findings
}

impl Description {
    /// Reads the description from a YAML file.
    ///
    /// # Errors
    /// Why it can't be read, in words.
    pub fn load(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{shown} can't be read: {error}"))?;
        let mut file: Value = serde_yaml_ng::from_str(&text).map_err(|error| format!("{shown} is no YAML: {error}"))?;
        let Some(Value::Object(paths)) = file.get_mut("paths").map(Value::take) else {
            return Err(format!("{shown} has no paths"));
        };
        let component = |kind: &str| file.get("components").and_then(|all| all.get(kind)).cloned().unwrap_or_default();
        let raw = component("schemas").as_object().cloned().unwrap_or_default();
        let schemas = raw.keys().map(|name| (name.clone(), closed(name, &raw))).collect::<Map<_, _>>();
        Ok(Self {
            paths,
            parameters: component("parameters"),
            responses: component("responses"),
            schemas: Value::Object(schemas),
            compiled: Mutex::default(),
            missing: Mutex::default(),
        })
    }

    /// What of a request doesn't fit: its query options and its body.
    pub fn check_request(&self, request: &Request) -> Vec<String> {
        let Some((template, operation)) = self.operation(request) else { return Vec::new() };
        let mut found = self.check_query(request, operation);
        let key = format!("{} {template} request", request.method());
        let body = &operation["requestBody"];
        match (body_schema(body), request.body().is_empty()) {
            (Value::Null, true) => {}
            (Value::Null, false) => found.push("a body where the description has none".to_owned()),
            (_, true) => found.extend((body["required"] == true).then(|| "the body is missing".to_owned())),
            (schema, false) => found.extend(self.check_body(&key, schema, request.body())),
        }
        told(request, "request", found)
    }

    /// What of a reply doesn't fit: its status and its body. Errors without a JSON body come from
    /// gateways, not from Graph.
    pub fn check_response(&self, request: &Request, response: &Response) -> Vec<String> {
        let Some((template, operation)) = self.operation(request) else { return Vec::new() };
        let status = response.status();
        let is_json = response
            .headers()
            .get(http::header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/json"));
        if !status.is_success() && !is_json {
            return Vec::new();
        }
        let answers = &operation["responses"];
        let class = format!("{}XX", status.as_u16() / 100);
        let known = [status.as_str(), class.as_str(), "default"].into_iter().find(|name| answers.get(*name).is_some());
        let Some(name) = known else {
            return told(request, "reply", vec![format!("status {status} is not described")]);
        };
        let answer = answers.get(name).unwrap_or(&Value::Null);
        let answer = self.resolve(answer, &self.responses);
        let key = format!("{} {template} {name}", request.method());
        let found = match (body_schema(answer), response.body().is_empty()) {
            (_, true) if matches!(status.as_u16(), 202 | 204) => Vec::new(),
            (Value::Null, true) => Vec::new(),
            (Value::Null, false) => vec![format!("a body with status {status}")],
            (_, true) => vec![format!("no body with status {status}")],
            (_, false) if !is_json => vec!["the body is not said to be JSON".to_owned()],
            (schema, false) => self.check_body(&key, schema, response.body()),
        };
        told(request, "reply", found)
    }

    /// Method and path of a request that the description lacks.
    pub fn lacks(&self, request: &Request) -> Option<String> {
        let path = request.uri().path();
        let is_preflight = request.method() == Method::OPTIONS;
        (!is_preflight && self.operation(request).is_none()).then(|| format!("{} {path}", request.method()))
    }

    /// Methods and paths that were asked for and that the description lacks. Asking for them is no
    /// violation.
    pub fn missing_paths(&self) -> BTreeSet<String> {
        self.missing.lock().map(|missing| missing.clone()).unwrap_or_default()
    }

    /// The operation of a request; one that the description lacks is remembered.
    fn operation(&self, request: &Request) -> Option<(&str, &Value)> {
        if request.method() == Method::OPTIONS {
            return None;
        }
        let path = request.uri().path();
        let path = path.strip_prefix("/v1.0").unwrap_or(path);
        let found = self.template(path).and_then(|(template, item)| {
            let operation = item.get(request.method().as_str().to_ascii_lowercase())?;
            Some((template, operation))
        });
        if let (None, Ok(mut missing)) = (found, self.missing.lock()) {
            missing.insert(format!("{} {}", request.method(), request.uri().path()));
        }
        found
    }

    /// The path template that fits, the one with the most literal segments first.
    fn template(&self, path: &str) -> Option<(&str, &Value)> {
        let segments: Vec<_> =
            path.split('/').map(|segment| if segment == "delta" { "delta()" } else { segment }).collect();
        let fits = |template: &str| {
            let own: Vec<_> = template.split('/').collect();
            let all = own.len() == segments.len()
                && own
                    .iter()
                    .zip(&segments)
                    .all(|(own, given)| own == given || (own.starts_with('{') && !given.is_empty()));
            all.then(|| own.iter().filter(|own| !own.starts_with('{')).count())
        };
        let fitting = self.paths.iter().filter_map(|(template, item)| Some((fits(template)?, template.as_str(), item)));
        fitting.max_by_key(|(literal, _, _)| *literal).map(|(_, template, item)| (template, item))
    }

    fn resolve<'v>(&self, value: &'v Value, among: &'v Value) -> &'v Value {
        let name = value["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or(value, |name| among.get(name).unwrap_or(&Value::Null))
    }

    /// Options that the operation doesn't have, and required ones that are missing. A token stands
    /// for all of them.
    fn check_query(&self, request: &Request, operation: &Value) -> Vec<String> {
        let query = request.uri().query().unwrap_or_default();
        let decode = |name: &str| percent_decode_str(name).decode_utf8_lossy().into_owned();
        let given: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| decode(pair.split('=').next().unwrap_or(pair)))
            .collect();
        if given.iter().any(|name| name == "$skiptoken" || name == "$deltatoken") {
            return Vec::new();
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let known: Vec<_> =
            parameters.map(|one| self.resolve(one, &self.parameters)).filter(|one| one["in"] == "query").collect();
        let unknown = given.iter().filter(|name| !known.iter().any(|one| one["name"] == **name));
        let lacking =
            known.iter().filter(|one| one["required"] == true && !given.iter().any(|name| one["name"] == *name));
        unknown
            .map(|name| format!("the query option {name} is not described"))
            .chain(lacking.map(|one| format!("the query option {} is missing", one["name"])))
            .collect()
    }

    fn check_body(&self, key: &str, schema: &Value, body: &[u8]) -> Vec<String> {
        let body: Value = match serde_json::from_slice(body) {
            Ok(body) => body,
            Err(error) => return vec![format!("the body is no JSON: {error}")],
        };
        match self.validator(key, schema) {
            Err(error) => vec![error],
            Ok(validator) => {
                let errors = validator.iter_errors(&body).take(MOST);
                errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
            }
        }
    }

    /// The compiled schema of an operation's body, made once.
    fn validator(&self, key: &str, schema: &Value) -> Result<Arc<jsonschema::Validator>, String> {
        let mut compiled = self.compiled.lock().map_err(|error| error.to_string())?;
        let made = compiled.entry(key.to_owned()).or_insert_with(|| {
            let document = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "allOf": [nullable(schema)],
                "components": {"schemas": self.schemas},
            });
            let options = jsonschema::options().should_validate_formats(true);
            let validator = options.with_format("time", |_| true).build(&document);
            validator.map(Arc::new).map_err(|error| format!("the schema of {key} can't be used: {error}"))
        });
        made.clone()
    }
}

/// The schema of a JSON body; null where none is described.
fn body_schema(holder: &Value) -> &Value {
    holder.pointer("/content/application~1json/schema").unwrap_or(&Value::Null)
}

fn told(request: &Request, what: &str, found: Vec<String>) -> Vec<String> {
    found.into_iter().map(|why| format!("{} {} ({what}): {why}", request.method(), request.uri())).collect()
}

/// A named schema with its inheritance folded in, refusing members that it doesn't name.
fn closed(name: &str, raw: &Map<String, Value>) -> Value {
    let mut properties = BTreeMap::new();
    let mut required = Vec::new();
    let whole = raw.get(name).unwrap_or(&Value::Null);
    gather(whole, raw, &mut properties, &mut required);
    if properties.is_empty() || OPEN.contains(&name) {
        return nullable(whole);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "patternProperties": {r"@odata\.": {}, "^@removed$": {}},
        "additionalProperties": false,
    })
}

fn gather(
    schema: &Value,
    raw: &Map<String, Value>,
    properties: &mut BTreeMap<String, Value>,
    required: &mut Vec<Value>,
) {
    let parent = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).and_then(|name| raw.get(name));
    for part in schema["allOf"].as_array().into_iter().flatten().chain(parent) {
        gather(part, raw, properties, required);
    }
    let own = schema["properties"].as_object().into_iter().flatten();
    properties.extend(own.map(|(name, schema)| (name.clone(), nullable(schema))));
    required.extend(schema["required"].as_array().into_iter().flatten().cloned());
}

/// A schema of OpenAPI 3.0 as JSON Schema: `nullable` means "or null".
fn nullable(schema: &Value) -> Value {
    match schema {
        Value::Array(parts) => parts.iter().map(nullable).collect(),
        Value::Object(parts) => {
            let mut parts: Map<_, _> = parts.iter().map(|(name, part)| (name.clone(), nullable(part))).collect();
            let is_nullable = parts.remove("nullable") == Some(Value::Bool(true));
            if is_nullable { json!({"anyOf": [parts, {"type": "null"}]}) } else { Value::Object(parts) }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}
