//! What an operator does by phone alone: which codes a seat's phone may dial, and for what. The calls
//! themselves are `feature_call.rs`, what comes of each code is `feature_deed.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::SeatId;
use crate::rules::PromptId;
use crate::words::Spoken;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Feature {
    /// The operator comes, with number and PIN.
    SignIn,
    /// The operator goes.
    SignOut,
    /// They take works; a wrap-up is over.
    Available,
    /// They pause, for a reason by number.
    Pause,
    /// They take one more work and pause then.
    OneMore,
    /// They are at the counter.
    FrontOffice,
    /// Who they are, what they do, how many wait and how long.
    State,
    /// They take the callback or the task that is offered.
    Accept,
    /// They hand back the callback or the task that is offered, for a reason by number.
    Decline,
    /// The result of a conversation.
    Result,
    /// The task at hand is done.
    Finish,
    /// The task at hand waits again.
    HandBack,
    /// They hear themselves.
    Echo,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::SignIn,
        Self::SignOut,
        Self::Available,
        Self::Pause,
        Self::OneMore,
        Self::FrontOffice,
        Self::State,
        Self::Accept,
        Self::Decline,
        Self::Result,
        Self::Finish,
        Self::HandBack,
        Self::Echo,
    ];

    /// As the configuration and the row of a call name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::Available => "available",
            Self::Pause => "pause",
            Self::OneMore => "one_more",
            Self::FrontOffice => "front_office",
            Self::State => "state",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Result => "result",
            Self::Finish => "finish",
            Self::HandBack => "hand_back",
            Self::Echo => "echo",
        }
    }

    /// Whether a digit may follow that says which.
    #[must_use]
    pub const fn takes_digit(self) -> bool {
        match self {
            Self::Pause | Self::OneMore | Self::Decline | Self::Result => true,
            Self::SignIn
            | Self::SignOut
            | Self::Available
            | Self::FrontOffice
            | Self::State
            | Self::Accept
            | Self::Finish
            | Self::HandBack
            | Self::Echo => false,
        }
    }
}

/// The codes that a seat's phone may dial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeaturePolicy {
    /// What is dialled, and for what; none begins as another does.
    pub codes: BTreeMap<String, Feature>,
    /// How long somebody hears themselves at most.
    pub echo_s: u32,
    /// What is said, in Italian.
    pub prompts: FeaturePrompts,
    /// The same in English, where that is spoken to anybody.
    pub english: Option<EnglishPrompts>,
    /// What is spoken to who has not signed in, or belongs to a tenant that says nothing else.
    pub language: Spoken,
}

/// What is said in English to an operator who works by phone alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnglishPrompts {
    /// What is said.
    pub prompts: FeaturePrompts,
    /// Numbers, from 0 to 9 at least.
    pub numbers: Vec<PromptId>,
    /// "Minutes".
    pub minutes: PromptId,
}

impl EnglishPrompts {
    pub(crate) fn each(&mut self, change: impl Fn(&mut PromptId)) {
        self.prompts.each(&change);
        self.numbers.iter_mut().for_each(&change);
        change(&mut self.minutes);
    }
}

impl Centre {
    /// What is said in English at a seat, where English is spoken there: as the tenant of whoever works
    /// there says, else as the centre does.
    pub(crate) fn english_at(&self, seat: SeatId) -> Option<&EnglishPrompts> {
        let policy = self.rules.features.as_ref()?;
        let seat = self.seats.get(&seat).filter(|it| it.sign_in.is_some());
        let home = seat.and_then(|seat| seat.home);
        let tenant = home.and_then(|home| self.rules.tenants.get(&home));
        match tenant
            .and_then(|tenant| tenant.spoken)
            .unwrap_or(policy.language)
        {
            Spoken::English => policy.english.as_ref(),
            Spoken::Italian => None,
        }
    }

    /// What is said at a seat; nothing, where no codes are dialled.
    pub(crate) fn feature_prompts(&self, seat: SeatId) -> Option<FeaturePrompts> {
        let italian = self.rules.features.as_ref()?.prompts;
        let english = self.english_at(seat);
        Some(english.map_or(italian, |english| english.prompts))
    }

