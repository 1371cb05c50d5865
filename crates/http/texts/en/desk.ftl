# Texts of the floor of whoever leads.

# Around every page of whoever leads.
desk-nav = Pages of whoever leads
desk-title = Floor
desk-link-room = Floor
desk-link-callbacks = Callbacks
desk-link-memos = Messages
desk-link-stops = Stops
desk-link-history = History
desk-link-operators = Figures by operator
desk-link-agreement = Agreement
desk-table-of = Table: { $title }
desk-taken = As of
desk-refresh = Refresh
desk-order-note = The order has changed meanwhile: “Refresh” puts trouble on top again.
desk-back-room = Back to the floor
desk-forbidden-title = This page is not for you
desk-forbidden = The floor is for those who lead, administer or audit. Nothing was changed.
desk-forbidden-wall = See the queues in large figures
desk-forbidden-seat = Back to your seat
desk-readonly = You may look and not act: whoever leads acts.
desk-not-found = It does not exist, or is not of your authority.
desk-database = The database does not answer: targets and ages are missing. Calls and seats are of now.
desk-figures-awaited = Targets and ages are being read and appear by themselves in a moment; without JavaScript, reload the page. Calls and seats are of now.

# Queues.
desk-queues = Queues
desk-queues-caption = Queues, those in trouble first
desk-queues-note = “In time” is the share of those who come to a queue and find an operator within the target time, in this quarter of an hour and today, beside the target. With fewer than five people in this quarter hour it is too early to tell.
desk-queues-none = No queue is configured. Add a section [[queue]] to the configuration file, then reload.
desk-queue = Service
desk-waiting = Waiting
desk-oldest = First for
desk-oldest-of = { $waited } of { $within }
desk-in-time-now = In time now
desk-in-time-today = In time today
desk-in-time-early = too early
desk-in-time-of = { $share } / { $target } %
desk-trouble-unserved = people wait and nobody can answer
desk-trouble-late = past the target time
desk-trouble-closed-waiting = closed, but somebody waits
desk-trouble-unmanned = open, but nobody can answer
desk-trouble-below = below target
desk-trouble-waiting = somebody waits
desk-trouble-closed = closed
desk-trouble-none = quiet

# Spans of time, short.
desk-span-s = { $n } s
desk-span-min = { $n } min
desk-span-h = { $h } h { $m }
desk-span-d = { $n } d

# Seats.
desk-seats = Seats
desk-seats-none = There is no seat yet: they come from config/first-start.csv, or from “cuptel import seats”.
desk-site = Site { $site }
desk-site-out = site cut off
desk-site-counts = { $talking } on the phone · { $free } free · { $paused } paused · { $other } other
desk-site-empty = Empty seats: { $n }
desk-site-nobody = Nobody is signed in here.
desk-seat = Seat { $seat }
desk-seat-nobody = nobody signed in
desk-seat-since = For
desk-seat-who = Operator
desk-seat-state = State
desk-seat-site = Site
desk-seat-page = Open the page of whoever works there

# What is owed.
desk-debts = Owed calls
desk-debts-all =
    { $n ->
        [0] Nobody is owed a call.
        [one] 1 person is owed a call, for { $oldest }.
       *[other] { $n } people are owed a call, the first for { $oldest }.
    }
desk-debts-class-caption = By class of urgency
desk-debts-age-caption = By age, since their first call
desk-debts-class = Class
desk-debts-age = Age
desk-debts-people = People
desk-class-u = U, within 72 hours
desk-class-b = B, within 10 days
desk-class-d = D, within 30 days
desk-class-p = P, within 120 days
desk-class-none = Without a class
desk-age-1h = Up to an hour
desk-age-4h = Up to 4 hours
desk-age-24h = Up to a day
desk-age-72h = Up to 3 days
desk-age-168h = Up to a week
desk-age-older = Longer
desk-past-deadline = Past their deadline: { $n }
desk-past-promise = Past the promised time: { $n }
desk-unseen = To be looked at, closed without having spoken: { $n }
desk-debts-list = List of callbacks

# Lines and fairness.
desk-lines = Lines
desk-lines-caption = Channels in use, by trunk
desk-lines-note = “Blind” means that the carrier turns calls away that we do not see.
desk-lines-none = No trunk is configured.
desk-trunk = Trunk
desk-trunk-used = In use
desk-trunk-channels = Channels
desk-trunk-state = State
desk-trunk-blind = ■ blind since { $since }
desk-fairness = Fairness among the authorities
desk-fairness-caption = How it went for those who waited
desk-fairness-note = Wait of 95 people in 100, how many people, how many gave up.
desk-tenant = Authority
desk-fair-home = Operators at home
desk-fair-away = Lent
desk-fair-borrowed = Borrowed
desk-fair-wait-recent = Wait, last minutes
desk-fair-lost-recent = Given up, last minutes
desk-fair-wait-today = Wait, today
desk-fair-lost-today = Given up, today

