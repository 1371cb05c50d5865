//! Pages of lists that go by name. Lists of what is stored go by identifier, newest first, with `before`;
//! both have `limit` and `next`, and nothing comes after a page whose `next` is null.

use axum::Json;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::reads;

/// Rows of a page where the request does not say, and at most.
const PAGE_MAX: usize = 1_000;

/// A page of a list, which says in its `next` where the one after it begins.
#[derive(Debug)]
pub(crate) struct Listed {
    said: Value,
    /// The parameter that asks for the page after it.
    by: &'static str,
}

impl Listed {
    /// Of a list in which the next page is asked for with `after`.
    pub(crate) fn after(said: Value) -> Self {
        Self { said, by: "after" }
    }

    /// Of a list in which the next page is asked for with `before`.
    pub(crate) fn before(said: Value) -> Self {
        Self { said, by: "before" }
    }
}

/// What the request for the next page says besides.
#[derive(Debug, Clone)]
struct NextPage {
    by: &'static str,
    from: String,
}

impl IntoResponse for Listed {
    fn into_response(self) -> Response {
        let from = match &self.said["next"] {
            Value::String(name) => Some(name.clone()),
            Value::Number(id) => Some(id.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let mut response = Json(self.said).into_response();
        if let Some(from) = from {
            let by = self.by;
            response.extensions_mut().insert(NextPage { by, from });
        }
        response
    }
}

/// Says with each page of a list under which address the next one is (RFC 8288).
pub(crate) async fn linked(request: Request, next: Next) -> Response {
    let (path, query) = (request.uri().path().to_owned(), request.uri().query());
    let query = query.unwrap_or("").to_owned();
    let mut response = next.run(request).await;
    let Some(page) = response.extensions().get::<NextPage>() else {
        return response;
    };
    if let Some(link) = link(&path, &query, page) {
        response.headers_mut().insert(LINK, link);
    }
    response
}

fn link(path: &str, query: &str, page: &NextPage) -> Option<HeaderValue> {
    let mut asked: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    asked.retain(|(name, _)| name != page.by);
    asked.push((page.by.to_owned(), page.from.clone()));
    let query = serde_urlencoded::to_string(asked).ok()?;
    // The prefix may be missing, as this stands within it.
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    HeaderValue::from_str(&format!("</api/v1{path}?{query}>; rel=\"next\"")).ok()
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageAsked {
    /// Behind this name: `next` of the page before.
    after: Option<String>,
    /// How many, 1 to 1000; 1000 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// The rows of one page in the order of their names, and what the next one begins behind.
pub(crate) fn page<T>(
    rows: Vec<T>,
    query: reads::Asked<PageAsked>,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let PageAsked { after, limit } = reads::asked(query)?;
    let limit = match limit {
        None => PAGE_MAX,
        Some(limit) => usize::try_from(reads::rows(Some(limit))?).unwrap_or(PAGE_MAX),
    };
    let mut named: Vec<(String, T)> = rows.into_iter().map(|row| (name(&row), row)).collect();
    named.sort_by(|one, other| one.0.cmp(&other.0));
    if let Some(after) = after {
        named.retain(|(name, _)| *name > after);
    }
    let is_whole = named.len() <= limit;
    named.truncate(limit);
    let last = named.last().map(|(name, _)| name.clone());
    let rows = named.into_iter().map(|(_, row)| row).collect();
    Ok((rows, last.filter(|_| !is_whole)))
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;

    use super::*;

    fn asked(after: Option<&str>, limit: Option<u32>) -> reads::Asked<PageAsked> {
        let after = after.map(str::to_owned);
        Ok(Query(PageAsked { after, limit }))
    }

    #[test]
    fn pages_put_together_are_the_list() {
        let rows = || vec!["c", "a", "d", "b", "e"];
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let query = asked(after.as_deref(), Some(2));
            let (page, next) = page(rows(), query, |it| (*it).to_owned()).unwrap();
            all.extend(page);
            match next {
                Some(name) => after = Some(name),
                None => break,
            }
        }
        assert_eq!(all, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_page_has_at_least_one_row_and_at_most_a_thousand() {
        for limit in [0, 1_001] {
            let refused = page(vec!["a"], asked(None, Some(limit)), |it| (*it).to_owned());
            assert!(refused.is_err(), "{limit}");
        }
        let (page, next) = page(vec!["a"], asked(None, Some(1)), |it| (*it).to_owned()).unwrap();
        assert_eq!((page, next), (vec!["a"], None));
    }
}
