# Testi della sala di chi coordina.

# Around every page of whoever leads.
desk-nav = Pagine di chi coordina
desk-title = Sala
desk-link-room = Sala
desk-link-callbacks = Richiamate
desk-link-memos = Messaggi
desk-link-stops = Arresti
desk-link-history = Storia
desk-link-operators = Cifre per operatore
desk-link-agreement = Accordo
desk-table-of = Tabella: { $title }
desk-taken = Dati del
desk-refresh = Aggiorna
desk-order-note = Nel frattempo l’ordine è cambiato: «Aggiorna» rimette i guai in cima.
desk-back-room = Torna alla sala
desk-forbidden-title = Questa pagina non è per te
desk-forbidden = La sala è di chi coordina, amministra o controlla. Nulla è stato cambiato.
desk-forbidden-wall = Guarda le code in grande
desk-forbidden-seat = Torna alla tua postazione
desk-readonly = Puoi guardare e non agire: agisce chi coordina.
desk-not-found = Non c’è, o non è della tua ASL.
desk-database = La base dati non risponde: mancano gli obiettivi e le età. Chiamate e postazioni sono di adesso.
desk-figures-awaited = Si stanno leggendo gli obiettivi e le età: compaiono da soli tra poco; senza JavaScript, ricarica la pagina. Chiamate e postazioni sono di adesso.

# Queues.
desk-queues = Code
desk-queues-caption = Code, prima quelle in difficoltà
desk-queues-note = «Nei tempi» è la parte di chi entra in coda e trova un operatore entro il tempo obiettivo, in questo quarto d’ora e oggi, accanto all’obiettivo. Con meno di cinque persone in questo quarto d’ora è troppo presto per dirlo.
desk-queues-none = Nessuna coda è configurata. Aggiungi una sezione [[queue]] al file di configurazione, poi ricarica.
desk-queue = Servizio
desk-waiting = In attesa
desk-oldest = La prima da
desk-oldest-of = { $waited } su { $within }
desk-in-time-now = Nei tempi ora
desk-in-time-today = Nei tempi oggi
desk-in-time-early = troppo presto
desk-in-time-of = { $share } / { $target } %
desk-trouble-unserved = aspettano e nessuno può rispondere
desk-trouble-late = oltre il tempo obiettivo
desk-trouble-closed-waiting = chiusa, ma qualcuno aspetta
desk-trouble-unmanned = aperta, ma nessuno può rispondere
desk-trouble-below = sotto l’obiettivo
desk-trouble-waiting = qualcuno aspetta
desk-trouble-closed = chiusa
desk-trouble-none = tranquilla

# Spans of time, short.
desk-span-s = { $n } s
desk-span-min = { $n } min
desk-span-h = { $h } h { $m }
desk-span-d = { $n } g

# Seats.
desk-seats = Postazioni
desk-seats-none = Non c’è ancora nessuna postazione: vengono da config/first-start.csv, o da «cuptel import seats».
desk-site = Sede { $site }
desk-site-out = sede isolata
desk-site-counts = { $talking } al telefono · { $free } libere · { $paused } in pausa · { $other } altro
desk-site-empty = Postazioni vuote: { $n }
desk-site-nobody = Nessuno è in servizio qui.
desk-seat = Postazione { $seat }
desk-seat-nobody = nessuno in servizio
desk-seat-since = Da
desk-seat-who = Operatore
desk-seat-state = Stato
desk-seat-site = Sede
desk-seat-page = Apri la pagina di chi ci lavora

# What is owed.
desk-debts = Richiamate dovute
desk-debts-all =
    { $n ->
        [0] Nessuna richiamata dovuta.
        [one] 1 persona da richiamare, da { $oldest }.
       *[other] { $n } persone da richiamare, la prima da { $oldest }.
    }
desk-debts-class-caption = Per classe di priorità
desk-debts-age-caption = Per età, dalla prima chiamata
desk-debts-class = Classe
desk-debts-age = Età
desk-debts-people = Persone
desk-class-u = U, entro 72 ore
desk-class-b = B, entro 10 giorni
desk-class-d = D, entro 30 giorni
desk-class-p = P, entro 120 giorni
desk-class-none = Senza classe
desk-age-1h = Fino a un’ora
desk-age-4h = Fino a 4 ore
desk-age-24h = Fino a un giorno
desk-age-72h = Fino a 3 giorni
desk-age-168h = Fino a una settimana
desk-age-older = Di più
desk-past-deadline = Oltre la scadenza: { $n }
desk-past-promise = Oltre l’ora promessa: { $n }
desk-unseen = Da rivedere, chiuse senza aver parlato: { $n }
desk-debts-list = Elenco delle richiamate

# Lines and fairness.
desk-lines = Linee
desk-lines-caption = Canali in uso, per fascio
desk-lines-note = «Cieco» vuol dire che l’operatore telefonico respinge chiamate che non vediamo.
desk-lines-none = Nessun fascio di linee è configurato.
desk-trunk = Fascio
desk-trunk-used = In uso
desk-trunk-channels = Canali
desk-trunk-state = Stato
desk-trunk-blind = ■ cieco dalle { $since }
desk-fairness = Equità tra le ASL
desk-fairness-caption = Come è andata a chi ha aspettato
desk-fairness-note = Attesa di 95 persone su 100, quante persone, quante hanno rinunciato.
desk-tenant = ASL
desk-fair-home = Operatori per sé
desk-fair-away = Prestati
desk-fair-borrowed = Presi in prestito
desk-fair-wait-recent = Attesa, ultimi minuti
desk-fair-lost-recent = Rinunce, ultimi minuti
desk-fair-wait-today = Attesa, oggi
desk-fair-lost-today = Rinunce, oggi

