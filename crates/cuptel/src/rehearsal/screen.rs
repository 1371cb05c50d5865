//! What the demo shows on the terminal: sentences, and under them one line of figures that moves.
//! Where nobody watches (a pipe) the figures come as plain lines, and less often.

use std::io::{IsTerminal as _, Write as _};

use crate::cli::say;

/// Every so many figures one is printed where they cannot move.
const PLAIN_EVERY: u32 = 5;

/// The terminal, or the pipe that stands in its place.
#[derive(Debug)]
pub(super) struct Screen {
    /// `--json`: only its line is wanted.
    is_silent: bool,
    is_terminal: bool,
    /// A line of figures stands without an end.
    is_open: bool,
    figures: u32,
}

impl Screen {
    pub(super) fn new(is_silent: bool) -> Self {
        Self {
            is_silent,
            is_terminal: std::io::stdout().is_terminal(),
            is_open: false,
            figures: 0,
        }
    }

    /// Sentences; they stay.
    pub(super) fn tell(&mut self, text: &str) {
        if self.is_silent {
            return;
        }
        if std::mem::take(&mut self.is_open) {
            self.write("\r\x1b[K");
        }
        say(text);
    }

    /// Sentences that open something new.
    pub(super) fn announce(&mut self, text: &str) {
        self.tell(&format!("\n{}", self.shaded("1", text)));
    }

    /// How it ended.
    pub(super) fn conclude(&mut self, is_well: bool, text: &str) {
        let colour = if is_well { "1;32" } else { "1;31" };
        self.tell(&self.shaded(colour, text));
    }

    /// The figures of now, in the place of those before.
    pub(super) fn figures(&mut self, text: &str) {
        if self.is_silent {
            return;
        }
        if self.is_terminal {
            self.write(&format!("\r{text}\x1b[K"));
            self.is_open = true;
        } else if self.figures.is_multiple_of(PLAIN_EVERY) {
            say(text);
        }
        self.figures = self.figures.wrapping_add(1);
    }

    fn shaded(&self, code: &str, text: &str) -> String {
        if self.is_terminal {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A reader that went away ends the show, as it does for [`say`].
    fn write(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        if out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            std::process::exit(0);
        }
    }
}