    pub(crate) fn digit_in_words(&self, seat: SeatId, digit: usize) -> Option<PromptId> {
        match self.english_at(seat) {
            Some(english) => english.numbers.get(digit).copied(),
            None => self.rules.prompts.digits.get(digit).copied(),
        }
    }

    pub(crate) fn number_in_words(&self, seat: SeatId, number: usize) -> Vec<PromptId> {
        let Some(prompts) = self.feature_prompts(seat) else {
            return Vec::new();
        };
        let spoken = match self.english_at(seat) {
            Some(english) => &english.numbers[..],
            None => &self.rules.prompts.notice.hours[..],
        };
        match (spoken.get(number), spoken.last()) {
            (Some(number), _) => vec![*number],
            (None, Some(last)) => vec![prompts.more_than, *last],
            (None, None) => Vec::new(),
        }
    }

    pub(crate) fn minutes_in_words(&self, seat: SeatId) -> PromptId {
        let english = self.english_at(seat);
        english.map_or(self.rules.prompts.whisper_minutes, |it| it.minutes)
    }
}

impl FeaturePolicy {
    /// What was dialled, with the digit that follows a code.
    pub(crate) fn dialled(&self, called: &str) -> Option<(Feature, Option<char>)> {
        if let Some(feature) = self.codes.get(called) {
            return Some((*feature, None));
        }
        let digit = called.chars().last().filter(char::is_ascii_digit)?;
        let feature = self.codes.get(&called[..called.len() - 1])?;
        feature.takes_digit().then_some((*feature, Some(digit)))
    }
}

macro_rules! prompts {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {
        /// What is said to an operator who works by phone alone. Digits, numbers and minutes are those
        /// of `SpokenPrompts`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub struct FeaturePrompts {
            $($(#[$meta])* pub $name: PromptId,)*
        }

        impl FeaturePrompts {
            /// From the recording of each, by its name here; nothing, where one is missing.
            pub fn find(find: impl Fn(&'static str) -> Option<PromptId>) -> Option<Self> {
                Some(Self { $($name: find(stringify!($name))?,)* })
            }

            pub(crate) fn each(&mut self, change: impl Fn(&mut PromptId)) {
                $(change(&mut self.$name);)*
            }
        }
    };
}

prompts! {
    /// "Your number, then hash".
    number,
    /// "Your PIN, then hash".
    pin,
    /// "Wrong number or PIN".
    wrong,
    /// "Try again later", after too many of them.
    later,
    /// "You are signed in".
    signed_in,
    /// "You have left".
    signed_out,
    /// Before what begins when the work at hand is over.
    after,
    /// "You are available".
    available,
    /// "You pause".
    paused,
    /// Before the number of a reason.
    reason,
    /// "Which reason, by number?"
    which_reason,
    /// "You are at the counter".
    front_office,
    /// "Sign in first".
    nobody,
    /// "Whoever is signed in here must leave first".
    taken,
    /// "You talk at another seat".
    elsewhere,
    /// "Nothing is offered".
    nothing_offered,
    /// "Accepted".
    accepted,
    /// "Handed back".
    handed_back,
    /// "1 done, 2 another person, 3 improper, 4 keep all, 5 close all".
    which_result,
    /// "The result is written".
    result,
    /// "Nothing is in hand".
    nothing_in_hand,
    /// "Finished".
    finished,
    /// "That failed: ask for help".
    failed,
    /// "Speak, and hear yourself".
    echo,
    /// Before the number of an operator.
    operator,
    /// "In conversation".
    talking,
    /// "A result is wanted".
    wrap_up,
    /// "You have a task".
    at_task,
    /// "Something is offered".
    offered,
    /// "You did not answer and count as away".
    not_responding,
    /// Before how many wait.
    waiting,
    /// Before the highest number that can be said.
    more_than,
    /// Before the minutes that the first of them has waited.
    first_since,
}