# One queue.
desk-queue-title = { $queue }, { $tenant }
desk-queue-open = La coda è aperta.
desk-queue-shut = La coda è chiusa: chi chiama sente gli orari, e va richiamato.
desk-queue-by-hand-closed = Chiusa a mano{ $by }{ $until }.
desk-queue-by-hand-opened = Aperta a mano{ $by }{ $until }.
desk-by = {""} da { $name }
desk-until = , fino alle { $at }
desk-until-day = , fino a { $at }
desk-queue-target = Obiettivo: { $share } % entro { $within }
desk-queue-no-target = Senza obiettivo configurato
desk-queue-owed = Da richiamare: { $n }, di cui adesso: { $ready }
desk-queue-wait = Chi entra adesso aspetta fino a { $wait }
desk-queue-wait-nobody = Nessuno può servire chi entra adesso
desk-line = Chi aspetta
desk-line-caption = Nell’ordine in cui saranno serviti
desk-line-none = Nessuno aspetta.
desk-line-place = Posto
desk-line-number = Numero
desk-line-since = Aspetta da
desk-line-kind = Come
desk-line-told = Gli è stato detto
desk-line-seat = Squilla a
desk-line-do = Azioni
desk-line-caller = chiama
desk-line-called = richiamata da noi
desk-line-ahead = davanti di { $span }
desk-line-told-min = entro { $min } min
desk-line-withheld = numero riservato
desk-line-open = Apri la chiamata { $id }
desk-line-open-callback = Apri la richiamata { $id }
desk-line-busy = Il centro è occupato e non ha detto chi aspetta: «Aggiorna» riprova.

# One call.
desk-call-title = Chiamata: { $queue }, { $at }
desk-callback-title = Richiamata: { $queue }, { $at }
desk-call-title-plain = Chiamata delle { $at }
desk-callback-title-plain = Richiamata delle { $at }
desk-number-of = n. { $id }
desk-facts = In breve
desk-story = Storia
desk-why = Perché
desk-why-none = Non aspetta: non c’è nulla da spiegare adesso.
desk-why-ahead =
    { $n ->
        [0] È la prossima della coda { $queue }.
        [one] C’è 1 persona prima nella coda { $queue }.
       *[other] Ci sono { $n } persone prima nella coda { $queue }.
    }
desk-why-seat = La sta ricevendo la postazione { $seat }.
desk-why-asks = Serve chi sa rispondere per: { $skills }.
desk-why-asks-level = { $skill } (almeno livello { $level })
desk-why-asks-less = Dalle { $at } si chiede di meno.
desk-why-seats = Le postazioni adesso
desk-why-decided = Perché a quella postazione
desk-why-decision =
    { $at }: proposta alla postazione { $seat } ({ $operator }), { $free ->
        [one] l’unica libera
       *[other] scelta tra { $free } libere
    }; { $end }.
desk-why-passed =
    { $n ->
        [one] 1 persona che stava prima non è stata data a quella postazione.
       *[other] { $n } persone che stavano prima non sono state date a quella postazione.
    }
desk-fact-tenant = ASL
desk-fact-queue = Servizio
desk-fact-number = Numero
desk-fact-state = Stato
desk-fact-since = Da
desk-fact-attempts = Volte che ha chiamato
desk-fact-tries = Nostri tentativi
desk-fact-class = Classe
desk-fact-due = Scadenza
desk-fact-promised = Ora promessa
desk-fact-operator = Affidata a
desk-fact-ahead = Davanti al suo posto di
desk-fact-callback = Richiamata dovuta
desk-fact-suppressed = Nessuna richiamata perché
desk-fact-needs = Questioni
desk-story-at = Quando
desk-story-what = Che cosa
desk-story-caption = Dall’inizio
desk-ev-received = È arrivata la chiamata
desk-ev-answered = Abbiamo risposto
desk-ev-queued = È entrata in coda
desk-ev-talking = Ha risposto un operatore
desk-ev-ended = Finita: { $how }
desk-ev-offer = Proposta alla postazione { $seat }
desk-ev-offer-ended = Postazione { $seat }: { $how }
desk-ev-promise = Detto: entro le { $at }
desk-ev-dial = Chiamata la persona: { $how }
desk-ev-dial-now = Si sta chiamando la persona
desk-ev-attempt = La persona ha chiamato: { $how }
desk-ev-at-seat = { $what }, postazione { $seat }

# Callbacks in a list.
desk-callbacks-title = Richiamate
desk-callbacks-caption = Le più nuove prima
desk-callbacks-none = Nessuna richiamata di questo tipo.
desk-callbacks-state = Quali
desk-callbacks-open = Aspettano il loro turno
desk-callbacks-unseen = Da rivedere
desk-callbacks-all = Tutte
desk-callbacks-show = Mostra
desk-callbacks-older = Più vecchie
desk-callbacks-order = Ordine
desk-callbacks-id = Richiamata

