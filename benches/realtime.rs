//! The scheduling class of the media thread, for a floor that is to be compared with it.

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// What the media thread asks for.
const FIFO_PRIORITY: u8 = 10;

/// Asks SCHED_FIFO for the calling thread. Where it is refused the media thread is refused too,
/// and the comparison is as fair.
pub(crate) fn ask_for_fifo() -> bool {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    ThreadPriorityValue::try_from(FIFO_PRIORITY).is_ok_and(|priority| {
        let priority = ThreadPriority::Crossplatform(priority);
        set_thread_priority_and_policy(thread_native_id(), priority, policy).is_ok()
    })
}
