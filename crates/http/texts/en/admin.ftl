# The administrator's pages.
admin-title = Administration
admin-where = Where you are
admin-menu = Administration pages
admin-menu-first = Overview
admin-menu-people = People
admin-menu-lines = Phones and lines
admin-menu-calls = Calls
admin-menu-system = System
admin-menu-oversight = Oversight and log
admin-agreement = Agreement with the staff
admin-agreement-what = What the agreement allows: figures of one operator, listening, recording
admin-agreement-no-day = The day of the agreement is missing, or cannot be read. Nothing was entered: write the day on which it was signed.
admin-agreement-future = The day of the agreement has not come yet. Nothing was entered: enter it from the day on which it holds.
admin-agreement-no-protocol = The protocol number is missing. Nothing was entered: write that of the signed document.
admin-agreement-protocol = The protocol number has more than 100 characters, or signs that do not print. Nothing was entered: shorten it.
admin-agreement-nothing = An agreement that allows nothing changes nothing. Nothing was entered: tick at least one of the things that it allows; to switch all off, end the one that is in force.
admin-agreement-correct = Go to the field to be corrected
admin-failed = Not done.
admin-fault-field = To be corrected:
admin-search = Search
admin-search-text = Search the text
admin-next = The next rows
admin-older = Older rows
admin-tenant = Health authority
admin-tenant-any = All health authorities
admin-tenant-region = The whole region
admin-nobodys = Of no health authority
admin-never = Until somebody takes it away
admin-yes = Yes
admin-sure = Yes, I have read what happens
admin-not-sure = The confirmation is missing. Nothing was changed: tick the box and try again.
admin-import-go = Import
admin-import-look = Try without changing anything
admin-list = List (CSV)
admin-list-file = Or choose a file: it is read into the field above
admin-place = Place in the file
admin-what = What
admin-about = About what
admin-state = State
admin-state-any = All states
admin-kind = Kind
admin-note = Note
admin-line = Line
admin-by = By
admin-since = Since
admin-ends = Until
admin-ends-hint = Leave it empty where it holds until somebody takes it away.
admin-reason = Reason
admin-reason-hint = Optional. It is kept with your name.
admin-created = Created
admin-created-by = Created by
admin-no-moment = A date cannot be read. Nothing was changed: write it like 2026-12-03 10:30.

admin-not-yours = That is not for you to do
admin-not-yours-what = This page is for somebody with another role, health authority or employer. Nothing was changed: ask who administers the region.
admin-nothing-here = There is nothing here
admin-nothing-here-what = What you look for does not exist, is gone, or is not of your health authority. Go back to the list and look for it there.
admin-too-large = That is too much
admin-too-large-what = What you sent is beyond the limit. Nothing was changed: split it into smaller parts.
admin-not-understood = That is not understood
admin-not-understood-what = The request cannot be read. Nothing was changed: go back to the page and use its forms.
admin-not-now = Not possible now
admin-not-now-what = The database or the centre does not answer. What was in force still is: try again in some seconds, and if it goes on look at the state of the system.

admin-list-not-taken = { $n ->
    [one] One entry is to be corrected.
   *[other] { $n } entries are to be corrected.
} Nothing was changed: correct it and send the whole again.
admin-list-empty = The list is empty. Nothing was changed: the first line names the columns, the entries follow from the second.
admin-list-lacks = The column { $column } is missing. Nothing was changed: the first line names the columns.
admin-list-unknown = The column { $column } is not known. Nothing was changed: remove or correct it.
admin-list-open = A quote that opens in line { $line } does not close. Nothing was changed.
admin-list-too-long = The list has too many lines. Nothing was changed: split it.
admin-line-at-fault = Line { $line }: { $what }
admin-entry-at-fault = { $which }: { $why }
admin-name-taken = There is a { $name } already. Nothing was changed: choose another name, or open the one there is.
admin-line-no-name = the name is missing
admin-line-twice = Line { $line }: { $name } is in line { $first } already
admin-line-name = the name is too long or has characters that do not print
admin-line-skills = skills are written like prenotazioni:3 disdette:1, with levels from 1 to 5
admin-line-number = this is no telephone number
admin-line-mark = the kind is do_not_call or shared
admin-line-until = a date is written like 2026-12-03T10:30
admin-line-born = the year of birth is four digits
admin-why-twice = is there twice
admin-why-twin = there is { $what } already, which differs by its capitals or spaces alone: change that one, or take another name
admin-why-over = is over already
admin-why-no-employer = is new: the employer is needed
admin-why-no-password = is a new seat: the password of its phone is needed
admin-why-no-site = is a new seat: its site is needed
admin-why-no-extension = an extension has 1 to 32 letters, digits, dots, - and _
admin-why-site = there is no site { $what }; there are { $known }
admin-why-skill = no queue asks for the skill { $what }; there are { $known }
admin-why-tenant = there is no health authority { $what }; there are { $known }
admin-why-lacks = the skills that queue { $what } asks for are missing
admin-why-bound = { $what }: from { $least } to { $most }
admin-why-half-a-break = a break needs both: after how many works, and how long it is
admin-why-queue = there is no queue { $what }
admin-why-title = the title is empty or too long
admin-why-title-number = a title must not name a telephone number
admin-why-operator = { $what } does not work here
admin-why-buddy = { $what } cannot accompany: another person who works here is needed
admin-why-level = { $what } at level { $level }: levels are 1 to 5