# Acting.
desk-act = Che cosa si può fare
desk-act-withdraw = Toglila dall’attesa
desk-act-withdraw-then = La persona sente «Non deve richiamare: la richiameremo noi, non perde il posto», la chiamata finisce, e le è dovuta una richiamata dal suo posto di adesso. Non si può annullare.
desk-act-withdraw-do = Saluta e richiama poi
desk-act-move = Spostala in un’altra coda
desk-act-move-then = Tiene il posto e l’attesa che ha; sente di restare in linea. Si può rispostare.
desk-act-move-to = Coda
desk-act-move-do = Sposta
desk-act-ahead = Cambia la precedenza
desk-act-ahead-then = Conta come se aspettasse da più tempo, di tanti minuti quanti ne scrivi. Esempio: con 30 passa davanti a chi è arrivato meno di 30 minuti prima di lei; chi aspetta da ancora di più resta davanti. Se è già davanti di più, resta dov’è.
desk-act-ahead-min = Di quanti minuti (da 1 a 1440)
desk-act-ahead-do = Cambia
desk-act-assign = Affidala a un operatore
desk-act-assign-then = La propone solo a quell’operatore, quando è in servizio. Nell’elenco c’è chi sa rispondere per questo servizio, prima chi è in servizio adesso.
desk-act-assign-who = Operatore
desk-act-assign-anybody = Chiunque può
desk-act-assign-here = { $name }, in servizio alla postazione { $seat }
desk-act-assign-away = { $name }, non in servizio
desk-act-assign-do = Affida
desk-act-close = Chiudila
desk-act-close-then = Nessuno chiama più questa persona per questo. Se richiama lei, è servita.
desk-act-because = Perché
desk-act-close-do = Chiudi la richiamata
desk-act-ack = Segnala come rivista
desk-act-ack-then = Resta chiusa così, e sparisce dall’elenco da rivedere.
desk-act-ack-do = Rivista
desk-act-reopen = Falla richiamare lo stesso
desk-act-reopen-then = Nasce una nuova richiamata, al posto che aveva quella vecchia.
desk-act-reopen-do = Richiama lo stesso
desk-act-none = Qui adesso non c’è nulla da fare: chi parla è lasciato parlare, e ciò che è chiuso resta com’è.
desk-act-close-queue = Chiudi la coda
desk-act-close-queue-then = Da subito chi chiama sente che è chiuso e va richiamato. Chi aspetta già è servito come alla chiusura, poi sente che lo richiamiamo. Vale anche dopo un riavvio, finché non si riapre o fino all’ora detta.
desk-act-open-queue = Apri fuori orario
desk-act-open-queue-then = Da subito chi chiama entra in coda, qualunque sia l’orario, fino all’ora detta. Vale anche dopo un riavvio.
desk-act-hours = Torna agli orari
desk-act-hours-then = La coda segue di nuovo gli orari configurati.
desk-act-hours-then-closed = Annulla la chiusura a mano: la coda segue di nuovo i suoi orari.
desk-act-hours-then-opened = Annulla l’apertura a mano: la coda segue di nuovo i suoi orari.
desk-act-hours-open = Gli orari adesso dicono aperta{ $until }.
desk-act-hours-shut = Gli orari adesso dicono chiusa{ $until }.
desk-act-open-until = Fino alle
desk-act-open-until-then = Poi la coda segue di nuovo i suoi orari. Vuoto: resta aperta finché qualcuno non la chiude o torna agli orari.
desk-act-until = Fino alle (facoltativo)
desk-act-reason = Motivo (facoltativo)
desk-act-continue = Continua
desk-act-hours-do = Torna agli orari
desk-confirm-title = Confermi?
desk-confirm-waiting =
    { $n ->
        [0] In linea adesso non aspetta nessuno.
        [one] In linea adesso aspetta 1 persona.
       *[other] In linea adesso aspettano { $n } persone.
    }
desk-confirm-owed =
    { $n ->
        [0] Nessuno va richiamato.
        [one] 1 persona va richiamata: tiene il suo posto.
       *[other] { $n } persone vanno richiamate: tengono il loro posto.
    }
desk-confirm-do = Sì, fallo
desk-confirm-cancel = No, torna indietro
desk-seat-pause = Metti in pausa
desk-seat-pause-then = Finisce quello che fa, poi non riceve più nulla finché non torna disponibile. L’operatore lo vede sulla sua pagina, con il tuo nome.
desk-seat-pause-do = In pausa
desk-seat-available = Rimetti disponibile
desk-seat-available-then = Riceve di nuovo chiamate e richiamate.
desk-seat-available-do = Disponibile
desk-seat-out = Fai uscire dal servizio
desk-seat-out-then = Chi ci lavora esce dal servizio. Prima di farlo vedi che cosa succede a quello che ha in mano.
desk-seat-out-do = Fine servizio
desk-seat-out-who = Ci lavora: { $name }
desk-seat-out-state = Adesso: { $state }
desk-seat-out-talking = La conversazione in corso continua fino alla fine; poi la postazione è vuota e non riceve più nulla, finché qualcuno non vi entra di nuovo.
desk-seat-out-wrap-up = Finisce di scrivere l’esito; poi la postazione è vuota e non riceve più nulla, finché qualcuno non vi entra di nuovo.
desk-seat-out-offered = La chiamata che le è proposta adesso torna al suo posto e va a un’altra postazione. Da subito la postazione è vuota, finché qualcuno non vi entra di nuovo.
desk-seat-out-task = Il compito che ha in mano torna tra quelli da fare. Da subito la postazione è vuota, finché qualcuno non vi entra di nuovo.
desk-seat-out-idle = Nessuna chiamata è interrotta. Da subito la postazione è vuota e non riceve più nulla, finché qualcuno non vi entra di nuovo.
desk-seat-memo = Scrivi a questa postazione
desk-site-outage = Sede isolata
desk-site-outage-then = Le postazioni di { $site } non contano più; chi vi parla adesso passa a un’altra postazione; le chiamate vanno alle altre sedi. Finché qualcuno dice che è di nuovo collegata.
desk-site-staffed = Operatori in servizio: { $n }
desk-site-calls = Chiamate in corso: { $n }
desk-site-resume = La sede è di nuovo collegata
desk-site-resume-do = Di nuovo collegata
desk-site-link = Segnala sede isolata

# Stops.
desk-stops-title = Pulsanti di arresto
desk-stops-pressed = Premuti adesso
desk-stops-none = Nessuno è premuto.
desk-stops-press = Premi un pulsante
desk-stops-which = Che cosa fermare
desk-stops-outgoing = Le chiamate in uscita
desk-stops-emergency = Servire: in onda il messaggio di emergenza
desk-stops-where = Per chi
desk-stops-region = Tutta la regione
desk-stops-release = Rilascia: { $what }
desk-stops-outgoing-then = Nessuno viene più richiamato ({ $where }); chi sta già squillando è lasciato squillare, i debiti tengono il posto.
desk-stops-emergency-then = Chi chiama ({ $where }) sente il messaggio di emergenza e non entra in coda; nessuno viene richiamato. Le conversazioni continuano.

