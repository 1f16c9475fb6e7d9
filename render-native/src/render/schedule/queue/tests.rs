use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const ONE: u64 = 100;

fn class(width: u32) -> Class {
    Class::sized(width, 1, "h264")
}

/// A class of width `n` needs `n` bytes; a fifth less with the smallest footprint.
fn need(class: &Class, footprint: Footprint) -> u64 {
    let usual = (1..1000)
        .find(|n| *class == self::class(*n))
        .map_or(0, u64::from);
    match footprint {
        Footprint::Usual => usual,
        Footprint::Smallest => usual * 4 / 5,
    }
}

/// Nothing but the children holds anything.
fn one(held: u64) -> u64 {
    ONE.saturating_sub(held)
}

#[test]
fn the_dearest_comes_first_among_those_that_fit() {
    let work = [
        (0, class(60), 1.0),
        (1, class(60), 9.0),
        (2, class(30), 5.0),
    ];
    let queue = Queue::new(work, 8, &need, &one);
    let first = queue.next().unwrap();
    let second = queue.next().unwrap();
    assert_eq!((first.index, second.index), (1, 2));
    drop(first);
    assert_eq!(queue.next().unwrap().index, 0);
}

#[test]
fn what_is_larger_than_everything_runs_by_itself() {
    let queue = Queue::new([(0, class(500), 1.0)], 8, &need, &one);
    assert_eq!(queue.next().unwrap().index, 0);
    assert!(queue.next().is_none());
}

#[test]
fn what_is_held_never_exceeds_the_room_and_everything_is_done_once() {
    let work = (0..60_u32).map(|i| (i as usize, class(10 + i % 50), f64::from(i % 7)));
    let queue = Queue::new(work, 6, &need, &one);
    let done = Mutex::new(Vec::new());
    // Two at once by hand: whether the threads below meet is up to the machine.
    let both = [queue.next().unwrap(), queue.next().unwrap()];
    assert_eq!(queue.most_running(), 2);
    for turn in both {
        done.lock().unwrap().push(turn.index);
        turn.well();
    }
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                while let Some(turn) = queue.next() {
                    let running = queue.running();
                    let held: u64 = running.iter().map(|r| r.expected.max(r.observed)).sum();
                    assert!(held <= ONE || running.len() == 1);
                    queue.observe(turn.index, turn.expected / 2);
                    std::thread::yield_now();
                    done.lock().unwrap().push(turn.index);
                    turn.well();
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, (0..60).collect::<Vec<_>>());
}

#[test]
fn after_memory_ran_out_the_victim_comes_last_and_alone_and_fewer_run() {
    let work = (0..9).map(|i| (i, class(1), 1.0));
    let queue = Queue::new(work, 4, &need, &one);
    let victim = queue.next().unwrap();
    let other = queue.next().unwrap();
    let index = victim.index;
    assert_eq!(victim.again_alone(), 2);
    drop(other);
    let mut order = Vec::new();
    while let Some(turn) = queue.next() {
        order.push((turn.index, turn.alone, turn.footprint));
        turn.well();
    }
    assert_eq!(order.len(), 8);
    assert_eq!(order.last(), Some(&(index, true, Footprint::Smallest)));
    assert!(order.iter().filter(|(_, alone, _)| *alone).count() == 1);
}

#[test]
fn what_a_segment_was_seen_to_hold_counts_if_it_is_more_than_expected() {
    let work = (0..3).map(|i| (i, class(40), 1.0));
    let queue = Queue::new(work, 8, &need, &one);
    let first = queue.next().unwrap();
    // 60 are left, and 40 would fit; but 70 are held.
    queue.observe(first.index, 70);
    assert!(queue.choose(&mut queue.lock()).is_none());
    // What is held already is not promised once more.
    queue.observe(first.index, 40);
    assert!(queue.choose(&mut queue.lock()).is_some());
}

#[test]
fn when_memory_is_short_nothing_new_starts_but_one_always_runs() {
    let work = (0..4).map(|i| (i, class(10), 1.0));
    let queue = Queue::new(work, 8, &need, &one);
    let first = queue.next().unwrap();
    queue.set_mode(Mode::Conservative);
    assert!(queue.choose(&mut queue.lock()).is_none());
    first.well();
    let second = queue.next().unwrap();
    assert_eq!(second.footprint, Footprint::Usual);
    queue.set_mode(Mode::Emergency);
    assert!(queue.choose(&mut queue.lock()).is_none());
    second.well();
    let third = queue.next().unwrap();
    assert_eq!((third.footprint, third.expected), (Footprint::Smallest, 8));
    queue.set_mode(Mode::Normal);
    assert!(queue.choose(&mut queue.lock()).is_some());
}

#[test]
fn in_an_emergency_the_smallest_comes_first() {
    let work = [(0, class(60), 9.0), (1, class(30), 1.0)];
    let queue = Queue::new(work, 8, &need, &one);
    queue.set_mode(Mode::Emergency);
    assert_eq!(queue.next().unwrap().index, 1);
}

#[test]
fn what_is_put_back_comes_again_in_its_place() {
    let work = (0_u32..4).map(|i| (i as usize, class(10), f64::from(i)));
    let queue = Queue::new(work, 8, &need, &one);
    let dearest = queue.next().unwrap();
    let next = queue.next().unwrap();
    assert_eq!((dearest.index, next.index), (3, 2));
    next.leash.recall();
    next.put_back();
    assert_eq!(queue.running().len(), 1);
    let order: Vec<_> = std::iter::from_fn(|| {
        let turn = queue.next()?;
        assert!(!turn.leash.is_recalled());
        Some(turn.index)
    })
    .take(3)
    .collect();
    assert_eq!(order, [2, 1, 0]);
}

#[test]
fn what_ran_out_of_memory_by_itself_is_tried_again_at_once() {
    let queue = Queue::new((0..3).map(|i| (i, class(1), 1.0)), 4, &need, &one);
    let victim = queue.next().unwrap();
    let index = victim.index;
    assert_eq!(victim.again_alone(), 4);
    let again = queue.next().unwrap();
    let smallest = Footprint::Smallest;
    assert_eq!(
        (again.index, again.alone, again.footprint),
        (index, true, smallest)
    );
    assert!(queue.choose(&mut queue.lock()).is_none());
    again.well();
    assert!(queue.next().is_some_and(|turn| !turn.alone));
}

#[test]
fn nothing_starts_beside_one_that_must_be_alone() {
    let queue = Queue::new([(0, class(1), 1.0), (1, class(1), 1.0)], 8, &need, &one);
    let _ = queue.next().unwrap().again_alone();
    let _ = queue.next().unwrap().again_alone();
    let first = queue.next().unwrap();
    assert!(first.alone);
    assert!(queue.choose(&mut queue.lock()).is_none());
}

#[test]
fn waiting_for_memory_is_counted() {
    let free = AtomicU64::new(0);
    let room = |_| free.load(Ordering::SeqCst);
    let queue = Queue::new((0..2).map(|i| (i, class(10), 1.0)), 8, &need, &room);
    let first = queue.next().unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| queue.next().is_some());
        while queue.waited() == Duration::ZERO {
            queue.set_mode(Mode::Normal);
        }
        free.store(ONE, Ordering::SeqCst);
        assert!(second.join().unwrap());
    });
    drop(first);
}
