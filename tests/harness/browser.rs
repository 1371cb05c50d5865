//! Somebody at a browser without scripts: pages, plain forms, and one session.

use std::cell::RefCell;

use ureq::http::Response;
use ureq::{Agent, Body};

use super::centre::Centre;
use super::patience::SOON;

/// A browser that keeps the session that it was given, and follows nobody by itself.
pub(crate) struct Browser<'c> {
    centre: &'c Centre,
    agent: Agent,
    cookie: RefCell<Option<String>>,
}

/// A page, or where a form leads.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl<'c> Browser<'c> {
    pub(crate) fn at(centre: &'c Centre) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(SOON))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            centre,
            agent: agent.into(),
            cookie: RefCell::new(None),
        }
    }

    fn cookie(&self) -> String {
        self.cookie.borrow().clone().unwrap_or_default()
    }

    /// Opens a page.
    pub(crate) fn opens(&self, path: &str) -> Shown {
        let request = self.agent.get(self.centre.url(path));
        self.shown(request.header("cookie", self.cookie()).call())
    }

    /// Sends a form.
    pub(crate) fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self.agent.post(self.centre.url(path));
        let request = request.header("cookie", self.cookie());
        self.shown(request.send_form(fields.iter().copied()))
    }

    /// Signs in; gives back where that leads.
    pub(crate) fn signs_in(&self, name: &str, password: &str) -> String {
        let shown = self.sends("/session", &[("name", name), ("password", password)]);
        assert_eq!(shown.status, 303, "{name}: {}", shown.text);
        shown.location
    }

    /// Signs in with a password for once, chooses another, and signs in with that.
    pub(crate) fn chooses(&self, name: &str, once: &str, own: &str) {
        assert_eq!(self.signs_in(name, once), "/password");
        let fields = [("old", once), ("new", own), ("again", own)];
        let shown = self.sends("/password", &fields);
        assert_eq!(shown.location, "/session?changed", "{}", shown.text);
        assert_ne!(self.signs_in(name, own), "/password");
    }

    fn shown(&self, answer: Result<Response<Body>, ureq::Error>) -> Shown {
        let mut answer = answer.unwrap_or_else(|error| panic!("the page does not answer: {error}"));
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value.map_or(String::new(), |value| {
                value.to_str().expect("a header is text").to_owned()
            })
        };
        let location = header("location");
        if let Some(cookie) = header("set-cookie").split(';').next()
            && !cookie.is_empty()
        {
            self.cookie.replace(Some(cookie.to_owned()));
        }
        Shown {
            status: answer.status().as_u16(),
            location,
            text: answer.body_mut().read_to_string().expect("a page is text"),
        }
    }
}