# Messages to operators.
desk-memos-title = Messaggi agli operatori
desk-memos-shown = In vista adesso
desk-memos-none = Nessun messaggio è in vista.
desk-memos-caption = Ognuno resta sulla pagina di chi lavora finché lo segna come letto
desk-memos-text = Messaggio
desk-memos-to = A chi
desk-memos-read = Letto da
desk-memos-unread = Ancora da leggere
desk-memos-until = Fino alle
desk-memos-write = Scrivi un messaggio
desk-memos-write-then = Compare sulla pagina di chi è in servizio, e di chi entra più tardi, finché lo segna come letto. Niente numeri di telefono e niente nomi di persone assistite: resta scritto.
desk-memos-hours = In vista per (ore)
desk-memos-send = Invia
desk-memos-withdraw = Ritira il messaggio
desk-memos-withdraw-of = Ritira: { $text }
desk-to-everybody = Tutti
desk-to-tenant = { $name }
desk-to-site = Sede { $name }
desk-to-queue = Chi può servire { $name }
desk-to-seat = Postazione { $name }
desk-memo-from = { $by }, { $at }: { $text }
desk-memo-somebody = Il coordinamento
desk-memo-read = Ho letto
desk-memo-more =
    { $n ->
        [one] e 1 altro messaggio dopo questo
       *[other] e { $n } altri messaggi dopo questo
    }

# What was done, and why not.
desk-done-withdrawn = La persona sente che la richiamiamo.
desk-done-moved = Spostata: tiene il suo posto.
desk-done-ahead = Precedenza cambiata.
desk-done-memo = Messaggio inviato.
desk-done-memo-withdrawn = Messaggio ritirato.
desk-done-memo-read = Messaggio letto.
desk-no-waiting = La chiamata non aspetta più: è stata servita, o è finita.
desk-no-turn = La richiamata è in corso: il suo turno è arrivato.
desk-no-tenant = Quella coda è di un’altra ASL: la richiamata sarebbe dovuta da altri.
desk-no-same = Aspetta già in quella coda.
desk-no-closed = Quella coda è chiusa.
desk-no-full = Quella coda è piena.
desk-no-first = Va già davanti a tutti: la sua conversazione era caduta.
desk-no-ahead = Al massimo un giorno davanti (1440 minuti).
desk-no-memo-length = Il messaggio è vuoto, o ha più di 300 caratteri.
desk-no-memo-number = Nel messaggio non va scritto un numero di telefono.
desk-no-memo-ends = Il messaggio resta in vista al massimo sette giorni.
desk-no-memo-many = Ci sono già 50 messaggi in vista: ritirane uno.
desk-no-memo = Quel messaggio non è più in vista.

# History.
desk-history-title = Storia
desk-history-from = Dal
desk-history-to = Al
desk-history-queue = Servizio
desk-history-all = Tutti
desk-every-tenant = Tutte
desk-every-class = Tutte
desk-history-step = Un dato ogni
desk-step-quarter = quarto d’ora
desk-step-hour = ora
desk-step-day = giorno
desk-history-show = Mostra
desk-history-export = CSV per i programmi, per quarto d’ora
desk-history-wrong = Questo periodo non c’è: il primo giorno viene prima dell’ultimo, non è futuro, e in tutto sono al massimo 92 giorni.
desk-history-of = { $queue }, dal { $from } al { $to }
desk-history-everything = tutti i servizi
desk-history-empty = In questo periodo non è arrivata nessuna chiamata.
desk-chart-calls = Che cosa è successo a chi ha chiamato
desk-chart-calls-desc =
    { $n ->
        [one] 1 chiamata
       *[other] { $n } chiamate
    }: { $answered } risposte, { $abandoned } abbandonate, { $refused } respinte da noi, { $other } altro. Il momento con più chiamate: { $peak }, { $most }.
desk-chart-target = Chi ha trovato un operatore nei tempi
desk-chart-target-desc = { $in } persone su { $queued } entrate in coda hanno trovato un operatore nel tempo obiettivo: { $share } %.
desk-chart-waiting = Quante persone in attesa, in media
desk-chart-waiting-desc = Il momento con più attesa: { $peak }, in media { $most } persone in coda.
desk-chart-callbacks = Richiamate aperte e fatte
desk-chart-callbacks-desc = { $opened } richiamate aperte, { $made } telefonate nostre, { $reached } con risposta.
desk-col-at = Da
desk-col-offered = Arrivate
desk-col-answered = Risposte
desk-col-abandoned = Abbandonate
desk-col-refused = Respinte
desk-col-other = Altro
desk-col-queued = In coda
desk-col-in-target = Nei tempi
desk-col-share = Nei tempi %
desk-col-waiting = In attesa, media
desk-col-longest = Attesa più lunga
desk-col-opened = Aperte
desk-col-made = Telefonate
desk-col-reached = Con risposta
desk-defs = Che cosa si conta
desk-def-offered = Arrivate: ogni chiamata, nel quarto d’ora in cui è arrivata, qualunque cosa ne sia stato dopo.
desk-def-answered = Risposte: di quelle, chi ha parlato con un operatore.
desk-def-abandoned = Abbandonate: chi ha riagganciato prima: mentre squillava, in un messaggio, nel menu o in coda. Comprese le brevi.
desk-def-refused = Respinte da noi: linee occupate, coda piena, fuori orario, attesa massima, nessuno in servizio, tolte dall’attesa da noi.
desk-def-other = Altro: tutte le rimanenti, cioè chi ha chiesto di essere richiamato, chi è stato servito dal menu, le chiamate interrotte o non riuscite, e quelle ancora in corso.
desk-def-target = Nei tempi: di chi è entrato in coda, chi ha avuto un operatore entro il tempo obiettivo più stretto della sua coda. Chi abbandona conta come non servito.
desk-def-waiting = In attesa, media: il tempo che tutti hanno passato in coda in quel quarto d’ora, diviso per la sua durata.
desk-def-callbacks = Richiamate aperte: debiti nati in quel momento. Telefonate: nostre chiamate a persone, escluse quelle che il fascio non ha preso.
desk-legend-answered = risposte
desk-legend-abandoned = abbandonate
desk-legend-refused = respinte
desk-legend-other = altro
desk-legend-share = nei tempi
desk-legend-waiting = in attesa
desk-legend-opened = aperte
desk-legend-made = telefonate