# One queue.
desk-queue-title = { $queue }, { $tenant }
desk-queue-open = The queue is open.
desk-queue-shut = The queue is closed: callers hear the hours, and are owed a call.
desk-queue-by-hand-closed = Closed by hand{ $by }{ $until }.
desk-queue-by-hand-opened = Opened by hand{ $by }{ $until }.
desk-by = {""} by { $name }
desk-until = , until { $at }
desk-until-day = , until { $at }
desk-queue-target = Target: { $share } % within { $within }
desk-queue-no-target = No target configured
desk-queue-owed = Owed a call: { $n }, of whom now: { $ready }
desk-queue-wait = Whoever comes now waits up to { $wait }
desk-queue-wait-nobody = Nobody can serve whoever comes now
desk-line = Who waits
desk-line-caption = In the order in which they will be served
desk-line-none = Nobody waits.
desk-line-place = Place
desk-line-number = Number
desk-line-since = Has waited
desk-line-kind = How
desk-line-told = Was told
desk-line-seat = Rings at
desk-line-do = Actions
desk-line-caller = calls us
desk-line-called = called by us
desk-line-ahead = ahead by { $span }
desk-line-told-min = within { $min } min
desk-line-withheld = number withheld
desk-line-open = Open call { $id }
desk-line-open-callback = Open callback { $id }
desk-line-busy = The centre is busy and has not said who waits: “Refresh” tries again.

# One call.
desk-call-title = Call: { $queue }, { $at }
desk-callback-title = Callback: { $queue }, { $at }
desk-call-title-plain = Call of { $at }
desk-callback-title-plain = Callback of { $at }
desk-number-of = no. { $id }
desk-facts = In short
desk-story = Story
desk-why = Why
desk-why-none = It does not wait: there is nothing to explain now.
desk-why-ahead =
    { $n ->
        [0] It is the next of queue { $queue }.
        [one] There is 1 person before it in queue { $queue }.
       *[other] There are { $n } people before it in queue { $queue }.
    }
desk-why-seat = It is with seat { $seat }.
desk-why-asks = It takes somebody who can answer for: { $skills }.
desk-why-asks-level = { $skill } (level { $level } at least)
desk-why-asks-less = From { $at } on less is asked.
desk-why-seats = The seats now
desk-why-decided = Why that seat
desk-why-decision = { $at }: offered to seat { $seat } ({ $operator }), chosen { $free ->
    [one] as the only one free
   *[other] among { $free } free
}; { $end }.
desk-why-passed =
    { $n ->
        [one] 1 person who stood before was not given to that seat.
       *[other] { $n } people who stood before were not given to that seat.
    }
desk-fact-tenant = Authority
desk-fact-queue = Service
desk-fact-number = Number
desk-fact-state = State
desk-fact-since = Since
desk-fact-attempts = Times they called
desk-fact-tries = Our tries
desk-fact-class = Class
desk-fact-due = Deadline
desk-fact-promised = Promised time
desk-fact-operator = Entrusted to
desk-fact-ahead = Ahead of its place by
desk-fact-callback = Owed call
desk-fact-suppressed = No callback because
desk-fact-needs = Matters
desk-story-at = When
desk-story-what = What
desk-story-caption = From the beginning
desk-ev-received = The call came
desk-ev-answered = We answered
desk-ev-queued = It came to the queue
desk-ev-talking = An operator answered
desk-ev-ended = Over: { $how }
desk-ev-offer = Offered to seat { $seat }
desk-ev-offer-ended = Seat { $seat }: { $how }
desk-ev-promise = Told: by { $at }
desk-ev-dial = The person was called: { $how }
desk-ev-dial-now = The person is being called
desk-ev-attempt = The person called: { $how }
desk-ev-at-seat = { $what }, seat { $seat }

# Callbacks in a list.
desk-callbacks-title = Callbacks
desk-callbacks-caption = The newest first
desk-callbacks-none = No callback of this kind.
desk-callbacks-state = Which
desk-callbacks-open = Waiting for their turn
desk-callbacks-unseen = To be looked at
desk-callbacks-all = All
desk-callbacks-show = Show
desk-callbacks-older = Older
desk-callbacks-order = Order
desk-callbacks-id = Callback