admin-guide = Before real calls come
admin-guide-so-far = { $done ->
    [one] One of { $all } steps is done.
   *[other] { $done } of { $all } steps are done.
} The next one stands out.
admin-guide-over = All { $all } steps are done: the centre can work.
admin-pages = All pages
admin-todo-done = Done
admin-todo-next = Next
admin-todo-later = To do
admin-todo-password = Choose a password of your own
admin-todo-password-note = That of the first start holds once.
admin-todo-password-go = Change the password
admin-todo-second = Let a second administrator in
admin-todo-second-note = If the only one loses the password, it takes who runs the machine.
admin-todo-second-go = Add a user
admin-todo-operators = Add the operators
admin-todo-operators-note = { $n ->
    [0] There is nobody yet.
    [one] There is one operator.
   *[other] There are { $n } operators.
}
admin-todo-operators-example = { $n ->
    [one] One operator of the example is still there ({ $names }): add yours, then remove them by the step below.
   *[other] { $n } operators of the example are still there ({ $names } …): add yours, then remove them together by the step below.
}
admin-todo-operators-go = See the operators
admin-todo-example = Take the operators and seats of the example away
admin-todo-example-note = All together, once you confirm: whoever is signed in stays, and is named.
admin-todo-example-go = See what goes
admin-todo-users = Let your operators in to the pages
admin-todo-users-note = { $n ->
    [0] No operator has a user yet.
    [one] One operator has a user.
   *[other] { $n } operators have a user.
}
admin-todo-secrets = Change the delivered passwords of the phones
admin-todo-secrets-note = No phone has a delivered password any more.
admin-todo-secrets-example = { $n ->
    [one] One seat ({ $names }) still has the delivered password, which everybody knows: open its page and change it, or remove the seat.
   *[other] { $n } seats ({ $names } …) still have the delivered password, which everybody knows: open the page of each and change it, bring a list in with “cuptel import seats”, or remove those that are not yours together by the step below.
}
admin-todo-secrets-go = See the seats
admin-todo-queues = Check the queues and how calls are led
admin-todo-queues-note = { $n ->
    [0] No queue is configured: add one to the configuration file.
    [one] One queue is configured.
   *[other] { $n } queues are configured.
}
admin-todo-queues-example = { $n ->
    [one] One line still has the number of the example ({ $names }): write yours into the dialplan and into cli, then read the configuration again.
   *[other] { $n } lines still have the numbers of the example ({ $names } …): write yours into the dialplans and into cli, then read the configuration again.
}
admin-todo-queues-go = See the dialplans
admin-todo-phones = Connect the phones
admin-todo-phones-note = { $n ->
    [0] No phone is connected.
    [one] One phone is connected.
   *[other] { $n } phones are connected.
}
admin-todo-phones-go = See the seats
admin-todo-sign-in = Have an operator sign in
admin-todo-sign-in-note = { $n ->
    [0] Nobody is at work. Each operator signs in by name and says where they sit.
    [one] One person is at work.
   *[other] { $n } persons are at work.
}
admin-todo-sign-in-go = See who works
admin-todo-trunk = Connect the carrier's line
admin-todo-trunk-none = No trunk is configured: add [[trunk]] to the configuration file.
admin-todo-trunk-note = The trunk is not known to be down. This step is done once a call has come in.
admin-todo-trunk-down = { $n ->
    [one] One trunk does not take our calls.
   *[other] { $n } trunks do not take our calls.
}
admin-todo-trunk-go = See the configuration
admin-todo-call = Make a test call
admin-todo-call-note = From any phone dial one of these numbers, choose a service and talk to who is at work: { $numbers }. From the phone of a seat you can try the sound before, with the code of the echo test, where one is configured.
admin-todo-call-go = Follow the call

admin-operators = Operators
admin-operators-what = Who works, what they can do, for which health authority
admin-operators-intro = Every change holds at once, also for who is at work.
admin-operators-caption = { $n ->
    [one] One operator
   *[other] { $n } operators
}
admin-operators-empty = No operator matches. Add one below, or import a list.
admin-operator = Operator
admin-employer = Employer
admin-home = Health authority they belong to
admin-home-hint = Who belongs to one can be lent to the others, within the configured bounds.
admin-skills = Skills
admin-seat-now = Seat now
admin-not-at-work = not at work
admin-operator-add = Add an operator
admin-operator-add-go = Add the operator
admin-operator-name = Name and surname
admin-operator-name-hint = The name under which they sign in and are shown.
admin-operator-no-name = The name is missing. Nothing was changed.
admin-operator-change = Change
admin-operator-change-go = Save the changes
admin-operator-added = { $name } works here now. To open the pages they need a user too.
admin-operator-changed = Changes to { $name } are saved: they hold at once.
admin-operator-remove = Works here no more
admin-operator-remove-what = They get no more calls and cannot sign in; a conversation goes on to its end. The history stays. They can be added again under the same name.
admin-operator-remove-go = Remove the operator
admin-operator-removed = { $name } works here no more.
admin-operator-others = This person is of the whole region or of another health authority: who administers the region changes them.
admin-operators-import = Import a list
admin-operators-import-what = The whole list is taken, or nothing. Who is there already is changed; what is not written stays as it is.
admin-operators-import-hint = Columns: operator, employer, skills (prenotazioni:3 disdette:1), home (short name of the health authority), number and pin (to sign in by phone).
admin-operators-imported = { $n ->
    [one] One operator imported.
   *[other] { $n } operators imported.
}
admin-operators-looked = { $n ->
    [one] The list can be read: one entry. Nothing was imported yet.
   *[other] The list can be read: { $n } entries. Nothing was imported yet.
}
admin-level-none = Cannot do it
admin-level = Level { $n }

admin-profile = Accommodation profile
admin-profile-of = Profile of { $name }
admin-profile-open = Open the profile
admin-profile-who-sees = Only this person and who sees to their accommodation see it. Who distributes calls obeys it, no list and no statistics show it.
admin-profile-go = Save the profile
admin-profile-done = The profile of { $name } is saved: it holds at once.
admin-profile-no-number = A value is no number. Nothing was changed.
admin-profile-ring-s = Ringing, at least (seconds)
admin-profile-ring-s-hint = 1 to 300. Empty: as the queue says.
admin-profile-wrap-up-s = After-call time, at least (seconds)
admin-profile-wrap-up-s-hint = Up to 3600. Empty: as the queue says.
admin-profile-rest-s = Rest after each work (seconds)
admin-profile-rest-s-hint = Up to 3600.
admin-profile-break-after = Break after how many works
admin-profile-break-after-hint = Together with how long the break is.
admin-profile-break-s = How long that break is (seconds)
admin-profile-break-s-hint = Up to 7200.
admin-profile-works-per-h = Works an hour, at most
admin-profile-works-per-h-hint = For who is learning: 1 to 60.
admin-profile-auto-answer = The phone picks up by itself
admin-profile-whisper = Hears who calls before being connected
admin-profile-not-kinds = Kinds of work they are spared
admin-profile-not-queues = Queues they are spared
admin-profile-buddy = Works only while this person is there
admin-profile-buddy-hint = Who accompanies must be at work.
admin-profile-nobody = Nobody
admin-kind-live = Calls that come in
admin-kind-callback = Callbacks
admin-kind-task = Tasks without a call
admin-own-profile = My profile
admin-own-profile-intro = Only you see it, and who sees to your accommodation. To change it ask who administers.
admin-own-profile-empty = Nothing is written: the rules of everybody hold.
admin-own-profile-none = Your user is of no operator: you have no profile.

admin-example = Delivered example
admin-example-intro = The operators of the example, and the seats whose phone still has the delivered password. A seat to which you have given another password is yours and is not listed.
admin-example-gone = No operator and no seat of the example is left.
admin-example-none = Nobody.
admin-example-goes = goes
admin-example-signed-in = stays: signed in
admin-example-taken = stays: somebody works there
admin-example-busy = stays: the phone is busy
admin-example-refused = stays: it could not be taken away
admin-example-what = The operators cannot sign in any more, the phones cannot register any more. The history stays. What stays is taken away from here later, when it is no longer at work.
admin-example-remove = Take the example away
admin-example-removed = Of the example, { $operators ->
    [one] one operator
   *[other] { $operators } operators
} and { $seats ->
    [one] one seat
   *[other] { $seats } seats
} were taken away.
admin-example-left = { $n ->
    [one] It stays:
   *[other] These { $n } stay:
}

