//! The counters of an instrumented build, one for each edge of the code; any other build has none.
//!
//! The compiler puts them in (`-C passes=sancov-module`, see `./dev fuzz --guided`) and calls the two functions below before
//! `main`. Their names are those of LLVM's interface.

#![allow(unsafe_code)]

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Counters that are looked at as one.
const BLOCK: usize = 64;

static FIRST: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Told by each instrumented module: where the counters of all of them begin and end.
// SAFETY: the name is LLVM's, and nothing else in this program defines it.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_8bit_counters_init(first: *mut u8, end: *mut u8) {
    FIRST.store(first, Ordering::Relaxed);
    COUNT.store((end as usize).saturating_sub(first as usize), Ordering::Relaxed);
}

/// Told where the edges lie in the code, which nobody asks here.
// SAFETY: the name is LLVM's, and nothing else in this program defines it.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_pcs_init(_first: *const usize, _end: *const usize) {}

/// How many edges are counted.
pub fn edges() -> usize {
    COUNT.load(Ordering::Relaxed)
}

/// Forgets what was counted.
pub fn clear_counts() {
    // SAFETY: the linker put `edges()` bytes there, for the whole life of the program. Only this thread runs targets.
    unsafe { FIRST.load(Ordering::Relaxed).write_bytes(0, edges()) }
}

/// Tells what was counted since it was last forgotten: each edge that was passed, and how often, up to 255 and then from 0 again.
pub fn counts(mut each: impl FnMut(usize, u8)) {
    let first = FIRST.load(Ordering::Relaxed);
    if first.is_null() {
        return;
    }
    // SAFETY: the linker put `edges()` bytes there, for the whole life of the program. Only this thread runs targets, and
    // none runs now.
    let counts = unsafe { std::slice::from_raw_parts(first, edges()) };
    // Nearly all are 0: a case passes a few hundred of the hundred thousands.
    for (block, marks) in counts.chunks(BLOCK).enumerate() {
        if marks.iter().fold(0, |any, count| any | count) == 0 {
            continue;
        }
        for (place, &count) in marks.iter().enumerate().filter(|(_, count)| **count > 0) {
            each(block * BLOCK + place, count);
        }
    }
}
