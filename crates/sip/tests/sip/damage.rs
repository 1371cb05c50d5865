//! How messages are spoilt on the way: byte by byte, and header by header, so that what comes
//! out is often a message still, which says something else.

/// A small generator of its own, so that a failing round can be repeated from its number.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// Spoils a message; `other` lends its headers.
pub(crate) fn damage(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    match dice.roll(4) {
        0 => {}
        1 => damage_bytes(bytes, dice),
        2 => damage_headers(bytes, other, dice),
        _ => {
            damage_headers(bytes, other, dice);
            damage_bytes(bytes, dice);
        }
    }
}

fn damage_bytes(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const SPICE: &[u8] = b"\r\n\t \"<>;,:=@%\\/?[]\0\xff*0A";
    for _ in 0..=dice.roll(6) {
        if bytes.is_empty() {
            return;
        }
        let at = dice.roll(bytes.len());
        let end = (at + dice.roll(40)).min(bytes.len());
        match dice.roll(6) {
            0 => bytes[at] = *dice.one_of(SPICE),
            1 => bytes.insert(at, *dice.one_of(SPICE)),
            2 => {
                bytes.remove(at);
            }
            3 => bytes.truncate(at),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                bytes.drain(at..end);
            }
        }
    }
}

/// Start line, headers and, when the empty line is there, all that follows it.
fn lines_of(bytes: &[u8]) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let head = &bytes[..end.unwrap_or(bytes.len())];
    let lines = head.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec());
    (lines.collect(), end.map(|end| bytes[end..].to_vec()))
}

fn damage_headers(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let (mut lines, rest) = lines_of(bytes);
    let (others, _) = lines_of(other);
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(lines.len());
        let to = dice.roll(lines.len());
        match dice.roll(9) {
            0 if lines.len() > 1 => {
                lines.remove(at);
            }
            1 => lines.insert(to, lines[at].clone()),
            2 => lines.swap(at, to),
            3 => lines.insert(to, dice.one_of(&others).clone()),
            4 => lines[at] = value_swapped(&lines[at], &lines[to]),
            5 => lines[at] = renamed(&lines[at], dice),
            6 => lines[at] = renumbered(&lines[at], dice),
            7 => lines[at] = folded(&lines[at]),
            // More headers than anybody needs.
            _ if dice.roll(20) == 0 => {
                let many = vec![lines[at].clone(); 20 + dice.roll(400)];
                lines.splice(to..to, many);
            }
            _ => lines[at].extend(*dice.one_of(&PARAMETERS)),
        }
    }
    let mut spoilt = lines.join(&b"\r\n"[..]);
    spoilt.extend(rest.unwrap_or_default());
    *bytes = spoilt;
}

const PARAMETERS: [&[u8]; 8] = [
    b";tag=x",
    b";tag=",
    b";branch=z9hG4bK",
    b";expires=0",
    b";lr;transport=tcp",
    b", <sip:x@10.0.0.9>",
    b";received=10.0.0.9;rport=1",
    b"?Route=%3csip:x%3e",
];

/// The name of one header with the value of another.
fn value_swapped(line: &[u8], other: &[u8]) -> Vec<u8> {
    let colon = |line: &[u8]| line.iter().position(|byte| *byte == b':');
    match (colon(line), colon(other)) {
        (Some(own), Some(lent)) => [&line[..own], &other[lent..]].concat(),
        _ => other.to_vec(),
    }
}

fn renamed(line: &[u8], dice: &mut Dice) -> Vec<u8> {
    const NAMES: [&str; 18] = [
        "v",
        "f",
        "t",
        "i",
        "m",
        "l",
        "c",
        "e",
        "CSEQ",
        "contact",
        "Route",
        "Record-Route",
        "Require",
        "Authorization",
        "Max-Forwards",
        "Expires",
        "Content-Length",
        "Reason",
    ];
    let value = line.iter().position(|byte| *byte == b':');
    let value = value.map_or(line, |colon| &line[colon + 1..]);
    [dice.one_of(&NAMES).as_bytes(), b" : ", value].concat()
}

/// Every number becomes one at the edge of something.
fn renumbered(line: &[u8], dice: &mut Dice) -> Vec<u8> {
    const EDGES: [&str; 9] = [
        "0",
        "-1",
        "1",
        "255",
        "256",
        "65536",
        "2147483648",
        "4294967296",
        "99999999999999999999999999",
    ];
    let edge = dice.one_of(&EDGES);
    let text = String::from_utf8_lossy(line);
    let mut pieces: Vec<String> = Vec::new();
    for byte in text.chars() {
        match (byte.is_ascii_digit(), pieces.last_mut()) {
            (true, Some(last)) if last == edge => {}
            (true, _) => pieces.push((*edge).to_owned()),
            (false, Some(last)) if last != edge => last.push(byte),
            (false, _) => pieces.push(byte.to_string()),
        }
    }
    pieces.concat().into_bytes()
}

/// The same header, over as many lines as it has spaces.
fn folded(line: &[u8]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    pieces.join(&b"\r\n "[..])
}
