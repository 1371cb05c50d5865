//! Seats and operators for an empty database, from `first-start.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use cuptel_core::dialplan::fields::{Doubt, Faults, unknown};
use cuptel_core::phone_password::{self, Unfit};
use cuptel_core::staffing::{is_extension, twin_of};
use cuptel_core::words::DoubtKind;

use super::authority::{SiteDraft, TenantDraft};
use super::delivered;
use super::name_fault;
use super::plans::Told;
use super::queue::QueueSettings;
use super::secret::Secret;
use super::source::{ConfigFault, Source};
use crate::list::{self, Header, ListRow};

/// A seat and the operator who works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstSeat {
    /// SIP extension.
    pub(crate) seat: String,
    /// Of the phone; `env:NAME` and `file:PATH` work here too.
    pub(crate) password: Secret,
    /// A site of the configuration.
    pub(crate) site: String,
    /// The operator's name.
    pub(crate) operator: String,
    /// The operator's employer.
    pub(crate) employer: String,
    /// Skills, with levels from 1 to 5.
    pub(crate) skills: BTreeMap<String, u8>,
    /// The tenant that the operator belongs to.
    pub(crate) home: Option<String>,
}

/// Stands beside the configuration.
pub(crate) const FIRST_START: &str = "first-start.csv";
/// The last may be missing.
pub(crate) const COLUMNS: [&str; 7] = [
    "seat", "password", "site", "operator", "employer", "skills", "home",
];
/// All but `home`.
pub(crate) const COLUMNS_MIN: [&str; 6] =
    ["seat", "password", "site", "operator", "employer", "skills"];

/// What the configuration knows by name.
struct Known<'c> {
    tenants: BTreeSet<&'c str>,
    sites: BTreeSet<&'c str>,
    skills: BTreeSet<&'c str>,
}

/// Reads `first-start.csv` beside the configuration; nothing where it is not there or at
/// fault. No fault shows a password.
pub(super) fn beside(
    config: &Path,
    tenants: &[TenantDraft],
    sites: &[SiteDraft],
    queues: &[(QueueSettings, Range<usize>)],
    told: &mut Told,
) -> Option<Vec<FirstSeat>> {
    let path = config.with_file_name(FIRST_START);
    if !path.exists() {
        let message = "is not there: an empty database begins without seats and operators";
        let doubt = Doubt::of(DoubtKind::NoFirstStart, &[]);
        told.warnings
            .push(ConfigFault::whole(&path, message).doubting(doubt));
        return None;
    }
    let names = tenants.iter().map(|draft| draft.tenant.name.as_str());
    let known = Known {
        tenants: names.collect(),
        sites: sites.iter().map(|site| site.name.as_str()).collect(),
        skills: queues
            .iter()
            .flat_map(|(queue, _)| queue.skills.keys().map(String::as_str))
            .collect(),
    };
    read(&path, &known, told)
}

fn read(path: &Path, known: &Known<'_>, told: &mut Told) -> Option<Vec<FirstSeat>> {
    let source = match Source::read_secret(path) {
        Ok(source) => source,
        Err(fault) => {
            told.faults.push(fault);
            return None;
        }
    };
    let (faults, warnings) = (Faults::default(), Faults::default());
    let seats = seats(source.text(), known, &faults, &warnings);
    let sound = faults.is_empty();
    told.faults.extend(source.faults(&faults.into_sorted()));
    told.warnings.extend(source.faults(&warnings.into_sorted()));
    told.warnings.extend(delivered::doubts(path, &seats));
    sound.then_some(seats)
}

fn seats(text: &str, known: &Known<'_>, faults: &Faults, warnings: &Faults) -> Vec<FirstSeat> {
    let columns = format!("the columns {}", COLUMNS_MIN.join(","));
    let header = Header {
        any_of: &[&COLUMNS_MIN, &COLUMNS],
        words: &columns,
    };
    let named = list::columns(text, &header).map_or(COLUMNS_MIN.len(), <[_]>::len);
    let mut seen = BTreeSet::new();
    let mut seats = Vec::new();
    list::read(text, &header, faults, |row| {
        let row = Row {
            row,
            columns: &COLUMNS[..named],
            warnings,
        };
        seats.extend(row.seat(known, &mut seen));
    });
    seats
}

struct Row<'r> {
    row: &'r ListRow<'r>,
    columns: &'r [&'r str],
    warnings: &'r Faults,
}

