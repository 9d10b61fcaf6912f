//! Markup: its text and its sanitised form come from one reading, so the text of what is written is
//! the text of what was read; and that reading is the one of a parser that nobody here wrote
//! (`tests/second_opinion/markup.mjs`, npm's parse5). The last is skipped, loudly, where it is not
//! installed.

#![allow(clippy::print_stdout)] // a skipped test says so

use crate::support::random::{Random, share, shrink};
use schedule_sync::model::Body;
use schedule_sync::model::html::{Document, sanitise, text};
use schedule_sync::model::text::lines;
use serde::Deserialize;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What pieces of markup are put together from, every two and every three of them.
const PIECES: [&str; 50] = [
    "a",
    " ",
    "\n",
    "&amp;",
    "&uuml",
    "&#150;",
    "&#1;",
    "\u{1}",
    "<",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<br>",
    "</br>",
    "<b>",
    "</b>",
    "<a href=\"https://x.example\">",
    "</a>",
    "<span>",
    "</span>",
    "<section>",
    "</section>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<dl>",
    "<dd>",
    "<h1>",
    "</h2>",
    "<pre>",
    "</pre>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<caption>",
    "<form>",
    "</form>",
    "<button>",
    "</button>",
    "<svg>",
    "</svg>",
    "<select>",
    "<title>",
    "</title>",
    "<!-- x --!>",
    "</body>",
];
/// What besides is put together at random.
const MORE: [&str; 92] = [
    "b",
    "word ",
    "\r\n",
    "\t",
    "\u{B}",
    "\u{FFFE}",
    "\u{0}",
    "\u{2028}",
    "\u{A0}",
    "\u{200B}",
    "ü",
    "😀",
    "&nbsp;",
    "&lt;",
    "&notit;",
    "&#x80;",
    "&#0;",
    "&#xD800;",
    "&#128512",
    "&unknown;",
    "&",
    "\"",
    "'",
    ">",
    "=",
    "/>",
    "<3",
    "</",
    "<!",
    "<?xml ?>",
    "<!DOCTYPE html>",
    "<![CDATA[c]]>",
    "<!--",
    "-->",
    "--!>",
    "<!-->",
    "<html>",
    "<head>",
    "</head>",
    "<body>",
    "</html>",
    "<style>s{}</style>",
    "<script>\"<script\"</script>",
    "<script><!--<script></script>-->",
    "</script>",
    "<noscript>n</noscript>",
    "<textarea>t</textarea>",
    "<iframe>f</iframe>",
    "<embed>",
    "<img src=x>",
    "<input>",
    "<hr>",
    "<math><mi>",
    "</math>",
    "<svg><desc>",
    "<svg/>",
    "<circle>",
    "<template>",
    "</template>",
    "<object>",
    "</object>",
    "<option>",
    "</select>",
    "<ol>",
    "</ol>",
    "<dt>",
    "</dt>",
    "</dd>",
    "</dl>",
    "<h2>",
    "</h1>",
    "<blockquote>",
    "</blockquote>",
    "<address>",
    "</address>",
    "<article>",
    "</article>",
    "<center>",
    "<marquee>",
    "</marquee>",
    "<th>",
    "</tr>",
    "<tbody>",
    "</tbody>",
    "<tfoot>",
    "<colgroup><col>",
    "</caption>",
    "<a data-href='javascript:x' href=mailto:x@y.example>",
    "<a href=javascript:x>",
    "<p title=a\"b>",
    "<b class='x y' id=\"z\">",
    "<xmp>x</xmp>",
];
const ALLOWED: &str = "p div blockquote pre h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tr td th br hr a b i u s code sub sup";

/// What is wrong with how `markup` is read and written.
fn flaw(markup: &str) -> Option<String> {
    let document = Document::read(markup);
    let (seen, clean) = (document.text(), document.markup());
    let again = Document::read(&clean);
    if again.text() != seen {
        return Some(format!("the text {seen:?} became {:?} in {clean:?}", again.text()));
    }
    if again.markup() != clean {
        return Some(format!("{clean:?} is sanitised again to {:?}", again.markup()));
    }
    if let Some(bad) = forbidden(&clean) {
        return Some(format!("{bad:?} in {clean:?}"));
    }
    // notes that bear a tag, and no character that can't be carried, are the markup that they are
    if document.is_marked() && !document.has_void() && again.is_marked() {
        return None;
    }
    let body = Body::from_html(markup);
    if body.text != seen || text(&body.html) != seen {
        return Some(format!("the body {body:?} of {seen:?}"));
    }
    let notes = Body::from_notes(markup);
    let told = Body::from_notes(&sanitise(&notes.html));
    (told != notes || Body::from_notes(&clean).text != seen).then(|| format!("notes {notes:?} came back as {told:?}"))
}

