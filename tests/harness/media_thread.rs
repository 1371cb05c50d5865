//! The end of a thread of somebody else's process: its epoll descriptor becomes another file
//! under it, and the next wait fails. Needs the right to trace a child.

use std::fs;

use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

/// `dup2` among the system calls of x86-64, and the length of the instruction that makes one.
const DUP2: u64 = 33;
const SYSCALL_BYTES: u64 = 2;

/// Has the media thread of this process find its epoll gone.
pub(crate) fn end_media_thread(process: u32) {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let tasks = tasks.map(|task| task.expect("a task").path());
    let is_media = |task: &std::path::PathBuf| {
        fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "media")
    };
    let task = tasks.into_iter().find(is_media).expect("a media thread");
    let id = task.file_name().and_then(|id| id.to_str()?.parse().ok());
    let thread = Pid::from_raw(id.expect("a thread has a number"));

    ptrace::attach(thread).expect("a test may trace the server that it started");
    stops(thread);
    let before = ptrace::getregs(thread).expect("it stands still");
    // It waits in epoll_wait, whose first argument is the descriptor; the instruction that made
    // that call makes ours.
    let mut replace = before;
    replace.rip -= SYSCALL_BYTES;
    replace.rax = DUP2;
    replace.orig_rax = u64::MAX;
    (replace.rdi, replace.rsi) = (0, before.rdi);
    ptrace::setregs(thread, replace).expect("it stands still");
    ptrace::step(thread, None).expect("it stands still");
    stops(thread);
    let replaced = ptrace::getregs(thread).expect("it stands still").rax;
    assert_eq!(replaced, before.rdi, "was the thread waiting in epoll?");
    ptrace::setregs(thread, before).expect("it stands still");
    ptrace::detach(thread, None).expect("it stands still");
}

fn stops(thread: Pid) {
    waitpid(thread, Some(WaitPidFlag::__WALL)).expect("a traced thread can be waited for");
}
