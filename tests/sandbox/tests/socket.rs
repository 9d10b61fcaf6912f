//! The binary: its addresses, the page, and what faults do to a connection.

// A failed unwrap is a failed test; clippy.toml lets it pass in test functions only, not in what
// they call.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Server {
    process: Child,
    creatio: u16,
    graph: u16,
    exchange: u16,
    www: PathBuf,
}

/// What came over the wire until the peer closed: empty where there was no reply.
struct Wire(String);

impl Wire {
    fn status(&self) -> Option<u16> {
        self.0.split(' ').nth(1).and_then(|status| status.parse().ok())
    }

    fn header(&self, name: &str) -> Vec<&str> {
        let head = self.0.split("\r\n\r\n").next().unwrap();
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.env("CREATIO_PORT", "0").env("GRAPH_PORT", "0").env("EXCHANGE_PORT", "0").env("SANDBOX_SEED", "empty");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Server {
    fn start(name: &str) -> Self {
        Self::begin(name, &mut command())
    }

    /// One that checks what is said to Graph by this description.
    fn start_with(name: &str, description: &Path) -> Self {
        Self::begin(name, command().env("SANDBOX_DESCRIPTION", description))
    }

    fn begin(name: &str, command: &mut Command) -> Self {
        let www = std::env::temp_dir().join(format!("sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(www.join("dist/assets")).unwrap();
        std::fs::write(www.join("secret.txt"), "secret").unwrap();
        std::fs::write(www.join("dist/index.html"), "<title>t</title><!--sandbox--><p>x</p>").unwrap();
        for (file, content) in [("a.js", "1"), ("a.css", "2"), ("a.wasm", "3"), ("a.svg", "4"), ("a.js.map", "{}")] {
            std::fs::write(www.join("dist/assets").join(file), content).unwrap();
        }
        let mut process = command.env("SANDBOX_WWW", www.join("dist")).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut port = |name: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(&format!("sandbox: {name} http://localhost:")).unwrap().parse().unwrap()
        };
        let (creatio, graph, exchange) = (port("creatio"), port("graph"), port("exchange"));
        Self { process, creatio, graph, exchange, www }
    }

    fn send(&self, port: u16, method: &str, path: &str, (headers, body): (&str, &str)) -> Wire {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\nContent-Length: {length}"
        );
        write!(stream, "{head}\r\n{headers}\r\n{body}").unwrap();
        let mut reply = Vec::new();
        // A connection that is reset gives what came before.
        let _ = stream.read_to_end(&mut reply);
        Wire(String::from_utf8_lossy(&reply).into_owned())
    }

    fn get(&self, path: &str) -> Wire {
        self.send(self.creatio, "GET", path, ("", ""))
    }

    fn control(&self, path: &str, body: &Json) -> Wire {
        self.send(self.graph, "POST", path, ("Content-Type: application/json\r\n", &body.to_string()))
    }

    fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success(), "it ends cleanly");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.www);
    }
}

/// The header line of a signed-in reader.
fn cookie(page: &Wire) -> String {
    let cookies: Vec<&str> = page.header("set-cookie").iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    assert_eq!(cookies.len(), 4);
    format!("Cookie: {}\r\n", cookies.join("; "))
}

