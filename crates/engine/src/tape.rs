//! The tape of what the rules are told, on its way to files: a thread of its own writes it, so
//! that no call waits for it. It is cut into segments, each of which begins with all that the
//! rules know, so the oldest can be erased. What cannot be written ends a segment early and is
//! said; after a while another one begins.

mod segment;

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use cuptel_call::Switch;
use cuptel_core::time::{MonoUs, Now, UtcMs};

pub use segment::{Segment, SegmentError, build_of_this_program};

use crate::clock::Clock;
use segment::SegmentWriter;

/// Numbers of callers are inside.
const FOLDER_MODE: u32 = 0o700;
const ENDING: &str = "tape";
/// The loop hands over its tape when it is so long, or so old.
const BLOCK_BYTES: usize = 64 * 1_024;
const BLOCK_EVERY_US: MonoUs = 100_000;
/// Blocks that may wait for the thread, and what the loop keeps beyond them before it gives up.
const BLOCKS_MAX: usize = 64;
const KEPT_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// How often old segments are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// After a fault, how long nothing is recorded.
const REST_US: MonoUs = 600_000_000;
/// All segments together are so many at least, so that not everything goes at once.
const PARTS: u8 = 4;
/// A segment that cannot be followed by another ends after this part of what may be kept: what may
/// follow it later has as much, and does not push it out with its beginning.
const LAST_PARTS: u8 = 2;
/// With more legs than this no segment is begun: each carries the rules of its arrival.
const LEGS_MAX: usize = 500;

/// Where the tape goes, and how much of it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeSettings {
    /// Folder of the segments.
    pub folder: PathBuf,
    /// Nothing is kept longer.
    pub keep_ms: UtcMs,
    /// How large all of them may be together.
    pub bytes_max: u64,
    /// With more open callbacks than this no segment is begun: each of them stands in its
    /// beginning, and the loop writes that.
    pub open_max: usize,
}