# Acting.
desk-act = What can be done
desk-act-withdraw = Take them out of the queue
desk-act-withdraw-then = The person hears “You need not call again: we call you, and you keep your place”, the call ends, and they are owed a call from the place they have. It cannot be undone.
desk-act-withdraw-do = Say goodbye and call back
desk-act-move = Move them to another queue
desk-act-move-then = They keep the place and the wait that they have; they hear to hold the line. They can be moved back.
desk-act-move-to = Queue
desk-act-move-do = Move
desk-act-ahead = Change the priority
desk-act-ahead-then = They count as if they had waited longer, by as many minutes as you write. Example: with 30 they go before whoever came less than 30 minutes before them; whoever has waited longer than that stays ahead. Who is further ahead already stays there.
desk-act-ahead-min = By how many minutes (1 to 1440)
desk-act-ahead-do = Change
desk-act-assign = Entrust it to an operator
desk-act-assign-then = It is offered to that operator alone, when they are signed in. The list has those who can answer for this service, the ones who are signed in now first.
desk-act-assign-who = Operator
desk-act-assign-anybody = Anybody who can
desk-act-assign-here = { $name }, signed in at seat { $seat }
desk-act-assign-away = { $name }, not signed in
desk-act-assign-do = Entrust
desk-act-close = Close it
desk-act-close-then = Nobody calls this person about this any more. If they call, they are served.
desk-act-because = Why
desk-act-close-do = Close the callback
desk-act-ack = Say that you looked at it
desk-act-ack-then = It stays closed, and leaves the list of those to be looked at.
desk-act-ack-do = Looked at
desk-act-reopen = Have them called after all
desk-act-reopen-then = A new callback begins, at the place of the old one.
desk-act-reopen-do = Call after all
desk-act-none = There is nothing to do here now: whoever talks is let talk, and what is closed stays as it is.
desk-act-close-queue = Close the queue
desk-act-close-queue-then = From now on callers hear that it is closed and are owed a call. Those who wait are served as at closing time, then they hear that we call back. It holds over a restart, until it is opened again or until the hour given.
desk-act-open-queue = Open outside the hours
desk-act-open-queue-then = From now on callers come to the queue, whatever the hour, until the hour given. It holds over a restart.
desk-act-hours = Back to the hours
desk-act-hours-then = The queue goes by the configured hours again.
desk-act-hours-then-closed = Undoes the closing by hand: the queue goes by its hours again.
desk-act-hours-then-opened = Undoes the opening by hand: the queue goes by its hours again.
desk-act-hours-open = By its hours it is open now{ $until }.
desk-act-hours-shut = By its hours it is closed now{ $until }.
desk-act-open-until = Until
desk-act-open-until-then = Then the queue goes by its hours again. Empty: it stays open until somebody closes it or goes back to the hours.
desk-act-until = Until (optional)
desk-act-reason = Reason (optional)
desk-act-continue = Continue
desk-act-hours-do = Back to the hours
desk-confirm-title = Are you sure?
desk-confirm-waiting =
    { $n ->
        [0] Nobody waits on the line now.
        [one] 1 person waits on the line now.
       *[other] { $n } people wait on the line now.
    }
desk-confirm-owed =
    { $n ->
        [0] Nobody is owed a call.
        [one] 1 person is owed a call, and keeps their place.
       *[other] { $n } people are owed a call, and keep their places.
    }
desk-confirm-do = Yes, do it
desk-confirm-cancel = No, go back
desk-seat-pause = Pause
desk-seat-pause-then = What is being done there is finished, then nothing more comes until it is available again. The operator sees it on their page, with your name.
desk-seat-pause-do = Pause
desk-seat-available = Make available
desk-seat-available-then = It gets calls and callbacks again.
desk-seat-available-do = Available
desk-seat-out = Sign out
desk-seat-out-then = Whoever works there leaves service. Before it is done you see what becomes of what they have in hand.
desk-seat-out-do = Sign out
desk-seat-out-who = Who works there: { $name }
desk-seat-out-state = Now: { $state }
desk-seat-out-talking = The conversation goes on to its end; then the seat is empty and gets nothing more until somebody signs in there again.
desk-seat-out-wrap-up = They finish writing the result; then the seat is empty and gets nothing more until somebody signs in there again.
desk-seat-out-offered = The call that is offered there now goes back to its place and on to another seat. The seat is empty at once, until somebody signs in there again.
desk-seat-out-task = The task that they have in hand is to be done again by somebody. The seat is empty at once, until somebody signs in there again.
desk-seat-out-idle = No call is cut short. The seat is empty at once and gets nothing more, until somebody signs in there again.
desk-seat-memo = Write to this seat
desk-site-outage = Site cut off
desk-site-outage-then = The seats of { $site } do not count any more; whoever is spoken with there goes to another seat; calls go to the other sites. Until somebody says that it is back.
desk-site-staffed = Operators signed in: { $n }
desk-site-calls = Calls that go on: { $n }
desk-site-resume = The site is back
desk-site-resume-do = It is back
desk-site-link = Say that the site is cut off

# Stops.
desk-stops-title = Stop buttons
desk-stops-pressed = Pressed now
desk-stops-none = None is pressed.
desk-stops-press = Press a button
desk-stops-which = What to stop
desk-stops-outgoing = Outgoing calls
desk-stops-emergency = Service: the emergency message is heard
desk-stops-where = For whom
desk-stops-region = The whole region
desk-stops-release = Release: { $what }
desk-stops-outgoing-then = Nobody is called back any more ({ $where }); whoever rings already is let ring, debts keep their places.
desk-stops-emergency-then = Callers ({ $where }) hear the emergency message and come to no queue; nobody is called back. Conversations go on.