admin-seats = Seats
admin-seats-what = Phones: adding, setting up, removing
admin-seats-intro = A seat is an extension with its phone. Who works there says so on signing in.
admin-seats-caption = { $n ->
    [one] One seat
   *[other] { $n } seats
}
admin-seats-empty = No seat matches.
admin-seat = Seat
admin-seat-title = Seat { $name }
admin-seat-nothing = There is nothing you can change here: seats are changed by whoever administers the region.
admin-seat-others = There is nothing you can do here: somebody works at the seat who is not of your authority or your employer, and seats are changed by whoever administers the region.
admin-seat-region = Seats are changed by whoever administers the region: here you can have the phone ring to try it.
admin-site = Site
admin-phone = Phone
admin-phone-there = connected
admin-phone-away = not connected
admin-seat-add = Add a seat
admin-seat-add-go = Add the seat
admin-seat-name = Extension
admin-seat-name-hint = 1 to 32 letters, digits, dots, - and _. It is the user name of the phone.
admin-seat-no-extension = An extension has 1 to 32 letters, digits, dots, - and _. Nothing was changed.
admin-seat-password = Password of the phone
admin-seat-password-known = The phone still has the delivered password, which everybody knows: anybody can register in its place. Change it below.
admin-seat-password-hint = Leave it empty for a random one, which is better. It is shown once. One of your own has at least 12 characters.
admin-seat-password-short = The password of the phone has fewer than { $n } characters. Nothing was changed: make it longer, or leave it empty for a random one.
admin-seat-password-long = The password of the phone has more than { $n } characters. Nothing was changed: make it shorter.
admin-seat-password-sign = The password of the phone has a sign in it ({ $sign }) that the files of some phones cannot hold. Nothing was changed: use letters without accents, digits and { $signs }
admin-seat-password-space = space
admin-seat-password-delivered = It is a password of the delivered example, which everybody knows. Nothing was changed: choose another, or leave it empty for a random one.
admin-seat-password-guessed = The password of the phone is easily guessed: common words, the extension, a row like 123456 and what repeats itself count for nothing. Nothing was changed: choose another, or leave it empty for a random one.
admin-seat-added = Seat { $name } added. Set up its phone now: the password is not shown again.
admin-seat-change = Change
admin-seat-password-new = Another password
admin-seat-password-new-what = It holds from the next registration of the phone. The former one gets in no more.
admin-seat-password-go = Change the password of the phone
admin-seat-password-done = The password of seat { $name } is changed. Write it into the phone now: it is not shown again.
admin-seat-move = Another site
admin-seat-move-go = Move the seat
admin-seat-moved = Seat { $name } moved.
admin-seat-remove = Remove the seat
admin-seat-remove-what = The phone can connect no more, and who works there is signed out. The history stays.
admin-seat-remove-go = Remove the seat
admin-seat-removed = Seat { $name } is there no more.
admin-phone-setup = Set up the phone
admin-phones-nowhere = No address for phones is configured: add [[listener]] with role = "phones".
admin-phones-this-machine = The address is of this machine only: phones of other computers do not reach it. In the configuration file, under [[listener]], put the address of the network and restart.
admin-phones-anywhere = The server listens on all its addresses: in place of the one written here, put the address by which it is reached into the phone.
admin-phone-password-now = The password is written below this once only.
admin-phone-password-hidden = In place of the password there are asterisks: it cannot be read again, only changed (below).
admin-phone-try = When the phone is connected, "connected" stands above. From the phone itself the sound can be tried with the code of the echo test, where one is configured.
admin-phone-generic = Zoiper and any other phone
admin-phone-generic-how = Write these values into the fields of its SIP account.
admin-phone-baresip = baresip
admin-phone-baresip-how = One line in the file accounts.
admin-phone-linphone = Linphone
admin-phone-linphone-how = In the file linphonerc, or the same values in its assistant for a SIP account.
admin-phone-microsip = MicroSIP
admin-phone-microsip-how = In the file MicroSIP.ini, while the program is closed.
admin-phone-yealink = Yealink
admin-phone-yealink-how = In the configuration file of the phone (MAC.cfg), or the same values in its web page.
admin-phone-snom = Snom
admin-phone-snom-how = In the XML configuration file of the phone.
admin-phone-user = User, and user for authentication
admin-phone-secret = Password
admin-phone-server = Server (domain, registrar)
admin-phone-transport = Transport
admin-phone-codecs = Codecs
admin-phone-dtmf = Tones (DTMF)

admin-users = Users
admin-users-what = Who may open the pages, and as what
admin-users-intro = Who signs in for the first time uses a password that holds once, within 72 hours, and then chooses one of their own.
admin-users-caption = { $n ->
    [one] One user
   *[other] { $n } users
}
admin-users-empty = No user matches.
admin-user = Name
admin-role = Role
admin-role-hint = An operator works at their seat; a supervisor sees to operators, queues and callbacks; an administrator sets up; an auditor looks and changes nothing.
admin-role-operator = operator
admin-role-supervisor = supervisor
admin-role-tenant-administrator = administrator of a health authority
admin-role-region-administrator = administrator of the region
admin-role-auditor = auditor
admin-password = Password
admin-password-own = chosen
admin-password-once = for once, to be changed
admin-password-until = for once, until { $until }
admin-password-ended = for once, over
admin-employer-only = Only for the operators of
admin-employer-any = All employers
admin-employer-only-hint = One of those of the operators that there are.
admin-user-add = Add a user
admin-user-add-what = The password for once is shown afterwards, once.
admin-user-add-go = Add the user
admin-user-name = Name they sign in with
admin-user-name-hint = For an operator it is easier to use the name they have among the operators.
admin-user-operator = Is the operator
admin-user-operator-hint = For who works at a seat too. For an operator, where you do not say, it is the one of the same name.
admin-user-no-operator = Nobody, or the one of the same name
admin-user-no-role = The role is missing. Nothing was changed.
admin-user-no-tenant = Who administers a health authority needs one. Nothing was changed: choose it and try again.
admin-user-of-region = Who administers the region has neither health authority nor employer. Nothing was changed: take them away and try again.
admin-user-no-employer = No operator works for { $what }. Nothing was changed: choose one of these: { $known }.
admin-user-unknown-operator = { $name } is not among the operators. Nothing was changed: add the operator first, or choose one of the list.
admin-user-added = { $name } may sign in. The password for once is below: write it down now, it is not shown again.
admin-user-once = Password for once
admin-user-once-how = Tell it by voice or in person. It holds for 72 hours.
admin-user-password = Lost the password
admin-user-password-what = Their sessions end. They sign in once with the new one and choose one of their own.
admin-user-password-go = Give another password for once
admin-user-password-done = { $name } has another password for once: it is below, and not shown again.
admin-user-remove = Signs in no more
admin-user-remove-what = Their sessions end and they can sign in no more. If they work at a seat they stay at work. The history stays.
admin-user-remove-go = Remove the user
admin-user-removed = { $name } signs in no more.
admin-user-role = What they may do
admin-user-role-what = It holds at once: their sessions end, and they sign in again with their password. The change stays in the log of access.
admin-user-role-go = Change the role
admin-user-role-own = Nobody changes their own role: another administrator does.
admin-user-role-done = The role of { $name } is changed: it holds from when they sign in next.
admin-tokens = Keys of programs
admin-tokens-what = Programs that use the API
admin-tokens-intro = A program sends its key with each request. Who has a smaller role does less harm.
admin-tokens-caption = { $n ->
    [one] One key
   *[other] { $n } keys
}
admin-tokens-empty = No program has a key.
admin-token = Program
admin-token-name = Name of the program
admin-token-add = Add a program
admin-token-add-go = Make the key
admin-token-added = The key of { $name } is below: write it down now, it is not shown again.
admin-token-once = The key
admin-token-once-how = The program sends it so: Authorization: Bearer and the key.
admin-token-revoke = Revoke a key
admin-token-revoke-what = The program can ask for nothing any more, at once. It cannot be undone.
admin-token-revoke-go = Revoke the key
admin-token-revoked = The key of { $name } holds no more.

