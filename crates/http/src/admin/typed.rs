//! What somebody typed into a form, kept as it is so that it can be shown again.

use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;

use crate::actions::body_of;
use crate::error::ApiError;
use crate::pages::Shared;

/// The fields of a form, in their order.
#[derive(Default, Clone)]
pub(crate) struct Typed(Vec<(String, String)>);

impl FromRequest<Shared> for Typed {
    type Rejection = ApiError;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, ApiError> {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(ApiError::WrongType);
        }
        let body = body_of(request, shared).await?;
        Self::parse(&body)
    }
}

impl Typed {
    /// Of a body, or of what stands behind the question mark of an address.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, ApiError> {
        let fields = serde_urlencoded::from_bytes(text);
        fields.map(Self).map_err(|error| ApiError::Malformed {
            why: error.to_string(),
            hint: "send a form",
        })
    }

    /// As it was typed; nothing where it was not.
    pub(crate) fn raw(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// Without what stands around it.
    pub(crate) fn of(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// What is not blank.
    pub(crate) fn said(&self, name: &str) -> Option<String> {
        Some(self.of(name).to_owned()).filter(|text| !text.is_empty())
    }

    /// All that was ticked under one name.
    pub(crate) fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        let fields = self.0.iter();
        fields
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with what was typed into it.
    pub(crate) fn all_fields(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.of(name) == "yes"
    }

    /// With a field said.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }
}