# Messages to operators.
desk-memos-title = Messages to operators
desk-memos-shown = Shown now
desk-memos-none = No message is shown.
desk-memos-caption = Each stands on the page of whoever works until they say that they have read it
desk-memos-text = Message
desk-memos-to = To whom
desk-memos-read = Read by
desk-memos-unread = Still to be read
desk-memos-until = Until
desk-memos-write = Write a message
desk-memos-write-then = It appears on the page of whoever is signed in, and of whoever signs in later, until they say that they have read it. No telephone numbers and no names of patients: it is kept.
desk-memos-hours = Shown for (hours)
desk-memos-send = Send
desk-memos-withdraw = Withdraw the message
desk-memos-withdraw-of = Withdraw: { $text }
desk-to-everybody = Everybody
desk-to-tenant = { $name }
desk-to-site = Site { $name }
desk-to-queue = Who can serve { $name }
desk-to-seat = Seat { $name }
desk-memo-from = { $by }, { $at }: { $text }
desk-memo-somebody = Your supervisors
desk-memo-read = I have read it
desk-memo-more =
    { $n ->
        [one] and 1 more message after this
       *[other] and { $n } more messages after this
    }

# What was done, and why not.
desk-done-withdrawn = The person hears that we call back.
desk-done-moved = Moved: they keep their place.
desk-done-ahead = Priority changed.
desk-done-memo = Message sent.
desk-done-memo-withdrawn = Message withdrawn.
desk-done-memo-read = Message read.
desk-no-waiting = The call does not wait any more: it was served, or is over.
desk-no-turn = The callback is being made: its turn has come.
desk-no-tenant = That queue is of another authority: others would owe the call.
desk-no-same = They wait in that queue already.
desk-no-closed = That queue is closed.
desk-no-full = That queue is full.
desk-no-first = They go before everyone already: their conversation broke off.
desk-no-ahead = At most a day ahead (1440 minutes).
desk-no-memo-length = The message is empty, or longer than 300 characters.
desk-no-memo-number = A message names no telephone number.
desk-no-memo-ends = A message is shown for seven days at most.
desk-no-memo-many = 50 messages are shown already: withdraw one.
desk-no-memo = That message is not shown any more.

# History.
desk-history-title = History
desk-history-from = From
desk-history-to = To
desk-history-queue = Service
desk-history-all = All
desk-every-tenant = All
desk-every-class = All
desk-history-step = One figure each
desk-step-quarter = quarter hour
desk-step-hour = hour
desk-step-day = day
desk-history-show = Show
desk-history-export = CSV for programs, by quarter hour
desk-history-wrong = There is no such period: the first day is before the last, is not to come, and there are 92 days at most.
desk-history-of = { $queue }, { $from } to { $to }
desk-history-everything = all services
desk-history-empty = No call came in this period.
desk-chart-calls = What became of those who called
desk-chart-calls-desc =
    { $n ->
        [one] 1 call
       *[other] { $n } calls
    }: { $answered } answered, { $abandoned } given up, { $refused } let go by us, { $other } other. The moment with the most calls: { $peak }, { $most }.
desk-chart-target = Who found an operator in time
desk-chart-target-desc = { $in } people of { $queued } who came to a queue found an operator within the target time: { $share } %.
desk-chart-waiting = How many people waited, on the mean
desk-chart-waiting-desc = The moment with the most: { $peak }, { $most } people in line on the mean.
desk-chart-callbacks = Callbacks opened and made
desk-chart-callbacks-desc = { $opened } callbacks opened, { $made } calls of ours, { $reached } answered.
desk-col-at = From
desk-col-offered = Came
desk-col-answered = Answered
desk-col-abandoned = Given up
desk-col-refused = Let go
desk-col-other = Other
desk-col-queued = Queued
desk-col-in-target = In time
desk-col-share = In time %
desk-col-waiting = Waiting, mean
desk-col-longest = Longest wait
desk-col-opened = Opened
desk-col-made = Calls
desk-col-reached = Answered
desk-defs = What is counted
desk-def-offered = Came: every call, in the quarter hour in which it came, whatever became of it.
desk-def-answered = Answered: of those, who spoke with an operator.
desk-def-abandoned = Given up: who hung up before: while it rang, in a message, in a menu or in line. The short ones too.
desk-def-refused = Let go by us: lines taken, queue full, out of hours, longest wait, nobody there, taken out of line by us.
desk-def-other = Other: all that remain: who asked to be called back, who was served by the menu, calls that were interrupted or failed, and those that still go on.
desk-def-target = In time: of those who came to a queue, who had an operator within the strictest target time of their queue. Who gives up counts as not served.
desk-def-waiting = Waiting, mean: the time that all have spent in line in that quarter hour, divided by its length.
desk-def-callbacks = Callbacks opened: debts that began then. Calls: ours to people, without those that a trunk did not take.
desk-legend-answered = answered
desk-legend-abandoned = given up
desk-legend-refused = let go
desk-legend-other = other
desk-legend-share = in time
desk-legend-waiting = waiting
desk-legend-opened = opened
desk-legend-made = calls