admin-numbers = Numbers not to be called, and shared ones
admin-numbers-what = Who wants no calls, and from which numbers many people call
admin-numbers-intro = A number that is not to be called is dialled no more at once; who calls from it is served as anybody. Who calls from a shared number is asked for another. The digits cannot be read again.
admin-numbers-caption = { $n ->
    [one] One number
   *[other] { $n } numbers
}
admin-numbers-empty = No number is on the list.
admin-number = Number
admin-number-hint = Whole, as it is dialled: 0861123456 or +390861123456. No short or emergency number, like 118.
admin-mark = Listed as
admin-mark-any = All kinds
admin-mark-do-not-call = not to be called
admin-mark-shared = shared by several people
admin-mark-over = over on { $at }
admin-mark-erased = erased
admin-mark-ended-too = Those that are over too
admin-mark-add = Put a number on the list
admin-mark-go = Put it on the list
admin-mark-done = The number is on the list.
admin-mark-release = Take a number off the list
admin-mark-release-what = It is as any other again at once. Write it whole: the list shows the digits covered.
admin-mark-release-go = Take it off the list
admin-mark-released = The number is as any other again.
admin-no-number = That is no telephone number that is taken here. Nothing was changed: write it whole, with its area code, like 0861123456, 3331234567 or +390861123456. Short and emergency numbers (112, 118, 116117) are not taken.
admin-marked-as = This number is on the list as “{ $mark }”. Nothing was changed: choose that and try again.
admin-no-mark = The kind is missing. Nothing was changed.
admin-numbers-import = Import a list of numbers
admin-numbers-import-what = The whole list is taken, or nothing.
admin-numbers-import-hint = Columns: number, mark (do_not_call or shared), reason, until. Without mark: not to be called.
admin-numbers-imported = { $n ->
    [one] One number put on the list.
   *[other] { $n } numbers put on the list.
}
admin-numbers-looked = { $n ->
    [one] One number can be put on the list. Nothing was changed yet.
   *[other] { $n } numbers can be put on the list. Nothing was changed yet.
}

admin-campaigns = Campaigns
admin-campaigns-what = Lists of people to be called: new, going on, results
admin-campaigns-intro = A campaign calls a few people at a time, in the hours of its queue, behind who waits.
admin-campaigns-caption = Campaigns, the newest first
admin-campaigns-empty = No campaign.
admin-campaign = Campaign
admin-campaign-new = New campaign
admin-campaign-new-intro = Try it without changing anything first: you see who would be left out. Once it is made, nobody is called until you start it.
admin-queue = Queue
admin-people = People
admin-settled = With a result
admin-left-out = Left out
admin-over-at = Over, at this pace, on
admin-progress = How far it is
admin-people-caption = The people, in the order of the list
admin-people-empty = Nobody is on the list.
admin-reference = Reference
admin-tries = Tries
admin-results-export = Download the results (CSV, numbers covered)
admin-campaign-loading = being loaded
admin-campaign-ready = ready
admin-campaign-running = running
admin-campaign-paused = paused
admin-campaign-ended = ended
admin-campaign-recall = recall: an operator speaks
admin-campaign-reminder = reminder: without an operator
admin-campaign-do = What to do
admin-campaign-start = Start the campaign
admin-campaign-start-what = Its people are called from now on, a few at a time, in the hours of the queue.
admin-campaign-pause = Pause it
admin-campaign-pause-what = Nobody is newly rung; conversations go on.
admin-campaign-resume = Resume it
admin-campaign-resume-what = It goes on where it was.
admin-campaign-end = End the campaign
admin-campaign-end-what = Who was not called yet is not called. It cannot be taken up again.
admin-campaign-loading-what = The list is not whole: if nobody completes it, it is thrown away after half an hour.
admin-campaign-ended-what = The campaign has ended.
admin-campaign-started = The campaign is started.
admin-campaign-halted = The campaign is paused.
admin-campaign-resumed = The campaign goes on.
admin-campaign-over = The campaign has ended.
admin-campaign-make = Make the campaign
admin-campaign-made = Campaign made: { $taken ->
    [one] one person on the list
   *[other] { $taken } people on the list
}, { $out ->
    [0] nobody left out
    [one] one left out
   *[other] { $out } left out
}. Now start it.
admin-campaign-looked = A try: { $taken ->
    [one] one person would be on the list
   *[other] { $taken } people would be on the list
}, { $out ->
    [0] nobody would be left out
    [one] one would be left out
   *[other] { $out } would be left out
}. Nothing was changed.
admin-campaign-name = Name
admin-campaign-name-hint = Letters, digits, spaces, dots, - and _; not a number alone.
admin-campaign-kind-hint = A reminder says the appointment and asks to confirm or cancel it.
admin-campaign-note-hint = What it is about, for the operator who calls.
admin-campaign-due = To be reached by
admin-campaign-starts = Not before
admin-campaign-ends = Over by itself
admin-campaign-window = Hours
admin-campaign-window-hint = Like 09:00-13:00, within those of the queue. Empty: those of the queue.
admin-campaign-pace = People at a time
admin-campaign-pace-hint = 1 to 2000. Empty: 50.
admin-campaign-list-hint = Columns: number, note, due, not_before, ref. For a reminder also appointment (2026-12-03T10:30), born (year) and place. A line that cannot be taken is left out, and told with why; the others are taken.
admin-class = Priority class
admin-class-none = None
admin-class-hint = It says the deadline where there is none.
admin-no-queue = The queue is missing. Nothing was changed.
admin-no-pace = People at a time is a number from 1 to 2000. Nothing was changed: correct it, or leave it empty for 50.
admin-left-out-invalid = this is no telephone number
admin-left-out-not-callable = a number of this kind is not called
admin-left-out-do-not-call = does not want to be called
admin-left-out-shared = a number that several people share
admin-left-out-twice = is on the list already
admin-left-out-too-late = the deadline is over before anybody may be called
admin-left-out-too-long = the note or the reference is too long
admin-left-out-no-appointment = the appointment or the year of birth is missing
admin-left-out-past-appointment = the appointment is over before anybody may be called
admin-left-out-no-year = the year of birth is not possible
admin-left-out-no-place = no prompt says this place
admin-left-out-same-as = the same number as line { $first }
admin-left-out-no-due = due is no time: it is written like 2026-12-03T10:30
admin-left-out-no-not-before = not_before is no time: it is written like 2026-12-03T10:30
admin-left-out-no-appointment-time = appointment is no time: it is written like 2026-12-03T10:30
admin-left-out-no-year-written = born is no year of birth: it is written like 1950
admin-campaign-no-line = No line of the list can be taken. Nothing was changed: correct the lines and try again.
admin-left-out-more = and { $n } more
admin-entry-waiting = to be called
admin-entry-not-called = not called
admin-entry-released = to be called
admin-entry-reached = reached
admin-entry-exhausted = tries spent
admin-entry-expired = expired
admin-entry-forbidden = not to be called
admin-entry-declined = want no call
admin-entry-withdrawn = withdrawn
admin-entry-confirmed = confirmed
admin-entry-cancelled = cancelled
admin-entry-to-move = to be moved

