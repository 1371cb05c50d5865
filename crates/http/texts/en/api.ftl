# What is said of requests.

## What stands around every page

frame-pages = Pages
frame-now = Now
frame-wall = Wallboard
frame-health = System status
frame-sign-out = Sign out
frame-sign-in = Sign in
frame-done = Done.
frame-not-done = Not done.

## Where one signs in

sign-in-title = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-button = Sign in
sign-in-no-name = No name yet, or your password does not work any more? Ask whoever administers the centre.
sign-in-by-token = Sign in with the token of the system
sign-in-token-where = It is the one in the configuration, under
sign-in-token = Token
sign-in-token-button = Sign in with the token
sign-in-token-whom = it is for whoever runs the machine.
sign-in-ended = Your session has ended: sign in again. Nothing was changed.
sign-in-changed = Your password has changed: sign in with the new one.
sign-in-no-database = The database does not answer, and without it nobody can sign in by name and password. What was written before is kept. Try again in a minute; whoever runs the system finds the reason, and what to do, at /health/ready.
sign-in-wrong-token = This token is not right: check it and try again.
sign-in-wrong = Name or password are not right: check them and try again.
sign-in-too-many = Too many tries: try again in a minute.

## Where one chooses a password

password-title = Your password
password-once = This password was good for once only, { $name }: choose one that only you know.
password-old = Password as it is now
password-again = New password, once more
password-new = New password
password-rule = At least 10 characters. A sentence that you remember does well; it need not be hard to write.
password-change = Change the password
password-differ = The two new passwords are not the same: write them again.
password-system = Whoever signs in with the token of the system has no password.
password-short = The new password has at least 10 characters.
password-long = The new password has at most 128 characters.
password-name = The new password cannot be your name.
password-guessed = The new password is guessed at once: common words, names and years are not enough, like password1234. Write a few words that have nothing to do with it.
password-same = The new password is the old one: choose another.
password-wrong = The password as it is now is not right: try again.

## Where there is no page

missing-title = Page not found
missing-nothing = There is nothing here.
missing-main-page = Go to the main page

## Where an operator says where they sit

sits-title = Where do you work today?
sits-welcome = Hello, { $operator }
sits-none = No seat is free. If you see an empty one, whoever was there did not sign out: tell your supervisor.
sits-where = At which seat are you?
sits-which = It is the extension of the phone in front of you.
sits-begin = Sign in
sits-queues = Look at the queues
sits-no-phone = { $seat } (phone not connected)

## What goes on now

now-title = now
now-taken = As of
now-refresh = Refresh
now-in-short = In short
now-queues = Queues
now-no-queue = No queue is configured. Add to the configuration file:
now-queues-caption = People waiting and callbacks owed, by queue
now-service = Service
now-authority = Authority
now-waiting = Waiting
now-first-for = The first for
now-expected = Expected wait
now-owed = Callbacks owed
now-ready = Of which due now
now-oldest-for = The oldest for
now-tasks = Tasks
now-authorities = Health authorities
now-authorities-caption = Operators lent between authorities, and how those who waited fared: wait of 95 people in 100, how many people, how many gave up
now-at-home = Own operators
now-lent = Lent
now-borrowed = Borrowed
now-wait-recent = Wait, last minutes
now-lost-recent = Gave up, last minutes
now-wait-today = Wait, today
now-lost-today = Gave up, today
now-campaigns = Callback campaigns
now-campaigns-caption = People on the list, by campaign
now-campaign = Campaign
now-state = State
now-to-call = To be called
now-between = Being called, or between two tries
now-on-phone = On the phone
now-reached = Reached
now-not-reached = Not reached
now-seats = Seats
now-no-seat = There is no seat yet. To begin:
now-first-start = seats and operators of an empty database come from
now-connect-phone = connect a phone with the name and the password of the seat;
now-sign-somebody-in = sign an operator in, for instance:
now-seats-caption = What each seat does
now-seats-sign-in = (sign in to see names and to act)
now-seat = Seat
now-operator = Operator
now-since = For
now-lines = Lines
now-no-trunk = No trunk is configured. Add to the configuration file:
now-lines-caption = Lines in use, by trunk
now-trunk = Trunk
now-used = In use
now-channels = Channels
now-totals = Since the records began
now-scores-caption = How often what was said came true, by service
now-called-in-time = Called by the time said
now-served-in-time = Served within the wait said
now-counted = Counted at most every 30 seconds.
now-no-totals = The database does not answer: these sums cannot be read now. Calls that are up do not depend on it.
now-total-served = Calls served
now-total-abandoned = Calls abandoned
now-total-refused = Calls refused
now-total-called-back = People called back and served
now-total-told-time = People who were told a time
now-total-in-time = Of whom called by that time
now-total-late = Of whom called later
now-total-told-wait = Calls that were told a wait
now-total-wait-kept = Of which served within that wait
now-total-wait-broken = Of which served later
now-score-before = Before choosing a service
now-score-open = said: { $told }, outcome not known yet
now-score = { $share }% ({ $kept } of { $over }; said: { $told })

