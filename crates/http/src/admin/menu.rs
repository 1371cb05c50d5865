//! The way between the administrator's pages: the same list at the same place of each of them, of what
//! whoever looks may have.

use cuptel_core::words::Role;

use crate::rights::{Need, may};
use crate::texts::Language;

/// The first of the pages, which leads to all others.
pub(super) const FIRST: &str = "/admin";

/// Where a page stands, what it is called, and what one must be allowed to see it.
const DOORS: [(&str, &str, Need); 15] = [
    ("/admin/oversight", "admin-oversight", Need::Log),
    ("/admin/operators", "admin-operators", Need::Read),
    ("/admin/seats", "admin-seats", Need::Read),
    ("/admin/users", "admin-users", Need::Oversee),
    ("/admin/tokens", "admin-tokens", Need::Oversee),
    ("/admin/numbers", "admin-numbers", Need::Read),
    ("/admin/campaigns", "admin-campaigns", Need::Read),
    ("/admin/closures", "admin-closures", Need::Read),
    ("/admin/directory", "admin-directory", Need::Read),
    ("/admin/dispositions", "admin-dispositions", Need::Read),
    ("/admin/dialplans", "admin-dialplans", Need::Read),
    ("/admin/configuration", "admin-configuration", Need::Oversee),
    ("/admin/status", "admin-status", Need::Read),
    ("/admin/agreement", "admin-agreement", Need::Read),
    ("/admin/log", "admin-log", Need::Log),
];

/// A way to a page, as the menu has it.
pub(crate) struct Way {
    pub(crate) href: &'static str,
    pub(crate) text: String,
    /// What `aria-current` says, where it leads to where one is.
    pub(crate) current: Option<&'static str>,
}

/// The pages that a role may see, each with what it is called.
pub(super) fn doors(role: Role) -> impl Iterator<Item = (&'static str, &'static str)> {
    let seen = DOORS.iter().filter(move |(_, _, need)| may(role, *need));
    seen.map(|(href, name, _)| (*href, *name))
}

/// The menu of whoever is at a path.
pub(crate) fn menu(language: Language, role: Role, path: &str) -> Vec<Way> {
    let first = may(role, Need::Read).then_some((FIRST, "admin-menu-first"));
    let ways = first.into_iter().chain(doors(role));
    ways.map(|(href, name)| Way {
        href,
        text: language.say(name),
        current: current(href, path),
    })
    .collect()
}

/// `page` of the page itself, `true` of what stands under it.
fn current(href: &str, path: &str) -> Option<&'static str> {
    if href == path {
        return Some("page");
    }
    let is_under = path
        .strip_prefix(href)
        .is_some_and(|rest| rest.starts_with('/'));
    (is_under && href != FIRST).then_some("true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_marks_where_one_is_and_what_one_is_under() {
        let marked = |path: &str| -> Vec<(&str, &str)> {
            let menu = menu(Language::English, Role::RegionAdministrator, path);
            let marked = menu.into_iter();
            marked
                .filter_map(|it| Some((it.href, it.current?)))
                .collect()
        };
        assert_eq!(marked("/admin"), [("/admin", "page")]);
        assert_eq!(marked("/admin/seats"), [("/admin/seats", "page")]);
        assert_eq!(marked("/admin/seats/101"), [("/admin/seats", "true")]);
        assert_eq!(marked("/admin/seatsome"), []);
    }

    #[test]
    fn an_auditor_is_shown_what_an_auditor_may_see() {
        let seen: Vec<&str> = doors(Role::Auditor).map(|(href, _)| href).collect();
        assert_eq!(seen.first(), Some(&"/admin/oversight"));
        assert!(seen.contains(&"/admin/log"), "{seen:?}");
        let led: Vec<&str> = doors(Role::Supervisor).map(|(href, _)| href).collect();
        for overseen in ["/admin/users", "/admin/tokens", "/admin/configuration"] {
            assert!(seen.contains(&overseen), "{overseen}");
            assert!(!led.contains(&overseen), "{overseen}");
        }
    }
}