admin-closures = Special closing days
admin-closures-what = Days and hours other than the usual
admin-directory = Directory
admin-directory-what = Names and numbers that operators may dial
admin-dispositions = Dispositions
admin-dispositions-what = What can be said at the end of a conversation

admin-dialplans = Dialplans
admin-dialplans-what = What callers hear, and how many are where now
admin-dialplans-intro = A dialplan is written in a file, under version control: here it is looked at. In each box the number at the upper right says how many people are there now.
admin-dialplans-empty = No dialplan is configured.
admin-plan-numbers = Numbers
admin-plan-callers = People in it now
admin-plan-taken = As of
admin-plan-drawing = Dialplan: { $title }
admin-plan-drawing-about = The table below has the same content.
admin-plan-table = The same as a table
admin-plan-caption = Steps of the dialplan: { $title }
admin-plan-start = { $name } (beginning)
admin-plan-in-emergency = { $name } (in an emergency)
admin-step = Step
admin-ways = Where it leads
admin-callers = People now
admin-step-play = Message
admin-step-hours = Hours
admin-step-menu = Choice
admin-step-queue = Waiting
admin-step-callback = Callback
admin-step-verify = Check
admin-step-opt-out = No calls
admin-step-emergency = Emergency
admin-step-hang-up = End
admin-way-then = then
admin-way-otherwise = otherwise
admin-way-open = open
admin-way-closed = closed
admin-way-timed-out = wait is over
admin-way-yes = yes
admin-way-no = no
admin-way-instead = changes mind

admin-configuration = Configuration
admin-configuration-what = What is in force, and reading the files again
admin-configuration-intro = Files are changed on the machine, under version control. Here you see which are in force, and have them read again.
admin-configuration-since = Configuration in force since
admin-configuration-file = File
admin-configuration-hash = Fingerprint
admin-configuration-failed = The last reading was not taken
admin-configuration-failed-what = { $at }: the files have faults. The configuration before is still in force. Correct the places below and read again.
admin-configuration-faults = { $n ->
    [one] One fault
   *[other] { $n } faults
}
admin-configuration-doubts = Doubts
admin-configuration-no-doubts = None: what is written agrees with itself.
admin-configuration-region = Doubts about the configuration are shown to whoever administers the region, who changes the files: they are about operators, seats and lines of every authority.
admin-configuration-doubts-caption = { $n ->
    [one] One place is allowed, but perhaps not meant
   *[other] { $n } places are allowed, but perhaps not meant
}
admin-trunks = Lines to the network
admin-trunks-caption = Trunks and bounds in force
admin-trunk = Trunk
admin-trunk-up = working
admin-trunk-down = down since { $since }
admin-channels = Channels
admin-answer-max = Answered at once
admin-notice-lines = Notice lines
admin-reload = Read the files again
admin-reload-what = All is taken, or nothing and the reason why. Calls in progress do not notice.
admin-reload-go = Read the configuration again
admin-reload-done = The new configuration is in force.
admin-reload-same = Read again: nothing has changed.
admin-reload-busy = Another reading is going on. Nothing was changed: try again in some seconds.
admin-not-reloaded = The files have faults. The configuration before is still in force: correct these places and read again.

admin-log = Log of access
admin-log-what = Who signed in, changed something or looked at a number
admin-log-intro = It cannot be changed. Who downloads it leaves an entry.
admin-log-kept = It is kept for { $days } days ([retention] access_log_days).
admin-log-caption = The newest first
admin-log-empty = No entry matches.
admin-log-export = Download what you have found (CSV)
admin-log-no-day = A date cannot be read: write it like 2026-11-25. The whole log is shown.
admin-time = When
admin-who = Who
admin-act = What they did
admin-origin = From where
admin-from-day = From day
admin-to-day = To day
admin-act-sign-in = signed in
admin-act-wrong-sign-in = gave a wrong name or password
admin-act-sign-out = signed out
admin-act-own-password = changed their password
admin-act-look-at-number = saw a whole number
admin-act-look-at-contacts = saw what a person called about before
admin-act-look-at-profile = saw what an operator needs
admin-act-look-for-number = asked whether a number has an open request
admin-act-find-by-number = looked up a number
admin-came-of = What came of it
admin-done = Done
admin-refused = Refused
admin-only-refused = Only what was refused

