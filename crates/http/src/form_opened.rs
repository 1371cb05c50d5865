//! Somebody opens the address that a form is sent to, by reloading a page that said no, or from what the
//! browser remembers: they are led to the page that the form stands on. Programs are told the truth.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower::ServiceExt as _;

/// Forms that do not stand on a page above their address.
const ELSEWHERE: [(&str, &str); 1] = [("/admin/test", "/admin/seats")];

/// Leads a browser from what only takes forms to the page above it.
pub(crate) async fn lead_to_page(
    State(known): State<Router>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let is_opened = matches!(*request.method(), Method::GET | Method::HEAD)
        && is_browser(request.headers())
        && !path.starts_with("/api/");
    let response = next.run(request).await;
    if !is_opened || response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    if let Some((_, page)) = ELSEWHERE.iter().find(|(form, _)| *form == path) {
        return Redirect::to(page).into_response();
    }
    let mut above = path.as_str();
    while let Some((page, _)) = above.rsplit_once('/').filter(|(page, _)| !page.is_empty()) {
        if is_page(&known, page).await {
            return Redirect::to(page).into_response();
        }
        above = page;
    }
    Redirect::to("/").into_response()
}

fn is_browser(headers: &HeaderMap) -> bool {
    let accepts = headers.get(ACCEPT).and_then(|it| it.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// Whether there is something to be looked at: asked by a method that nothing takes, so that nothing is
/// done and nobody is said to have looked.
async fn is_page(known: &Router, path: &str) -> bool {
    let asked = Request::builder()
        .method(Method::TRACE)
        .uri(path)
        .body(Body::empty());
    let Ok(asked) = asked else {
        return false;
    };
    match known.clone().oneshot(asked).await {
        Ok(response) => {
            let methods = response.headers().get(ALLOW);
            let methods = methods.and_then(|it| it.to_str().ok()).unwrap_or("");
            methods.split(',').any(|method| method.trim() == "GET")
        }
        Err(never) => match never {},
    }
}
