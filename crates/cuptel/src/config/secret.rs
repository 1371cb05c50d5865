//! Secrets that the configuration names or holds: `env:NAME`, `file:PATH`, or the secret
//! itself. None of them is ever printed.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Random bytes of a secret that we make.
const BYTES: usize = 32;

/// Where a secret is, or the secret itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Kept);

#[derive(Clone, PartialEq, Eq)]
enum Kept {
    Environment(String),
    File(PathBuf),
    Here(String),
}

/// Why a secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    /// The variable is not set, or is not text.
    #[error("the environment has no {name} to read a secret from: set it as for `cuptel serve`")]
    Environment {
        /// The variable.
        name: String,
        /// Whether it is absent or no text.
        source: std::env::VarError,
    },
    /// The file is not there, or not ours to read.
    #[error("cannot read the secret in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing in it.
    #[error("the secret in {place} is empty")]
    Empty {
        /// The file or the variable.
        place: String,
    },
    /// The file cannot be made.
    #[error("cannot make a secret in {}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system has no random bytes for us.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

impl Secret {
    /// Reads the spelling of the configuration. A `file:` path counts from the working
    /// directory, because the file need not exist yet.
    pub(crate) fn parse(text: &str) -> Self {
        if let Some(name) = text.strip_prefix("env:") {
            return Self(Kept::Environment(name.to_owned()));
        }
        match text.strip_prefix("file:") {
            Some(path) => Self(Kept::File(path.into())),
            None => Self(Kept::Here(text.to_owned())),
        }
    }

    /// The secret, when the configuration itself holds it.
    pub(crate) fn here(&self) -> Option<&str> {
        match &self.0 {
            Kept::Here(text) => Some(text),
            Kept::Environment(_) | Kept::File(_) => None,
        }
    }

    /// The secret.
    ///
    /// # Errors
    /// When it is not where the configuration says, or is empty there.
    pub(crate) fn reveal(&self) -> Result<String, SecretError> {
        let (text, place) = match &self.0 {
            Kept::Here(text) => (text.clone(), "the configuration".to_owned()),
            Kept::Environment(name) => {
                (from_environment(name)?, format!("the environment's {name}"))
            }
            Kept::File(path) => {
                let text = fs::read_to_string(path).map_err(|source| SecretError::Read {
                    path: path.clone(),
                    source,
                })?;
                (
                    text.trim_end_matches(['\r', '\n']).to_owned(),
                    path.display().to_string(),
                )
            }
        };
        if text.is_empty() {
            Err(SecretError::Empty { place })
        } else {
            Ok(text)
        }
    }

    /// Makes the file of a `file:` secret when there is none: 32 random bytes in hex, for
    /// our user's eyes only. Says whether it made one.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn create_file(&self) -> Result<bool, SecretError> {
        let path = match &self.0 {
            Kept::File(path) if !path.exists() => path,
            Kept::File(_) | Kept::Environment(_) | Kept::Here(_) => return Ok(false),
        };
        let mut random = [0_u8; BYTES];
        getrandom::fill(&mut random).map_err(SecretError::Random)?;
        let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        write_whole(path, &hex).map_err(|source| SecretError::Create {
            path: path.clone(),
            source,
        })?;
        Ok(true)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Environment(name) => write!(f, "Secret(env:{name})"),
            Kept::File(path) => write!(f, "Secret(file:{})", path.display()),
            Kept::Here(_) => f.write_str("Secret(…)"),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a secret that the configuration keeps in the environment"
)]
fn from_environment(name: &str) -> Result<String, SecretError> {
    std::env::var(name).map_err(|source| SecretError::Environment {
        name: name.to_owned(),
        source,
    })
}

/// All or nothing: a crash leaves no half-written secret under the name.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        // Beside the token lie callers' numbers.
        let mut make = fs::DirBuilder::new();
        make.recursive(true).mode(0o700).create(folder)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let shown = format!(
            "{:?} {:?} {:?}",
            Secret::parse("geheim"),
            Secret::parse("env:TOKEN"),
            Secret::parse("file:a/b")
        );
        assert_eq!(shown, "Secret(…) Secret(env:TOKEN) Secret(file:a/b)");
        assert_eq!(Secret::parse("geheim").reveal().unwrap(), "geheim");
    }

    #[test]
    fn a_missing_file_is_made_once_for_our_eyes_only() {
        let folder = super::super::tests::Folder::new("secret");
        let path = folder.path("data/api-token");
        let secret = Secret::parse(&format!("file:{}", path.display()));
        assert!(matches!(secret.reveal(), Err(SecretError::Read { .. })));
        assert!(secret.create_file().unwrap());
        let first = secret.reveal().unwrap();
        assert_eq!(first.len(), 2 * BYTES);
        assert!(first.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            !secret.create_file().unwrap(),
            "a second call leaves it alone"
        );
        assert_eq!(secret.reveal().unwrap(), first);
        fs::write(&path, "\n").unwrap();
        assert!(matches!(secret.reveal(), Err(SecretError::Empty { .. })));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = Secret::parse("env:CUPTEL_NOBODY_SETS_THIS")
            .reveal()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment has no CUPTEL_NOBODY_SETS_THIS to read a secret from: set it as for \
             `cuptel serve`"
        );
    }
}