admin-closures-intro = Here you say on which days a health authority is shut, or open at other hours than the configured ones: a strike, a long weekend, a Saturday of opening. It holds at once; who is on the line already goes on as before.
admin-closures-caption = { $n ->
    [one] One entry
   *[other] { $n } entries
}
admin-closures-empty = No day is other than usual. Add one below.
admin-closure-when = Days
admin-closure-days = from { $first } to { $last }
admin-closure-hours = Hours
admin-closure-hours-hint = Like 08:00-12:00 15:00-17:00. Empty: shut all day.
admin-closure-shut = shut
admin-closure-all = all
admin-closure-held = in force
admin-closure-removed-state = removed
admin-closure-ended-too = Those that are over or removed too
admin-closure-add = Add days that are shut or have other hours
admin-closure-add-go = Add the days
admin-closure-what = Where a day is listed already, what is said last holds.
admin-closure-first = First day
admin-closure-last = Last day
admin-closure-last-hint = Empty: one day only.
admin-closure-added = Days added: they hold at once.
admin-closure-remove = Back to the usual hours
admin-closure-remove-what = On those days the configured hours hold again, at once.
admin-closure-remove-go = Remove the days
admin-closure-removed = On those days the usual hours hold again.
admin-calendar = Calendar
admin-calendar-hint = The name of a [[calendar]] of the health authority. Empty: all.
admin-directory-intro = Offices and useful numbers that operators find when they dial or transfer. They are shown whole: put no numbers of persons here.
admin-directory-caption = { $n ->
    [one] One entry
   *[other] { $n } entries
}
admin-directory-empty = No entry matches.
admin-directory-name = Name
admin-directory-name-hint = As an operator would look for it: Radiology Teramo, Night doctor Giulianova.
admin-directory-note-hint = Optional: hours, extension, when to use it.
admin-directory-add = Add an entry
admin-directory-add-go = Add it to the directory
admin-directory-added = { $name } is in the directory.
admin-directory-change = Change the entry
admin-directory-change-go = Save the entry
admin-directory-changed = The entry { $name } is saved: operators find it so at once.
admin-directory-remove = Remove an entry
admin-directory-remove-what = Operators find it no more, at once.
admin-directory-remove-go = Remove it from the directory
admin-directory-removed = The entry is in the directory no more.
admin-dispositions-intro = Dispositions are part of the rules: whether a person is still called back hangs on them, so they are the same for all. The reasons below are written in the configuration ([people] pause_reasons and decline_reasons).
admin-dispositions-caption = The results of a conversation
admin-disposition = Disposition
admin-disposition-comes = What comes of it
admin-disposition-word = In the API
admin-disposition-done = settled
admin-disposition-done-what = Closes what was missed, requested or interrupted; what was taken in charge stays open unless the operator closes it.
admin-disposition-another-person = another person
admin-disposition-another-person-what = It was another person at the same number: the callback stays open.
admin-disposition-improper = not for us
admin-disposition-improper-what = It was not about this service: it is closed, and counted apart.
admin-pause-reasons = Reasons for a pause
admin-pause-reasons-caption = The reasons among which one chooses for a pause
admin-decline-reasons = Reasons to hand a callback back
admin-decline-reasons-caption = The reasons among which one chooses
admin-reasons-free = No list: any reason is written.
admin-once-over = The password for once is over: ask an administrator for another one.
admin-no-calendar = There is no calendar { $calendar }; there are { $known }.
admin-closure-no-calendar = No dialplan and no queue of { $tenant } goes by a calendar: its lines have no hours to change.
admin-closure-no-day = A day cannot be read, or the last comes before the first.
admin-closure-backwards = The last day comes before the first. Nothing was changed: correct one of them.
admin-closure-no-last = The last day cannot be read. Nothing was changed: write it like 2026-12-26, or leave it empty for one day.
admin-closure-no-first = The first day is missing or cannot be read. Nothing was changed: write it like 2026-12-24.
admin-closure-too-long = From the first to the last day a year at most.
admin-closure-is-over = These days are past.
admin-closure-no-hours = Hours are written like 08:00-12:00 15:00-17:00.
admin-closure-overlap = Two spans of hours overlap. Nothing was changed: have each begin when the one before is over.
admin-closure-too-many = There are too many special days already.
admin-closure-no-entry = These days are not listed any more.
admin-skill = Skill { $skill }

admin-result-told = The result of seat { $seat } is recorded.
admin-no-such-result = Conversations of this service have no result { $code }. Nothing was recorded: choose one of the page.
admin-own-results = Results of this centre
admin-own-results-caption = Results of this centre: { $n }
admin-own-results-what = Words of this centre: each means one of the results above, so that it is known what is still owed. They are written as [[disposition]] in the configuration file; whoever works by phone uses those above. A result that is taken out stays readable in earlier conversations.
admin-own-results-empty = None: add them as [[disposition]] in the configuration file.
admin-own-name = Name
admin-own-means = What it means
admin-own-code = Code
admin-own-where = Where it is used
admin-own-everywhere = Everywhere
admin-own-class = { $means }, class { $class }
admin-means-settled = settled
admin-means-call-again = call again
admin-means-in-charge = taken in charge
admin-means-another-person = another person
admin-means-improper = not for this line

admin-pin = Signing in by phone
admin-pin-number = Number to key in
admin-pin-none = None: they do not sign in by phone
admin-pin-what = Whoever works without a page dials the code for signing in and keys in number, #, PIN, #. The former PIN ends at once.
admin-pin-number-hint = 1 to 8 digits, nobody else’s.
admin-pin-pin = New PIN
admin-pin-hint = 6 to 16 digits, neither in a row nor repeated (123456, 121212). Empty: one is made, and shown once.
admin-pin-again = New PIN, again
admin-pin-go = Give number and PIN
admin-pin-again-go = Change the PIN
admin-pin-once = PIN
admin-pin-once-how = It is shown this once: give it to whoever works, then leave this page.
admin-pin-made = { $name } signs in by phone with the PIN below.
admin-pin-done = { $name } signs in by phone with the PIN that you wrote.
admin-pin-guessable = A PIN has 6 to 16 digits, neither in a row nor repeated (123456, 121212), and a number 1 to 8. Nothing was changed: write another, or leave the PIN empty.
admin-pin-no-number = The number to be keyed has 1 to 8 digits. Nothing was changed: correct it; the PIN is to be typed again.
admin-pin-differ = The two PINs differ. Nothing was changed: write them again.
admin-why-no-number = the number to key in is missing: 1 to 8 digits
admin-why-no-pin = has a number and no PIN
admin-why-number-taken = number { $what } is somebody else’s
admin-line-pin = a number has 1 to 8 digits, a PIN 6 to 16, neither in a row nor repeated
admin-list-many-pins = The list has more than 200 PINs. Nothing was changed: split it.

admin-oversight = Oversight
admin-oversight-what = Where whoever audits begins: promises, agreement, log, why a call went so
admin-oversight-intro = Nothing is changed here. Callers’ numbers stay masked.
admin-audit = The promises, on what is stored
admin-audit-what = The audit reads all that is stored: nobody lost, nobody called twice, no seat with two works.
admin-audit-go = Audit now
admin-audit-long = The audit takes longer than a page waits. Nothing was changed: ask who runs the system to run cuptel audit.
admin-audit-holds = ✓ Every promise holds: audit of { $at }.
admin-audit-broken = ✗ Audit of { $at }: { $n ->
    [one] one rule is broken.
   *[other] { $n } rules are broken.
}
admin-audit-caption = Broken rules: { $n }
admin-audit-rule = Rule
admin-audit-promise = Promise
admin-audit-count = How many
admin-audit-meaning = What is wrong
admin-audit-rows = Which, the first
admin-audit-attempts = Calls received
admin-audit-open = Going on
admin-audit-served = Served
admin-audit-owed = To be called back, or called
admin-audit-not-owed = Owed nothing, with the reason
admin-audit-callbacks-open = Open callbacks
admin-audit-callbacks-closed = Closed callbacks
admin-audit-dials = Calls that we made
admin-oversight-why = Why a call went as it did
admin-oversight-why-what = The number of the call or the callback, as lists and the log have it.
admin-oversight-id = Number of the call or callback
admin-oversight-why-go = Show why
admin-oversight-no-call = There is no call or callback with this number. Check the number and try again.
admin-oversight-agreement = Open the agreement and those before
admin-oversight-log = Open the log and search