impl Row<'_> {
    fn seat(&self, known: &Known<'_>, seen: &mut BTreeSet<String>) -> Option<FirstSeat> {
        if self.row.columns() != self.columns.len() {
            let message = format!(
                "{} columns: expected {}: {}",
                self.row.columns(),
                self.columns.len(),
                self.columns.join(",")
            );
            self.row.fault(0, &message);
            return None;
        }
        let seat = self.filled(0)?;
        if !is_extension(seat) {
            self.row.fault(
                0,
                &format!("seat \"{seat}\": expected at most 32 letters, digits, -, _ and ."),
            );
        }
        if !seen.insert(seat.to_owned()) {
            self.row.fault(0, &format!("seat \"{seat}\" is here twice"));
        } else if let Some(twin) = twin_of(seat, seen.iter().map(String::as_str)) {
            let message =
                format!("seat \"{seat}\" is another than \"{twin}\", by its capitals alone");
            let doubt = Doubt::of(DoubtKind::SeatTwin, &[("seat", &seat), ("twin", &twin)]);
            self.warnings.doubt(self.row.place(0), message, doubt);
        }
        let (password, site, operator, employer) = (
            self.filled(1),
            self.filled(2),
            self.filled(3),
            self.filled(4),
        );
        if let Some(site) = site.filter(|site| !known.sites.contains(site)) {
            self.row
                .fault(2, &unknown("site", site, known.sites.iter().copied()));
        }
        let password = password.map(Secret::parse);
        if let Some(password) = &password {
            self.doubts_password(seat, password);
        }
        let skills = self.skills(&known.skills);
        let home = (self.columns.len() == COLUMNS.len()).then(|| self.row.field(6));
        let home = home.filter(|home| !home.is_empty());
        if let Some(home) = home.filter(|home| !known.tenants.contains(home)) {
            self.row
                .fault(6, &unknown("tenant", home, known.tenants.iter().copied()));
        }
        Some(FirstSeat {
            seat: seat.to_owned(),
            password: password?,
            site: site?.to_owned(),
            operator: operator?.to_owned(),
            employer: employer?.to_owned(),
            skills,
            home: home.map(str::to_owned),
        })
    }

    /// The delivered ones are told together.
    fn doubts_password(&self, seat: &str, password: &Secret) {
        let at = self.row.place(1);
        match password.reveal().as_deref() {
            Ok(text) => match phone_password::fit(text, seat) {
                Ok(()) | Err(Unfit::Delivered) => {}
                Err(why) => {
                    let message = format!("the password of seat \"{seat}\" {why}");
                    let doubt = Doubt::of(DoubtKind::WeakPassword, &[("seat", &seat)]);
                    self.warnings.doubt(at, message, doubt);
                }
            },
            // Only a first start needs it.
            Err(error) => self.warnings.add(at, error.to_string()),
        }
    }

    fn filled(&self, column: usize) -> Option<&str> {
        let text = Some(self.row.field(column)).filter(|text| !text.trim().is_empty());
        if text.is_none() {
            let message = format!("`{}` is empty: expected a text", COLUMNS[column]);
            self.row.fault(column, &message);
        }
        text
    }

    fn skills(&self, asked: &BTreeSet<&str>) -> BTreeMap<String, u8> {
        const COLUMN: usize = 5;
        let mut skills = BTreeMap::new();
        for word in self.row.field(COLUMN).split_whitespace() {
            let level = |level: &str| {
                level
                    .parse::<u8>()
                    .ok()
                    .filter(|level| (1..=5).contains(level))
            };
            let skill = word
                .split_once(':')
                .and_then(|(name, text)| Some((name, level(text)?)));
            match skill {
                Some((name, _)) if name_fault("skill", name).is_some() => {
                    self.row
                        .fault(COLUMN, &name_fault("skill", name).unwrap_or_default());
                }
                Some((name, level)) => {
                    if !asked.contains(name) {
                        let told = unknown("skill", name, asked.iter().copied());
                        let message = format!("no queue asks for it: {told}");
                        let doubt = Doubt::of(DoubtKind::UnaskedSkill, &[("skill", &name)]);
                        self.warnings.doubt(self.row.place(COLUMN), message, doubt);
                    }
                    if skills.insert(name.to_owned(), level).is_some() {
                        self.row
                            .fault(COLUMN, &format!("skill \"{name}\" is here twice"));
                    }
                }
                None => {
                    let message = format!(
                        "\"{word}\" is no skill with a level: expected words like prenotazioni:3, from 1 to 5"
                    );
                    self.row.fault(COLUMN, &message);
                }
            }
        }
        skills
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Folder;
    use super::*;

    const HEADER: &str = "seat,password,site,operator,employer,skills\n";

    fn read_text(text: &str) -> Result<Vec<FirstSeat>, Vec<String>> {
        let folder = Folder::new("first-start");
        folder.write("f.csv", text);
        let known = Known {
            tenants: ["asl-teramo"].into(),
            sites: ["teramo"].into(),
            skills: ["prenotazioni", "disdette", "a", "b"].into(),
        };
        let mut told = Told::default();
        read(&folder.path("f.csv"), &known, &mut told).ok_or_else(|| {
            let prefix = format!("{}/", folder.path("").display()).replace("//", "/");
            let quoted = told.faults.iter().map(ConfigFault::quoted);
            quoted.map(|fault| fault.replace(&prefix, "")).collect()
        })
    }

    #[test]
    fn a_seat_is_read() {
        let seats = read_text(&format!(
            "{HEADER}101,geheim,teramo,\"Esempio, Anna\",ASL,prenotazioni:5 disdette:1\n"
        ))
        .unwrap();
        assert_eq!(seats.len(), 1);
        assert_eq!(
            (seats[0].seat.as_str(), seats[0].operator.as_str()),
            ("101", "Esempio, Anna")
        );
        assert_eq!(
            seats[0].skills,
            [("prenotazioni".to_owned(), 5), ("disdette".to_owned(), 1)].into()
        );
        assert_eq!(seats[0].password.reveal().unwrap(), "geheim");
        assert!(!format!("{seats:?}").contains("geheim"));
    }

    #[test]
    fn every_fault_names_its_line_and_column_and_shows_no_password() {
        let faults = read_text(&format!(
            "{HEADER}101,geheim,teramo,Anna,ASL,\n\n101,geheim,termo,\"A, B\",ASL,prenotazioni:6 x\n1 2,,teramo,Bè,,a:1 a:2\n103,geheim\n"
        ))
        .unwrap_err();
        assert_eq!(
            faults,
            [
                "f.csv:4:1: seat \"101\" is here twice",
                "f.csv:4:12: unknown site \"termo\": did you mean \"teramo\"?",
                "f.csv:4:29: \"prenotazioni:6\" is no skill with a level: expected words like prenotazioni:3, from 1 to 5",
                "f.csv:4:29: \"x\" is no skill with a level: expected words like prenotazioni:3, from 1 to 5",
                "f.csv:5:1: seat \"1 2\": expected at most 32 letters, digits, -, _ and .",
                "f.csv:5:5: `password` is empty: expected a text",
                "f.csv:5:16: `employer` is empty: expected a text",
                "f.csv:5:17: skill \"a\" is here twice",
                "f.csv:6:1: 2 columns: expected 6: seat,password,site,operator,employer,skills",
            ]
        );
    }

    fn warnings_of(text: &str) -> Vec<String> {
        let folder = Folder::new("first-start");
        folder.write("f.csv", text);
        let known = Known {
            tenants: ["asl-teramo"].into(),
            sites: ["teramo"].into(),
            skills: ["prenotazioni"].into(),
        };
        let mut told = Told::default();
        assert!(read(&folder.path("f.csv"), &known, &mut told).is_some());
        told.warnings.iter().map(ConfigFault::to_string).collect()
    }

    #[test]
    fn what_is_weak_delivered_or_a_twin_is_doubted_and_no_password_is_shown() {
        let told = warnings_of(&format!(
            "{HEADER}101,geheim,teramo,Anna,ASL,\n102,primo-avvio-102,teramo,Bruno Esempio,ASL,\n\
             lab1,k7wq-9fxm-3hdp,teramo,Ugo,ASL,\nLAB1,env:CUPTEL_NOBODY_SETS_THIS,teramo,Ida,ASL,\n"
        ));
        let has = |said: &str| told.iter().any(|it| it.contains(said));
        for said in [
            ":2:5: the password of seat \"101\" has fewer than 12 characters",
            ":5:1: seat \"LAB1\" is another than \"lab1\"",
            ":5:6: the environment has no CUPTEL_NOBODY_SETS_THIS",
            "the delivered passwords of seats 102 are known to everybody",
            "the operators Bruno Esempio are those of the example",
        ] {
            assert!(has(said), "{said} in {told:?}");
        }
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(!has("geheim"));
    }

    #[test]
    fn whose_an_operator_is_may_stand_in_a_last_column() {
        let header = "seat,password,site,operator,employer,skills,home\n";
        let seats = read_text(&format!(
            "{header}101,x,teramo,Anna,ASL,,asl-teramo\n102,x,teramo,Bruno,ASL,,\n"
        ))
        .unwrap();
        let homes: Vec<Option<&str>> = seats.iter().map(|seat| seat.home.as_deref()).collect();
        assert_eq!(homes, [Some("asl-teramo"), None]);
        let faults = read_text(&format!("{header}101,x,teramo,Anna,ASL,,asl-termo\n"));
        assert_eq!(
            faults.unwrap_err(),
            ["f.csv:2:24: unknown tenant \"asl-termo\": did you mean \"asl-teramo\"?"]
        );
    }

    #[test]
    fn the_columns_are_named_first() {
        let expected =
            "f.csv:1:1: expected the columns seat,password,site,operator,employer,skills";
        assert_eq!(
            read_text("101,geheim,teramo,Anna,ASL,\n").unwrap_err(),
            [expected]
        );
        assert_eq!(read_text("").unwrap_err().len(), 1);
        assert_eq!(read_text(HEADER).unwrap(), []);
    }
}
