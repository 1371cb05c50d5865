//! Taking the delivered example away together: its operators, and the seats whose phone still has the
//! password that everybody knows. Whoever is at work stays, and what is there instead is named.

use axum::Json;
use axum::extract::State;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, Nothing};
use crate::admin::Left;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::schema;

/// Why something of the example stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Still {
    /// The operator is signed in.
    SignedIn,
    /// Somebody works at the seat.
    Taken,
    /// The phone of the seat is in a call, or rings.
    Busy,
    /// The rules did not take it away.
    Refused,
}

impl Still {
    /// Why an operator cannot go now.
    pub(crate) fn of_operator(look: &Snapshot, name: &str) -> Option<Self> {
        let mut seats = look.seats.iter();
        let is_there = seats.any(|seat| seat.operator.as_deref() == Some(name));
        is_there.then_some(Self::SignedIn)
    }

    /// Why a seat cannot go now.
    pub(crate) fn of_seat(look: &Snapshot, name: &str) -> Option<Self> {
        let seat = look.seats.iter().find(|seat| seat.name == name)?;
        if seat.operator.is_some() || seat.chosen != Chosen::SignedOut {
            return Some(Self::Taken);
        }
        let is_idle = seat.work == WorkState::Idle && seat.call.is_none() && seat.beside.is_none();
        (!is_idle).then_some(Self::Busy)
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::SignedIn => "admin-example-signed-in",
            Self::Taken => "admin-example-taken",
            Self::Busy => "admin-example-busy",
            Self::Refused => "admin-example-refused",
        }
    }
}

/// An operator or a seat that stays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stays {
    /// Login name, or extension.
    pub(crate) name: String,
    pub(crate) why: Still,
}

/// What became of the example.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Removed {
    /// Operators that work here no more.
    pub(crate) operators: Vec<String>,
    /// Seats that are there no more.
    pub(crate) seats: Vec<String>,
    /// What is still there.
    pub(crate) left: Vec<Stays>,
}

impl SharedParts {
    /// Takes away what of the example nobody works with, one after the other.
    pub(crate) async fn remove_example(&self, caller: &Caller) -> Result<Removed, ApiError> {
        let there = Left::of(self).await?;
        let mut gone = Removed::default();
        for name in there.operators {
            let still = Still::of_operator(&self.engine.snapshot(), &name);
            let command = Command::RemoveOperator(name.clone());
            match self.unless(caller, still, command).await? {
                None => gone.operators.push(name),
                Some(why) => gone.left.push(Stays { name, why }),
            }
        }
        for name in there.seats {
            let still = Still::of_seat(&self.engine.snapshot(), &name);
            let command = Command::RemoveSeat(name.clone());
            match self.unless(caller, still, command).await? {
                None => gone.seats.push(name),
                Some(why) => gone.left.push(Stays { name, why }),
            }
        }
        Ok(gone)
    }

    async fn unless(
        &self,
        caller: &Caller,
        still: Option<Still>,
        command: Command,
    ) -> Result<Option<Still>, ApiError> {
        if still.is_some() {
            return Ok(still);
        }
        match self.carry_out(caller, command).await {
            Ok(()) => Ok(None),
            Err(ApiError::Refused(_)) => Ok(Some(Still::Refused)),
            Err(error) => Err(error),
        }
    }
}

/// Takes the operators and seats of the delivered example away that nobody works with, and names those
/// that stay with why. A seat whose phone has another password than the delivered one is not of it.
#[utoipa::path(post, path = "/api/v1/example/remove", tag = "people", security(("token" = [])),
    responses((status = 200, body = Removed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error)))]
pub(crate) async fn remove(
    caller: Caller,
    State(shared): State<Shared>,
    _asked: Asked<Nothing>,
) -> Result<Json<Removed>, ApiError> {
    Ok(Json(shared.remove_example(&caller).await?))
}
