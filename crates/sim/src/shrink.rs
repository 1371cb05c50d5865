//! A world from the outside: lived through, told again, and, where a promise breaks in it,
//! made smaller for as long as the same promise still breaks.

use crate::met::Met;
use crate::promises::Broken;
use crate::trace::LINES_KEPT;
use crate::without::Without;
use crate::world::World;

/// How often a world is lived through again to make its story shorter.
const RERUNS_MAX: usize = 80;

/// What a world came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Tells its story from every other.
    pub sum: u64,
    /// Lines of its story.
    pub lines: u64,
    /// Steps of the process.
    pub steps: u64,
    /// What was met in it.
    pub met: Met,
}

/// A promise did not hold in a world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "seed {seed}: {broken}\n{}\ntell it again: CUPTEL_WITHOUT={without} tests/run --seed {seed}",
    story.join("\n")
)]
pub struct Failure {
    /// Run this again to see it again.
    pub seed: u64,
    /// Without these things, which it does not need.
    pub without: Without,
    /// What.
    pub broken: Broken,
    /// The last things that happened.
    pub story: Vec<String>,
}

/// Lives through the world of this seed.
///
/// # Errors
/// The promise that was broken, with the shortest story found that leads to it.
pub fn run(seed: u64) -> Result<Report, Box<Failure>> {
    let (lived, world) = live(seed, Without::default(), LINES_KEPT);
    match lived {
        Ok(()) => Ok(world.report()),
        Err(broken) => Err(Box::new(shorten(broken, world))),
    }
}

/// The promise that breaks in the world of this seed, if one does.
#[must_use]
pub fn breaks(seed: u64) -> Option<Broken> {
    live(seed, Without::default(), 0).0.err()
}

/// Lives through the world of this seed, without some of its things, and tells all of it.
/// What breaks stands last.
///
/// # Errors
/// The whole story of a promise that was broken.
pub fn replay(seed: u64, without: Without) -> Result<Vec<String>, Box<Failure>> {
    let (lived, world) = live(seed, without, usize::MAX);
    match lived {
        Ok(()) => Ok(world.story()),
        Err(broken) => Err(Box::new(failure(broken, &world))),
    }
}

fn live(seed: u64, without: Without, lines_kept: usize) -> (Result<(), Broken>, World) {
    let mut world = World::new(seed, without, lines_kept);
    let lived = world.live();
    (lived, world)
}

fn failure(broken: Broken, world: &World) -> Failure {
    Failure {
        seed: world.seed(),
        without: world.without().clone(),
        broken,
        story: world.story(),
    }
}

/// Leaves out what can be left out: first whole kinds of things, then one thing at a time.
fn shorten(broken: Broken, world: World) -> Failure {
    let mut least = failure(broken, &world);
    let mut things = world.things();
    let mut reruns = 0;
    while let Some(next) = things.pop() {
        if reruns == RERUNS_MAX {
            break;
        }
        if least.without.has(&next) {
            continue;
        }
        reruns += 1;
        let without = least.without.and(&[next]);
        let (lived, world) = live(least.seed, without, LINES_KEPT);
        if let Err(broken) = lived
            && broken.promise == least.broken.promise
        {
            least = failure(broken, &world);
        }
    }
    least
}