#[test]
fn serves_the_page() {
    let server = Server::start("page");
    let page = server.get("/?culture=ru-RU");
    assert_eq!((page.status(), page.header("content-type")), (Some(200), vec!["text/html; charset=utf-8"]));
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' \
         http://localhost:{}; require-trusted-types-for 'script'; trusted-types schedule-sync lit-html dompurify",
        server.graph
    );
    assert_eq!(page.header("content-security-policy"), [policy.as_str()]);
    let block = page.body().split_once("<script type=\"application/json\" id=\"creatio-context\">").unwrap();
    assert_eq!(block.0, "<title>t</title>");
    let (data, rest) = block.1.split_once("</script>").unwrap();
    assert_eq!(rest, "<p>x</p>");
    let context: Json = serde_json::from_str(data).unwrap();
    assert_eq!(context["graph"], format!("http://localhost:{}/v1.0", server.graph));
    assert_eq!(context["exchange"], "/ews/Exchange.asmx");
    let told = [&context["base"], &context["culture"], &context["timeZone"], &context["contact"]["name"]];
    assert_eq!(told, ["/0", "ru-RU", "Russian Standard Time", "Supervisor"]);
    assert!(context["sandbox"] == true && context["instance"].is_string() && context["user"]["id"].is_string());

    let cookie = cookie(&page);
    assert_eq!(server.send(server.creatio, "GET", "/0/odata/Contact", (&cookie, "")).status(), Some(200));
    assert_eq!(server.get("/0/odata/Contact").status(), Some(302));
    assert_eq!(server.get("/index.html?culture=%3C/script%3E").body().matches("</script>").count(), 1);
    let instance = context["instance"].as_str().unwrap();
    assert!(server.get("/").body().contains(instance));
    assert_eq!(server.control("/sandbox/reset", &json!({"seed": "empty"})).status(), Some(204));
    assert!(!server.get("/").body().contains(instance), "a reset changes the instance");
    server.stop();
}

#[test]
fn serves_exchange_on_its_port_and_on_creatios_origin() {
    const SIGNED: &str = "Authorization: Basic ZGVtb0Bjb3JwLmNvbnRvc28uZXhhbXBsZTpzYW5kYm94\r\nContent-Type: text/xml; charset=utf-8\r\n";
    let server = Server::start("exchange");
    let cookie = cookie(&server.get("/"));
    let body = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
        xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Body><m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>\
        <m:FolderIds><t:DistinguishedFolderId Id=\"calendar\"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>";
    let direct = server.send(server.exchange, "POST", "/EWS/Exchange.asmx", (SIGNED, body));
    assert_eq!((direct.status(), direct.header("set-cookie").len()), (Some(200), 2), "{}", direct.0);
    assert!(direct.body().contains("<t:DisplayName>Calendar</t:DisplayName>"));
    let with_cookies = format!("{SIGNED}{cookie}BPMCSRF: x\r\n");
    let passed = server.send(server.creatio, "POST", "/ews/Exchange.asmx", (&with_cookies, body));
    assert_eq!((passed.status(), passed.header("set-cookie").len()), (Some(200), 0), "{}", passed.0);
    assert_eq!(server.send(server.creatio, "OPTIONS", "/ews/Exchange.asmx", ("", "")).status(), Some(405));
    assert_eq!(server.send(server.exchange, "OPTIONS", "/EWS/Exchange.asmx", ("", "")).status(), Some(401));
    assert_eq!(server.send(server.exchange, "GET", "/sandbox/strays", ("", "")).body(), "[]");
    server.stop();
}

#[test]
fn serves_files_and_nothing_else() {
    let server = Server::start("files");
    let rows = [
        ("/assets/a.js", "text/javascript; charset=utf-8"),
        ("/assets/a.css", "text/css; charset=utf-8"),
        ("/assets/a.wasm", "application/wasm"),
        ("/assets/a.svg", "image/svg+xml"),
        ("/assets/a.js.map", "application/json; charset=utf-8"),
    ];
    for (path, media_type) in rows {
        let file = server.get(path);
        assert_eq!((file.status(), file.header("content-type")), (Some(200), vec![media_type]), "{path}");
        assert_eq!((file.header("cache-control"), file.header("set-cookie").len()), (vec!["no-cache"], 0));
        assert_eq!(file.header("content-security-policy").len(), 1, "workers obey the policy of their own script");
        let tag = format!("If-None-Match: {}\r\n", file.header("etag")[0]);
        assert_eq!(server.send(server.creatio, "GET", path, (&tag, "")).status(), Some(304), "{path}");
    }
    for path in
        ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets", "/none.js"]
    {
        let reply = server.get(path);
        assert_eq!(reply.status(), Some(501), "{path}");
        assert!(!reply.body().contains("secret\n") && reply.body().contains(path), "{path}: {}", reply.body());
    }
    server.stop();
}