# Figures of operators, and the agreement that allows them.
desk-operators-title = What each operator has done
desk-operators-caption = Conversations ended in the period, by operator
desk-operators-off = These figures are off: no agreement in force allows them.
desk-operators-off-why = Article 4 of law 300/1970 forbids to watch workers from afar without an agreement with the unions or an authorisation of the inspectorate. Figures of the service, without names, are on the page History.
desk-operators-off-whom = If there is an agreement, ask whoever administers the region to enter it on the page Agreement.
desk-operators-allowed = Allowed by agreement { $protocol } of { $date }.
desk-operators-who = Operator
desk-operators-employer = Employer
desk-operators-conversations = Conversations
desk-operators-callbacks = Of those, callbacks
desk-operators-talking = On the phone
desk-operators-none = Nobody has ended a conversation in this period.
desk-agreement-title = Agreement with those who work here
desk-agreement-why = Figures of single operators, listening and recording stay off until the agreement that allows them is entered here (art. 4 L. 300/1970). What is entered and ended is kept, with the name of who does it. This version lets nobody listen to a conversation and records none, with or without an agreement.
desk-agreement-now = In force now
desk-agreement-none = No agreement is in force: figures of operators, listening and recording are off.
desk-agreement-in-force = Agreement { $protocol } of { $date }, entered by { $by } on { $at }.
desk-agreement-allows = It allows: { $what }.
desk-agreement-allows-nothing = It allows nothing of this.
desk-allow-figures = figures of single operators
desk-allow-listening = listening
desk-allow-recording = recording
desk-agreement-end = End it
desk-agreement-end-then = From now on all that it allowed is off.
desk-agreement-enter = Enter an agreement
desk-agreement-enter-then = It takes the place of the one in force. Date and number are those of the signed document.
desk-agreement-date = Date of the agreement
desk-agreement-protocol = Protocol number
desk-agreement-what = What it allows
desk-agreement-do = Enter
desk-agreement-entered = Agreement entered.
desk-agreement-ended = Agreement ended: all of it is off.
desk-agreement-wrong = A date that is not to come, and a protocol number of at most 100 characters are needed.
desk-agreement-past = Earlier agreements
desk-agreement-past-caption = The latest first
desk-agreement-from = In force from
desk-agreement-until = Until
desk-agreement-by = Entered by
desk-agreement-whom = Only whoever administers the region may enter or end it.

