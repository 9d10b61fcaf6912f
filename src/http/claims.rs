//! The claims that a challenge of continuous access evaluation asks for (docs/facts/graph.md,
//! "Challenges"): read from `WWW-Authenticate`, handed to whoever gets the tokens. Nothing here
//! looks into them.

use crate::ports::HttpResponse;
use http::header::WWW_AUTHENTICATE;

/// The claims, as the JSON text that a token is to be asked for with; `None` if the reply is no
/// such challenge.
#[must_use]
pub fn challenge(response: &HttpResponse) -> Option<String> {
    let challenges = response.headers().get_all(WWW_AUTHENTICATE).into_iter().filter_map(|header| header.to_str().ok());
    let mut claims = challenges
        .filter(|challenge| challenge.contains("insufficient_claims"))
        .filter_map(|challenge| challenge.split("claims=\"").nth(1)?.split('"').next());
    String::from_utf8(decoded(claims.next()?)?).ok()
}

/// The bytes of a base 64 text, of either alphabet, padded or not.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut word, mut bits) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let sextet = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        word = word << 6 | u32::from(sextet);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits & 0xFF) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_challenge_asks_for_claims() {
        let whole =
            "Bearer realm=\"\", authorization_uri=\"https://login.example/authorize\", error=\"insufficient_claims\", ";
        for (header, claims) in [
            (format!("{whole}claims=\"eyJhIjoxfQ==\""), Some("{\"a\":1}")),
            (format!("{whole}claims=\"eyJhIjoxfQ\""), Some("{\"a\":1}")),
            (format!("{whole}claims=\"!\""), None),
            (format!("{whole}claims=\"_w\""), None), // no text
            (whole.to_owned(), None),
            ("Bearer error=\"invalid_token\", claims=\"eyJhIjoxfQ==\"".to_owned(), None),
        ] {
            let response = ::http::Response::builder().header(WWW_AUTHENTICATE, &header).body(Vec::new());
            assert_eq!(response.ok().and_then(|response| challenge(&response)).as_deref(), claims, "{header}");
        }
        assert_eq!(challenge(&HttpResponse::new(Vec::new())), None);
    }
}
