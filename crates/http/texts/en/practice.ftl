# Practice: a call with an invented person, which counts nowhere.
practice-banner = PRACTICE: the person is invented. Nothing that you do is stored, called or counted.
practice-begun = Practice: the phone of seat { $seat } rings, pick it up.
practice-booking = A booking
practice-booking-before = called: bookings, 3 minutes, settled
practice-booking-who = Anna Prova
practice-booking-words = Buongiorno, vorrei prenotare una visita oculistica. Ho la ricetta del medico.
practice-calling = Practice: your phone is called.
practice-cancelling = A cancellation
practice-cancelling-before = called: bookings, 4 minutes, settled
practice-cancelling-who = Bruno Prova
practice-cancelling-words = Buongiorno, giovedì non posso venire. Devo disdire l’ecografia.
practice-cut-off = No result, and the call lasted a few seconds: it would count as cut off, and the person would be called back.
practice-done-hang-up = Practice: call ended. In a real call you would have said goodbye first.
practice-done-hold = Practice: the person is on hold and hears music, you hear silence.
practice-done-keys = Practice: keys pressed. In a real call the person would hear them.
practice-done-result = Practice: result given. Nothing was stored.
practice-done-resume = Practice: you and the person hear each other again.
practice-end = End the practice
practice-exercise = With whom
practice-gave-way = It ended early, because somebody waited or the seat has changed.
practice-gave-way-ringing = The practice ended before it began: somebody waited, or the seat has changed.
practice-gives-way = A real person waits: say goodbye. The practice ends within { $n } seconds.
practice-go = Begin the practice
practice-held = On hold: the person would hear music, you hear silence. Take them up again when you like.
practice-keys = { $n ->
    [one] The person would have heard 1 key.
   *[other] The person would have heard { $n } keys.
}
practice-need-closed = “{ $kind }”: would be closed.
practice-need-new = Something would be owed from then on: “{ $kind }”.
practice-need-open = “{ $kind }”: would stay open at its place, and the person would be called back.
practice-need-stays = “{ $kind }”: would stay open until somebody closes it.
practice-no-need = The person was owed nothing, and nothing would be opened.
practice-no-result = No result given: it would count as “{ $result }”.
practice-none = Nobody practises at seat { $seat }: the practice is over, or has not begun.
practice-noted = The note would stay with what is owed, for whoever calls back. Here it was not kept.
practice-number = invented number
practice-over = The practice is over. Nothing was stored, called or counted.
practice-owed = A promised call
practice-owed-before = called: bookings, 6 minutes, taken in charge
practice-owed-who = Carla Prova
practice-owed-words = Dovevate richiamarmi per la risonanza. Avete trovato un posto?
practice-people-wait = { $n ->
    [one] One person waits whom you can serve: they go first. Practise after them, or on a pause.
   *[other] { $n } people wait whom you can serve: they go first. Practise after them, or on a pause.
}
practice-really = In a real call:
practice-result = The result would be: { $result }.
practice-ringing = Practice: the phone rings. Pick it up as for a real call.
practice-said = The person has said: “{ $words }” Answer aloud: you hear yourself. Then give the result and hang up.
practice-says = The person says: “{ $words }”
practice-state = practises
practice-state-holds = PRACTICE: call on hold
practice-state-rings = PRACTICE: rings
practice-state-talks = PRACTICE: talks
practice-state-wraps-up = PRACTICE: after the call
practice-title = Practice
practice-upset = Angry, little Italian
practice-upset-before = called: bookings, 8 seconds, cut off
practice-upset-who = Dora Prova
practice-upset-words = Prima è caduta la linea! Io parla poco italiano. Visita per mia figlia, per favore.
practice-what = The phone rings as for a call; the person is invented, and nothing counts. If somebody waits, the practice gives way.
practice-who = PRACTICE: { $who }
practice-wraps-up = The call is over: give the result, as after a real call.
practice-wraps-up-told = The call is over and its result is given: what is left is the time after it.