## The wallboard

wall-title = The queues at large
wall-detail = Everything in detail
wall-caption = Who waits, who works and who is to be called: all authorities, then each
wall-waiting = Waiting
wall-first = The first waits for
wall-people = Operators
wall-owed = To call back
wall-all = All authorities
wall-unserved = ✕ { $n } with no operator
wall-late = ▲ past { $within }
wall-owed-for = the first for { $span }
wall-in-time = In time, this quarter hour
wall-nobody = nobody waits
wall-within = target { $within }
wall-unknown = not known: the database does not answer
wall-none-yet = nobody yet
wall-contract = contract { $share }%
wall-below = ▼ below { $share }%
wall-free = free
wall-talking = talking
wall-paused = paused

## Words for what goes on

word-wait-nobody = nobody can serve
word-wait-none = none
word-wait = up to { $span }
word-ready-from = none until { $to }
word-ready-held = { $n }, after those who ring
word-tasks-late = { $n }, ▲ the first is late by { $span }
word-tasks-due = { $n }, the first is due in { $span }
word-seconds = { $n ->
    [one] { $n } second
   *[other] { $n } seconds
}
word-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
word-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
word-hours-and-minutes = { $hours } and { $minutes } min
word-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
word-days-short = { $n } d
word-since-time = since { $time }
word-since-day = since { $day } at { $time }
word-until-time = { $time }
word-until-day = { $day } at { $time }
word-seat-empty = nobody signed in
word-seat-counter = at the counter
word-seat-site-out = site cut off
word-seat-no-phone = phone not connected
word-seat-free-task = free, a task is offered to it
word-seat-free = free
word-seat-reads = reads whom to call
word-seat-rings = rings
word-seat-calls-back = calls a person back
word-seat-talks = in conversation
word-seat-holds = holds the person, with music
word-seat-wraps-up = after the call
word-seat-at-task = does a task
word-seat-not-responding = does not answer
word-seat-paused = paused
word-seat-paused-for = paused ({ $reason })
word-nobody = Nobody, now.
word-nothing-open = Nothing is open on this number.
word-need-missed = missed call
word-need-requested = call back requested
word-need-interrupted = conversation cut off
word-need-taken-in-charge = taken in charge
word-need-recall = campaign
word-need-reminder = reminder
word-need-manual = call entered by hand
word-then-pause = then a pause
word-then-sign-out = then end of shift
word-database-slow = The database is slow: for now everything works. Tell whoever runs the system.
word-database-aside = callers are answered and recorded aside, callbacks and calls to operators are suspended
word-database-failing = the database refuses writes: { word-database-aside }
word-database-stalled = the database does not answer in time: { word-database-aside }
word-database-gone = the database cannot be reached: { word-database-aside }
word-database-full = the database has no space left: { word-database-aside }
word-database-read-only = the database is read-only: { word-database-aside }
word-storage-dead = nothing can be recorded: the service stops
word-media-dead = voice is missing: callers are recorded, refused and will be called back
word-degraded = Reduced operation: { $what }. Tell whoever runs the system.
word-site-out = Site { $site } cut off { $since }: its seats do not count, calls go to the other sites.
word-stopped-outgoing = Outgoing calls stopped
word-stopped-closed = Queue closed
word-stopped-opened = Queue opened by hand
word-stopped-emergency = Emergency message on air
word-campaign-loading = list coming in
word-campaign-ready = ready to start
word-campaign-running = running
word-campaign-paused = paused
word-campaign-ended = ended
word-whole-region = the whole region
word-stop-by = by { $name }
word-stop-until = Until { $until }.
word-of-class = { $title }, class { $class }
word-drift-waits = The authorities are not served alike { $since }: who calls { $worst } waits much longer than who calls { $best }.
word-drift-abandoned = The authorities are not served alike { $since }: who calls { $worst } gives up much more often than who calls { $best }.
word-at-least = { $n } (at least { $least })
word-at-most = { $n } (at most { $most })
word-waited = up to { $span } ({ $n })
word-share = { $share }%
word-configuration = Configuration in force since { $since }, fingerprint { $hash }.
word-and-others = { $n ->
    [one] (and another)
   *[other] (and { $n } others)
}
word-reload-failed = The configuration read again on { $at } is not valid: that of { $since } stays in force.