/// What is in sanitised markup and must not be: judged without any reader of ours.
fn forbidden(clean: &str) -> Option<String> {
    let mut rest = clean;
    while let Some((_, tag)) = rest.split_once('<') {
        let Some((tag, after)) = tag.split_once('>') else { return Some(tag.to_owned()) };
        rest = after;
        let link = tag.strip_prefix("a href=\"").and_then(|address| address.strip_suffix('"'));
        let schemes = ["http://", "https://", "mailto:", "tel:"];
        let fine = match link {
            Some(address) => {
                let lower = address.to_ascii_lowercase();
                schemes.iter().any(|scheme| lower.starts_with(scheme)) && !address.contains(['"', '<', '>'])
            }
            None => ALLOWED.split(' ').any(|name| name == tag.strip_prefix('/').unwrap_or(tag)),
        };
        if !fine {
            return Some(tag.to_owned());
        }
    }
    clean.chars().find(|c| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')).map(|c| format!("{c:?}"))
}

fn judged(cases: impl Iterator<Item = Vec<&'static str>>) {
    let fails = |pieces: &[&str]| flaw(&pieces.concat()).is_some();
    let mut wrong: Vec<String> = Vec::new();
    for pieces in cases.filter(|pieces| fails(pieces)) {
        let least = shrink(&pieces, fails).concat();
        let told = format!("{least:?}: {}", flaw(&least).unwrap());
        if !wrong.contains(&told) {
            wrong.push(told);
        }
        if wrong.len() > 20 {
            break;
        }
    }
    assert!(wrong.is_empty(), "{} do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_text_of_what_is_written_is_the_text_of_what_was_read_for_every_three_pieces() {
    let pairs = PIECES.into_iter().flat_map(|one| PIECES.map(|two| [one, two]));
    judged(pairs.clone().map(|pair| pair.to_vec()));
    // with a word on each side of each, so that a line end that is lost, or too much, shows
    let threes = pairs.flat_map(|[one, two]| PIECES.map(|three| vec!["x", one, "y", two, "z", three, "w"]));
    judged(threes.step_by(share()));
}

#[test]
fn the_text_of_what_is_written_is_the_text_of_what_was_read_whatever_is_put_together() {
    judged((0..100_000 / share()).map(|seed| random(seed, 14)));
    // deeper than anybody writes
    let deep = |seed| -> Vec<&str> {
        let mut random = Random::new(seed);
        let opening: Vec<&str> = PIECES.into_iter().chain(MORE).filter(|piece| !piece.starts_with("</")).collect();
        (0..random.below(300)).map(|_| random.pick(&opening)).collect()
    };
    judged((0..300).map(deep));
}

fn random(seed: usize, most: usize) -> Vec<&'static str> {
    let mut random = Random::new(u64::try_from(seed).unwrap());
    let all = [&PIECES[..], &MORE[..]].concat();
    (0..=random.below(most)).map(|_| random.pick(&all)).collect()
}

/// What parse5 says of a piece of markup.
#[derive(Deserialize)]
struct Opinion {
    text: String,
    parts: Vec<String>,
}

/// What parse5 says of `markup`; `None` where it is not installed.
fn opinions(markup: &[String]) -> Option<Vec<Opinion>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join("node_modules/parse5").is_dir() {
        println!("SKIPPED: no node_modules/parse5 here (npm ci), so nobody else was asked how markup is read");
        return None;
    }
    let mut node = Command::new("node");
    node.arg(root.join("tests/second_opinion/markup.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = node.spawn().unwrap();
    process.stdin.take().unwrap().write_all(serde_json::to_string(markup).unwrap().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Whole snippets, as mails, editors and people make them.
const SNIPPETS: [&str; 113] = [
    "plain text",
    "a &amp; b",
    "M&uuml;ller &amp M&uumlller",
    "20&deg; &hellip; &ndash;&mdash;&euro;&trade;",
    "&copy2024 &reg",
    "&#128; &#133; &#150; &#159; &#129;",
    "&#65 &#x41 &#x41b; &#xg &#; &#x;",
    "&notin;&notit;&not",
    "&CounterClockwiseContourIntegral;&fjlig;",
    "&quot;&apos;&lt;&gt;&nbsp;&shy;",
    "x&y&z;&amp",
    "&ampamp; &amp;amp;",
    "<a href='?a=1&copy=2'>x</a>",
    "<section>a</section><section>b</section>",
    "<article>a</article>b<aside>c</aside>",
    "<header>a</header><main>b</main><footer>c</footer>",
    "<nav>a</nav><figure>b<figcaption>c</figcaption></figure>d",
    "<address>a</address>b",
    "<details><summary>a</summary>b</details>",
    "<fieldset><legend>a</legend>b</fieldset>c",
    "<dl><dt>a</dt><dd>b</dd><dt>c<dd>d</dl>e",
    "<dt>a<dd>b",
    "</br>a</br>b",
    "a</p>b",
    "</p>",
    "a</div>b</section>c",
    "<div>a</p>b</div>c",
    "<b>a<p>b</b>c</p>d",
    "<p>a<div>b</p>c</div>d",
    "<i>a<b>b</i>c</b>d",
    "<a href=x>a<div>b<a href=y>c</a>d</div>",
    "<div><span>a</div>b</span>c",
    "<ul><li>a<li>b<ul><li>c</ul>d</ul>e",
    "<li>a<div><li>b</div>c",
    "<ol><li><p>a</ol>b",
    "<li><blockquote><li>a</blockquote>b",
    "<h1>a<h2>b</h1>c",
    "<h1>a</h3>b",
    "<h1>a<p>b</h2>c</p>",
    "<pre>a\nb\n\nc</pre>d\ne",
    "<pre>\na</pre>",
    "<listing>a\nb</listing>",
    "<xmp><b>a</b>\nb</xmp>c",
    "a<plaintext>b</plaintext><p>c\nd",
    "<textarea>a</textarea>b",
    "a<textarea>b<p>c",
    "<title>a</title>b",
    "a<title>b<p>c",
    "<style>a</style>b",
    "<script>a</script>b",
    "<script>if (a<b) '<script>'</script>c",
    "<script><!--<script></script>x</script>y--></script>z",
    "<script><!--a</script>b",
    "<script><!--><script></script>b",
    "<script>a",
    "<head>a",
    "<head><title>a</title>b<p>c",
    "<html><head><meta charset=utf-8></head><body>a</body></html>b",
    "a<body>b<html>c<head>d",
    "<noscript>a</noscript>b",
    "<iframe>a</iframe>b",
    "<noembed>a</noembed><noframes>b</noframes>c",
    "<embed src=x>a",
    "<object>a<p>b</object>c",
    "<svg><text>a</text></svg>b",
    "<svg><svg></svg>a</svg>b",
    "<svg>a<p>b",
    "<svg><title>a</title></svg>b",
    "<svg><foreignObject><p>a</p></foreignObject></svg>b",
    "<svg/>a",
    "<svg><circle/>a</svg>b",
    "<svg><desc><b>a</b></desc></svg>b",
    "<svg><a>a</a></svg>b",
    "<svg><style><p>a</style>b",
    "<math><mi>a</mi></math>b",
    "<math><mtext><p>a</p></mtext></math>b",
    "<math><annotation-xml encoding='text/html'><p>a</p></annotation-xml></math>b",
    "<svg><![CDATA[a]]></svg>b",
    "<![CDATA[a]]>b",
    "a<!-- b -->c",
    "a<!-- b --!>c",
    "a<!-->b-->c",
    "a<!--->b-->c",
    "a<!---->b",
    "a<!-- b ---->c",
    "a<!-- b --!-->c",
    "a<!--b",
    "a<!b>c",
    "a<?xml b?>c",
    "a</>b",
    "a</ b>c",
    "a<1>b",
    "a< b>c",
    "a<",
    "a</",
    "<p title=a\"b>c",
    "<p title='a>b'>c",
    "<p title=a'b>c</p>'d",
    "<p a=b=c d/e>f",
    "<p/>a<br/>b<hr/>c",
    "<p unclosed",
    "a<b",
    "<template>a<p>b</template>c",
    "<select><option>a</select>b",
    "<select><option>a<p>b</p></select>c",
    "<button>a<button>b</button>c",
    "<p>a<button>b<p>c</button>d",
    "<form>a<div></form>b</div>c",
    "<form>a<form>b</form>c</form>d",
    "<marquee>a<p>b</marquee>c",
    "<ruby>a<rt>b</rt></ruby>c",
    "<custom-element>a</custom-element>b",
    "<o:p>a</o:p>b",
];
/// Whole tables, whose parts browsers move.
const TABLES: [&str; 32] = [
    "<table><tr><td>a</td><td>b</td></tr><tr><th>c</table>d",
    "<table>a<tr><td>b</table>c",
    "<table><tr>a<td>b</td>c</tr>d</table>e",
    "<table><div>a<tr><td>b</div>c</table>d",
    "<table><td>a<td>b<tr><td>c</table>",
    "<table><caption>a<td>b</table>c",
    "<table><caption>a</caption><tbody><tr><td>b</tbody><tfoot><tr><td>c</table>",
    "<table><tr><td><table><tr><td>a</table>b</table>c",
    "<table><table>a</table>b",
    "<table><tr><table>a</table>b",
    "<tr><td>a</td></tr>b",
    "<td>a<td>b",
    "a<tr>b<tbody>c",
    "<table><colgroup><col>a</colgroup><tr><td>b</table>",
    "<table><tr><td>a</div>b</table>",
    "<div><table><tr><td>a</div>b</table>c",
    "<table><tr><td><div>a</td>b<td>c</table>",
    "<table><br><tr><td>a</table>",
    "<table><p>a<tr><td>b</table>",
    "<table></p><tr><td>b</table>c",
    "<table><b>a<tr><td>b</b>c</table>d",
    "<p>a<table><tr><td>b</table>c</p>d",
    "<table><select>a<tr><td>b</table>c",
    "<table><form>a<tr><td>b</form>c</table>d",
    "<table><script>a</script><style>b</style><tr><td>c</table>",
    "<table> <tr> <td> a </td> </tr> </table> b",
    "<table><li>a<li>b<tr><td>c</table>",
    "<table><h1>a</h1>b<tr><td>c</table>",
    "<table><tr><td>a</th>b</td>c</table>",
    "<table><tr><td><p>a</tr>b</table>",
    "<pre>a\n<table><tr><td>b\nc</table></pre>",
    "<table><template><tr><td>a</template><tr><td>b</table>",
];

#[test]
fn markup_is_read_as_browsers_read_it() {
    let pairs = PIECES.iter().flat_map(|one| PIECES.iter().map(move |two| format!("x{one}y{two}z")));
    let random = (0..6000).map(|seed| random(1_000_000 + seed, 8).join("w"));
    let whole = SNIPPETS.iter().chain(&TABLES).map(|snippet| (*snippet).to_owned());
    let deep = ["<div>", "<blockquote>", "<b>", "<ul><li>", "<section>", "<span>"]
        .map(|one| format!("a{}b{}c", one.repeat(120), one.replace('<', "</").repeat(120)));
    let cases: Vec<String> = whole.chain(pairs).chain(random).chain(deep).collect();
    assert!(cases.len() >= 400);
    let Some(opinions) = opinions(&cases) else { return };
    let differ = |(markup, opinion): &(&String, &Opinion)| lines(&opinion.text) != text(markup);
    let wrong: Vec<String> = cases
        .iter()
        .zip(&opinions)
        .filter(differ)
        .map(|(markup, opinion)| format!("{markup:?}: {:?}, not {:?}", lines(&opinion.text), text(markup)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} are read otherwise:\n{}",
        wrong.len(),
        cases.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// Markup that means harm, by the kinds that sanitisers are tried with: what runs, what loads, what
/// is read twice in two ways.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script/x>",
    "<<script>script>alert(1)<</script>/script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\0>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script xlink:href=data:,alert(1) /></svg>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><a href=javascript:alert(1)>x</a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "<svg><title><style><img title='</style><img src=x onerror=alert(1)>'></title></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
    "<math href=javascript:alert(1)>x</math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style><p title='</style><img src=x onerror=alert(1)>'>",
    "<title><img title='</title><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<iframe><p title='</iframe><img src=x onerror=alert(1)>'>",
    "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src onerror=alert(1)>'>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='jav\nascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#0000106avascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//x.example'>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href='https://x.example/\" onclick=\"alert(1)'>x</a>",
    "<a href=https://x.example/&quot;onclick=alert(1)>x</a>",
    "<a href='https://x.example/><script>alert(1)</script>'>x</a>",
    "<a href=x href=javascript:alert(1)>x</a>",
    "<a href='https://x.example' onclick='alert(1)' style='x:expression(alert(1))'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='behavior:url(x.htc)'>x</p>",
    "<table background=javascript:alert(1)><tr><td background=javascript:alert(1)>x</table>",
    "<base href=javascript:/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//x.example/x.css>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</form>",
    "<isindex action=javascript:alert(1)>",
    "<button form=x formaction=javascript:alert(1)>x</button>",
    "<map><area href=javascript:alert(1)></map>",
    "<image src=x onerror=alert(1)>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<keygen autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<dialog open onclose=alert(1)>x</dialog>",
    "<b/onclick=alert(1)>x</b>",
    "<b\u{C}onclick=alert(1)>x</b>",
    "<b onclick\n=\nalert(1)>x</b>",
    "<b \"onclick=alert(1)>x</b>",
    "<b x='\u{0}' onclick=alert(1)>x</b>",
    "<b id=x name=y class=z slot=s>x</b>",
    "<x onclick=alert(1)>x</x>",
    "<x-y is=z onclick=alert(1)>x</x-y>",
    "<a><a><a href=javascript:alert(1)>x",
    "<p><table><p><svg><p><a href=javascript:alert(1)>x",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
];

/// Elements and the attributes that make them run or load something.
fn dangers() -> Vec<String> {
    let elements = "a b p div img input video audio iframe object embed body table td svg math button select textarea details marquee li h1 pre form";
    let attributes = [
        "onerror=alert(1)",
        "onload='alert(1)'",
        "onclick=\"alert(1)\"",
        "src=javascript:alert(1)",
        "style=x:y",
        "srcdoc='<script>alert(1)</script>'",
        "href=javascript:alert(1)",
        "xmlns:x=y",
    ];
    let all =
        elements.split(' ').flat_map(|name| attributes.map(|attribute| format!("<{name} {attribute}>x</{name}>y")));
    all.chain(HOSTILE.iter().map(|one| (*one).to_owned())).collect()
}

#[test]
fn markup_that_means_harm_does_none() {
    let hostile = dangers();
    assert!(HOSTILE.len() >= 75 && hostile.len() > 200, "{}", HOSTILE.len());
    for markup in &hostile {
        assert_eq!(flaw(markup), None, "{markup:?}");
    }
    // and in the eyes of a browser's parser: inside a page's element, as it would be shown
    let clean: Vec<String> = hostile.iter().map(|markup| format!("<div>{}</div>", sanitise(markup))).collect();
    let Some(opinions) = opinions(&clean) else { return };
    let fine = |part: &String| match part.split_once(' ') {
        None => matches!(part.as_str(), "html" | "head" | "body") || ALLOWED.split(' ').any(|name| name == part),
        Some(("a", link)) => ["http://", "https://", "mailto:", "tel:"]
            .iter()
            .any(|kind| link.to_lowercase().starts_with(&format!("href={kind}"))),
        Some(_) => false,
    };
    for ((markup, clean), opinion) in hostile.iter().zip(&clean).zip(&opinions) {
        let bad: Vec<&String> = opinion.parts.iter().filter(|part| !fine(part)).collect();
        assert!(bad.is_empty(), "{markup:?} left {bad:?} in {clean:?}");
    }
}

#[test]
fn plain_notes_keep_their_lines() {
    for (notes, text) in [
        ("one\ntwo\r\n\r\nthree", "one\ntwo\nthree"),
        ("call <anna@fabrikam.example> on\n1 < 2 & 3 > 2", "call <anna@fabrikam.example> on\n1 < 2 & 3 > 2"),
        ("a &amp; b\nc", "a & b\nc"),
        ("<p>one\ntwo</p>three", "one two\nthree"),
        ("one<br>\ntwo", "one\ntwo"),
        ("", ""),
    ] {
        let body = Body::from_notes(notes);
        assert_eq!(body.text, text, "{notes:?}");
        assert_eq!(schedule_sync::model::html::text(&body.html), text, "{notes:?}");
        assert_eq!(Body::from_notes(&sanitise(&body.html)).text, text, "{notes:?}");
    }
}

#[test]
fn what_is_no_text_counts_as_a_space_and_is_never_written() {
    for void in ["\u{1}", "\u{B}", "\u{FFFE}", "\u{7F}", "\u{9F}"] {
        let plain = format!("a{void}b");
        for body in [Body::from_text(&plain), Body::from_html(&plain), Body::from_notes(&format!("<p>{plain}</p>"))] {
            assert_eq!(body.text, "a b", "{void:?}");
            assert!(!body.html.contains(void) && text(&body.html) == "a b", "{void:?} {}", body.html);
        }
    }
    for reference in ["&#1;", "&#11;", "&#xFFFE;"] {
        let body = Body::from_html(&format!("<p>a{reference}b</p>"));
        assert_eq!((body.text.as_str(), body.html.as_str()), ("a b", "<p>a b</p>"), "{reference}");
    }
}
