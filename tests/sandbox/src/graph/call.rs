//! A request taken apart: path segments, query options, preferences, body. It knows no resource.

use super::answer::Fail;
use super::shape::Object;
use super::zones;
use crate::environment::Request;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// What `encodeURIComponent` would escape.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'$');

/// One request to Graph.
pub(crate) struct Call<'a> {
    request: &'a Request,
    /// Scheme and host that the client used, for links.
    base: String,
    /// Path segments after the version, decoded.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Query,
    pub(crate) prefer: Prefer,
}

/// Query options, decoded, in the order given.
#[derive(Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// What `Prefer` asks for.
#[derive(Clone, Default)]
pub(crate) struct Prefer {
    /// `outlook.timezone`: name and zone.
    pub(crate) zone: Option<(String, Tz)>,
    /// `outlook.body-content-type="text"`.
    pub(crate) text: bool,
    /// `odata.maxpagesize`.
    pub(crate) page: Option<usize>,
    /// What to say in `Preference-Applied`.
    pub(crate) applied: String,
}

impl<'a> Call<'a> {
    /// Takes a request apart.
    ///
    /// # Errors
    /// 400 where a preference can't be met.
    pub(crate) fn new(request: &'a Request) -> Result<Self, Fail> {
        let uri = request.uri();
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let host = uri.authority().map(http::uri::Authority::as_str).or_else(|| header("host")).unwrap_or("localhost");
        let base = format!("{}://{host}", uri.scheme_str().unwrap_or("http"));
        let path = uri.path().strip_prefix("/v1.0/").unwrap_or_default();
        let segments = path.split('/').filter(|s| !s.is_empty()).map(decode).collect();
        let query = Query::read(uri.query().unwrap_or_default());
        let prefers = request.headers().get_all("prefer").iter().filter_map(|v| v.to_str().ok());
        let prefer = Prefer::read(prefers, request.method() == Method::GET)?;
        Ok(Self { request, base, segments, query, prefer })
    }

    /// The verb.
    pub(crate) fn method(&self) -> &Method {
        self.request.method()
    }

    /// Path and query as sent.
    pub(crate) fn path(&self) -> &str {
        self.request.uri().path_and_query().map_or("/", |p| p.as_str())
    }

    /// The body, an object; no body is an empty one.
    ///
    /// # Errors
    /// 400 if it isn't one.
    pub(crate) fn body(&self) -> Result<Object, Fail> {
        if self.request.body().is_empty() {
            return Ok(Object::new());
        }
        match serde_json::from_slice(self.request.body()) {
            Ok(Value::Object(body)) => Ok(body),
            Ok(_) => Err(Fail::body("The request body is not an object.")),
            Err(error) => Err(Fail::new(
                http::StatusCode::BAD_REQUEST,
                "BadRequest",
                format!("Unable to read JSON request payload: {error}"),
            )),
        }
    }

    /// Refuses a write whose `If-Match` is not `etag` (docs/facts/graph.md, "Versions").
    ///
    /// # Errors
    /// 412 `ErrorIrresolvableConflict`.
    pub(crate) fn matches(&self, etag: &str) -> Result<(), Fail> {
        let wanted = self.request.headers().get("if-match").and_then(|value| value.to_str().ok());
        match wanted {
            None | Some("*") => Ok(()),
            Some(wanted) if wanted == etag => Ok(()),
            Some(_) => Err(Fail::new(
                http::StatusCode::PRECONDITION_FAILED,
                "ErrorIrresolvableConflict",
                "The send or update operation could not be performed because the change key passed in the request \
                 does not match the current change key for the item.",
            )),
        }
    }

    /// This request's own address with other query options.
    pub(crate) fn link(&self, query: &Query) -> String {
        format!("{}{}?{}", self.base, self.request.uri().path(), query.write())
    }

    /// The address of `path` (after the version) on the host that the client used.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}/v1.0/{path}", self.base)
    }

    /// The address of an item, whose id is escaped.
    pub(crate) fn item(&self, path: &str, id: &str) -> String {
        self.address(&format!("{path}/{}", utf8_percent_encode(id, COMPONENT)))
    }
}

impl Query {
    fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(&value.replace('+', " ")))
        });
        Self(pairs.collect())
    }

    fn write(&self) -> String {
        let escape = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
        self.0.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
    }

    /// The value of an option; names are read in any case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// One option only.
    pub(crate) fn only(name: &str, value: &str) -> Self {
        Self(vec![(name.to_owned(), value.to_owned())])
    }

    /// These options with another value for one.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let others = self.0.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)).cloned();
        Self(others.chain([(name.to_owned(), value.to_owned())]).collect())
    }

    /// A whole number.
    ///
    /// # Errors
    /// 400 if it is none.
    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, Fail> {
        self.get(name)
            .map(|text| text.parse().map_err(|_| Fail::invalid(format!("Invalid value '{text}' for {name}."))))
            .transpose()
    }

    /// `startDateTime` or `endDateTime`.
    ///
    /// # Errors
    /// 400 if it is missing or no time.
    pub(crate) fn instant(&self, name: &str) -> Result<DateTime<Utc>, Fail> {
        let text = self.get(name).ok_or_else(|| {
            Fail::invalid(format!("This request requires a time window specified by the query string parameters StartDateTime and EndDateTime; {name} is missing."))
        })?;
        zones::query_instant(text)
            .ok_or_else(|| Fail::invalid(format!("The value '{text}' of {name} is no date and time.")))
    }

    /// Refuses options that an endpoint does not take.
    ///
    /// # Errors
    /// 400 naming the first.
    pub(crate) fn refuse(&self, names: &[&str]) -> Result<(), Fail> {
        match names.iter().find(|name| self.get(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(Fail::invalid(format!(
                "The following parameters are not supported with change tracking over this resource: '{name}'."
            ))),
        }
    }
}

impl Prefer {
    fn read<'v>(values: impl Iterator<Item = &'v str>, is_get: bool) -> Result<Self, Fail> {
        let mut prefer = Self::default();
        let mut applied = Vec::new();
        for part in values.flat_map(|value| value.split(',')) {
            let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                // PATCH and POST answers ignore it (docs/facts/graph.md, "Times")
                "outlook.timezone" if is_get => {
                    let tz = zones::zone(value).ok_or_else(|| {
                        Fail::invalid(format!("The time zone '{value}' of the Prefer header is not supported."))
                    })?;
                    prefer.zone = Some((value.to_owned(), tz));
                }
                "outlook.body-content-type" => prefer.text = value.eq_ignore_ascii_case("text"),
                "odata.maxpagesize" => prefer.page = value.parse().ok().filter(|size| *size > 0),
                "idtype" => {}
                _ => continue,
            }
            applied.push(part.trim());
        }
        prefer.applied = applied.join(", ");
        Ok(prefer)
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