## The live board

board-stopping = The centre is stopping: new calls are refused and recorded.
board-not-ready = The centre is not ready: calls are not served. Tell whoever runs it.
board-trunk-down = Trunk { $trunk } has not taken our calls { $since }: callbacks go by the others. Tell the carrier.
board-trunks-down = Trunk { $trunk } has not taken our calls { $since }: no other works and callbacks wait. Tell the carrier.
board-trunk-full = Trunk full ({ $trunk }), blind { $since }: who calls now is turned away by the carrier and we do not see them. They call again or are lost: more channels are needed.
board-lines-busy = All lines are busy ({ $trunk }): who calls now hears busy and is recorded to be called back.
board-nobody-at-work = People are waiting and nobody is signed in: sign an operator in.
board-storm = ▲ A storm of calls { $since }: more people call than trunk { $trunk } has lines.
board-storm-people = Whoever finds us busy is recorded and owed a call. Since then: { $told } were on the list already and were told so, { $listed } put on the list, { $refused } found us busy.
board-storm-lines = What to do: more operators in service, pauses put off. Lines that say “we will call you”: { $used } in use of { $lines }.
board-unseen = Callbacks to be looked at
board-unseen-none = none left without an answer
board-unseen-some = closed without having spoken with the person
board-calls = Calls up
board-waiting = In the queue
board-owed = Callbacks owed
board-free = Seats free
board-lines = Lines in use
board-no-dials = no callback being dialled
board-dials = { $n ->
    [one] { $n } callback being dialled
   *[other] { $n } callbacks being dialled
}
board-nobody-waits = nobody waits
board-first-for = the first person for { $span }
board-no-debt = no debt
board-oldest-for = the oldest for { $span }
board-talking = { $talking } in conversation, { $paused } paused
board-used = { $used } of { $channels }
board-no-lines = no lines configured
board-lines-free = there are free lines
board-all-busy = ▲ all busy
board-some-busy = { $full ->
    [one] ▲ { $full } trunk of { $all } busy
   *[other] ▲ { $full } trunks of { $all } busy
}
board-trunk-used = { $inbound } in, { $outbound } out
board-trunk-used-noticing = { $inbound } in, { $notices } on notices, { $outbound } out
board-trunk-channels = { $channels } (at most { $most } in)
board-trunk-channels-noticing = { $channels } (at most { $most } in, { $lines } on notices)
board-trunk-refuses = ✕ takes no calls of ours
board-trunk-free = ○ lines free
word-signed-in = signed in