admin-frame-api = API (for programs)
admin-status = State of the system
admin-status-what = Whether the centre takes calls, what is wrong and what to do
admin-status-intro = As it was when you opened the page: load it again to see how it is now.
admin-status-ready = ✓ The centre takes calls and everything works.
admin-status-degraded = The centre takes calls, but something is wrong: read below what to do.
admin-status-not-ready = The centre does not take calls as it should: read below what to do.
admin-status-stopping = The centre is stopping: conversations end, who waits is called back.
admin-status-wrong = What is wrong
admin-status-wrong-caption = { $n ->
    [one] One thing that is wrong
   *[other] { $n } things that are wrong
}
admin-status-do = What to do
admin-status-now = Now
admin-status-at = Looked at on
admin-status-calls = Calls in progress
admin-status-phones = Phones connected
admin-status-phones-of = { $there } of { $all }
admin-status-sites = Sites cut off
admin-status-no-site = none
admin-status-faults = Faults of the program
admin-status-database-slow = See what keeps the database's disk busy: a backup, another program, a failing disk.
admin-status-database-failing = Read why in CupTel's log and the database's own; look at the disk.
admin-status-database-stalled = See whether another program holds the database, and whether its disk answers.
admin-status-database-gone = Start the database server, or mend the network to it.
admin-status-database-full = For the database make room on the disk: the rest goes on by itself.
admin-status-database-read-only = Have the database server, or its disk, take writes again.
admin-status-storage-dead = Make room for the database or for the spill, then start CupTel again.
admin-status-media-dead = Start CupTel again, which takes less than a second, and send its log to its makers.
admin-status-programs = For programs
admin-program-health = State, as JSON
admin-program-health-what = For whoever watches the service: 200 when the centre takes calls, 503 when it does not.
admin-program-metrics = Measures, for Prometheus
admin-program-metrics-what = Without telephone numbers and names. From this machine without a key; from elsewhere with the key of a program.
admin-program-api = Description of the API, in OpenAPI
admin-program-api-what = For whoever writes programs: a reader of OpenAPI shows it. Keys are given under “Keys of programs”.

admin-text-unfit = The text has more than { $n } characters, or signs that do not print. Nothing was changed: shorten it.
admin-no-name = The name is missing. Nothing was changed: write it.
admin-name-reserved = The log of access needs this name (token, shell, start, unknown). Nothing was changed: choose another.
admin-user-twin = There is a user { $name }, which differs by its capitals or spaces alone. Nothing was changed: choose another name.
admin-token-over = The end of the key is past. Nothing was changed: choose a moment to come, or leave it empty.
admin-database-away = The database does not answer. Nothing was changed, and what you wrote is still here: try again in some seconds, and if it goes on look at the state of the system.
admin-send-again = What you wrote
admin-send-again-what = It is still here: press the button to send it again. Passwords have to be written again.
admin-send-again-go = Send it again
admin-campaign-gone = This campaign is not there any more, or has ended. Nothing was changed.
admin-campaign-no-name = The name of a campaign has 1 to 80 letters, digits, spaces, dots, - and _, and is no number. Nothing was changed: correct it.
admin-campaign-state = Campaign { $name } does not stand so that this can be done: see above where it stands. Nothing was changed.
admin-campaign-no-prompts = The recorded prompts for this kind of campaign are missing (promemoria_*.wav or chiamata_*.wav). Nothing was changed: who runs the machine makes them, “cuptel check” says which.
admin-campaign-no-window = Hours are written like 09:00-13:00. Nothing was changed: correct them.
admin-campaign-too-late = Its end is over before anybody may be called. Nothing was changed: move it.
admin-campaign-due-over = Its deadline is over before anybody may be called. Nothing was changed: move it on, or leave it empty.
admin-campaign-note-too-long = The note has more than 500 characters. Nothing was changed: shorten it.
admin-campaign-too-many = { $n } campaigns are open already, as many as may be. Nothing was changed: end one first.
admin-campaign-too-many-people = More than { $n } people would be on the list. Nothing was changed: split it into two campaigns.
admin-campaign-line-twice = Two lines have the number { $n }. Nothing was changed.
admin-campaign-nobody = Nobody is on the list of { $name }. Nothing was changed.
admin-campaign-refused = The rules do not allow this campaign. Nothing was changed: “cuptel import campaign --dry-run” says why.
admin-list-uneven = Line { $line } has { $has } columns and not { $wants }. Nothing was changed: what has a comma or a semicolon in it stands in quotation marks.
admin-list-cut-short = The first { $done } of { $of } numbers were marked, then the centre did not answer any more. Send the same list again: those that are marked stay as they are, none twice.

## Status, log and configuration, told in full
admin-status-held = The centre takes calls, but something is stopped, not in force or does not answer: read below.
admin-status-held-heading = What is stopped or not in force
admin-status-held-caption = { $n ->
    [one] One thing
   *[other] { $n } things
}
admin-status-held-where = Where it is put right
admin-status-stop-go = Open the stop buttons
admin-status-site-go = Open the floor
admin-status-trunk-down = Line { $trunk } has not answered since { $since }.
admin-status-site-out = Site { $site } has been cut off since { $since }.
admin-status-closed = Queues closed now
admin-status-none-closed = none