# Figures of operators, and the agreement that allows them.
desk-operators-title = Che cosa ha fatto ogni operatore
desk-operators-caption = Conversazioni finite nel periodo, per operatore
desk-operators-off = Questi dati sono spenti: nessun accordo in vigore li permette.
desk-operators-off-why = L’articolo 4 della legge 300/1970 vieta di controllare a distanza chi lavora senza un accordo sindacale o un’autorizzazione dell’Ispettorato. I dati di servizio, senza nomi, sono nella pagina Storia.
desk-operators-off-whom = Se un accordo c’è, chiedi a chi amministra la regione di registrarlo nella pagina Accordo.
desk-operators-allowed = Permesso dall’accordo { $protocol } del { $date }.
desk-operators-who = Operatore
desk-operators-employer = Datore di lavoro
desk-operators-conversations = Conversazioni
desk-operators-callbacks = Di cui richiamate
desk-operators-talking = Al telefono
desk-operators-none = Nessuno ha finito una conversazione in questo periodo.
desk-agreement-title = Accordo con chi lavora
desk-agreement-why = Dati per operatore, ascolto e registrazione restano spenti finché qui non è registrato l’accordo che li permette (art. 4 L. 300/1970). Quello che si registra e si toglie resta scritto, con il nome di chi lo fa. Questa versione non fa ascoltare né registra nessuna conversazione, con o senza accordo.
desk-agreement-now = In vigore adesso
desk-agreement-none = Nessun accordo è in vigore: dati per operatore, ascolto e registrazione sono spenti.
desk-agreement-in-force = Accordo { $protocol } del { $date }, registrato da { $by } il { $at }.
desk-agreement-allows = Permette: { $what }.
desk-agreement-allows-nothing = Non permette nulla di questo.
desk-allow-figures = dati per operatore
desk-allow-listening = ascolto
desk-allow-recording = registrazione
desk-agreement-end = Togli dal vigore
desk-agreement-end-then = Da subito tutto quello che permetteva è spento.
desk-agreement-enter = Registra un accordo
desk-agreement-enter-then = Prende il posto di quello in vigore. La data e il numero sono quelli del documento firmato.
desk-agreement-date = Data dell’accordo
desk-agreement-protocol = Numero di protocollo
desk-agreement-what = Che cosa permette
desk-agreement-do = Registra
desk-agreement-entered = Accordo registrato.
desk-agreement-ended = Accordo tolto: è tutto spento.
desk-agreement-wrong = Servono la data, non futura, e il numero di protocollo (al massimo 100 caratteri).
desk-agreement-past = Accordi di prima
desk-agreement-past-caption = Dal più recente
desk-agreement-from = In vigore dal
desk-agreement-until = Fino al
desk-agreement-by = Registrato da
desk-agreement-whom = Solo chi amministra la regione può registrarlo o toglierlo.

