# Esercitazioni: una chiamata con una persona inventata, che non conta da nessuna parte.
practice-banner = ESERCITAZIONE: la persona è inventata. Niente di quello che fai è registrato, chiamato o contato.
practice-begun = Esercitazione: il telefono della postazione { $seat } squilla, rispondi.
practice-booking = Prenotazione
practice-booking-before = ha chiamato: prenotazioni, 3 minuti, risolta
practice-booking-who = Anna Prova
practice-booking-words = Buongiorno, vorrei prenotare una visita oculistica. Ho la ricetta del medico.
practice-calling = Esercitazione: il tuo telefono viene chiamato.
practice-cancelling = Disdetta
practice-cancelling-before = ha chiamato: prenotazioni, 4 minuti, risolta
practice-cancelling-who = Bruno Prova
practice-cancelling-words = Buongiorno, giovedì non posso venire. Devo disdire l’ecografia.
practice-cut-off = Nessun esito, e la chiamata è durata pochi secondi: varrebbe come caduta, e la persona sarebbe richiamata.
practice-done-hang-up = Esercitazione: chiamata chiusa. In una chiamata vera avresti salutato la persona prima.
practice-done-hold = Esercitazione: la persona è in attesa e sente la musica, tu il silenzio.
practice-done-keys = Esercitazione: tasti premuti. In una chiamata vera li sentirebbe la persona.
practice-done-result = Esercitazione: esito dato. Niente è stato registrato.
practice-done-resume = Esercitazione: tu e la persona vi sentite di nuovo.
practice-end = Termina l’esercitazione
practice-exercise = Con chi
practice-gave-way = È finita prima, perché qualcuno aspettava o la postazione è cambiata.
practice-gave-way-ringing = Esercitazione finita prima di cominciare: qualcuno aspettava, o la postazione è cambiata.
practice-gives-way = Una persona vera aspetta: saluta. L’esercitazione finisce entro { $n } secondi.
practice-go = Comincia l’esercitazione
practice-held = In attesa: la persona sentirebbe la musica, tu senti il silenzio. Riprendila quando vuoi.
practice-keys = { $n ->
    [one] La persona avrebbe sentito 1 tasto.
   *[other] La persona avrebbe sentito { $n } tasti.
}
practice-need-closed = Questione «{ $kind }»: sarebbe chiusa.
practice-need-new = Si aprirebbe una questione: «{ $kind }».
practice-need-open = Questione «{ $kind }»: resterebbe aperta al suo posto, e la persona sarebbe richiamata.
practice-need-stays = Questione «{ $kind }»: resterebbe aperta, finché qualcuno non la chiude.
practice-no-need = La persona non aveva questioni aperte, e non se ne aprirebbe nessuna.
practice-no-result = Nessun esito dato: varrebbe «{ $result }».
practice-none = Alla postazione { $seat } nessuno si esercita: l’esercitazione è finita, o non è cominciata.
practice-noted = La nota resterebbe accanto alla questione, per chi richiama. Qui non è stata conservata.
practice-number = numero inventato
practice-over = Esercitazione finita. Niente è stato registrato, chiamato o contato.
practice-owed = Richiamata promessa
practice-owed-before = ha chiamato: prenotazioni, 6 minuti, presa in carico
practice-owed-who = Carla Prova
practice-owed-words = Dovevate richiamarmi per la risonanza. Avete trovato un posto?
practice-people-wait = { $n ->
    [one] Una persona aspetta e la puoi servire tu: prima lei. L’esercitazione dopo, oppure in pausa.
   *[other] { $n } persone aspettano e le puoi servire tu: prima loro. L’esercitazione dopo, oppure in pausa.
}
practice-really = In una chiamata vera:
practice-result = L’esito sarebbe: { $result }.
practice-ringing = Esercitazione: il telefono squilla. Rispondi come a una chiamata vera.
practice-said = La persona ha detto: «{ $words }» Rispondi ad alta voce: senti te stesso. Poi dai l’esito e riaggancia.
practice-says = La persona dice: «{ $words }»
practice-state = si esercita
practice-state-holds = ESERCITAZIONE: chiamata in attesa
practice-state-rings = ESERCITAZIONE: squilla
practice-state-talks = ESERCITAZIONE: in conversazione
practice-state-wraps-up = ESERCITAZIONE: dopo la chiamata
practice-title = Esercitazione
practice-upset = Protesta, poco italiano
practice-upset-before = ha chiamato: prenotazioni, 8 secondi, linea caduta
practice-upset-who = Dora Prova
practice-upset-words = Prima è caduta la linea! Io parla poco italiano. Visita per mia figlia, per favore.
practice-what = Il telefono squilla come per una chiamata; la persona è inventata, e niente conta. Se qualcuno aspetta, l’esercitazione lascia il posto.
practice-who = ESERCITAZIONE: { $who }
practice-wraps-up = La chiamata è finita: dai l’esito, come dopo una chiamata vera.
practice-wraps-up-told = La chiamata è finita e l’esito è dato: resta il tempo dopo la chiamata.