## What was done, as the log tells it
admin-log-did = What they did
admin-log-did-any = anything
admin-log-text = Words in it
admin-log-export-all = Take the log along (CSV)
admin-about-operators = { $n ->
    [one] one operator
   *[other] { $n } operators
}
admin-about-seats = { $n ->
    [one] one seat
   *[other] { $n } seats
}
admin-about-numbers = { $n ->
    [one] one number
   *[other] { $n } numbers
}
admin-did-users = added a user
admin-did-users-password = gave a user a new password
admin-did-users-remove = removed a user
admin-did-tokens = gave a program a key
admin-did-tokens-revoke = revoked the key of a program
admin-did-operators = added or changed operators
admin-did-operators-import = imported a list of operators
admin-did-operators-remove = removed an operator
admin-did-operators-pin = gave an operator a PIN
admin-did-operators-profile = changed what an operator needs
admin-did-seats = added or changed seats
admin-did-seats-password = changed the password of a phone
admin-did-seats-site = moved a seat to another site
admin-did-seats-remove = removed a seat
admin-did-seats-test = had a phone ring to try it
admin-did-test = had a phone ring to try it
admin-did-numbers = marked a number
admin-did-numbers-import = imported a list of marked numbers
admin-did-numbers-release = took the mark off a number
admin-did-campaigns = made a campaign
admin-did-campaigns-new = made a campaign
admin-did-campaigns-check = tried the list of a campaign
admin-did-campaigns-entries = added people to a campaign
admin-did-campaigns-complete = completed the list of a campaign
admin-did-campaigns-start = started a campaign
admin-did-campaigns-pause = paused a campaign
admin-did-campaigns-resume = resumed a campaign
admin-did-campaigns-end = ended a campaign
admin-did-read-campaigns-results = took along the results of a campaign
admin-did-reload = had the configuration read again
admin-did-configuration-reload = had the configuration read again
admin-did-closures = added a day that is shut
admin-did-closures-remove = removed a day that is shut
admin-did-directory = added or changed an entry of the directory
admin-did-directory-remove = removed an entry from the directory
admin-did-agreement = registered an agreement with those who work
admin-did-agreement-end = ended an agreement
admin-did-stops = pressed a stop button
admin-did-stops-press = pressed a stop button
admin-did-stops-announcements = put a spoken message in force
admin-did-stops-resume = released a stop button
admin-did-stops-release = released a stop button
admin-did-queues-close = closed a queue
admin-did-queues-open = opened a queue
admin-did-queues-hours = gave a queue back to its hours
admin-did-sites-outage = said that a site is cut off
admin-did-sites-resume = said that a site is back
admin-did-attempts-import = imported lost calls
admin-did-attempts-withdraw = took somebody out of the line
admin-did-calls-withdraw = took somebody out of the line
admin-did-attempts-move = moved somebody to another queue
admin-did-calls-move = moved somebody to another queue
admin-did-attempts-ahead = put somebody who waited ahead
admin-did-calls-ahead = put somebody who waited ahead
admin-did-callbacks-ahead = put a callback ahead
admin-did-callbacks-assign = assigned a callback
admin-did-callbacks-close = closed a callback
admin-did-callbacks-acknowledge = acknowledged a callback
admin-did-callbacks-reopen = reopened a callback
admin-did-callbacks-number = asked for the number of a callback
admin-did-bulks = acted on many callbacks
admin-did-bulk = acted on many callbacks
admin-did-bulk-preview = looked at what it would do to many callbacks
admin-did-bulks-undo = undid what was done to many callbacks
admin-did-bulk-undo = undid what was done to many callbacks
admin-did-tasks = added a task
admin-did-tasks-assign = assigned a task
admin-did-tasks-withdraw = withdrew a task
admin-did-seats-pause = paused a seat
admin-did-seats-available = ended the pause of a seat
admin-did-seats-sign-out = signed out who was at a seat
admin-did-users-role = changed the role of a user
admin-did-example-remove = removed the operators and seats of the example
admin-did-example = removed the operators and seats of the example
admin-did-seats-front-office = sent who was at a seat to the counter
admin-did-seats-one-more = had who was at a seat stop after one more call
admin-did-memos = wrote operators a memo
admin-did-memos-withdraw = withdrew a memo to operators
admin-did-read-operators = looked at the days of operators
admin-did-read-log-export = took along the log of access

## For those who look and change nothing
admin-operators-intro-read = Who works here, what they can do and for which authority.

## Steps of the guide
admin-todo-sign-in-no-phone = { $n ->
    [one] One person is at work, but the phone of their seat is not connected: no call reaches them.
   *[other] { $n } people are at work, but no phone of their seats is connected: no call reaches them.
}
admin-todo-trunk-heard = The trunk does not appear to be down, and at least one call has come in.

## Doubts about the configuration
admin-technical = Technical text
word-technical = Technical text:
word-place-in-file = { $file }, line { $line }, column { $column }
admin-doubt-foreign-cli = No dialplan answers this number: who rings back what their phone shows does not reach us.
admin-doubt-foreign-cli-of = No dialplan of { $tenant } answers this number: who rings back what their phone shows does not reach us.
admin-doubt-idle-calendar = Nothing asks calendar { $calendar } of { $tenant }.
admin-doubt-never-open = Calendar { $calendar } never opens.
admin-doubt-unreachable-queue = No dialplan leads to queue { $queue } of { $tenant }.
admin-doubt-unserved-queue = Nobody in first-start.csv has the skills of queue { $queue } of { $tenant }.
admin-doubt-unpaid-debts = Queue { $queue } of { $tenant } calls nobody back after { $outcomes }: they did not give up, we turned them away.
admin-doubt-in-clear = Others reach the pages without TLS, and passwords go over the network as they are: put a certificate in [http.tls], or the addresses of a proxy in trusted_proxies.
admin-doubt-open-peers = { $peer } lets almost anybody call us as the carrier, without a password: write the carrier’s addresses alone.
admin-doubt-all-channels-answered = Trunk { $trunk } answers on all its { $channels } channels: once they are taken the carrier refuses callers whom we never see. Keep a few spare.
admin-doubt-all-channels-used = Trunk { $trunk } uses all its { $channels } channels at the worst of times ({ $answered } answered, { $notices } for notices, { $callbacks } for callbacks): then the carrier refuses callers whom we never see. Keep a few spare.
admin-doubt-no-outbound = Trunk { $trunk } keeps { $channels } channels for callbacks and has no outbound to dial them.
admin-doubt-few-ports = { $pairs } pairs of ports for voice are too few for { $channels } channels: { $needed } or more are needed, two for each call.
admin-doubt-delivered-passwords = The delivered passwords of seats { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
} are known to everybody: before the first start change them here, after it with “cuptel seats set SEAT --new-password”.
admin-doubt-delivered-operators = The operators { $names }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
} are those of the example: before the first start write yours here, after it “cuptel import operators FILE” and “cuptel operators remove NAME”.
admin-doubt-emergency = Callers of { $tenant } hear the emergency message, and its callbacks wait, until this says false.
admin-doubt-no-first-start = The file is not there: an empty database begins without seats and operators.
admin-doubt-seat-twin = Seat { $seat } is another than { $twin }, by its capitals alone.
admin-doubt-weak-password = The password of seat { $seat } is short, is guessed, or has a sign that some phones cannot hold.
admin-doubt-unasked-skill = No queue asks for skill { $skill }.
admin-doubt-password-in-url = url of [data] has a password in it: write “env:NAME” or “file:PATH”, because this file is read by more people than the database.
admin-doubt-certificate-early = Certificate { $file } does not hold before { $from }: browsers refuse it until then.
admin-doubt-certificate-over = Certificate { $file } has expired on { $until }: browsers refuse it. Put a new one there and reload.
admin-doubt-certificate-ends = Certificate { $file } expires on { $until }: put a new one there and reload.

## Small words
admin-directory-none = There is no entry yet.
