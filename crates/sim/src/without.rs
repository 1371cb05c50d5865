//! Things of a world that are left out, by name: what a failure does not need is taken from
//! its world, one thing after the other, and what is left is told.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// Names of things that do not happen: `call3`, `deaths`, `network`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Without(BTreeSet<String>);

impl Without {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    pub(crate) fn and(&self, names: &[String]) -> Self {
        let mut more = self.clone();
        more.0.extend(names.iter().cloned());
        more
    }
}

impl FromStr for Without {
    type Err = Infallible;

    fn from_str(names: &str) -> Result<Self, Infallible> {
        let names = names.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self(names.collect()))
    }
}

impl fmt::Display for Without {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, name) in self.0.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}