#[test]
fn faults_reach_the_wire() {
    let server = Server::start("faults");
    let cookie = cookie(&server.get("/"));
    let fault = |then: Json| {
        let faults = json!([{"server": "creatio", "path": "Contact", "times": 1, "then": then}]);
        assert_eq!(server.control("/sandbox/faults", &faults).status(), Some(204));
        let start = Instant::now();
        (server.send(server.creatio, "GET", "/0/odata/Contact", (&cookie, "")), start.elapsed())
    };
    for drop in ["before", "after"] {
        let (reply, _) = fault(json!({"drop": drop}));
        assert_eq!(reply.0, "", "no reply at all");
    }
    let (cut, _) = fault(json!({"close": true}));
    let (whole, _) = fault(json!({"delayMs": 300}));
    let length: usize = cut.header("content-length")[0].parse().unwrap();
    assert_eq!((cut.status(), whole.status()), (Some(200), Some(200)));
    assert_eq!((whole.body().len(), cut.body().len()), (length, length / 2));
    let (limited, _) = fault(json!({"status": 429, "headers": {"Retry-After": "3"}}));
    assert_eq!((limited.status(), limited.header("retry-after")), (Some(429), vec!["3"]));
    server.stop();
}

#[test]
fn a_delayed_reply_holds_up_nobody() {
    let server = Server::start("delay");
    let cookie = cookie(&server.get("/"));
    let faults = json!([{"path": "Contact", "times": 1, "then": {"delayMs": 1500}}]);
    assert_eq!(server.control("/sandbox/faults", &faults).status(), Some(204));
    std::thread::scope(|scope| {
        let start = Instant::now();
        let slow = scope.spawn(|| server.send(server.creatio, "GET", "/0/odata/Contact", (&cookie, "")));
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(server.send(server.creatio, "GET", "/0/odata/Account", (&cookie, "")).status(), Some(200));
        assert!(start.elapsed() < Duration::from_millis(1400), "{:?}", start.elapsed());
        assert_eq!(slow.join().unwrap().status(), Some(200));
        assert!(start.elapsed() >= Duration::from_millis(1500));
    });
    server.stop();
}

#[test]
fn the_clock_is_set_and_told() {
    let server = Server::start("clock");
    assert_eq!(server.control("/sandbox/clock", &json!({"now": "2026-03-02T09:00:00Z"})).status(), Some(204));
    let told = server.send(server.creatio, "GET", "/0/odata/Activity", ("", ""));
    assert!(told.header("date")[0].starts_with("Mon, 02 Mar 2026 09:00:0"), "{:?}", told.header("date"));
    assert_eq!(server.control("/sandbox/clock", &json!({"now": "soon"})).status(), Some(400));
}

#[test]
fn checks_what_is_said_if_told_by_what() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/graph/openapi.yaml");
    let findings = |server: &Server| {
        server.send(server.graph, "GET", "/v1.0/me/calendars?$tpo=1", ("", ""));
        server.send(server.graph, "GET", "/sandbox/findings", ("", ""))
    };
    assert_eq!(findings(&Server::start("unchecked")).status(), Some(404));
    if !file.is_file() {
        println!("SKIPPED: no {} here, so nothing was checked against it", file.display());
        return;
    }
    let told: Json = serde_json::from_str(findings(&Server::start_with("checked", &file)).body()).unwrap();
    assert_eq!(told[0]["checked"], 1);
    assert!(told[0]["violations"][0].as_str().unwrap().contains("$tpo"), "{told}");
}

#[test]
fn says_what_is_wrong_with_its_settings() {
    let server = Server::start("busy");
    let busy = server.creatio.to_string();
    let rows = [
        ("CREATIO_PORT", busy.as_str(), vec![busy.as_str(), "CREATIO_PORT"]),
        ("GRAPH_PORT", busy.as_str(), vec![busy.as_str(), "GRAPH_PORT"]),
        ("EXCHANGE_PORT", busy.as_str(), vec![busy.as_str(), "EXCHANGE_PORT"]),
        ("GRAPH_PORT", "http", vec!["GRAPH_PORT", "\"http\""]),
        ("SANDBOX_SEED", "full", vec!["SANDBOX_SEED", "\"full\""]),
    ];
    for (variable, value, parts) in rows {
        let output = command().env(variable, value).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), message.lines().count(), output.stdout.len()), (Some(1), 1, 0), "{message}");
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    server.stop();
}
