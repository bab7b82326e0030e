//! Batches through several workers, in bounded memory, their order kept.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

/// Batches under way for each worker: one at work, one waiting on either side.
const UNDER_WAY: usize = 3;

/// Reads in a thread of its own, works in `workers` more, and writes in this one, in the order of
/// the input. At most `3 × workers` batches are under way, however unequal their work. With one
/// worker or none everything is done in this thread.
///
/// # Errors
/// The first error in the order of the input; what comes behind it is neither worked on nor written.
///
/// # Panics
/// Where reading or work panics.
pub fn pipeline<B: Send, O: Send, E: Send>(
    workers: usize,
    input: impl Iterator<Item = Result<B, E>> + Send,
    work: impl Fn(B) -> Result<O, E> + Sync,
    mut write: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    if workers <= 1 {
        return input.into_iter().try_for_each(|batch| write(work(batch?)?));
    }
    let under_way = workers * UNDER_WAY;
    // Whoever reads takes a permit for each batch, whoever writes gives it back.
    let (give, permits) = sync_channel::<()>(under_way);
    for _ in 0..under_way {
        let _ = give.try_send(());
    }
    let (send, batches) = sync_channel::<(usize, Result<B, E>)>(under_way);
    let (done, results) = channel::<(usize, thread::Result<Result<O, E>>)>();
    let batches = Mutex::new(batches);
    let (batches, work) = (&batches, &work);
    thread::scope(|scope| {
        scope.spawn(move || read(input, &permits, &send));
        for _ in 0..workers {
            let done = done.clone();
            scope.spawn(move || {
                while let Some((number, batch)) = next(batches) {
                    // A panic is handed on: a batch that never came would be waited for forever.
                    let result = catch_unwind(AssertUnwindSafe(|| batch.and_then(work)));
                    if done.send((number, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        in_order(results, give, &mut write)
    })
}

/// Reads while there are permits, up to the first error.
fn read<B, E>(
    input: impl Iterator<Item = Result<B, E>>,
    permits: &Receiver<()>,
    send: &SyncSender<(usize, Result<B, E>)>,
) {
    for (number, batch) in input.enumerate() {
        let last = batch.is_err();
        if permits.recv().is_err() || send.send((number, batch)).is_err() || last {
            return;
        }
    }
}

/// Only one worker waits for a batch at a time; the others wait for it.
fn next<T>(batches: &Mutex<Receiver<T>>) -> Option<T> {
    batches.lock().ok()?.recv().ok()
}

/// Writes results by their numbers. Its ends of the channels are gone when it returns, also after an
/// error: so all threads end.
fn in_order<O, E>(
    results: Receiver<(usize, thread::Result<Result<O, E>>)>,
    give: SyncSender<()>,
    write: &mut impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut turn = 0;
    for (number, result) in results {
        early.insert(number, result);
        while let Some(result) = early.remove(&turn) {
            write(result.unwrap_or_else(|panic| resume_unwind(panic))?)?;
            turn += 1;
            // Fails only when the reader has ended.
            let _ = give.try_send(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn run(workers: usize, fail: Option<usize>) -> (Vec<usize>, Result<(), usize>, usize) {
        let (reads, most, under_way) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let input = (0..200).map(|number| {
            reads.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            Ok(number)
        });
        let work = |number: usize| {
            thread::sleep(Duration::from_micros((number as u64 * 7919) % 300));
            if Some(number) == fail { Err(number) } else { Ok(number) }
        };
        let mut written = Vec::new();
        let result = pipeline(workers, input, work, |number| {
            under_way.fetch_sub(1, Ordering::SeqCst);
            written.push(number);
            Ok(())
        });
        (written, result, most.into_inner())
    }

    #[test]
    fn order_is_kept_and_memory_bounded() {
        for workers in [0, 1, 2, 4] {
            let (written, result, most) = run(workers, None);
            assert_eq!(written, (0..200).collect::<Vec<_>>());
            assert_eq!(result, Ok(()));
            // One more: the batch that is read before its permit is taken.
            assert!(most <= workers.max(1) * UNDER_WAY + 1, "{most} under way for {workers} workers");
        }
    }

    #[test]
    fn the_first_error_ends_everything() {
        for workers in [1, 3] {
            let (written, result, _) = run(workers, Some(50));
            assert_eq!(written, (0..50).collect::<Vec<_>>());
            assert_eq!(result, Err(50));
        }
    }

    #[test]
    #[should_panic(expected = "no such batch")]
    fn a_panic_is_handed_on() {
        let input = (0..100).map(Ok::<u32, ()>);
        let work = |number| if number == 7 { panic!("no such batch") } else { Ok(number) };
        let _ = pipeline(2, input, work, |_| Ok(()));
    }
}