# Words of the record.
desk-outcome-served = served by an operator
desk-outcome-served-by-menu = served by the menu
desk-outcome-callback-requested = asked to be called back
desk-outcome-abandoned-ringing = hung up while it rang
desk-outcome-abandoned-message = hung up in a message
desk-outcome-abandoned-menu = hung up in the menu
desk-outcome-abandoned-queue = hung up in line
desk-outcome-refused-lines = all lines taken
desk-outcome-refused-queue-full = the queue was full
desk-outcome-refused-by-carrier = refused by the carrier
desk-outcome-refused-rate = too many calls a second
desk-outcome-refused-no-operators = nobody signed in
desk-outcome-out-of-hours = out of hours
desk-outcome-queue-timeout = waited as long as may be
desk-outcome-withdrawn = taken out of line by us
desk-outcome-interrupted = interrupted
desk-outcome-failed = failed
desk-stage-received = came in
desk-stage-ringing = rings
desk-stage-in-dialplan = hears messages or the menu
desk-stage-queued = waits for an operator
desk-stage-talking = talks with an operator
desk-stage-ended = over
desk-state-waiting = waits for its turn
desk-state-offered = offered to a seat
desk-state-dialling = we are calling
desk-state-talking = talking
desk-state-answered-waiting = answered and waits for an operator
desk-state-unknown = to be checked after a restart
desk-state-closed = closed
desk-closed-served = called and served
desk-closed-got-through = called themselves and were served
desk-closed-cancelled-by-person = wants no call
desk-closed-withdrawn = closed by hand
desk-closed-exhausted = every try spent
desk-closed-expired = too old
desk-closed-suppressed = not to be called
desk-offer-open = not answered yet
desk-offer-accepted = taken
desk-offer-rejected = refused
desk-offer-busy = busy
desk-offer-no-answer = did not answer
desk-offer-unreachable = phone not reachable
desk-offer-withdrawn = withdrawn
desk-dial-answered = answered
desk-dial-no-answer = no answer
desk-dial-busy = busy
desk-dial-declined = declined
desk-dial-unreachable = not reachable
desk-dial-trunk-failed = the trunk did not take it
desk-dial-machine = perhaps a machine
desk-dial-married = they called meanwhile
desk-dial-cancelled = we gave up
desk-dial-unknown = not known how
desk-suppressed-anonymous = the number is withheld
desk-suppressed-no-number = there is no number
desk-suppressed-forbidden-class = such numbers are not called
desk-suppressed-do-not-call = they asked not to be called
desk-suppressed-shared-number = many call from that number
desk-suppressed-internal = it is an extension
desk-suppressed-no-line = the dialled number is nobody’s
desk-suppressed-got-through = they have spoken with us
desk-suppressed-policy = the rule of that queue says no
desk-event-opened = Opened
desk-event-joined = The person called again
desk-event-offered = Offered to a seat
desk-event-offer-ended = The seat did not take it
desk-event-offer-ended-how = Offer over: { $how }
desk-event-declined = Handed back by the operator
desk-event-dialled = The person was rung
desk-event-not-reached = Not reached
desk-event-reached = The person answered
desk-event-returned = The person called back
desk-event-reconciled = Checked after a restart
desk-event-time-chosen = They chose when
desk-event-postponed = Put off
desk-event-put-ahead = Priority changed by hand
desk-event-need-closed = A matter closed
desk-event-need-kept = A matter kept open
desk-event-closed = Closed
desk-hold-stopping = The centre is stopping.
desk-hold-not-stored = The database does not answer: nobody is called meanwhile.
desk-hold-not-due = Not before { $at }.
desk-hold-time-chosen = The person asked to be called from { $at } on.
desk-hold-window = Nobody is called at this hour, until { $at }.
desk-hold-no-channel = No trunk has a channel for callbacks.
desk-hold-trunks-down = No trunk takes our calls, since { $at }.
desk-hold-emergency = Emergency message: this authority serves nobody now.
desk-hold-stopped = A stop button is pressed, since { $at }.
desk-hold-gives-way = It gives way to callers, until { $at } at most.
desk-hold-after-callers = Those on the line go first, until { $at } at most.
desk-hold-in-a-call = The person has a call with us.
desk-hold-unreconciled = It was being called at the restart: it waits until that is known.
desk-hold-as-many-as-free = As many people are called as operators are free.
desk-hold-without-operator = It is a reminder alone: the system calls, without an operator.
desk-hold-campaign = The campaign is paused, over or out of its hours.
desk-hold-assigned = It is entrusted to an operator, who will have it.
desk-hold-waits-for = It waits for the operator who knows the person, until { $at } at most.
desk-hold-nothing = Nothing holds it: it waits for a free seat.
desk-fit-eligible =
    { $n ->
        [one] 1 seat free and fit
       *[other] { $n } seats free and fit
    }
desk-fit-refused =
    { $n ->
        [one] 1 did not take it before
       *[other] { $n } did not take it before
    }
desk-fit-lacks-skills =
    { $n ->
        [one] 1 without the skills
       *[other] { $n } without the skills
    }
desk-fit-signed-out =
    { $n ->
        [one] 1 empty
       *[other] { $n } empty
    }
desk-fit-paused =
    { $n ->
        [one] 1 paused
       *[other] { $n } paused
    }
desk-fit-unreachable =
    { $n ->
        [one] 1 whose phone is not connected
       *[other] { $n } whose phones are not connected
    }
desk-fit-not-responding =
    { $n ->
        [one] 1 does not respond
       *[other] { $n } do not respond
    }
desk-fit-busy =
    { $n ->
        [one] 1 busy
       *[other] { $n } busy
    }
desk-fit-resting =
    { $n ->
        [one] 1 resting after an offer
       *[other] { $n } resting after an offer
    }
desk-fit-site-out =
    { $n ->
        [one] 1 at a site that is cut off
       *[other] { $n } at sites that are cut off
    }
desk-fit-site-full =
    { $n ->
        [one] 1 at a site with as many calls as it may have
       *[other] { $n } at sites with as many calls as they may have
    }
desk-fit-shift-ends =
    { $n ->
        [one] 1 whose shift ends
       *[other] { $n } whose shifts end
    }
desk-fit-kept-for-callers =
    { $n ->
        [one] 1 kept for callers
       *[other] { $n } kept for callers
    }
desk-fit-lend-floor =
    { $n ->
        [one] 1 that its authority keeps for itself
       *[other] { $n } that their authority keeps for itself
    }
desk-fit-lend-max =
    { $n ->
        [one] 1 whose authority lends as many as it may
       *[other] { $n } whose authority lends as many as it may
    }
desk-fit-borrow-max =
    { $n ->
        [one] 1 of another authority: as many are borrowed as may be
       *[other] { $n } of other authorities: as many are borrowed as may be
    }