## What forms are answered

told-signed-out = Seat { $seat }: signed out.
told-available = Seat { $seat }: available.
told-one-more-pause = Seat { $seat }: one more call, then a pause.
told-one-more-out = Seat { $seat }: one more call, then signed out.
told-paused = Seat { $seat }: paused.
told-counter = Seat { $seat }: at the counter.
told-signed-in = { $operator } is signed in at seat { $seat }.
told-result-done = Seat { $seat }: result recorded, matter settled.
told-result-another = Seat { $seat }: result recorded, it was another person, the callback stays open.
told-result-improper = Seat { $seat }: result recorded, it was not about this service.
told-person-called = Seat { $seat }: the person is being called.
told-handed-back = Seat { $seat }: callback handed back, it keeps its place.
told-imported = { $n ->
    [one] { $n } call imported.
   *[other] { $n } calls imported.
}
told-operators = Operators changed: { $n }.
told-operator-removed = { $name } does not work here any more.
told-callback-assigned = Callback assigned to { $operator }.
told-callback-unassigned = The callback is everybody’s again.
told-campaign = Campaign: done.
told-tasks-added = Tasks added: { $n }.
told-task-assigned = Task assigned to { $operator }.
told-task-unassigned = The task is everybody’s again.
told-task-begun = Seat { $seat }: task begun.
told-task-finished = Task finished.
told-task-handed-back = Task handed back.
told-task-withdrawn = Task withdrawn.
told-site-out = Site { $site }: cut off, calls go elsewhere.
told-site-back = Site { $site }: connected again.
told-bulk = Bulk action begun.
told-bulk-undone = Bulk action undone.
told-callback-added = Callback taken in charge.
told-callback-checked = Callback checked.
told-callback-closed = Callback closed.
told-callback-seen = Callback looked at.
told-callback-reopened = Callback reopened.
told-marked-do-not-call = Number not to be called: recorded.
told-marked-shared = Number shared by several people: recorded.
told-unmarked = The number is like any other again.
told-stopping = The centre is stopping.
told-released = { $what }: back to normal.
told-numbers = Numbers recorded: { $n }.
told-profile = Profile of { $operator } recorded.
told-seats = Seats changed: { $n }.
told-seat-removed = Seat { $seat } is gone.
not-busy = The centre is very busy: try again in a few seconds.
not-gone = The centre stands still.
not-field = A field is empty or too long: correct it and try again.
not-forbidden = This is not among the things that you may do.
not-password-first = Choose a password of your own first.
not-name-taken = This name is taken: choose another.
not-last-administrator = No other administrator of the region has ever signed in and chosen a password of their own: whoever still has their first password does not count. Have the other sign in first.
not-other = Something did not work: try again.
not-bulk-at-work = Another bulk action is going on.
not-bulk-no-time = It lacks until when to put them off.
not-bulk-not-stored = The database does not answer: nothing in bulk for now.
not-bulk-no-reason = The reason is missing.
not-no-button = There is no such button.
not-message-twice = One message only.
not-campaign = The campaign does not allow it now.
not-not-pressed = This button is not pressed.
not-not-marked = This number is not on the list.
not-end-is-over = The end given has passed already.
not-shift-is-over = The end of the shift has passed already.
not-still-needed = A queue or an authority that the configuration removes is still needed.
not-do-not-call = This number is not to be called.
not-shared = Many people call from this number: ask for another.
not-not-callable = This number cannot be called back.
not-no-deadline = The priority class or the deadline is missing.
not-deadline-too-soon = The deadline passes before anybody can call.
not-note-too-long = The note is too long.
not-changed = Nothing was changed.
not-bulk-key = Another bulk action was asked for with this key, { $id }.
not-names-number = The callback was not handed back: a reason has no telephone number in it.
not-offered = This callback is not offered to the seat any more.
not-need-there = One of the matters shown is not open any more: look at the page as it is now.
not-need-twice = A matter cannot be closed and kept open at once.
not-reason-any = { $what }: write one.
not-reason-of = { $what }: choose one of these: { $known }.
not-seat = There is no seat { $seat }.
not-operator = There is no operator { $operator }.
not-seat-taken = Somebody else works at seat { $seat }: they have to sign out first.
not-operator-elsewhere = { $operator } is signed in at seat { $seat } already: sign out there first.
not-skilled = { $operator } lacks the skills that queue { $queue } asks for.
not-authority = There is no authority { $tenant }.
not-queue = There is no queue { $queue }.
not-one-queue = Several authorities have a queue { $queue }: say of which.
not-message = There is no message { $name }.
not-so-long = The message is longer than { $most } seconds.
not-unseen = Callback { $id } is not among those to be looked at.
not-served-since = The person of callback { $id } has spoken with us since it was closed: nobody was called. If they want something else, enter a new callback.
not-closed-long = Callback { $id } was closed more than a week ago: its place cannot come back. Enter a new callback.
not-number = Callback { $id } has no number any more.
not-more-marks = There are { $most } numbers on the list already.
not-site = There is no site { $site }.
not-site-out = Site { $site } is not cut off.
not-callback = There is no callback { $id }, or it is closed.
not-task = There is no task { $id }, or it is closed.
not-task-offered = Task { $task } is not offered to seat { $seat }.
not-task-at-work = Nobody is doing task { $id }.
not-while-at-work = Task { $id } is being done: it has to be handed back first.
not-more-tasks = There would be more than { $most } tasks.
not-line = No dialplan answers { $line }.
not-pause-reason = Reason of the pause
not-decline-reason = Reason to hand the callback back
not-taken = { $n ->
    [one] The list has { $n } entry to be corrected.
   *[other] The list has { $n } entries to be corrected.
}
not-empty-seat = Nobody is signed in at seat { $seat }: sign in first.
not-conversation = Seat { $seat } has no conversation to give the result of.
not-open-already = Callback { $id } is open already.
not-key = Another callback was opened with this key, { $id }.
not-more-kept = There would be more than { $most } open callbacks taken in charge.
not-now = Callback { $callback } is being made: it can be closed afterwards.
not-need = Callback { $callback } has no open request { $need }.

