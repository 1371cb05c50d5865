//! The result of a conversation, and what is settled by it of all that the person is owed.

use std::fmt;

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::id::{AssignmentId, NeedId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::own_result::{NoResultCode, ResultTold};
use cuptel_core::step::Command;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, act};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::schema;

/// The result of a conversation. What is named in neither list is settled or stays by its kind.
#[derive(Debug, ToSchema)]
#[schema(as = Dispose)]
pub(crate) struct Dispose {
    /// `done`, `another_person`, `improper`, or a code of `own_results` that conversations of that queue
    /// may have.
    #[schema(value_type = String)]
    pub(crate) disposition: ResultTold,
    /// Needs that stay, as `owed` of the seat lists them: at their place and with their tries.
    #[schema(value_type = Option<Vec<i64>>)]
    keep: Vec<NeedId>,
    /// Needs that are settled.
    #[schema(value_type = Option<Vec<i64>>)]
    close: Vec<NeedId>,
    /// Of a form: needs that were shown; those that are not to be closed are kept.
    #[schema(value_type = Option<Vec<i64>>)]
    shown: Vec<NeedId>,
    /// What was noted, with what the person is owed; at most 500 characters, with what was before.
    pub(crate) note: Option<String>,
    /// Which conversation is meant; whichever is had or was had last, without it.
    #[schema(value_type = Option<i64>)]
    pub(crate) conversation: Option<AssignmentId>,
}

/// One identifier, as a form writes it, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ids {
    Several(Vec<i64>),
    One(i64),
    Written(String),
    Nothing(()),
}

/// One identifier: a form writes it as text.
struct OneId(i64);

impl<'de> Deserialize<'de> for OneId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Ids::deserialize(deserializer)? {
            Ids::One(id) => Ok(Self(id)),
            Ids::Written(text) => text.parse().map(Self).map_err(D::Error::custom),
            Ids::Several(_) | Ids::Nothing(()) => Err(D::Error::custom("one identifier is meant")),
        }
    }
}

const FIELDS: &[&str] = &[
    "disposition",
    "keep",
    "close",
    "shown",
    "note",
    "conversation",
];

/// By hand, because a form says the same key once for each box that is ticked.
impl<'de> Deserialize<'de> for Dispose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfFields)
    }
}

struct OfFields;

impl<'de> Visitor<'de> for OfFields {
    type Value = Dispose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result of a conversation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dispose, A::Error> {
        let (mut disposition, mut note, mut meant) = (None, None, None);
        let [mut keep, mut close, mut shown] = [const { Vec::new() }; 3];
        while let Some(key) = map.next_key::<String>()? {
            let list = match key.as_str() {
                "disposition" => {
                    let said = map.next_value::<String>()?;
                    let told = said.parse().map_err(|error: NoResultCode| {
                        A::Error::custom(format!("disposition: {error}, or one of these"))
                    });
                    disposition = Some(told?);
                    continue;
                }
                "note" => {
                    note = map.next_value()?;
                    continue;
                }
                "conversation" => {
                    meant = map.next_value::<Option<OneId>>()?;
                    continue;
                }
                "keep" => &mut keep,
                "close" => &mut close,
                "shown" => &mut shown,
                other => return Err(A::Error::unknown_field(other, FIELDS)),
            };
            match map.next_value::<Ids>()? {
                Ids::Several(ids) => list.extend(ids.into_iter().map(NeedId)),
                Ids::One(id) => list.push(NeedId(id)),
                Ids::Written(text) => {
                    let id = text.parse().map_err(|_unreadable| {
                        A::Error::custom(format!("{key}: \"{text}\" is no identifier of a need"))
                    })?;
                    list.push(NeedId(id));
                }
                Ids::Nothing(()) => {}
            }
        }
        let disposition = disposition.ok_or_else(|| A::Error::missing_field("disposition"))?;
        Ok(Dispose {
            disposition,
            keep,
            close,
            shown,
            note,
            conversation: meant.map(|OneId(id)| AssignmentId(id)),
        })
    }
}

impl Dispose {
    pub(crate) fn said(&self) -> NeedsSaid {
        let shown = self.shown.iter().filter(|need| !self.close.contains(need));
        NeedsSaid {
            keep: self.keep.iter().chain(shown).copied().collect(),
            close: self.close.clone(),
        }
    }
}

/// The result of the conversation being had or just had, and what is settled by it.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/disposition", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Dispose = "application/json"),
        (Dispose = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn dispose(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Dispose>,
) -> Result<Response, ApiError> {
    // First, because the result may end the time in which something can be noted.
    let told = (asked.wish.note.clone(), asked.wish.conversation);
    let noted = shared.note_first(&caller, &seat, told).await;
    if let Err(error) = noted {
        return act(&shared, caller, &seat, asked.by_form, Err(error)).await;
    }
    let command = Command::Dispose {
        seat: seat.clone(),
        said: asked.wish.said(),
        disposition: asked.wish.disposition,
        conversation: asked.wish.conversation,
    };
    act(&shared, caller, &seat, asked.by_form, Ok(command)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_closes_what_is_ticked_and_keeps_what_else_was_shown() {
        let form = "disposition=done&shown=1&shown=2&shown=3&close=2";
        let told: Dispose = serde_urlencoded::from_str(form).unwrap();
        let said = told.said();
        assert_eq!(said.close, [NeedId(2)]);
        assert_eq!(said.keep, [NeedId(1), NeedId(3)]);
        let form = "disposition=done&conversation=12";
        let told: Dispose = serde_urlencoded::from_str(form).unwrap();
        assert_eq!(told.conversation, Some(AssignmentId(12)));
        let json = r#"{"disposition":"done","keep":[4],"close":null}"#;
        let told: Dispose = serde_json::from_str(json).unwrap();
        assert_eq!(told.said().keep, [NeedId(4)]);
        for wrong in ["{}", r#"{"disposition":"done","kept":[4]}"#] {
            assert!(serde_json::from_str::<Dispose>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_urlencoded::from_str::<Dispose>("disposition=done&close=x").is_err());
    }
}
