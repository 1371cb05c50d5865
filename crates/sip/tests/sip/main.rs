//! The SIP endpoint as its peers see it: bytes in, bytes and events out, in virtual time.

#[cfg(test)]
mod admission;
#[cfg(test)]
mod answering;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod calling;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod framing;
#[cfg(test)]
mod late;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod network;
#[cfg(test)]
mod torture;
#[cfg(test)]
mod wire;
