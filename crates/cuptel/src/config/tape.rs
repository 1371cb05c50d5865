//! `[replay]`: what of the tape is kept, on which `cuptel replay` makes decisions again.

use std::path::{Path, PathBuf};

use cuptel_core::dialplan::fields::Fields;
use cuptel_engine::TapeSettings;

use super::optional_with;

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
            bytes_max: u64::from(self.size_max_mb) * 1_048_576,
            open_max: usize::try_from(self.open_max).unwrap_or(usize::MAX),
        })
    }
}

/// Every default is told at its field.
pub(super) fn replay(root: &mut Fields<'_>) -> ReplaySettings {
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
    replay.size_max_mb = table.whole_or("size_max_mb", 4..=1_048_576, replay.size_max_mb);
    replay.open_max = table.whole_or("open_max", 0..=1_000_000, replay.open_max);
    table.finish();
    replay
}
