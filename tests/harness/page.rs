//! A page in Chromium, driven by its keyboard: what somebody sees, hears of and can reach.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::centre::{Centre, repository};
use super::patience::{SOON, until, until_told};

/// The driver gives up on anything before this.
const ACT_TIME: Duration = Duration::from_secs(60);
/// Stops of the tabulator before a control is taken for out of reach.
const TABS_MAX: usize = 90;

/// One page of a browser of its own.
pub(crate) struct Page<'c> {
    url: Box<dyn Fn(&str) -> String + 'c>,
    driver: Child,
    told: ChildStdin,
    answers: Receiver<String>,
}

impl<'c> Page<'c> {
    /// A browser as most have it.
    pub(crate) fn at(centre: &'c Centre) -> Self {
        Self::with(centre, &json!({}))
    }

    /// A browser with these options of Playwright's `newContext`.
    pub(crate) fn with(centre: &'c Centre, options: &Value) -> Self {
        Self::driven(Box::new(move |path| centre.url(path)), options)
    }

    /// A browser that outlives the process that it looks at.
    pub(crate) fn detached(url: &str, options: &Value) -> Page<'static> {
        let url = url.to_owned();
        Page::driven(Box::new(move |path| format!("{url}{path}")), options)
    }

    fn driven(url: Box<dyn Fn(&str) -> String + 'c>, options: &Value) -> Self {
        let folder = repository().join("tests/browser");
        assert!(
            folder.join("node_modules").is_dir(),
            "the browser's driver is not there: npm ci --prefix tests/browser"
        );
        let mut driver = Command::new("node")
            .arg(folder.join("driver.mjs"))
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}"));
        let told = driver.stdin.take().expect("it is piped");
        let said = BufReader::new(driver.stdout.take().expect("it is piped"));
        let (line, answers) = sync_channel(1);
        std::thread::spawn(move || {
            for answer in said.lines().map_while(Result::ok) {
                if line.send(answer).is_err() {
                    return;
                }
            }
        });
        Self {
            url,
            driver,
            told,
            answers,
        }
    }

    fn act(&mut self, act: &str, wish: Value) -> Value {
        let mut wish = wish;
        wish["act"] = json!(act);
        writeln!(self.told, "{wish}").unwrap_or_else(|error| panic!("{act}: {error}"));
        let answer = self.answers.recv_timeout(ACT_TIME);
        let answer = answer.unwrap_or_else(|error| panic!("{act}: the driver says {error}"));
        let mut answer: Value = serde_json::from_str(&answer).expect("the driver speaks JSON");
        assert!(answer["error"].is_null(), "{act}: {}", answer["error"]);
        answer["ok"].take()
    }

    /// Opens a page.
    pub(crate) fn opens(&mut self, path: &str) {
        let url = (self.url)(path);
        self.act("open", json!({ "url": url }));
    }

    /// Presses keys, one after the other.
    pub(crate) fn presses(&mut self, keys: &[&str]) {
        self.act("press", json!({ "keys": keys }));
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.act("type", json!({ "text": text }));
    }

    /// Rests the pointer on the first of these.
    pub(crate) fn points_at(&mut self, selector: &str) {
        self.act("point", json!({ "selector": selector }));
    }

    /// Waits until it is at this path.
    pub(crate) fn comes_to(&mut self, path: &str) {
        let url = (self.url)(path);
        until_told(&format!("at {path}, and not"), SOON, || {
            let at = self.act("settle", json!({}));
            let at = at["url"].as_str().unwrap_or_default();
            (at == url).then_some(()).ok_or_else(|| at.to_owned())
        });
    }

    /// Waits until it is at another path.
    pub(crate) fn leaves(&mut self, path: &str) {
        let url = (self.url)(path);
        until("another page", SOON, || {
            let at = self.act("settle", json!({}));
            (at["url"] != url.as_str()).then_some(())
        });
    }

    /// Holds back what is answered where this pattern leads, until it is let go.
    pub(crate) fn holds_answers(&mut self, pattern: &str) {
        self.act("hold", json!({ "pattern": pattern }));
    }

    pub(crate) fn lets_answers_go(&mut self) {
        self.act("release", json!({}));
    }

    /// Sends a form as another tab of the same browser does.
    pub(crate) fn sends_from_another_tab(&mut self, path: &str, form: &Value) {
        let url = (self.url)(path);
        let told = self.act("post", json!({ "url": url, "form": form }));
        assert_eq!(told["status"], 200, "{path}");
    }

    /// What has the focus: identifier and name.
    pub(crate) fn focused(&mut self) -> (String, String) {
        let at = self.act("focused", json!({}));
        let word = |field: &str| at[field].as_str().unwrap_or_default().to_owned();
        (word("id"), word("name"))
    }

    /// Goes on with the tabulator to the control of this name.
    pub(crate) fn tabs_to(&mut self, name: &str) {
        let mut seen = Vec::new();
        for _ in 0..TABS_MAX {
            self.presses(&["Tab"]);
            let (_, at) = self.focused();
            if at == name {
                return;
            }
            seen.push(at);
        }
        panic!("the tabulator does not come to {name}: {seen:?}");
    }

    /// Goes to a control and presses it.
    pub(crate) fn goes_for(&mut self, name: &str) {
        self.tabs_to(name);
        self.presses(&["Enter"]);
    }

    pub(crate) fn shows(&mut self, selector: &str, text: &str) {
        let what = format!("{selector} shows {text}, and not");
        until_told(&what, SOON, || match self.text(selector) {
            shown if shown.contains(text) => Ok(()),
            shown => Err(shown),
        });
    }

    /// What an element says.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let shown = self.act("text", json!({ "selector": selector }));
        shown["text"].as_str().unwrap_or_default().trim().to_owned()
    }

    /// How many there are of something.
    pub(crate) fn count(&mut self, selector: &str) -> u64 {
        let found = self.act("count", json!({ "selector": selector }));
        found["n"].as_u64().unwrap_or_default()
    }

    /// What the tab is called.
    pub(crate) fn is_titled(&mut self, text: &str) {
        until(&format!("the tab is called {text}"), SOON, || {
            let title = self.act("title", json!({}));
            let title = title["text"].as_str().unwrap_or_default().to_owned();
            title.contains(text).then_some(())
        });
    }

    /// Its session is over.
    pub(crate) fn forgets_who(&mut self) {
        self.act("forget", json!({}));
    }

    /// Demands that no two buttons go by the same name.
    pub(crate) fn has_names(&mut self, what: &str) {
        let twins = self.act("twins", json!({}));
        assert_eq!(twins["names"], json!([]), "{what}");
    }

    /// What was typed into a control.
    pub(crate) fn value(&mut self, selector: &str) -> String {
        let held = self.act("value", json!({ "selector": selector }));
        held["value"].as_str().unwrap_or_default().to_owned()
    }

    /// What went wrong so far was meant to.
    pub(crate) fn forgets_faults(&mut self) {
        self.act("faults", json!({}));
    }

    /// The accessibility tree of what is shown, with every figure as `N`.
    pub(crate) fn tree(&mut self) -> String {
        self.tree_of("body")
    }

    /// The same of a part of the page.
    pub(crate) fn tree_of(&mut self, selector: &str) -> String {
        let tree = self.act("tree", json!({ "selector": selector }));
        let tree = without_figures(tree["text"].as_str().unwrap_or_default());
        tree.replace("N secondo", "N secondi") + "\n"
    }

    /// Demands that axe finds nothing, and that nothing went wrong in the page's script.
    /// `CUPTEL_PICTURES` keeps a picture of each in that folder, to be looked at.
    pub(crate) fn is_clean(&mut self, what: &str) {
        if let Some(folder) = std::env::var_os("CUPTEL_PICTURES") {
            let path = Path::new(&folder).join(format!("{}.png", what.replace(['/', ' '], "_")));
            self.act("picture", json!({ "path": path }));
        }
        let found = self.act("axe", json!({}));
        assert_eq!(found["violations"], json!([]), "{what}");
        let faults = self.act("faults", json!({}));
        assert_eq!(faults["faults"], json!([]), "{what}");
    }

    /// Demands that nobody has to move the page sideways to read it.
    pub(crate) fn fits(&mut self, what: &str) {
        let at = self.act("overflow", json!({}));
        let (width, view) = (at["width"].as_u64(), at["view"].as_u64());
        assert!(width <= view, "{what}: {at}");
    }
}

/// Every figure as `N`, but for the level of a heading.
pub(crate) fn without_figures(text: &str) -> String {
    let mut told = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' if told.ends_with('N') => {}
            '0'..='9' if told.ends_with("level=") => told.push(c),
            '0'..='9' => told.push('N'),
            other => told.push(other),
        }
    }
    told
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        // The driver ends with its input; who holds it still is ended.
        if self.driver.kill().is_ok() && self.driver.wait().is_err() {
            // It is gone already.
        }
    }
}
