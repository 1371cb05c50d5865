//! A segment: one file of tape. A head that names the build, then blocks of whole entries, each
//! with its length and a checksum. Nobody is promised anything by it, so it is not synchronised;
//! a torn end is what a power failure leaves, or a server that writes on.

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Begins a tape of any version.
const KIND: &str = "cuptel-tape ";
/// Begins a tape of this form; the build follows.
const HEAD: &str = "cuptel-tape 1 build ";
/// Longest head, of whatever version.
const HEAD_BYTES_MAX: usize = 128;
/// Begins a block; length and checksum follow, four bytes each, the lowest first.
const MARK: [u8; 4] = *b"\x1eCTT";
const BLOCK_HEAD: usize = 12;
const CHECKSUM: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
/// Callers' numbers are inside: nobody else on the machine reads them.
const FILE_MODE: u32 = 0o600;

/// Why a segment cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// It cannot be read.
    #[error("cannot read {}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not a tape.
    #[error("{} is no tape of CupTel", .file.display())]
    Foreign {
        /// Which.
        file: PathBuf,
    },
    /// Another program decides otherwise.
    #[error(
        "{} was recorded by another build of cuptel ({found}; this is {ours}): replay it with the \
         program that recorded it, another may decide otherwise and be right",
        .file.display()
    )]
    OtherBuild {
        /// Which.
        file: PathBuf,
        /// As it says.
        found: String,
        /// This program.
        ours: String,
    },
    /// What was written is not there any more.
    #[error("{} is damaged at byte {at}: what stands there is not what was recorded", .file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// Where.
        at: u64,
    },
}