# Words of the record.
desk-outcome-served = servita da un operatore
desk-outcome-served-by-menu = servita dal menu
desk-outcome-callback-requested = ha chiesto di essere richiamata
desk-outcome-abandoned-ringing = ha riagganciato mentre squillava
desk-outcome-abandoned-message = ha riagganciato in un messaggio
desk-outcome-abandoned-menu = ha riagganciato nel menu
desk-outcome-abandoned-queue = ha riagganciato in coda
desk-outcome-refused-lines = linee tutte occupate
desk-outcome-refused-queue-full = coda piena
desk-outcome-refused-by-carrier = respinta dall’operatore telefonico
desk-outcome-refused-rate = troppe chiamate al secondo
desk-outcome-refused-no-operators = nessuno in servizio
desk-outcome-out-of-hours = fuori orario
desk-outcome-queue-timeout = ha aspettato il massimo
desk-outcome-withdrawn = tolta dall’attesa da noi
desk-outcome-interrupted = interrotta
desk-outcome-failed = non riuscita
desk-stage-received = arrivata
desk-stage-ringing = squilla
desk-stage-in-dialplan = ascolta messaggi o il menu
desk-stage-queued = aspetta un operatore
desk-stage-talking = parla con un operatore
desk-stage-ended = finita
desk-state-waiting = aspetta il suo turno
desk-state-offered = proposta a una postazione
desk-state-dialling = stiamo chiamando
desk-state-talking = in conversazione
desk-state-answered-waiting = ha risposto e aspetta un operatore
desk-state-unknown = da verificare dopo un riavvio
desk-state-closed = chiusa
desk-closed-served = richiamata e servita
desk-closed-got-through = ha chiamato lei ed è stata servita
desk-closed-cancelled-by-person = non vuole essere richiamata
desk-closed-withdrawn = chiusa a mano
desk-closed-exhausted = tentativi finiti
desk-closed-expired = troppo vecchia
desk-closed-suppressed = non va chiamata
desk-offer-open = in attesa di risposta
desk-offer-accepted = presa
desk-offer-rejected = rifiutata
desk-offer-busy = occupata
desk-offer-no-answer = non ha risposto
desk-offer-unreachable = telefono non raggiungibile
desk-offer-withdrawn = ritirata
desk-dial-answered = ha risposto
desk-dial-no-answer = nessuna risposta
desk-dial-busy = occupato
desk-dial-declined = ha rifiutato
desk-dial-unreachable = non raggiungibile
desk-dial-trunk-failed = il fascio non l’ha presa
desk-dial-machine = forse una segreteria
desk-dial-married = ha chiamato lei intanto
desk-dial-cancelled = abbiamo rinunciato noi
desk-dial-unknown = esito non noto
desk-suppressed-anonymous = il numero è riservato
desk-suppressed-no-number = non c’è un numero
desk-suppressed-forbidden-class = a quel tipo di numero non si richiama
desk-suppressed-do-not-call = ha chiesto di non essere chiamata
desk-suppressed-shared-number = da quel numero chiamano in molti
desk-suppressed-internal = è un interno
desk-suppressed-no-line = il numero chiamato non è di nessuno
desk-suppressed-got-through = ha già parlato con noi
desk-suppressed-policy = la regola di quella coda dice di no
desk-event-opened = Aperta
desk-event-joined = La persona ha chiamato ancora
desk-event-offered = Proposta a una postazione
desk-event-offer-ended = La postazione non l’ha presa
desk-event-offer-ended-how = Proposta finita: { $how }
desk-event-declined = Restituita dall’operatore
desk-event-dialled = Telefono della persona chiamato
desk-event-not-reached = Non raggiunta
desk-event-reached = La persona ha risposto
desk-event-returned = La persona ha richiamato
desk-event-reconciled = Verificata dopo un riavvio
desk-event-time-chosen = Ha scelto quando
desk-event-postponed = Rinviata
desk-event-put-ahead = Precedenza cambiata a mano
desk-event-need-closed = Una questione chiusa
desk-event-need-kept = Una questione tenuta aperta
desk-event-closed = Chiusa
desk-hold-stopping = Il centro si sta fermando.
desk-hold-not-stored = La base dati non risponde: per ora nessuno viene chiamato.
desk-hold-not-due = Non prima delle { $at }.
desk-hold-time-chosen = La persona ha chiesto di essere chiamata dalle { $at }.
desk-hold-window = A quest’ora non si chiama nessuno, fino alle { $at }.
desk-hold-no-channel = Nessun fascio ha un canale libero per le richiamate.
desk-hold-trunks-down = Nessun fascio prende le nostre chiamate, dalle { $at }.
desk-hold-emergency = Messaggio di emergenza: questa ASL adesso non serve nessuno.
desk-hold-stopped = È premuto un pulsante di arresto, dalle { $at }.
desk-hold-gives-way = Dà la precedenza a chi chiama, al più fino alle { $at }.
desk-hold-after-callers = Prima chi è in linea, al più fino alle { $at }.
desk-hold-in-a-call = La persona è in una chiamata con noi.
desk-hold-unreconciled = Al riavvio era in chiamata: si aspetta di sapere com’è andata.
desk-hold-as-many-as-free = Si chiamano tante persone quanti sono gli operatori liberi.
desk-hold-without-operator = È solo un promemoria: chiama il sistema, senza operatore.
desk-hold-campaign = La campagna è in pausa, finita o fuori dai suoi orari.
desk-hold-assigned = È affidata a un operatore, che la riceverà.
desk-hold-waits-for = Aspetta l’operatore che conosce la persona, al più fino alle { $at }.
desk-hold-nothing = Nulla la trattiene: aspetta una postazione libera.
desk-fit-eligible =
    { $n ->
        [one] 1 postazione libera e adatta
       *[other] { $n } postazioni libere e adatte
    }
desk-fit-refused =
    { $n ->
        [one] 1 non l’ha presa prima
       *[other] { $n } non l’hanno presa prima
    }
desk-fit-lacks-skills =
    { $n ->
        [one] 1 senza le competenze
       *[other] { $n } senza le competenze
    }
desk-fit-signed-out =
    { $n ->
        [one] 1 vuota
       *[other] { $n } vuote
    }
desk-fit-paused =
    { $n ->
        [one] 1 in pausa
       *[other] { $n } in pausa
    }
desk-fit-unreachable =
    { $n ->
        [one] 1 con il telefono non collegato
       *[other] { $n } con il telefono non collegato
    }
desk-fit-not-responding =
    { $n ->
        [one] 1 non risponde
       *[other] { $n } non rispondono
    }
desk-fit-busy =
    { $n ->
        [one] 1 occupata
       *[other] { $n } occupate
    }
desk-fit-resting =
    { $n ->
        [one] 1 in riposo dopo un’offerta
       *[other] { $n } in riposo dopo un’offerta
    }
desk-fit-site-out =
    { $n ->
        [one] 1 in una sede isolata
       *[other] { $n } in sedi isolate
    }
desk-fit-site-full =
    { $n ->
        [one] 1 in una sede che è al massimo delle chiamate
       *[other] { $n } in sedi che sono al massimo delle chiamate
    }
desk-fit-shift-ends =
    { $n ->
        [one] 1 con il turno che finisce
       *[other] { $n } con il turno che finisce
    }
desk-fit-kept-for-callers =
    { $n ->
        [one] 1 tenuta per chi chiama
       *[other] { $n } tenute per chi chiama
    }
desk-fit-lend-floor =
    { $n ->
        [one] 1 che la sua ASL tiene per sé
       *[other] { $n } che la loro ASL tiene per sé
    }
desk-fit-lend-max =
    { $n ->
        [one] 1 la cui ASL ne ha già prestate quante può
       *[other] { $n } la cui ASL ne ha già prestate quante può
    }
desk-fit-borrow-max =
    { $n ->
        [one] 1 di un’altra ASL: ne sono già prese in prestito quante si può
       *[other] { $n } di altre ASL: ne sono già prese in prestito quante si può
    }
desk-fit-profile =
    { $n ->
        [one] 1 non adatta
       *[other] { $n } non adatte
    }

