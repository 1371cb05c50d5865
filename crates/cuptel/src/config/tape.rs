//! `[replay]`: what of the tape is kept, on which `cuptel replay` makes decisions again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf, absolute};

use cuptel_core::dialplan::fields::Fields;
use cuptel_engine::TapeSettings;

use super::optional_with;

/// What an open callback takes in the beginning of each part of the tape.
const OPEN_BYTES: u64 = 172;
/// A part ends after this part of `size_max_mb`, and its beginning may be as large: so the one
/// before it is there until this one is whole.
const PARTS: u64 = 4;
const MB: u64 = 1_048_576;
const SIZES_MB: std::ops::RangeInclusive<u32> = 4..=1_048_576;

/// What is kept of what the rules were told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplaySettings {
    /// Default: `tape` beside the folder of the spill.
    folder: Option<PathBuf>,
    /// Nothing is kept longer; 0 for nothing at all. Default 48.
    keep_h: u32,
    /// How large all of it may be. Default 512.
    size_max_mb: u32,
    /// With more open callbacks than this nothing is recorded. Default 50,000.
    open_max: u32,
}

impl ReplaySettings {
    /// The folder, beside that of the spill unless another is set.
    pub(crate) fn folder(&self, spill: &Path) -> PathBuf {
        let beside = || spill.parent().unwrap_or(Path::new("data")).join("tape");
        self.folder.clone().unwrap_or_else(beside)
    }

    /// For the engine; none where nothing is kept.
    pub(crate) fn tape(&self, spill: &Path) -> Option<TapeSettings> {
        (self.keep_h > 0).then(|| TapeSettings {
            folder: self.folder(spill),
            keep_ms: i64::from(self.keep_h) * 3_600_000,
            bytes_max: u64::from(self.size_max_mb) * MB,
            open_max: usize::try_from(self.open_max).unwrap_or(usize::MAX),
        })
    }
}

/// Whether files can be made where a folder is, or is to be: by making one, which goes at once.
pub(crate) fn try_to_write(folder: &Path) -> io::Result<()> {
    let folder = absolute(folder)?;
    let there = folder.ancestors().find(|above| above.exists());
    let probe = there.unwrap_or(&folder).join(".cuptel-check");
    File::create_new(&probe)?;
    fs::remove_file(probe)
}

/// Whether two paths lead to one folder, as far as can be seen.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path| {
        fs::canonicalize(path)
            .or_else(|_missing| absolute(path))
            .ok()
    };
    place(one) == place(other)
}

/// Every default is told at its field. The spill's folder is not known where the URL of the
/// database is a secret that is not to be had here.
pub(super) fn replay(root: &mut Fields<'_>, spill: Option<&Path>) -> ReplaySettings {
    let mut replay = ReplaySettings {
        folder: None,
        keep_h: 48,
        size_max_mb: 512,
        open_max: 50_000,
    };
    let Some(mut table) = root.table("replay") else {
        return replay;
    };
    let folder = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
    replay.folder =
        optional_with(&mut table, "folder", "a folder", folder).map(|given| given.value);
    replay.keep_h = table.whole_or("keep_h", 0..=8_760, replay.keep_h);
    replay.size_max_mb = table.whole_or("size_max_mb", SIZES_MB, replay.size_max_mb);
    replay.open_max = table.whole_or("open_max", 0..=1_000_000, replay.open_max);
    if replay.keep_h > 0 {
        check_size(&replay, &table);
        check_folder(&replay, spill, &table);
    }
    table.finish();
    replay
}

/// A beginning that does not fit would push out all that was recorded, and not be recorded.
fn check_size(replay: &ReplaySettings, table: &Fields<'_>) {
    let needed_mb = (u64::from(replay.open_max) * OPEN_BYTES * PARTS).div_ceil(MB);
    if u64::from(replay.size_max_mb) >= needed_mb {
        return;
    }
    let at = table
        .key_at("size_max_mb")
        .or_else(|| table.key_at("open_max"));
    let message = format!(
        "`size_max_mb` is {} and `open_max` {}: each part of the tape begins with all open callbacks: expected at least {needed_mb} MB for so many",
        replay.size_max_mb, replay.open_max
    );
    table
        .faults()
        .add(at.unwrap_or_else(|| table.at()), message);
}

fn check_folder(replay: &ReplaySettings, spill: Option<&Path>, table: &Fields<'_>) {
    if spill.is_some_and(|spill| is_same(&replay.folder(spill), spill)) {
        let at = table.key_at("folder").unwrap_or_else(|| table.at());
        let message =
            "the tape and the spill have one folder: expected a `folder` of its own".to_owned();
        table.faults().add(at, message);
    }
}