/// Tells this program from every other: a hash of its file.
///
/// # Errors
/// When the system does not let a program read itself.
pub fn build_of_this_program() -> io::Result<String> {
    let mut program = File::open("/proc/self/exe")?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        match program.read(&mut part)? {
            0 => break,
            read => hash.update(&part[..read]),
        }
    }
    let hash = hash.finalize();
    Ok(hash[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A segment that is being written.
#[derive(Debug)]
pub(crate) struct SegmentWriter {
    file: File,
}

impl SegmentWriter {
    pub(crate) fn create(path: &Path, build: &str) -> io::Result<Self> {
        let mut options = File::options();
        let options = options.create_new(true).write(true).mode(FILE_MODE);
        let mut file = options.open(path)?;
        let head = format!("{HEAD}{build}\n");
        file.write_all(head.as_bytes())?;
        Ok(Self { file })
    }

    /// How much a block of so many bytes adds.
    pub(crate) fn size_of(block: &[u8]) -> u64 {
        length(BLOCK_HEAD + block.len())
    }

    /// Appends whole entries.
    pub(crate) fn append(&mut self, block: &[u8]) -> io::Result<()> {
        let too_long = |_error| io::Error::from(io::ErrorKind::FileTooLarge);
        let size = u32::try_from(block.len()).map_err(too_long)?;
        let mut head = [0; BLOCK_HEAD];
        head[..4].copy_from_slice(&MARK);
        head[4..8].copy_from_slice(&size.to_le_bytes());
        head[8..].copy_from_slice(&CHECKSUM.checksum(block).to_le_bytes());
        self.file.write_all(&head)?;
        self.file.write_all(block)
    }
}

/// A segment that is read, block by block.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    file: BufReader<File>,
    at: u64,
    bytes: u64,
    torn_bytes: u64,
}

impl Segment {
    /// Opens a segment of this very build.
    ///
    /// # Errors
    /// When it cannot be read, is no tape, or that of another build.
    pub fn open(path: &Path, ours: &str) -> Result<Self, SegmentError> {
        let failed = |source| SegmentError::File {
            file: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let mut file = BufReader::new(file);
        let mut head = Vec::new();
        let mut byte = [0];
        while head.len() < HEAD_BYTES_MAX && file.read(&mut byte).map_err(failed)? == 1 {
            if byte == *b"\n" {
                break;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let at = length(head.len() + 1);
        match head.strip_prefix(HEAD) {
            Some(build) if build == ours => Ok(Self {
                path: path.to_owned(),
                file,
                at,
                bytes,
                torn_bytes: 0,
            }),
            Some(build) => Err(Self::other_build(path, build, ours)),
            None => match head.strip_prefix(KIND) {
                Some(form) => Err(Self::other_build(path, form, ours)),
                None => Err(SegmentError::Foreign {
                    file: path.to_owned(),
                }),
            },
        }
    }

    fn other_build(path: &Path, found: &str, ours: &str) -> SegmentError {
        SegmentError::OtherBuild {
            file: path.to_owned(),
            found: found.to_owned(),
            ours: ours.to_owned(),
        }
    }

    /// Bytes at the end that are no whole block.
    #[must_use]
    pub fn torn_bytes(&self) -> u64 {
        self.torn_bytes
    }

    /// The next whole block; none at the end, or where it is torn.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else than was written.
    pub fn next_block(&mut self) -> Result<Option<Vec<u8>>, SegmentError> {
        let left = self.bytes.saturating_sub(self.at);
        if left == 0 {
            return Ok(None);
        }
        if left < length(BLOCK_HEAD) {
            return Ok(self.torn(left));
        }
        let mut head = [0; BLOCK_HEAD];
        self.read(&mut head)?;
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let size = u64::from(word(4));
        if head[..4] != MARK {
            return Err(self.damaged());
        }
        let whole = length(BLOCK_HEAD) + size;
        if whole > left {
            return Ok(self.torn(left));
        }
        let mut block = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        self.read(&mut block)?;
        if CHECKSUM.checksum(&block) != word(8) {
            return Err(self.damaged());
        }
        self.at += whole;
        Ok(Some(block))
    }

    fn torn(&mut self, left: u64) -> Option<Vec<u8>> {
        self.torn_bytes = left;
        self.at = self.bytes;
        None
    }

    fn damaged(&self) -> SegmentError {
        SegmentError::Damaged {
            file: self.path.clone(),
            at: self.at,
        }
    }

    fn read(&mut self, into: &mut [u8]) -> Result<(), SegmentError> {
        self.file
            .read_exact(into)
            .map_err(|source| SegmentError::File {
                file: self.path.clone(),
                source,
            })
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const OURS: &str = "0011223344556677";

    /// A segment of three blocks; where each ends.
    fn written(folder: &Path) -> (PathBuf, Vec<u64>) {
        let path = folder.join("1-1-1.tape");
        let mut writer = SegmentWriter::create(&path, OURS).unwrap();
        let mut ends = Vec::new();
        for block in [&b"one"[..], b"two", b"three"] {
            writer.append(block).unwrap();
            ends.push(fs::metadata(&path).unwrap().len());
        }
        (path, ends)
    }

    fn blocks(path: &Path) -> Result<(Vec<Vec<u8>>, u64), SegmentError> {
        let mut segment = Segment::open(path, OURS)?;
        let mut blocks = Vec::new();
        while let Some(block) = segment.next_block()? {
            blocks.push(block);
        }
        Ok((blocks, segment.torn_bytes()))
    }

    #[test]
    fn what_was_written_is_read_and_nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, ends) = written(folder.path());
        assert_eq!(fs::metadata(&path).unwrap().len(), ends[2]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, FILE_MODE);
        let (blocks, torn) = blocks(&path).unwrap();
        assert_eq!(blocks, [&b"one"[..], b"two", b"three"]);
        assert_eq!(torn, 0);
    }

    #[test]
    fn a_tape_torn_at_any_byte_is_read_up_to_its_last_whole_block() {
        let folder = tempfile::tempdir().unwrap();
        let (path, ends) = written(folder.path());
        let whole = fs::read(&path).unwrap();
        let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in head..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (blocks, torn) = blocks(&path).unwrap();
            let cut = u64::try_from(cut).unwrap();
            let kept: Vec<u64> = ends.iter().copied().filter(|end| *end <= cut).collect();
            assert_eq!(blocks.len(), kept.len(), "cut at {cut}");
            let end = kept.last().copied().unwrap_or(u64::try_from(head).unwrap());
            assert_eq!(torn, cut - end, "cut at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = written(folder.path());
        let whole = fs::read(&path).unwrap();
        let head = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for at in head..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            // A changed length may reach beyond the end, and then looks like a tear.
            let read = blocks(&path);
            let is_short = |(blocks, torn): &(Vec<Vec<u8>>, u64)| blocks.len() < 3 && *torn > 0;
            assert!(
                matches!(read, Err(SegmentError::Damaged { .. }))
                    || read.is_ok_and(|it| is_short(&it)),
                "byte {at}"
            );
        }
    }

    #[test]
    fn another_build_and_what_is_no_tape_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = written(folder.path());
        let refused = Segment::open(&path, "8899aabbccddeeff");
        assert!(matches!(refused, Err(SegmentError::OtherBuild { .. })));
        fs::write(&path, "cuptel-tape 2 whatever\n").unwrap();
        let refused = Segment::open(&path, OURS);
        assert!(matches!(refused, Err(SegmentError::OtherBuild { .. })));
        for text in ["", "cuptel-spill 1 schema 7\n"] {
            fs::write(&path, text).unwrap();
            let refused = Segment::open(&path, OURS);
            assert!(matches!(refused, Err(SegmentError::Foreign { .. })));
        }
    }

    #[test]
    fn a_program_knows_its_build() {
        let build = build_of_this_program().unwrap();
        assert_eq!(build.len(), 16);
        assert_eq!(build, build_of_this_program().unwrap());
    }
}