# Molte richiamate insieme.
desk-bulk-title = Molte richiamate insieme
desk-bulk-link = Rimanda o chiudi molte richiamate insieme
desk-bulk-choose = Scegli
desk-bulk-choose-then = Prima vedi quante sono e che cosa succede; si fa solo quando confermi, e si può annullare.
desk-bulk-action = Che cosa
desk-bulk-postpone = Rimanda: nessuno le chiama prima di un momento
desk-bulk-close = Chiudi: nessuno chiama più queste persone
desk-bulk-until = Rimanda fino a
desk-bulk-until-then = Serve solo per rimandare.
desk-bulk-which = Quali, tra quelle che aspettano
desk-bulk-of = Azienda o coda
desk-bulk-everywhere = Tutte le ASL e tutte le code
desk-bulk-older = Aperte da più di (ore)
desk-bulk-any = Qualsiasi
desk-bulk-kind = Perché sono dovute
desk-bulk-because = Motivo, che resta scritto
desk-bulk-look = Vedi che cosa succede
desk-bulk-done = Già fatto
desk-bulk-none = Finora niente.
desk-bulk-caption = Il più nuovo prima
desk-bulk-what = Che cosa
desk-bulk-at = Quando
desk-bulk-count = Richiamate
desk-bulk-reason = Motivo
desk-bulk-who = Chi
desk-bulk-closed = Chiuse insieme
desk-bulk-postponed = Rimandate insieme fino a { $until }
desk-bulk-preview = Che cosa succede se confermi
desk-bulk-opened-before = aperte prima di { $at }
desk-bulk-meant = Quali: { $which }. Motivo: { $because }.
desk-bulk-would-close =
    { $n ->
        [0] Nessuna richiamata si chiude.
        [one] Si chiude 1 richiamata, come ritirata: nessuno chiama più questa persona.
       *[other] Si chiudono { $n } richiamate, come ritirate: nessuno chiama più queste persone.
    }
desk-bulk-would-postpone =
    { $n ->
        [0] Nessuna richiamata si rimanda.
        [one] Si rimanda 1 richiamata: nessuno la chiama prima di { $until }, poi torna al suo posto.
       *[other] Si rimandano { $n } richiamate: nessuno le chiama prima di { $until }, poi tornano al loro posto.
    }
desk-bulk-at-work =
    { $n ->
        [one] 1 resta com’è: un operatore la sta chiamando o sta per farlo.
       *[other] { $n } restano come sono: un operatore le sta chiamando o sta per farlo.
    }
desk-bulk-too-late =
    { $n ->
        [one] 1 resta com’è: prima di quel momento scadrebbe, e nessuno la chiamerebbe più.
       *[other] { $n } restano come sono: prima di quel momento scadrebbero, e nessuno le chiamerebbe più.
    }
desk-bulk-do-close =
    { $n ->
        [one] Sì, chiudila
       *[other] Sì, chiudile ({ $n })
    }
desk-bulk-do-postpone =
    { $n ->
        [one] Sì, rimandala
       *[other] Sì, rimandale ({ $n })
    }
desk-bulk-change = No, cambia la scelta
desk-bulk-begun = L’azione su molte richiamate è cominciata: qui sotto si legge a che punto è.
desk-bulk-kept = È preso e conservato: compare qui quando il database torna.
desk-bulk-goes-on = Non è ancora finito: i numeri sono quelli di adesso. Ricarica la pagina per vederli crescere.
desk-bulk-by = Fatto da { $name }, { $at }.
desk-bulk-touched =
    { $n ->
        [0] Nessuna richiamata toccata.
        [one] 1 richiamata toccata.
       *[other] { $n } richiamate toccate.
    }
desk-bulk-undone =
    { $n ->
        [one] 1 riportata com’era.
       *[other] { $n } riportate com’erano.
    }
desk-bulk-left =
    { $n ->
        [one] 1 non riportata, perché nel frattempo è successo altro.
       *[other] { $n } non riportate, perché nel frattempo è successo altro.
    }
desk-bulk-undo-title = Annullare
desk-bulk-undo-then = Tornano al posto di prima; resta com’è chi nel frattempo ha parlato con noi o è stato toccato da altri.
desk-bulk-undo =
    { $n ->
        [one] Annulla (1)
       *[other] Annulla ({ $n })
    }
desk-bulk-brought-back = Riportate com’erano: { $n }. Lasciate, perché nel frattempo è successo altro: { $left }.
desk-bulk-first = Le prime
desk-bulk-first-caption = Dieci al massimo
desk-bulk-back = Molte richiamate insieme

# Che cosa si è fatto accanto a una conversazione.
desk-side-to-queue = Postazione { $seat } l’ha passata alla coda { $queue }
desk-side-to-seat = Postazione { $seat } l’ha passata alla postazione { $other }
desk-side-to-number = Postazione { $seat } l’ha passata a { $entry }
desk-side-consult = Postazione { $seat } ha chiesto a { $entry }
desk-side-consult-seat = Postazione { $seat } ha chiesto alla postazione { $other }
desk-side-dial = Postazione { $seat } ha chiamato { $entry }
desk-side-now = in corso

