//! A disk of a few megabytes that a test can fill: a tmpfs of its own, which needs the right to
//! mount; without it the test fails and says so.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::command::Ran;

/// What mounting may take.
const MOUNT_TIME: Duration = Duration::from_secs(10);

/// A small disk. It is unmounted when this is dropped, which must be after the server's end.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// A disk of so many megabytes at this folder, which is made.
    pub(crate) fn at(folder: &Path, megabytes: u32) -> Self {
        fs::create_dir_all(folder).expect("the folder can be made");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m,mode=700")])
            .arg("cuptel-test")
            .arg(folder);
        let ran = Ran::of(&mut mount, MOUNT_TIME);
        assert_eq!(
            ran.code,
            Some(0),
            "this test fills a small disk and may not mount one here (it must run as root, with \
             CAP_SYS_ADMIN): {}",
            ran.err
        );
        Self {
            at: folder.to_owned(),
        }
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// Not one more byte has room.
    pub(crate) fn fills(&self) {
        let mut filler = File::create(self.filler()).expect("an empty file has room");
        for size in [65_536, 4_096, 1] {
            let bytes = vec![0; size];
            loop {
                match filler.write_all(&bytes) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{}: {error}", self.filler().display()),
                }
            }
        }
    }

    /// There is room again.
    pub(crate) fn empties(&self) {
        fs::remove_file(self.filler()).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let mut unmount = Command::new("umount");
        // Lazily: after a test that failed, somebody may still have a file open.
        unmount.arg("-l").arg(&self.at);
        drop(Ran::of(&mut unmount, MOUNT_TIME));
    }
}