/// The segments in a folder, the oldest first. None where there is no folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn segments(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found: Vec<(UtcMs, PathBuf)> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(began_ms) = began_ms(&path) {
            found.push((began_ms, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Erases every segment: nothing is to be kept.
///
/// # Errors
/// When one cannot be erased.
pub fn erase_segments(folder: &Path) -> io::Result<usize> {
    let all = segments(folder)?;
    for path in &all {
        fs::remove_file(path)?;
    }
    Ok(all.len())
}

/// A segment's name says when it began, and in which epoch: `1764133686000-12.tape`.
fn began_ms(path: &Path) -> Option<UtcMs> {
    if path.extension()? != ENDING {
        return None;
    }
    let (began_ms, _) = path.file_stem()?.to_str()?.split_once('-')?;
    began_ms.parse().ok()
}

/// What the loop tells the thread.
#[derive(Debug)]
enum Message {
    /// What follows is another segment.
    Cut,
    /// Whole entries.
    Block(Vec<u8>),
}

/// The loop's end of the tape.
#[derive(Debug)]
pub(crate) struct Tape {
    settings: TapeSettings,
    messages: SyncSender<Message>,
    /// Set by the thread, which has said why.
    failed: Arc<AtomicBool>,
    /// When a block was handed over last, and when the segment began.
    handed_us: MonoUs,
    began_us: MonoUs,
    /// Whether its beginning is yet to be handed over, how long that was, and how much came after.
    begins: bool,
    beginning_bytes: u64,
    bytes: u64,
    /// From when on another segment may be begun, where none is recorded.
    again_us: MonoUs,
    /// Whether it was said that too much is open.
    is_too_much: bool,
}

impl Tape {
    /// Both ends.
    pub(crate) fn new(settings: TapeSettings, epoch: i64, clock: Clock) -> (Self, TapeThread) {
        let (messages, to_write) = sync_channel(BLOCKS_MAX);
        let failed = Arc::new(AtomicBool::new(false));
        let thread = TapeThread {
            settings: settings.clone(),
            clock,
            epoch,
            messages: to_write,
            failed: failed.clone(),
            segment: None,
            began_ms: 0,
            is_muted: false,
        };
        let tape = Self {
            settings,
            messages,
            failed,
            handed_us: 0,
            began_us: 0,
            begins: true,
            beginning_bytes: 0,
            bytes: 0,
            again_us: 0,
            is_too_much: false,
        };
        (tape, thread)
    }

    /// A life begins, in which so many callbacks are open.
    pub(crate) fn begin(&mut self, now: Now, open: usize, switch: &mut Switch) {
        self.began_us = now.mono_us;
        let fits = open <= self.settings.open_max;
        if fits {
            switch.record();
        } else {
            self.rest(now, open, 0);
        }
        tell_recording(fits);
    }

    /// Hands over what the switch has recorded, when it is time. Never waits.
    pub(crate) fn turn(&mut self, now: Now, switch: &mut Switch) {
        if self.failed.swap(false, Ordering::AcqRel) {
            self.stop(now, switch);
        }
        let Some(bytes) = switch.tape_bytes() else {
            if now.mono_us >= self.again_us {
                self.begin_anew(now, switch);
            }
            return;
        };
        if bytes >= BLOCK_BYTES || (bytes > 0 && now.mono_us >= self.handed_us + BLOCK_EVERY_US) {
            self.hand_over(now, switch);
        }
        if !self.is_long(now, || self.has_room(switch)) {
            return;
        }
        self.end(now, switch);
        if !self.has_room(switch) {
            self.stay_off(now, switch);
        } else if switch.tape_bytes() == Some(0) {
            self.begin_anew(now, switch);
        }
    }

    /// The segment ends here.
    pub(crate) fn end(&mut self, now: Now, switch: &mut Switch) {
        if switch.tape_bytes().is_some() {
            switch.end_tape();
            self.hand_over(now, switch);
        }
    }

    /// Whether the segment is to end, so that old ones can be erased one by one.
    fn is_long(&self, now: Now, may_be_followed: impl FnOnce() -> bool) -> bool {
        let whole = self.beginning_bytes + self.bytes;
        self.has_reached(now, self.bytes, PARTS)
            && (may_be_followed() || self.has_reached(now, whole, LAST_PARTS))
    }

    /// Whether the segment, of which so many bytes count, has reached this part of what may be kept.
    fn has_reached(&self, now: Now, bytes: u64, parts: u8) -> bool {
        let age_ms = (now.mono_us - self.began_us) / 1_000;
        let age_ms = UtcMs::try_from(age_ms).unwrap_or(UtcMs::MAX);
        bytes >= self.settings.bytes_max / u64::from(parts)
            || age_ms >= self.settings.keep_ms / UtcMs::from(parts)
    }

    /// Whether all that the rules know is little enough to be written between two calls.
    fn has_room(&self, switch: &Switch) -> bool {
        let held = switch.rules_hold();
        held.numbers + held.tasks + held.unseen <= self.settings.open_max && held.legs <= LEGS_MAX
    }

    fn begin_anew(&mut self, now: Now, switch: &mut Switch) {
        if !self.has_room(switch) {
            return self.stay_off(now, switch);
        }
        match self.messages.try_send(Message::Cut) {
            Ok(()) => {}
            // It is tried again in the next turn.
            Err(TrySendError::Full(_)) => return,
            Err(TrySendError::Disconnected(_)) => return self.stop(now, switch),
        }
        self.began_us = now.mono_us;
        (self.begins, self.beginning_bytes, self.bytes) = (true, 0, 0);
        self.is_too_much = false;
        switch.begin_tape(now);
        self.hand_over(now, switch);
        tell_recording(switch.tape_bytes().is_some());
    }

    fn hand_over(&mut self, now: Now, switch: &mut Switch) {
        self.handed_us = now.mono_us;
        let block = switch.take_tape(Vec::with_capacity(BLOCK_BYTES));
        let bytes = SegmentWriter::size_of(&block);
        match self.messages.try_send(Message::Block(block)) {
            Ok(()) if std::mem::take(&mut self.begins) => self.beginning_bytes = bytes,
            Ok(()) => self.bytes += bytes,
            Err(TrySendError::Full(Message::Block(block))) if block.len() < KEPT_BYTES_MAX => {
                switch.untake_tape(block);
            }
            Err(TrySendError::Full(_)) => {
                tracing::warn!(
                    rest_s = REST_US / 1_000_000,
                    "THE TAPE HAS A GAP: its disk is too slow; what is decided now is explained, \
                     and cannot be replayed"
                );
                self.stop(now, switch);
            }
            // The thread has ended, and has said why.
            Err(TrySendError::Disconnected(_)) => self.stop(now, switch),
        }
    }

    fn stop(&mut self, now: Now, switch: &mut Switch) {
        switch.stop_recording();
        self.again_us = now.mono_us + REST_US;
        tell_recording(false);
    }

    /// Records nothing until less is open.
    fn stay_off(&mut self, now: Now, switch: &mut Switch) {
        switch.stop_recording();
        let held = switch.rules_hold();
        self.rest(now, held.numbers + held.tasks, held.legs);
    }

    fn rest(&mut self, now: Now, open: usize, legs: usize) {
        self.again_us = now.mono_us + REST_US;
        tell_recording(false);
        if std::mem::replace(&mut self.is_too_much, true) {
            return;
        }
        tracing::warn!(
            open,
            open_max = self.settings.open_max,
            legs,
            legs_max = LEGS_MAX,
            "NO TAPE: more is open than [replay] open_max, or more legs are up than one can begin \
             with; what is decided is explained, and cannot be replayed"
        );
    }
}

fn tell_recording(is_on: bool) {
    metrics::gauge!("cuptel_tape_recording").set(u32::from(is_on));
}

/// Why a segment ends early.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("a single segment has reached [replay] size_max_mb")]
    Full,
    #[error("a single segment is older than [replay] keep_h")]
    Old,
    #[error(transparent)]
    File(#[from] io::Error),
}

/// The thread's end of the tape.
#[derive(Debug)]
pub(crate) struct TapeThread {
    settings: TapeSettings,
    clock: Clock,
    epoch: i64,
    messages: Receiver<Message>,
    failed: Arc<AtomicBool>,
    segment: Option<(PathBuf, SegmentWriter)>,
    /// When the last segment began, as its name says: no two have the same.
    began_ms: UtcMs,
    /// After a fault nothing is written until another segment begins.
    is_muted: bool,
}

impl TapeThread {
    /// Writes until the loop ends.
    pub(crate) fn run(mut self) {
        let mut build = None;
        loop {
            let message = match self.messages.recv_timeout(LOOK_EVERY) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if let Err(why) = self.take(message, &mut build) {
                tracing::warn!(
                    %why,
                    "THE TAPE HAS A GAP: what is decided now is explained, and cannot be replayed"
                );
                self.is_muted = true;
                self.segment = None;
                self.failed.store(true, Ordering::Release);
            }
        }
    }

    fn take(&mut self, message: Option<Message>, build: &mut Option<String>) -> Result<(), Fault> {
        match message {
            Some(Message::Cut) => {
                self.segment = None;
                self.is_muted = false;
            }
            Some(Message::Block(block)) if !self.is_muted => {
                let build = match build {
                    Some(build) => build,
                    None => build.insert(build_of_this_program()?),
                };
                self.append(&block, build)?;
            }
            Some(Message::Block(_)) | None => {}
        }
        self.erase_old()
    }

    fn append(&mut self, block: &[u8], build: &str) -> Result<(), Fault> {
        if self.segment.is_none() {
            let folder = &self.settings.folder;
            let mut make = fs::DirBuilder::new();
            make.recursive(true).mode(FOLDER_MODE).create(folder)?;
            self.began_ms = self.clock.now().utc_ms.max(self.began_ms + 1);
            let name = format!("{}-{}.{ENDING}", self.began_ms, self.epoch);
            let path = folder.join(name);
            let writer = SegmentWriter::create(&path, build)?;
            self.segment = Some((path, writer));
        }
        self.make_room(SegmentWriter::size_of(block))?;
        if let Some((_, segment)) = &mut self.segment {
            segment.append(block)?;
        }
        Ok(())
    }

    /// Erases the oldest until so much more fits. Where it fits not even alone, nothing is erased.
    fn make_room(&self, bytes: u64) -> Result<(), Fault> {
        let written = match &self.segment {
            Some((path, _)) => fs::metadata(path)?.len(),
            None => 0,
        };
        if written + bytes > self.settings.bytes_max {
            return Err(Fault::Full);
        }
        let all = segments(&self.settings.folder)?;
        let sizes: Vec<u64> = all
            .iter()
            .map(|path| Ok(fs::metadata(path)?.len()))
            .collect::<io::Result<_>>()?;
        let mut total = sizes.iter().sum::<u64>() + bytes;
        for (path, size) in all.iter().zip(sizes) {
            if total <= self.settings.bytes_max {
                return Ok(());
            }
            if !self.is_written(path) {
                fs::remove_file(path)?;
                total -= size;
            }
        }
        Ok(())
    }

    /// Erases what began too long ago, the one that is written among them.
    fn erase_old(&self) -> Result<(), Fault> {
        let since_ms = self.clock.now().utc_ms - self.settings.keep_ms;
        for path in segments(&self.settings.folder)? {
            if began_ms(&path).is_some_and(|began_ms| began_ms < since_ms) {
                fs::remove_file(&path)?;
                if self.is_written(&path) {
                    return Err(Fault::Old);
                }
            }
        }
        Ok(())
    }

    fn is_written(&self, path: &Path) -> bool {
        let written = self.segment.as_ref();
        written.is_some_and(|(written, _)| written == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILD: &str = "0011223344556677";
    const HOUR_MS: UtcMs = 3_600_000;

    fn thread(folder: &Path, bytes_max: u64, clock: Clock) -> TapeThread {
        let settings = TapeSettings {
            folder: folder.join("tape"),
            keep_ms: 48 * HOUR_MS,
            bytes_max,
            open_max: 10,
        };
        Tape::new(settings, 12, clock).1
    }

    fn takes(thread: &mut TapeThread, message: Message) -> Result<(), Fault> {
        thread.take(Some(message), &mut Some(BUILD.to_owned()))
    }

    fn names(thread: &TapeThread) -> Vec<UtcMs> {
        let all = segments(&thread.settings.folder).unwrap();
        all.iter().filter_map(|path| began_ms(path)).collect()
    }

    #[test]
    fn a_segment_that_began_too_long_ago_is_erased_and_so_is_the_one_that_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = 1_764_133_686_000;
        let mut thread = thread(folder.path(), 1_000_000, Clock::showing(now_ms));
        fs::create_dir(&thread.settings.folder).unwrap();
        let old = now_ms - 49 * HOUR_MS;
        let young = now_ms - 47 * HOUR_MS;
        for began_ms in [young, old] {
            let path = thread.settings.folder.join(format!("{began_ms}-3.tape"));
            fs::write(path, "").unwrap();
        }
        takes(&mut thread, Message::Block(b"one".to_vec())).unwrap();
        assert_eq!(names(&thread)[0], young);
        assert_eq!(names(&thread).len(), 2);
        thread.clock = Clock::showing(now_ms + 49 * HOUR_MS);
        assert!(matches!(thread.take(None, &mut None), Err(Fault::Old)));
        assert!(names(&thread).is_empty());
    }

    #[test]
    fn the_oldest_segments_go_for_the_newest_and_one_alone_may_not_outgrow_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = 1_764_133_686_000;
        let mut thread = thread(folder.path(), 4_096, Clock::showing(now_ms));
        fs::create_dir(&thread.settings.folder).unwrap();
        for began_ms in [now_ms - 2, now_ms - 1] {
            let path = thread.settings.folder.join(format!("{began_ms}-3.tape"));
            fs::write(path, [0; 1_500]).unwrap();
        }
        takes(&mut thread, Message::Block(vec![7; 2_000])).unwrap();
        assert_eq!(names(&thread)[0], now_ms - 1, "the oldest went");
        assert_eq!(names(&thread).len(), 2);
        let refused = takes(&mut thread, Message::Block(vec![7; 3_000]));
        assert!(matches!(refused, Err(Fault::Full)), "{refused:?}");
        assert_eq!(names(&thread).len(), 2, "nothing goes in vain");
    }

    #[test]
    fn a_segment_that_nothing_may_follow_ends_while_there_is_room_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let settings = TapeSettings {
            folder: folder.path().join("tape"),
            keep_ms: 48 * HOUR_MS,
            bytes_max: 8_192,
            open_max: 10,
        };
        let mut tape = Tape::new(settings, 12, Clock::start()).0;
        tape.beginning_bytes = 2_000;
        let at_once = Now {
            mono_us: 0,
            utc_ms: 0,
        };
        let mut is_long = |bytes, may_be_followed| {
            tape.bytes = bytes;
            tape.is_long(at_once, || may_be_followed)
        };
        assert!(!is_long(2_047, true));
        assert!(is_long(2_048, true));
        assert!(!is_long(2_095, false));
        assert!(is_long(2_096, false));
    }

    #[test]
    fn a_segment_of_half_of_what_may_be_kept_stays_until_the_next_is_as_long() {
        let folder = tempfile::tempdir().unwrap();
        let now_ms = 1_764_133_686_000;
        let mut thread = thread(folder.path(), 8_192, Clock::showing(now_ms));
        takes(&mut thread, Message::Block(vec![7; 4_000])).unwrap();
        takes(&mut thread, Message::Cut).unwrap();
        for _ in 0..2 {
            takes(&mut thread, Message::Block(vec![7; 1_950])).unwrap();
            assert_eq!(names(&thread).len(), 2);
        }
        takes(&mut thread, Message::Block(vec![7; 500])).unwrap();
        assert_eq!(names(&thread).len(), 1);
    }

    #[test]
    fn after_a_fault_nothing_is_written_until_another_segment_begins() {
        let folder = tempfile::tempdir().unwrap();
        let (mut tape, thread) = Tape::new(
            TapeSettings {
                folder: folder.path().join("tape"),
                keep_ms: HOUR_MS,
                bytes_max: 100,
                open_max: 10,
            },
            12,
            Clock::start(),
        );
        for message in [
            Message::Block(vec![7; 200]),
            Message::Block(vec![7; 20]),
            Message::Cut,
            Message::Block(vec![7; 20]),
        ] {
            tape.messages.try_send(message).unwrap();
        }
        let failed = std::mem::take(&mut tape.failed);
        let at = tape.settings.folder.clone();
        drop(tape);
        thread.run();
        assert!(failed.load(Ordering::Acquire), "and the loop is told");
        let all = segments(&at).unwrap();
        let sizes: Vec<u64> = all
            .iter()
            .map(|path| fs::metadata(path).unwrap().len())
            .collect();
        let build = build_of_this_program().unwrap();
        let mut newest = Segment::open(all.last().unwrap(), &build).unwrap();
        assert_eq!(newest.next_block().unwrap(), Some(vec![7; 20]), "{sizes:?}");
        assert_eq!(newest.next_block().unwrap(), None);
    }

    #[test]
    fn other_files_in_the_folder_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "x-1.tape", "17-1.tape"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(erase_segments(folder.path()).unwrap(), 1);
        assert!(segments(&folder.path().join("none")).unwrap().is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