desk-fit-profile =
    { $n ->
        [one] 1 not fit
       *[other] { $n } not fit
    }

# Many callbacks at once.
desk-bulk-title = Many callbacks at once
desk-bulk-link = Put off or close many callbacks at once
desk-bulk-choose = Choose
desk-bulk-choose-then = First you see how many there are and what happens; it is done only when you confirm, and can be undone.
desk-bulk-action = What
desk-bulk-postpone = Put off: nobody calls them before a moment
desk-bulk-close = Close: nobody calls these people any more
desk-bulk-until = Put off until
desk-bulk-until-then = Needed only to put off.
desk-bulk-which = Which, of those that wait
desk-bulk-of = Authority or queue
desk-bulk-everywhere = All authorities and all queues
desk-bulk-older = Opened more than (hours) ago
desk-bulk-any = Any
desk-bulk-kind = Why they are owed
desk-bulk-because = Reason, which is recorded
desk-bulk-look = See what happens
desk-bulk-done = Done before
desk-bulk-none = Nothing so far.
desk-bulk-caption = The newest first
desk-bulk-what = What
desk-bulk-at = When
desk-bulk-count = Callbacks
desk-bulk-reason = Reason
desk-bulk-who = Who
desk-bulk-closed = Closed at once
desk-bulk-postponed = Put off at once until { $until }
desk-bulk-preview = What happens if you confirm
desk-bulk-opened-before = opened before { $at }
desk-bulk-meant = Which: { $which }. Reason: { $because }.
desk-bulk-would-close =
    { $n ->
        [0] No callback is closed.
        [one] 1 callback is closed, as withdrawn: nobody calls this person any more.
       *[other] { $n } callbacks are closed, as withdrawn: nobody calls these people any more.
    }
desk-bulk-would-postpone =
    { $n ->
        [0] No callback is put off.
        [one] 1 callback is put off: nobody calls it before { $until }, then it has its place again.
       *[other] { $n } callbacks are put off: nobody calls them before { $until }, then they have their places again.
    }
desk-bulk-at-work =
    { $n ->
        [one] 1 stays as it is: an operator is calling it, or about to.
       *[other] { $n } stay as they are: operators are calling them, or about to.
    }
desk-bulk-too-late =
    { $n ->
        [one] 1 stays as it is: it would expire before that moment, and nobody would call it any more.
       *[other] { $n } stay as they are: they would expire before that moment, and nobody would call them any more.
    }
desk-bulk-do-close =
    { $n ->
        [one] Yes, close it
       *[other] Yes, close them ({ $n })
    }
desk-bulk-do-postpone =
    { $n ->
        [one] Yes, put it off
       *[other] Yes, put them off ({ $n })
    }
desk-bulk-change = No, change the choice
desk-bulk-begun = The act on many callbacks has begun: how far it is stands below.
desk-bulk-kept = It is taken and kept: it shows here when the database is back.
desk-bulk-goes-on = It is not over yet: the figures are those of now. Load the page again to see them grow.
desk-bulk-by = Done by { $name }, { $at }.
desk-bulk-touched =
    { $n ->
        [0] No callback was touched.
        [one] 1 callback was touched.
       *[other] { $n } callbacks were touched.
    }
desk-bulk-undone =
    { $n ->
        [one] 1 was brought back.
       *[other] { $n } were brought back.
    }
desk-bulk-left =
    { $n ->
        [one] 1 was not brought back, because something else has happened since.
       *[other] { $n } were not brought back, because something else has happened since.
    }
desk-bulk-undo-title = Undo
desk-bulk-undo-then = They go back to their place; whoever has spoken with us since, or was touched by others, stays as they are.
desk-bulk-undo =
    { $n ->
        [one] Undo (1)
       *[other] Undo ({ $n })
    }
desk-bulk-brought-back = Brought back: { $n }. Left, because something else has happened since: { $left }.
desk-bulk-first = The first
desk-bulk-first-caption = Ten at most
desk-bulk-back = Many callbacks at once

# What was done beside a conversation.
desk-side-to-queue = Seat { $seat } gave the person to the queue { $queue }
desk-side-to-seat = Seat { $seat } gave the person to seat { $other }
desk-side-to-number = Seat { $seat } gave the person to { $entry }
desk-side-consult = Seat { $seat } asked { $entry }
desk-side-consult-seat = Seat { $seat } asked seat { $other }
desk-side-dial = Seat { $seat } called { $entry }
desk-side-now = going on

