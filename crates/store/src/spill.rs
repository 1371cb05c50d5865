//! Where commits go while the database does not take them: a file that is only ever
//! appended to, synchronised before anybody is told, and given to the database in the same
//! order afterwards. Knows nothing of why the database is away.
//!
//! An entry is a whole transaction, as it would have been sent: the row images of every
//! table and the journal positions that it leads from and to. Positions make a replay
//! idempotent, and show when a file belongs to another database. Whatever arises may be
//! written here, offers and dials too, because later rows build on them; what must not
//! happen is that somebody is rung while only this machine knows of it, and that is for
//! the engine to prevent.
//!
//! Each entry carries its length and a checksum. A torn end is what a power failure leaves
//! of an entry that nobody was told of, and ends the file; damage with something whole
//! behind it is an error, because that had been promised.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use cuptel_core::id::COUNTER_BITS;

use crate::lock::FileLock;
use crate::open::schema;
use crate::payload::{Payload, Table};

/// Begins a spill of any version.
const KIND: &str = "cuptel-spill ";
/// Begins the file: its kind and its form; the schema that its images are for follows.
const HEAD: &str = "cuptel-spill 1 schema ";
/// Longest head, of whatever version.
const HEAD_BYTES_MAX: u64 = 64;
/// Begins an entry; length and checksum follow, four bytes each, the lowest first.
const MARK: [u8; 4] = *b"\x1eCTS";
const ENTRY_HEAD: usize = 12;
const CHECKSUM: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
/// Callers' numbers are inside: nobody else on the machine reads them.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Why the spill cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpillError {
    /// The folder cannot be made or written.
    #[error("cannot write in {}: give the user who runs CupTel the right to, or set another [data] spill", .folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server has it.
    #[error("another cuptel serve is using {}: give this one another [data] spill", .folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("cannot use {}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No more may be written.
    #[error("{} has grown to {bytes_max} bytes, the limit of [data] spill_bytes_max", .file.display())]
    Full {
        /// Which file.
        file: PathBuf,
        /// The limit.
        bytes_max: u64,
    },
    /// What was written is not there any more.
    #[error(
        "{} is damaged at byte {at}, and what was promised to callers stands behind it: restore the file, or move it away and lose that",
        .file.display()
    )]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// Where.
        at: u64,
    },
    /// Not a spill.
    #[error("{} is no spill of CupTel: move it away, or set another [data] spill", .file.display())]
    Foreign {
        /// Which file.
        file: PathBuf,
    },
    /// Written by a newer version.
    #[error(
        "{} begins with \"{begins}\": a newer CupTel has written it, and it holds people: start that version",
        .file.display()
    )]
    Newer {
        /// Which file.
        file: PathBuf,
        /// Its first line.
        begins: String,
    },
    /// Written by an older version.
    #[error(
        "{} was written by an older CupTel (schema {found}, this binary writes {known}) and holds people: start the version that wrote it, and stop it when the database has caught up",
        .file.display()
    )]
    Older {
        /// Which file.
        file: PathBuf,
        /// Its schema.
        found: i64,
        /// This program's.
        known: i64,
    },
}

/// One transaction that the database has not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) epoch: i64,
    /// Journal position before it.
    pub(crate) after: u64,
    /// Journal position that it leads to.
    pub(crate) last: u64,
    /// A JSON array of row images per table.
    pub(crate) tables: Vec<(Table, String)>,
    /// Where the next entry begins.
    end: u64,
}

/// How much waits for the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Unreplayed {
    /// Transactions.
    pub entries: u64,
    /// Size of the file.
    pub bytes: u64,
    /// Bytes at its end that a power failure cut off.
    pub torn_bytes: u64,
}

/// The spill of one server, which holds its folder as long as it lives.
#[derive(Debug)]
pub struct Spill {
    path: PathBuf,
    bytes_max: u64,
    file: Option<File>,
    /// Written and synchronised.
    bytes: u64,
    /// The database has everything before this.
    replayed: u64,
    _lock: FileLock,
}

