//! The way between the administrator's pages: the same list at the same place of each of them, of what
//! whoever looks may have.

use cuptel_core::words::Role;

use crate::rights::{Need, may};
use crate::texts::Language;

/// The first of the pages, which leads to all others.
pub(super) const FIRST: &str = "/admin";

/// Where a page stands, what it is called, and what one must be allowed to see it.
type Door = (&'static str, &'static str, Need);

/// The pages, under what they are about.
const ROOMS: [(&str, &[Door]); 5] = [
    (
        "admin-menu-people",
        &[
            ("/admin/operators", "admin-operators", Need::Read),
            ("/admin/users", "admin-users", Need::Oversee),
            ("/admin/agreement", "admin-agreement", Need::Read),
        ],
    ),
    (
        "admin-menu-lines",
        &[
            ("/admin/seats", "admin-seats", Need::Read),
            ("/admin/dialplans", "admin-dialplans", Need::Read),
            ("/admin/closures", "admin-closures", Need::Read),
            ("/admin/directory", "admin-directory", Need::Read),
        ],
    ),
    (
        "admin-menu-calls",
        &[
            ("/admin/campaigns", "admin-campaigns", Need::Read),
            ("/admin/numbers", "admin-numbers", Need::Read),
            ("/admin/dispositions", "admin-dispositions", Need::Read),
        ],
    ),
    (
        "admin-menu-system",
        &[
            ("/admin/configuration", "admin-configuration", Need::Oversee),
            ("/admin/status", "admin-status", Need::Read),
            ("/admin/tokens", "admin-tokens", Need::Oversee),
        ],
    ),
    (
        "admin-menu-oversight",
        &[
            ("/admin/oversight", "admin-oversight", Need::Log),
            ("/admin/log", "admin-log", Need::Log),
        ],
    ),
];

/// A way to a page, as the menu has it.
pub(crate) struct Way {
    pub(crate) href: &'static str,
    pub(crate) text: String,
    /// What `aria-current` says, where it leads to where one is.
    pub(crate) current: Option<&'static str>,
}

/// Ways to pages that are about the same.
pub(crate) struct Group {
    /// What about; nothing, of the first page.
    pub(crate) name: Option<String>,
    pub(crate) ways: Vec<Way>,
}

/// The pages that a role may see, each with what it is called.
pub(super) fn doors(role: Role) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = ROOMS.iter().flat_map(|(_, doors)| doors.iter());
    let seen = all.filter(move |(_, _, need)| may(role, *need));
    seen.map(|(href, name, _)| (*href, *name))
}

/// The menu of whoever is at a path.
pub(crate) fn menu(language: Language, role: Role, path: &str) -> Vec<Group> {
    let way = |(href, name): (&'static str, &str)| Way {
        href,
        text: language.say(name),
        current: current(href, path),
    };
    let first = may(role, Need::Read).then_some((FIRST, "admin-menu-first"));
    let first = first.map(|door| Group {
        name: None,
        ways: vec![way(door)],
    });
    let rooms = ROOMS.iter().map(|(name, doors)| {
        let seen = doors.iter().filter(|(_, _, need)| may(role, *need));
        Group {
            name: Some(language.say(name)),
            ways: seen.map(|(href, name, _)| way((href, name))).collect(),
        }
    });
    let rooms = rooms.filter(|room| !room.ways.is_empty());
    first.into_iter().chain(rooms).collect()
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
            let marked = menu.into_iter().flat_map(|group| group.ways);
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
        for shown in [
            "/admin/oversight",
            "/admin/log",
            "/admin/users",
            "/admin/tokens",
            "/admin/configuration",
        ] {
            assert!(seen.contains(&shown), "{seen:?}");
        }
        let led: Vec<&str> = doors(Role::Supervisor).map(|(href, _)| href).collect();
        for hidden in ["/admin/users", "/admin/tokens", "/admin/configuration"] {
            assert!(!led.contains(&hidden), "{hidden}");
        }
    }

    #[test]
    fn the_menu_is_grouped_and_a_group_without_pages_is_not_there() {
        let groups = |role| -> Vec<(Option<String>, usize)> {
            let menu = menu(Language::Italian, role, "/admin");
            let group = |group: Group| (group.name, group.ways.len());
            menu.into_iter().map(group).collect()
        };
        let named = |name: &str, n| (Some(name.to_owned()), n);
        let all = [
            (None, 1),
            named("Persone", 3),
            named("Telefoni e linee", 4),
            named("Chiamate", 3),
            named("Sistema", 3),
            named("Controllo e registro", 2),
        ];
        assert_eq!(groups(Role::RegionAdministrator), all);
        let last = groups(Role::Supervisor).pop();
        assert_eq!(last, Some(named("Sistema", 1)));
    }
}
