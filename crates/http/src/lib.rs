//! API, pages, metrics, health.