impl Spill {
    /// Takes the folder, making it when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be used or is another server's, or holds a spill that cannot
    /// be read.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<Self, SpillError> {
        let refuse = |source| SpillError::Folder {
            folder: folder.to_owned(),
            source,
        };
        let mut make = fs::DirBuilder::new();
        let make = make.recursive(true).mode(FOLDER_MODE);
        make.create(folder).map_err(refuse)?;
        let lock = private(File::options().create(true).truncate(false).write(true))
            .open(folder.join("lock"))
            .map_err(refuse)?;
        let Some(lock) = FileLock::take(lock).map_err(refuse)? else {
            let folder = folder.to_owned();
            return Err(SpillError::InUse { folder });
        };
        let mut spill = Self {
            path: records_in(folder),
            bytes_max,
            file: None,
            bytes: 0,
            replayed: 0,
            _lock: lock,
        };
        if let Some(mut file) = open_existing(&spill.path)? {
            let found = survey(&spill.path, &mut file)?;
            spill.bytes = found.bytes - found.torn_bytes;
            file.set_len(spill.bytes)
                .map_err(|source| spill.failed(source))?;
            spill.file = Some(file);
            if found.entries == 0 {
                spill.remove()?;
            }
        }
        Ok(spill)
    }

    /// What waits in a folder that a server may be using.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn look(folder: &Path) -> Result<Option<Unreplayed>, SpillError> {
        let path = records_in(folder);
        match open_existing(&path)? {
            Some(mut file) => survey(&path, &mut file).map(Some),
            None => Ok(None),
        }
    }

    /// How large the file is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends a transaction; when this returns, it is on disk.
    pub(crate) fn append(
        &mut self,
        (epoch, after, last): (i64, u64, u64),
        payload: &mut Payload,
    ) -> Result<(), SpillError> {
        let mut body = format!("{epoch} {after} {last}\n");
        for (table, images) in payload.tables() {
            body.push_str(table.name());
            body.push('\n');
            body.push_str(images.json());
            body.push('\n');
        }
        let full = || SpillError::Full {
            file: self.path.clone(),
            bytes_max: self.bytes_max,
        };
        let length = u32::try_from(body.len()).map_err(|_too_long| full())?;
        let fresh = self.file.is_none();
        let mut bytes = if fresh { head() } else { String::new() }.into_bytes();
        bytes.extend_from_slice(&MARK);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&CHECKSUM.checksum(body.as_bytes()).to_le_bytes());
        bytes.extend_from_slice(body.as_bytes());
        let grown = self.bytes + u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if grown > self.bytes_max {
            return Err(full());
        }
        self.write(&bytes, fresh)
            .map_err(|source| self.failed(source))?;
        self.bytes = grown;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], fresh: bool) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut options = File::options();
                let options = options.create(true).truncate(true).read(true).write(true);
                self.file.insert(private(options).open(&self.path)?)
            }
        };
        file.seek(SeekFrom::Start(self.bytes))?;
        file.write_all(bytes)?;
        file.sync_data()?;
        if fresh {
            sync_folder_of(&self.path)?;
        }
        Ok(())
    }

    /// The oldest transaction that the database has not seen.
    ///
    /// # Errors
    /// When the file cannot be read or is not what was written.
    pub fn oldest(&mut self) -> Result<Option<Entry>, SpillError> {
        let Some(file) = &mut self.file else {
            return Ok(None);
        };
        let at = self.replayed.max(length(&head()));
        if at >= self.bytes {
            return Ok(None);
        }
        match read_entry(file, at) {
            Ok(Some(entry)) => Ok(Some(entry)),
            Ok(None) => Err(SpillError::Damaged {
                file: self.path.clone(),
                at,
            }),
            Err(source) => Err(self.failed(source)),
        }
    }

    /// The database has it.
    pub fn replayed(&mut self, entry: &Entry) {
        self.replayed = entry.end;
    }

    /// Removes the file, once the database has everything.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&mut self) -> Result<(), SpillError> {
        if self.file.take().is_some() {
            fs::remove_file(&self.path)
                .and_then(|()| sync_folder_of(&self.path))
                .map_err(|source| self.failed(source))?;
        }
        self.bytes = 0;
        self.replayed = 0;
        Ok(())
    }

    fn failed(&self, source: io::Error) -> SpillError {
        SpillError::File {
            file: self.path.clone(),
            source,
        }
    }
}