# What goes on, who did what, and what has changed meanwhile.
desk-link-calls = Chiamate
desk-changed-note = Qualcosa è cambiato: «Aggiorna» lo mostra.
desk-trouble-emergency = ferma: in onda il messaggio di emergenza
desk-tomorrow = domani alle { $at }
desk-queue-emergency = Chi chiama sente il messaggio e non entra in coda; chi aspetta già è servito.
desk-queue-outgoing = Nessuno viene richiamato; chi chiama è servito.
desk-queue-opened = Chi chiama entra, qualunque sia l’orario.
desk-queue-nobody-enters = Nessuno entra in coda: è in onda il messaggio di emergenza.
desk-queue-held = Le richiamate aspettano: chi chiama aspetterebbe troppo.
desk-line-due = da richiamare
desk-line-note = Il posto è quello che dice «Perché»: chi chiama e chi va richiamato, insieme. Di chi va richiamato passano prima tanti quanti operatori possono richiamare nello stesso momento: perciò due righe possono avere lo stesso posto. «Aspetta da» di chi va richiamato è la sua prima chiamata.
desk-line-cut = Sono mostrate le prime 200 richiamate dovute adesso.
desk-deeds = Chi ha fatto che cosa
desk-deeds-caption = Nelle ultime 24 ore
desk-deed-somebody = Qualcuno
desk-deed-withdrew = { $who } l’ha tolta dall’attesa
desk-deed-moved = { $who } l’ha spostata in un’altra coda
desk-deed-ahead = { $who } ha cambiato la precedenza
desk-deed-assigned = { $who } ha cambiato a chi è affidata
desk-deed-closed = { $who } l’ha chiusa
desk-deed-acknowledged = { $who } l’ha segnata come rivista
desk-deed-reopened = { $who } ha deciso di richiamare lo stesso
desk-deed-pressed = { $who }: { $what }
desk-deed-released = { $who } ha rilasciato: { $what }
desk-deed-ended = Finito da sé: { $what }
desk-deed-signed-out = { $who } l’ha fatta uscire dal servizio
desk-deed-available = { $who } l’ha rimessa disponibile
desk-deed-one-more = { $who } ha scelto: ancora una, poi basta
desk-deed-paused = { $who } l’ha messa in pausa
desk-deed-front-office = { $who } l’ha messa allo sportello
desk-fact-seat = Alla postazione
desk-fact-again = Dovuta di nuovo in
desk-seat-work = Che cosa ha in mano
desk-seat-work-soon = Nulla che si possa aprire: sta cominciando, o è di un’altra ASL.
desk-act-undo = Annulla la chiusura
desk-act-undo-then = La persona è dovuta di nuovo, al posto che aveva, in una nuova richiamata; se intanto ne ha un’altra aperta, si aggiunge a quella.
desk-act-undo-do = Annulla la chiusura
desk-act-until-then = Un’ora già passata oggi vale per domani.
desk-confirm-until = Fino a: { $at }
desk-close-title = Chiudi la richiamata { $id }
desk-close-whom = Riguarda { $number }, che aspetta dalle { $since }.
desk-close-promised = Le avevamo detto: entro le { $at }.
desk-callbacks-hand = In mano a qualcuno adesso
desk-callbacks-late = Solo in ritardo (scadenza o ora promessa passate)
desk-callbacks-oldest = Le più vecchie prima
desk-callbacks-younger = Le successive
desk-callbacks-ignored = In questo elenco vale solo l’ASL: servizio, classe e ritardo filtrano quelle che aspettano o che sono in mano a qualcuno.
desk-due-by = scadenza { $at }
desk-due-promised = promessa { $at }
desk-due-late = in ritardo
desk-calls-title = Chiamate in corso
desk-calls-none = Nessuna chiamata di questo tipo, adesso.
desk-calls-which = Quale
desk-calls-seat = Postazione
desk-calls-waiting = Aspettano in coda
desk-calls-person-waits = Richiamati che aspettano un operatore
desk-calls-talking = Parlano
desk-calls-dialling = Li stiamo chiamando
desk-calls-offered = Richiamate proposte a una postazione
desk-calls-in-dialplan = Sentono un messaggio o un menu
desk-calls-ringing = Squillano da noi
desk-calls-count =
    { $n ->
        [0] Nessuna chiamata in corso.
        [one] 1 chiamata in corso.
       *[other] { $n } chiamate in corso.
    }
desk-calls-cut = Le chiamate in corso in tutta la regione sono troppe per questa pagina: ne manca qualcuna, anche della tua ASL. I conteggi nella sala sono completi.
desk-calls-more = E altre { $n }: cercale dalla loro coda o dalla postazione.
desk-history-step-changed = Il periodo è troppo lungo per quello che hai chiesto: è mostrato un dato ogni { $shown } (quarti d’ora fino a 4 giorni, ore fino a 14).
desk-history-day-missing = Dove manca un giorno vale oggi.
desk-history-begins = Prima di { $at } non è arrivato nessuno: quelle ore non sono disegnate.
desk-history-rows = Le tabelle hanno le ultime { $rows } righe; ne mancano { $n } più vecchie, che sono nel file da scaricare.
desk-history-sheet = Scarica per un foglio di calcolo
desk-history-sheet-then = CSV come lo aprono Excel e LibreOffice in Italia: punto e virgola tra i campi, virgola nei decimali, intestazioni in parole, UTF-8.
desk-sheet-day = Giorno
desk-sheet-hour = Dalle ore
desk-sheet-offered = Chiamate arrivate
desk-sheet-answered = Risposte
desk-sheet-abandoned = Rinunce
desk-sheet-refused = Respinte
desk-sheet-other = Altro
desk-sheet-queued = Entrate in coda
desk-sheet-in-target = Nei tempi
desk-sheet-share = Nei tempi (%)
desk-sheet-longest = Attesa più lunga (s)
desk-sheet-waiting = In attesa in media
desk-sheet-opened = Richiamate nate
desk-sheet-made = Richiamate fatte
desk-sheet-reached = Persone raggiunte
desk-queues-calm = Altre code, dove nessuno aspetta: { $n }
desk-queues-calm-caption = Code tranquille o chiuse
desk-site-open = Apri: { $site }
desk-within = In questa pagina
desk-link-people = Persone
desk-fairness-since = «Oggi» conta dalle { $at }, quando il sistema è ripartito: chi ha aspettato prima non c’è; è nella Storia.
desk-closed-by-result = chiusa con l’esito di una conversazione
desk-closed-corrected = l’esito della conversazione è stato corretto
desk-stage-leaving = non aspetta più: sente un messaggio, poi la chiamata finisce
