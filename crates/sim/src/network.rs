//! Between the switch and everybody else: datagrams are late, lost, doubled, out of order.

use crate::chance::Chance;

/// How bad the network of a world is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    pub(crate) lost_per_mille: u64,
    pub(crate) doubled_per_mille: u64,
    pub(crate) late_per_mille: u64,
}

impl Network {
    pub(crate) fn invented(chance: &mut Chance) -> Self {
        match chance.between(0, 3) {
            0 => Self {
                lost_per_mille: 0,
                doubled_per_mille: 0,
                late_per_mille: 0,
            },
            1 => Self {
                lost_per_mille: 10,
                doubled_per_mille: 10,
                late_per_mille: 20,
            },
            2 => Self {
                lost_per_mille: 60,
                doubled_per_mille: 30,
                late_per_mille: 100,
            },
            _ => Self {
                lost_per_mille: 200,
                doubled_per_mille: 100,
                late_per_mille: 200,
            },
        }
    }

    /// Nothing is lost any more.
    pub(crate) fn calm() -> Self {
        Self {
            lost_per_mille: 0,
            doubled_per_mille: 0,
            late_per_mille: 0,
        }
    }

    /// After how long each copy of a datagram arrives; none when it is lost.
    pub(crate) fn arrivals(&self, chance: &mut Chance) -> Vec<u64> {
        if chance.per_mille(self.lost_per_mille) {
            return Vec::new();
        }
        let copies = if chance.per_mille(self.doubled_per_mille) {
            2
        } else {
            1
        };
        (0..copies)
            .map(|_| {
                let late = chance.per_mille(self.late_per_mille);
                if late {
                    chance.ms(50, 1_200)
                } else {
                    chance.ms(1, 20)
                }
            })
            .collect()
    }
}
