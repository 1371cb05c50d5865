//! The API's description, generated from the handlers.

use axum::Json;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Header, Object, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
};
use utoipa::{Modify, OpenApi};

use crate::error::PROBLEM;
use crate::request_keys::KEY_MAX;

use crate::{
    accounts, actions, agreement, announcements, bulk, by_hand, calling, campaigns, closures,
    configuration, delivered, directory, disposing, events, health, importing, measures, memos,
    my_queue, numbers, offered, pins, practising, reads, reports, revealing, sites, staffing,
    stepping_in, stops, tasks, tenants, trying,
};

const KEY_WORDS: &str = "1 to 100 visible characters. The same request again with the same key is answered \
    as it was and not carried out again, also after a restart; another one with that key is refused (422), \
    and one whose outcome is not known (409). Keys are known for two days; of callbacks, tasks and bulks \
    as long as these are there. Answers with a password, a token or a whole number are repeated only by \
    the process that gave them.";
const LINK_WORDS: &str =
    "Where the next page is, with `rel=\"next\"` (RFC 8288); not with the last one.";

/// The API of a call centre that loses nobody.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "CupTel",
        description = "Times are milliseconds since 1970 in UTC. Telephone numbers are masked. \
            What goes on now can be looked at without a token from the machine itself, then \
            without operators' names; everything else needs one, or a session. Who may do what follows \
            from role, tenant and employer: `GET /api/v1/me` tells them, and 403 who may."
    ),
    modifiers(&TokenScheme, &Problems, &RequestKeys, &NextPages),
    paths(
        health::live, health::ready, measures::scrape,
        reads::attempts, reads::attempt, importing::import, reads::callbacks, reads::callback,
        reads::why, reads::seats, reads::seat, reads::queues, reads::totals, reads::snapshot,
        reports::service, reports::backlog, reports::quarters, reports::results,
        stepping_in::line, stepping_in::withdraw, stepping_in::move_to, stepping_in::caller_ahead,
        stepping_in::callback_ahead, memos::memos, memos::memo, memos::write, memos::withdraw, memos::read,
        agreement::agreements, agreement::enter, agreement::end,
        events::snapshots, configuration::in_force, configuration::reload,
        actions::sign_in, actions::sign_out, actions::pause, actions::available,
        actions::one_more, actions::front_office, disposing::dispose, offered::accept, offered::decline,
        calling::hold, calling::resume, calling::hang_up, calling::keys, calling::transfer,
        calling::consult, calling::complete, calling::retrieve, calling::swap, calling::dial,
        my_queue::take, trying::test,
        practising::begin, practising::hold, practising::resume, practising::hang_up, practising::keys,
        practising::dispose,
        staffing::operators, staffing::operator, staffing::set_operators,
        staffing::remove_operator, staffing::profile, staffing::set_profile, pins::set_pin,
        staffing::assign_callback, staffing::acknowledge_callback,
        staffing::reopen_callback, sites::sites, sites::outage, sites::resume, stops::stops, stops::press, stops::release, announcements::announce, announcements::sound, numbers::numbers, numbers::mark, numbers::import, numbers::release, tenants::tenants, by_hand::add, by_hand::close,
        campaigns::campaigns, campaigns::campaign, campaigns::entries, campaigns::create,
        campaigns::check, campaigns::add, campaigns::complete, campaigns::start, campaigns::pause,
        campaigns::resume, campaigns::end,
        accounts::me, accounts::set_own_password, accounts::users, accounts::add_user,
        accounts::reset_password, accounts::remove_user, accounts::tokens, accounts::add_token,
        accounts::revoke_token, accounts::access_log, revealing::number,
        bulk::begin, bulk::list, bulk::undo,
        closures::closures, closures::add, closures::remove,
        directory::directory, directory::add, directory::remove, directory::change, delivered::remove, accounts::set_role,
        tasks::tasks, tasks::task, tasks::add, tasks::assign, tasks::accept, tasks::finish, tasks::hand_back,
        tasks::withdraw, staffing::set_seats, staffing::remove_seat,
    )
)]
pub(crate) struct Description;

struct TokenScheme;

impl Modify for TokenScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
}

/// Every error is told as problem details, and what any request may meet is described at each.
struct Problems;

impl Modify for Problems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            let asks = item.get.iter_mut().map(|operation| (false, operation));
            let acts = item.post.iter_mut().map(|operation| (true, operation));
            for (acts, operation) in asks.chain(acts) {
                for (status, response) in &mut operation.responses.responses {
                    if let (true, RefOr::T(response)) = (is_error(status), response) {
                        told_as_problem(response);
                    }
                }
                if path.starts_with("/api/") {
                    may_meet(operation, acts);
                }
            }
        }
    }
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

fn told_as_problem(response: &mut Response) {
    if let Some(content) = response.content.shift_remove("application/json") {
        response.content.insert(PROBLEM.to_owned(), content);
    }
}

/// Whatever is asked for may be asked for again.
struct RequestKeys;

impl Modify for RequestKeys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(1))
                    .max_length(Some(KEY_MAX))
                    .pattern(Some("^[!-~]+$"))
                    .build(),
            ))
            .description(Some(KEY_WORDS))
            .build();
        for (path, item) in &mut openapi.paths.paths {
            if let (true, Some(operation)) = (path.starts_with("/api/"), item.post.as_mut()) {
                let parameters = operation.parameters.get_or_insert_default();
                parameters.push(RefOr::T(key.clone()));
            }
        }
    }
}

/// Lists with pages say under which address the next one is.
struct NextPages;

impl Modify for NextPages {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            let Some(operation) = item.get.as_mut() else {
                continue;
            };
            let parameters = operation.parameters.iter().flatten();
            let is_paged = parameters.into_iter().any(|it| match it {
                RefOr::T(it) => it.name == "before" || it.name == "after",
                RefOr::Ref(_) => false,
            });
            let answer = operation.responses.responses.get_mut("200");
            if let (true, Some(RefOr::T(answer))) = (is_paged, answer) {
                let mut link = Header::new(Object::with_type(Type::String));
                link.description = Some(LINK_WORDS.to_owned());
                answer.headers.insert("Link".to_owned(), RefOr::T(link));
            }
        }
    }
}

/// What any request to the API may meet, where its handler does not say it in its own words.
fn may_meet(operation: &mut Operation, acts: bool) {
    let has_body = operation.request_body.is_some();
    let has_parameters = operation.parameters.is_some();
    let is_secured = operation.security.is_some();
    for (status, description, applies) in [
        ("400", "Cannot be read", has_body || has_parameters),
        ("401", "Not signed in, or a wrong token", true),
        (
            "403",
            "Not for this role, health authority or employer; or sent by another site",
            true,
        ),
        ("404", "No such thing", has_parameters),
        ("409", "What it is about does not allow it now", acts),
        ("413", "The body is too large", has_body),
        ("415", "Neither JSON nor a form", has_body),
        ("422", "Can be read, but means nothing here", acts),
        ("429", "Too many wrong tokens from this address", is_secured),
        (
            "503",
            "Busy, stopping, or the database did not answer",
            true,
        ),
    ] {
        let responses = &mut operation.responses.responses;
        if applies && !responses.contains_key(status) {
            let error = Ref::from_schema_name("Error");
            let content = ContentBuilder::new().schema(Some(error)).build();
            let response = ResponseBuilder::new()
                .description(description)
                .content(PROBLEM, content)
                .build();
            responses.insert(status.to_owned(), RefOr::T(response));
        }
    }
}

/// The description, as JSON.
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