/// What comes first.
fn head() -> String {
    format!("{HEAD}{}\n", schema())
}

/// Why a file that begins otherwise cannot be read. Of this form there are no other heads than
/// those of older schemas.
fn refusal(file: PathBuf, head: &[u8]) -> SpillError {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let begins = String::from_utf8_lossy(line).into_owned();
    let schema_found = begins.strip_prefix(HEAD).and_then(|it| it.parse().ok());
    match schema_found {
        Some(found) if found < schema() => SpillError::Older {
            file,
            found,
            known: schema(),
        },
        _ if begins.starts_with(KIND) => SpillError::Newer { file, begins },
        Some(_) | None => SpillError::Foreign { file },
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn records_in(folder: &Path) -> PathBuf {
    folder.join("records")
}

fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    options.mode(FILE_MODE)
}

/// Makes a file's being there, or not, outlive a power failure.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn open_existing(path: &Path) -> Result<Option<File>, SpillError> {
    match File::options().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SpillError::File {
            file: path.to_owned(),
            source,
        }),
    }
}

/// Reads the file from one end to the other.
fn survey(path: &Path, file: &mut File) -> Result<Unreplayed, SpillError> {
    let failed = |source| SpillError::File {
        file: path.to_owned(),
        source,
    };
    let bytes = file.metadata().map_err(failed)?.len();
    let mut found = Unreplayed {
        bytes,
        ..Unreplayed::default()
    };
    let mut head = Vec::new();
    let expected = self::head();
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.take(HEAD_BYTES_MAX)
        .read_to_end(&mut head)
        .map_err(failed)?;
    // A power failure may have cut it short.
    if !head.starts_with(expected.as_bytes()) && !expected.as_bytes().starts_with(&head) {
        return Err(refusal(path.to_owned(), &head));
    }
    let mut at = length(&expected);
    while at < bytes {
        let Some(entry) = read_entry(file, at).map_err(failed)? else {
            if something_whole_behind(file, at).map_err(failed)? {
                let file = path.to_owned();
                return Err(SpillError::Damaged { file, at });
            }
            break;
        };
        found.entries += 1;
        at = entry.end;
    }
    found.torn_bytes = bytes.saturating_sub(at);
    Ok(found)
}

/// The entry that begins there; none where none is whole.
fn read_entry(file: &mut File, at: u64) -> io::Result<Option<Entry>> {
    let mut head = [0; ENTRY_HEAD];
    file.seek(SeekFrom::Start(at))?;
    match file.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let [mark @ .., a, b, c, d, e, f, g, h] = head;
    if mark != MARK {
        return Ok(None);
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let mut body = Vec::new();
    file.take(length).read_to_end(&mut body)?;
    let whole = u64::try_from(body.len()) == Ok(length)
        && CHECKSUM.checksum(&body) == u32::from_le_bytes([e, f, g, h]);
    let end = at + u64::try_from(ENTRY_HEAD).unwrap_or(0) + length;
    Ok(whole.then(|| parse(&body, end)).flatten())
}

fn parse(body: &[u8], end: u64) -> Option<Entry> {
    let mut lines = std::str::from_utf8(body).ok()?.lines();
    let mut positions = lines.next()?.split(' ');
    let mut entry = Entry {
        epoch: positions.next()?.parse().ok()?,
        after: positions.next()?.parse().ok()?,
        last: positions.next()?.parse().ok()?,
        tables: Vec::new(),
        end,
    };
    (entry.after < entry.last && entry.last >> COUNTER_BITS == 0).then_some(())?;
    while let Some(table) = lines.next() {
        entry
            .tables
            .push((Table::of(table)?, lines.next()?.to_owned()));
    }
    Some(entry)
}

/// Whether any entry stands behind a place where none is whole.
fn something_whole_behind(file: &mut File, at: u64) -> io::Result<bool> {
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(at + 1))?;
    file.read_to_end(&mut rest)?;
    for (place, window) in (at + 1..).zip(rest.windows(MARK.len())) {
        if window == MARK && read_entry(file, place)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
