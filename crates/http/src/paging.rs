//! Pages of lists that go by name. Lists of what is stored go by identifier, newest first, with `before`;
//! both have `limit` and `next`, and nothing comes after a page whose `next` is null.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::reads;

/// Rows of a page where the request does not say, and at most.
const PAGE_MAX: usize = 1_000;

/// Which part of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageAsked {
    /// Behind this name: `next` of the page before.
    after: Option<String>,
    /// How many, 1 to 1000; 1000 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// The rows of one page in the order of their names, and what the next one begins behind.
pub(crate) fn page<T>(
    rows: Vec<T>,
    query: reads::Asked<PageAsked>,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let PageAsked { after, limit } = reads::asked(query)?;
    let limit = match limit {
        None => PAGE_MAX,
        Some(limit) => usize::try_from(reads::rows(Some(limit))?).unwrap_or(PAGE_MAX),
    };
    let mut named: Vec<(String, T)> = rows.into_iter().map(|row| (name(&row), row)).collect();
    named.sort_by(|one, other| one.0.cmp(&other.0));
    if let Some(after) = after {
        named.retain(|(name, _)| *name > after);
    }
    let is_whole = named.len() <= limit;
    named.truncate(limit);
    let last = named.last().map(|(name, _)| name.clone());
    let rows = named.into_iter().map(|(_, row)| row).collect();
    Ok((rows, last.filter(|_| !is_whole)))
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;

    use super::*;

    fn asked(after: Option<&str>, limit: Option<u32>) -> reads::Asked<PageAsked> {
        let after = after.map(str::to_owned);
        Ok(Query(PageAsked { after, limit }))
    }

    #[test]
    fn pages_put_together_are_the_list() {
        let rows = || vec!["c", "a", "d", "b", "e"];
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let query = asked(after.as_deref(), Some(2));
            let (page, next) = page(rows(), query, |it| (*it).to_owned()).unwrap();
            all.extend(page);
            match next {
                Some(name) => after = Some(name),
                None => break,
            }
        }
        assert_eq!(all, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_page_has_at_least_one_row_and_at_most_a_thousand() {
        for limit in [0, 1_001] {
            let refused = page(vec!["a"], asked(None, Some(limit)), |it| (*it).to_owned());
            assert!(refused.is_err(), "{limit}");
        }
        let (page, next) = page(vec!["a"], asked(None, Some(1)), |it| (*it).to_owned()).unwrap();
        assert_eq!((page, next), (vec!["a"], None));
    }
}