## The person at a seat

person-owed = { $number }, to be called back since { $since } (tries of the person: { $attempts }, of ours in vain: { $tries })
person-promised = We told them that we call by { $by }
person-chose = They asked to be called from { $from } to { $until }
person-code = Code word { $code }
person-declined = { $n ->
    [one] Handed back once already
   *[other] Handed back { $n } times already
}
person-dials-in = In { $n } s the call goes out by itself
person-passes-in = In { $n } s it goes to another seat
need-line = { $kind }: { $queue }, since { $since }
need-no-queue = service not said
need-by = by { $by }
need-another-person = for another person at this number

## The page of a seat

seat-task-by = By { $by }
frame-lost = Connection lost: the figures are of { $time }. The page tries again by itself.
frame-rows = Rows have come or gone: use “Refresh” to see them.
frame-left = You no longer work at this seat.
frame-forms = What you can do has changed: use “Refresh” when you have finished writing.
person-settled = Closed by this conversation:
word-given-on = The person was passed on: what is owed to them is seen by whoever has them now.
frame-ended = The session is over: load the page again and sign in. What is shown stands still.
word-seat-called-back = talking with somebody who was called back
word-seat-beside = on the line with a colleague or a number of the directory
word-seat-consults = asks somebody, the person hears music
word-then-counter = then the counter
word-chosen-by = chosen by { $who }
wall-awaited = being read