# What goes on, who did what, and what has changed meanwhile.
desk-link-calls = Calls
desk-changed-note = Something has changed: “Refresh” shows it.
desk-trouble-emergency = stopped: the emergency message is on
desk-tomorrow = tomorrow at { $at }
desk-queue-emergency = Callers hear the message and do not enter the queue; who waits already is served.
desk-queue-outgoing = Nobody is called back; callers are served.
desk-queue-opened = Callers enter, whatever the hour.
desk-queue-nobody-enters = Nobody enters the queue: the emergency message is on.
desk-queue-held = Callbacks are held: callers would wait too long.
desk-line-due = to be called back
desk-line-note = The place is the one that “Why” tells: callers and people to call back, together. Of those to call back, as many go first as operators may call at the same time: so two rows may have the same place. “Waiting for” of those to call back counts from their first call.
desk-line-cut = The first 200 callbacks that are due now are shown.
desk-deeds = Who did what
desk-deeds-caption = In the last 24 hours
desk-deed-somebody = Somebody
desk-deed-withdrew = { $who } took it out of the line
desk-deed-moved = { $who } moved it to another queue
desk-deed-ahead = { $who } changed its priority
desk-deed-assigned = { $who } changed whose it is
desk-deed-closed = { $who } closed it
desk-deed-acknowledged = { $who } marked it as seen
desk-deed-reopened = { $who } had it called after all
desk-deed-pressed = { $who }: { $what }
desk-deed-released = { $who } released: { $what }
desk-deed-ended = Ended by itself: { $what }
desk-deed-signed-out = { $who } signed it out
desk-deed-available = { $who } made it available again
desk-deed-one-more = { $who } chose: one more, then no more
desk-deed-paused = { $who } paused it
desk-deed-front-office = { $who } put it at the counter
desk-fact-seat = At seat
desk-fact-again = Owed again in
desk-seat-work = What it has in hand
desk-seat-work-soon = Nothing that can be opened: it is just beginning, or it is of another authority.
desk-act-undo = Undo the closing
desk-act-undo-then = The person is owed a call again, at the place that they had, in a new callback; if they have another one open meanwhile, it is added to that.
desk-act-undo-do = Undo the closing
desk-act-until-then = An hour that is past today is tomorrow’s.
desk-confirm-until = Until: { $at }
desk-close-title = Close callback { $id }
desk-close-whom = It is about { $number }, waiting since { $since }.
desk-close-promised = They were told: by { $at }.
desk-callbacks-hand = In somebody’s hands now
desk-callbacks-late = Late ones only (past the deadline or the promised time)
desk-callbacks-oldest = The oldest first
desk-callbacks-younger = The next ones
desk-callbacks-ignored = In this list only the authority counts: service, class and lateness narrow down those that wait or are in somebody’s hands.
desk-due-by = deadline { $at }
desk-due-promised = promised { $at }
desk-due-late = late
desk-calls-title = Calls going on
desk-calls-none = No call of this kind, now.
desk-calls-which = Which
desk-calls-seat = Seat
desk-calls-waiting = Waiting in a queue
desk-calls-person-waits = Called back, waiting for an operator
desk-calls-talking = Talking
desk-calls-dialling = Being called
desk-calls-offered = Callbacks offered to a seat
desk-calls-in-dialplan = Hearing a message or a menu
desk-calls-ringing = Ringing here
desk-calls-count =
    { $n ->
        [0] No call is going on.
        [one] 1 call is going on.
       *[other] { $n } calls are going on.
    }
desk-calls-cut = More calls go on in the whole region than this page takes: some are missing, of your authority too. The counts in the room are complete.
desk-calls-more = And { $n } more: find them from their queue or seat.
desk-history-step-changed = The period is too long for what you asked for: one figure is shown for each { $shown } (quarter hours up to 4 days, hours up to 14).
desk-history-day-missing = Where a day is missing it is today.
desk-history-begins = Nobody called before { $at }: those hours are not drawn.
desk-history-rows = The tables have the last { $rows } rows; { $n } older ones are missing, which are in the file to download.
desk-history-sheet = Download for a spreadsheet
desk-history-sheet-then = CSV as Excel and LibreOffice open it in Italy: semicolons between fields, a comma in fractions, headings in words, UTF-8.
desk-sheet-day = Day
desk-sheet-hour = From
desk-sheet-offered = Calls that came
desk-sheet-answered = Answered
desk-sheet-abandoned = Abandoned
desk-sheet-refused = Refused
desk-sheet-other = Other
desk-sheet-queued = Entered a queue
desk-sheet-in-target = In time
desk-sheet-share = In time (%)
desk-sheet-longest = Longest wait (s)
desk-sheet-waiting = Waiting on the mean
desk-sheet-opened = Callbacks opened
desk-sheet-made = Callbacks made
desk-sheet-reached = People reached
desk-queues-calm = Other queues, where nobody waits: { $n }
desk-queues-calm-caption = Calm or closed queues
desk-site-open = Open: { $site }
desk-within = On this page
desk-link-people = People
desk-fairness-since = “Today” counts from { $at }, when the system was started again: who waited before is not in it; that is in the history.
desk-closed-by-result = closed with the result of a conversation
desk-closed-corrected = the result of the conversation was corrected
desk-stage-leaving = waits no more: hears a message, then the call ends
