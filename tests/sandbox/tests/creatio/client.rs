//! A signed-in client of an in-process sandbox with a fixed clock.

use sandbox::{Request, Response, Sandbox, Seed, Server};
use serde_json::{Value as Json, json};

/// The sandbox's time in these tests, a Monday.
pub(crate) const NOW: &str = "2026-11-23T10:00:00.123456Z";

pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
    cookie: String,
    csrf: String,
}

impl Client {
    pub(crate) fn new(seed: Seed) -> Self {
        let sandbox = Sandbox::new(seed, Some(NOW.parse().unwrap()));
        let mut client = Self { sandbox, cookie: String::new(), csrf: String::new() };
        client.sign_in("Supervisor");
        client
    }

    /// Has the requests from now on come from this user.
    pub(crate) fn sign_in(&mut self, user: &str) {
        let body = json!({"UserName": user, "UserPassword": user}).to_string();
        let request = http::Request::post("/ServiceModel/AuthService.svc/Login").body(body.into_bytes()).unwrap();
        let response = self.send(&request);
        let cookies = cookies(&response);
        self.csrf = cookies.iter().find_map(|cookie| cookie.strip_prefix("BPMCSRF=")).unwrap().to_owned();
        self.cookie = cookies.join("; ");
    }

    /// A control request, which must have this status: the JSON of its reply.
    pub(crate) fn control(&mut self, path: &str, body: &Json, status: u16) -> Json {
        let request = http::Request::post(format!("/sandbox/{path}")).body(body.to_string().into_bytes()).unwrap();
        let response = self.send(&request);
        let told = String::from_utf8_lossy(response.body()).into_owned();
        assert_eq!(response.status().as_u16(), status, "{path} {body}: {told}");
        serde_json::from_str(&told).unwrap_or(Json::Null)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let path = format!("/0/odata/{path}").replace(' ', "%20").replace('<', "%3C").replace('>', "%3E");
        http::Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "localhost:8080")
            .header("Cookie", &self.cookie)
            .header("BPMCSRF", &self.csrf)
            .header("Content-Type", "application/json")
    }

    pub(crate) fn send(&mut self, request: &Request) -> Response {
        self.sandbox.handle(Server::Creatio, request).response.unwrap()
    }

    /// Status and JSON body (null where there is none).
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = self.request(method, path).body(bytes).unwrap();
        let response = self.send(&request);
        let body = String::from_utf8(response.body().clone()).unwrap();
        (response.status().as_u16(), serde_json::from_str(&body).unwrap_or(json!(body)))
    }

    /// Status and text of the reply to a body of another type.
    pub(crate) fn raw(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
        let mut request = self.request(method, path).body(body.to_vec()).unwrap();
        request.headers_mut().insert("Content-Type", kind.parse().unwrap());
        let response = self.send(&request);
        (response.status().as_u16(), String::from_utf8(response.into_body()).unwrap())
    }

    pub(crate) fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.call("GET", path, &Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The values of one column of a collection.
    pub(crate) fn column(&mut self, path: &str, column: &str) -> Vec<String> {
        let body = self.get(path);
        let rows = body["value"].as_array().unwrap();
        rows.iter().map(|row| row[column].as_str().map_or_else(|| row[column].to_string(), str::to_owned)).collect()
    }

    /// Creates an activity and gives its id.
    pub(crate) fn activity(&mut self, body: &Json) -> String {
        let (status, created) = self.call("POST", "Activity", body);
        assert_eq!(status, 201, "{created}");
        created["Id"].as_str().unwrap().to_owned()
    }
}

/// `name=value` of each cookie that a reply sets.
pub(crate) fn cookies(response: &Response) -> Vec<String> {
    let headers = response.headers().get_all("set-cookie").iter();
    headers.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}
