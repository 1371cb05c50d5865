//! The API's description, generated from the handlers.

use axum::Json;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{
    accounts, actions, announcements, bulk, by_hand, campaigns, configuration, disposing, events,
    health, importing, measures, numbers, offered, reads, reports, revealing, sites, staffing,
    stops, tasks, tenants,
};

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
    modifiers(&TokenScheme),
    paths(
        health::live, health::ready, measures::scrape,
        reads::attempts, reads::attempt, importing::import, reads::callbacks, reads::callback,
        reads::why, reads::seats, reads::seat, reads::queues, reads::totals, reads::snapshot,
        reports::service, reports::backlog,
        events::snapshots, configuration::in_force, configuration::reload,
        actions::sign_in, actions::sign_out, actions::pause, actions::available,
        actions::one_more, actions::front_office, disposing::dispose, offered::accept, offered::decline,
        staffing::operators, staffing::operator, staffing::set_operators,
        staffing::remove_operator, staffing::profile, staffing::set_profile,
        staffing::assign_callback, staffing::acknowledge_callback,
        staffing::reopen_callback, sites::sites, sites::outage, sites::resume, stops::stops, stops::press, stops::release, announcements::announce, announcements::sound, numbers::numbers, numbers::mark, numbers::import, numbers::release, tenants::tenants, by_hand::add, by_hand::close,
        campaigns::campaigns, campaigns::campaign, campaigns::entries, campaigns::create,
        campaigns::check, campaigns::add, campaigns::complete, campaigns::start, campaigns::pause,
        campaigns::resume, campaigns::end,
        accounts::me, accounts::set_own_password, accounts::users, accounts::add_user,
        accounts::reset_password, accounts::remove_user, accounts::tokens, accounts::add_token,
        accounts::revoke_token, accounts::access_log, revealing::number,
        bulk::begin, bulk::list, bulk::undo,
        tasks::tasks, tasks::task, tasks::add, tasks::assign, tasks::accept, tasks::finish, tasks::hand_back,
        tasks::withdraw, staffing::set_seats, staffing::remove_seat,
    )
)]
struct Description;

struct TokenScheme;

impl Modify for TokenScheme {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
}

/// The description, as JSON.
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
