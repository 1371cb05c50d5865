# What is said of requests.

## What stands around every page

frame-pages = Pagine
frame-now = Adesso
frame-wall = In grande
frame-health = Stato del sistema
frame-sign-out = Esci
frame-sign-in = Accedi
frame-done = Fatto.
frame-not-done = Non riuscito.

## Where one signs in

sign-in-title = Accedi
sign-in-name = Nome
sign-in-password = Password
sign-in-button = Accedi
sign-in-no-name = Non hai un nome, o la password non va più? Chiedi a chi amministra il centro.
sign-in-by-token = Accedi con la chiave del sistema
sign-in-token-where = È quella della configurazione, alla voce
sign-in-token = Chiave
sign-in-token-button = Accedi con la chiave
sign-in-token-whom = serve a chi gestisce la macchina.
sign-in-ended = La sessione è finita: accedi di nuovo. Nulla è stato cambiato.
sign-in-changed = La password è cambiata: accedi con quella nuova.
sign-in-no-database = Il database non risponde, e senza di lui nessuno può entrare con nome e password. Ciò che è stato scritto prima è conservato. Riprova tra un minuto; chi gestisce il sistema trova il motivo, e che cosa fare, in /health/ready.
sign-in-wrong-token = Questa chiave non è giusta: controllala e riprova.
sign-in-wrong = Nome o password non sono giusti: controllali e riprova.
sign-in-too-many = Troppi tentativi: riprova tra un minuto.

## Where one chooses a password

password-title = La tua password
password-once = Questa password valeva per una volta sola, { $name }: scegline una tua, che conosci solo tu.
password-old = Password di adesso
password-again = Password nuova, ancora
password-new = Password nuova
password-rule = Almeno 10 caratteri. Una frase che ricordi va bene; non serve che sia difficile da scrivere.
password-change = Cambia la password
password-differ = Le due password nuove non sono uguali: scrivile di nuovo.
password-system = Chi accede con la chiave del sistema non ha una password.
password-short = La password nuova ha almeno 10 caratteri.
password-long = La password nuova ha al massimo 128 caratteri.
password-name = La password nuova non può essere il tuo nome.
password-guessed = La password nuova si indovina subito: parole comuni, nomi e anni non bastano, come password1234. Scrivi qualche parola che non c’entra.
password-same = La password nuova è quella di prima: scegline un’altra.
password-wrong = La password di adesso non è giusta: riprova.

## Where there is no page

missing-title = Pagina non trovata
missing-nothing = Qui non c’è nulla.
missing-main-page = Vai alla pagina principale

## Where an operator says where they sit

sits-title = Dove lavori oggi?
sits-welcome = Buon lavoro, { $operator }
sits-none = Nessuna postazione è libera. Se ne vedi una vuota, chi c’era prima non è uscito dal servizio: avvisa chi coordina.
sits-where = A quale postazione sei?
sits-which = È il numero interno del telefono che hai davanti.
sits-begin = Entra in servizio
sits-queues = Guarda le code
sits-no-phone = { $seat } (telefono non collegato)

## What goes on now

now-title = adesso
now-taken = Dati del
now-refresh = Aggiorna
now-in-short = In breve
now-queues = Code
now-no-queue = Nessuna coda è configurata. Aggiungi al file di configurazione:
now-queues-caption = Persone in attesa e richiamate dovute, per coda
now-service = Servizio
now-authority = ASL
now-waiting = In attesa
now-first-for = La prima da
now-expected = Attesa prevista
now-owed = Richiamate dovute
now-ready = Di cui da fare ora
now-oldest-for = La più vecchia da
now-tasks = Attività
now-authorities = ASL
now-authorities-caption = Operatori prestati tra le ASL, e come è andata a chi ha aspettato: attesa di 95 persone su 100, quante persone, quante hanno rinunciato
now-at-home = Operatori per sé
now-lent = Prestati
now-borrowed = Presi in prestito
now-wait-recent = Attesa, ultimi minuti
now-lost-recent = Rinunce, ultimi minuti
now-wait-today = Attesa, oggi
now-lost-today = Rinunce, oggi
now-campaigns = Campagne di richiamata
now-campaigns-caption = Persone in elenco, per campagna
now-campaign = Campagna
now-state = Stato
now-to-call = Da chiamare
now-between = In chiamata, o tra un tentativo e l’altro
now-on-phone = Al telefono
now-reached = Raggiunte
now-not-reached = Non raggiunte
now-seats = Postazioni
now-no-seat = Non c’è ancora nessuna postazione. Per cominciare:
now-first-start = postazioni e operatori di un archivio vuoto vengono da
now-connect-phone = collega un telefono con il nome e la chiave della postazione;
now-sign-somebody-in = fai entrare in servizio un operatore, per esempio:
now-seats-caption = Che cosa fa ogni postazione
now-seats-sign-in = (accedi per vedere i nomi e per agire)
now-seat = Postazione
now-operator = Operatore
now-since = Da
now-lines = Linee
now-no-trunk = Nessun fascio di linee è configurato. Aggiungi al file di configurazione:
now-lines-caption = Linee in uso, per fascio
now-trunk = Fascio
now-used = In uso
now-channels = Canali
now-totals = Dall’inizio della registrazione
now-scores-caption = Quante volte era vero ciò che è stato detto, per servizio
now-called-in-time = Chiamati entro l’ora detta
now-served-in-time = Serviti entro l’attesa detta
now-counted = Contate al massimo ogni 30 secondi.
now-no-totals = La base dati non risponde: queste somme non si possono leggere adesso. Le chiamate in corso non ne dipendono.
now-total-served = Chiamate servite
now-total-abandoned = Chiamate abbandonate
now-total-refused = Chiamate rifiutate
now-total-called-back = Persone richiamate e servite
now-total-told-time = Persone a cui è stata detta un’ora
now-total-in-time = Di cui richiamate entro quell’ora
now-total-late = Di cui richiamate più tardi
now-total-told-wait = Chiamate a cui è stata detta un’attesa
now-total-wait-kept = Di cui servite entro quell’attesa
now-total-wait-broken = Di cui servite più tardi
now-score-before = Prima di scegliere un servizio
now-score-open = dette: { $told }, esito non ancora noto
now-score = { $share } % ({ $kept } su { $over }; dette: { $told })

## The wallboard

wall-title = Le code in grande
wall-detail = Tutto nel dettaglio
wall-caption = Chi aspetta, chi lavora e chi va richiamato: tutte le ASL, poi ognuna
wall-waiting = In attesa
wall-first = La prima aspetta da
wall-people = Operatori
wall-owed = Da richiamare
wall-all = Tutte le ASL
wall-unserved = ✕ { $n } senza operatore
wall-late = ▲ oltre { $within }
wall-owed-for = la prima da { $span }
wall-in-time = Nei tempi, in questo quarto d’ora
wall-nobody = nessuno aspetta
wall-within = obiettivo { $within }
wall-unknown = non si sa: la base dati non risponde
wall-none-yet = ancora nessuno
wall-contract = contratto { $share } %
wall-below = ▼ sotto il { $share } %
wall-free = liberi
wall-talking = parlano
wall-paused = in pausa

## Words for what goes on

word-wait-nobody = nessuno può servire
word-wait-none = nessuna
word-wait = fino a { $span }
word-ready-from = nessuna fino { $to }
word-ready-held = { $n }, dopo chi chiama
word-tasks-late = { $n }, ▲ la prima scaduta da { $span }
word-tasks-due = { $n }, la prima scade tra { $span }
word-seconds = { $n ->
    [one] { $n } secondo
   *[other] { $n } secondi
}
word-minutes = { $n ->
    [one] { $n } minuto
   *[other] { $n } minuti
}
word-hours = { $n ->
    [one] { $n } ora
   *[other] { $n } ore
}
word-hours-and-minutes = { $hours } e { $minutes } min
word-days = { $n ->
    [one] { $n } giorno
   *[other] { $n } giorni
}
word-days-short = { $n } g
word-since-time = dalle { $time }
word-since-day = dal { $day } alle { $time }
word-until-time = alle { $time }
word-until-day = al { $day } alle { $time }
word-seat-empty = nessuno in servizio
word-seat-counter = allo sportello
word-seat-site-out = sede isolata
word-seat-no-phone = telefono non collegato
word-seat-free-task = libera, le è proposta un’attività
word-seat-free = libera
word-seat-reads = legge chi richiamare
word-seat-rings = squilla
word-seat-calls-back = richiama una persona
word-seat-talks = in conversazione
word-seat-holds = tiene la persona in attesa, con la musica
word-seat-wraps-up = dopo la chiamata
word-seat-at-task = svolge un’attività
word-seat-not-responding = non risponde
word-seat-paused = in pausa
word-seat-paused-for = in pausa ({ $reason })
word-nobody = Nessuno, adesso.
word-nothing-open = Nessuna questione aperta a questo numero.
word-need-missed = chiamata persa
word-need-requested = richiamata chiesta
word-need-interrupted = conversazione caduta
word-need-taken-in-charge = presa in carico
word-need-recall = campagna
word-need-reminder = promemoria
word-need-manual = chiamata inserita a mano
word-then-pause = poi pausa
word-then-sign-out = poi fine servizio
word-database-slow = La base dati è lenta: per ora tutto funziona. Avvisa chi gestisce il sistema.
word-database-aside = chi chiama trova risposta ed è registrato a parte, le richiamate e gli inoltri agli operatori sono sospesi
word-database-failing = la base dati rifiuta le scritture: { word-database-aside }
word-database-stalled = la base dati non risponde in tempo: { word-database-aside }
word-database-gone = la base dati non è raggiungibile: { word-database-aside }
word-database-full = la base dati non ha più spazio: { word-database-aside }
word-database-read-only = la base dati è in sola lettura: { word-database-aside }
word-storage-dead = nulla può essere registrato: il servizio si ferma
word-media-dead = manca la voce: chi chiama è registrato, rifiutato e sarà richiamato
word-degraded = Funzionamento ridotto: { $what }. Avvisa chi gestisce il sistema.
word-site-out = Sede { $site } isolata { $since }: le sue postazioni non contano, le chiamate vanno alle altre sedi.
word-stopped-outgoing = Chiamate in uscita fermate
word-stopped-closed = Coda chiusa
word-stopped-opened = Coda aperta a mano
word-stopped-emergency = Messaggio di emergenza in onda
word-campaign-loading = elenco in arrivo
word-campaign-ready = pronta, da avviare
word-campaign-running = in corso
word-campaign-paused = in pausa
word-campaign-ended = finita
word-whole-region = tutta la regione
word-stop-by = da { $name }
word-stop-until = Fino al { $until }.
word-of-class = { $title }, classe { $class }
word-drift-waits = Le ASL non sono servite alla pari { $since }: chi chiama { $worst } aspetta molto più di chi chiama { $best }.
word-drift-abandoned = Le ASL non sono servite alla pari { $since }: chi chiama { $worst } rinuncia molto più spesso di chi chiama { $best }.
word-at-least = { $n } (almeno { $least })
word-at-most = { $n } (al più { $most })
word-waited = fino a { $span } ({ $n })
word-share = { $share } %
word-configuration = Configurazione in vigore dal { $since }, impronta { $hash }.
word-and-others = { $n ->
    [one] (e un altro)
   *[other] (e altri { $n })
}
word-reload-failed = La configurazione riletta il { $at } non è valida: resta in vigore quella del { $since }.

## The live board

board-stopping = Il centro si sta fermando: le nuove chiamate sono rifiutate e registrate.
board-not-ready = Il centro non è pronto: le chiamate non vengono servite. Avvisa chi lo gestisce.
board-trunk-down = Il fascio { $trunk } non prende le nostre chiamate { $since }: le richiamate passano dagli altri. Avvisa l’operatore telefonico.
board-trunks-down = Il fascio { $trunk } non prende le nostre chiamate { $since }: nessun altro funziona e le richiamate aspettano. Avvisa l’operatore telefonico.
board-trunk-full = Canali esauriti ({ $trunk }) { $since }: chi chiama adesso è respinto dall’operatore telefonico e non lo vediamo. Richiamerà, o è perso: servono più canali.
board-lines-busy = Linee tutte occupate ({ $trunk }): chi chiama adesso trova occupato ed è registrato per essere richiamato.
board-nobody-at-work = Ci sono persone in attesa e nessuno è in servizio: fai entrare in servizio un operatore.
board-storm = ▲ Ondata di chiamate { $since }: chiamano più persone di quante linee ha il fascio { $trunk }.
board-storm-people = Chi trova occupato è registrato e va richiamato. Da allora: { $told } erano già in lista e l’hanno sentito dire, { $listed } messe in lista, { $refused } hanno trovato occupato.
board-storm-lines = Che cosa fare: più operatori in servizio, pause rimandate. Linee che dicono «la richiamiamo noi»: { $used } in uso su { $lines }.
board-unseen = Richiamate da rivedere
board-unseen-none = nessuna lasciata senza risposta
board-unseen-some = chiuse senza aver parlato con la persona
board-calls = Chiamate in corso
board-waiting = In coda
board-owed = Richiamate dovute
board-free = Postazioni libere
board-lines = Linee occupate
board-no-dials = nessuna richiamata in partenza
board-dials = { $n ->
    [one] { $n } richiamata in partenza
   *[other] { $n } richiamate in partenza
}
board-nobody-waits = nessuno aspetta
board-first-for = la prima persona da { $span }
board-no-debt = nessun debito
board-oldest-for = la più vecchia da { $span }
board-talking = { $talking } in conversazione, { $paused } in pausa
board-used = { $used } di { $channels }
board-no-lines = nessuna linea configurata
board-lines-free = ci sono linee libere
board-all-busy = ▲ tutte occupate
board-some-busy = { $full ->
    [one] ▲ occupato { $full } fascio su { $all }
   *[other] ▲ occupati { $full } fasci su { $all }
}
board-trunk-used = { $inbound } in entrata, { $outbound } in uscita
board-trunk-used-noticing = { $inbound } in entrata, { $notices } in avviso, { $outbound } in uscita
board-trunk-channels = { $channels } (in entrata al massimo { $most })
board-trunk-channels-noticing = { $channels } (in entrata al massimo { $most }, in avviso { $lines })
board-trunk-refuses = ✕ non accetta chiamate nostre
board-trunk-free = ○ linee libere
word-signed-in = in servizio

## What forms are answered

told-signed-out = Postazione { $seat }: servizio finito.
told-available = Postazione { $seat }: disponibile.
told-one-more-pause = Postazione { $seat }: ancora una chiamata, poi pausa.
told-one-more-out = Postazione { $seat }: ancora una chiamata, poi fine servizio.
told-paused = Postazione { $seat }: in pausa.
told-counter = Postazione { $seat }: allo sportello.
told-signed-in = { $operator } è in servizio alla postazione { $seat }.
told-result-done = Postazione { $seat }: esito registrato: risolta.
told-result-another = Postazione { $seat }: esito registrato, era un’altra persona, la richiamata resta aperta.
told-result-improper = Postazione { $seat }: esito registrato, non riguardava questo servizio.
told-person-called = Postazione { $seat }: la persona viene chiamata.
told-handed-back = Postazione { $seat }: richiamata restituita, resta al suo posto.
told-imported = { $n ->
    [one] Importata { $n } chiamata.
   *[other] Importate { $n } chiamate.
}
told-operators = Operatori cambiati: { $n }.
told-operator-removed = { $name } non lavora più qui.
told-callback-assigned = Richiamata affidata a { $operator }.
told-callback-unassigned = Richiamata di nuovo di tutti.
told-campaign = Campagna: fatto.
told-tasks-added = Attività aggiunte: { $n }.
told-task-assigned = Attività affidata a { $operator }.
told-task-unassigned = Attività di nuovo di tutti.
told-task-begun = Postazione { $seat }: attività iniziata.
told-task-finished = Attività finita.
told-task-handed-back = Attività restituita.
told-task-withdrawn = Attività ritirata.
told-site-out = Sede { $site }: isolata, le chiamate vanno altrove.
told-site-back = Sede { $site }: di nuovo collegata.
told-bulk = Operazione in blocco iniziata.
told-bulk-undone = Operazione in blocco annullata.
told-callback-added = Richiamata presa in carico.
told-callback-checked = Richiamata controllata.
told-callback-closed = Richiamata chiusa.
told-callback-seen = Richiamata rivista.
told-callback-reopened = Richiamata riaperta.
told-marked-do-not-call = Numero da non richiamare: registrato.
told-marked-shared = Numero condiviso da più persone: registrato.
told-unmarked = Numero di nuovo come gli altri.
told-stopping = Il centro si sta fermando.
told-released = { $what }: di nuovo come sempre.
told-numbers = Numeri registrati: { $n }.
told-profile = Profilo di { $operator } registrato.
told-seats = Postazioni cambiate: { $n }.
told-seat-removed = La postazione { $seat } non c’è più.
not-busy = Il centro è molto occupato: riprova tra qualche secondo.
not-gone = Il centro è fermo.
not-field = Un campo è vuoto o troppo lungo: correggilo e riprova.
not-forbidden = Non è tra le cose che puoi fare.
not-password-first = Prima scegli una tua password.
not-name-taken = Questo nome c’è già: scegline un altro.
not-last-administrator = Nessun altro amministratore della regione è mai entrato e ha scelto una password sua: chi deve ancora usare la prima password non conta. Prima fai entrare l’altro.
not-other = Qualcosa non ha funzionato: riprova.
not-bulk-at-work = Un’altra operazione in blocco è in corso.
not-bulk-no-time = Manca fino a quando rinviare.
not-bulk-not-stored = La base dati non risponde: niente in blocco, per ora.
not-bulk-no-reason = Manca il motivo.
not-no-button = Questo pulsante non esiste.
not-message-twice = Un solo messaggio.
not-campaign = La campagna non lo permette adesso.
not-not-pressed = Questo pulsante non è premuto.
not-not-marked = Questo numero non è in elenco.
not-end-is-over = La fine indicata è già passata.
not-shift-is-over = La fine del turno è già passata.
not-still-needed = Una coda o un’ASL che la configurazione toglie serve ancora.
not-do-not-call = Questo numero non va chiamato.
not-shared = Da questo numero chiamano in molti: chiedine un altro.
not-not-callable = A questo numero non si può richiamare.
not-no-deadline = Manca la classe di priorità o la scadenza.
not-deadline-too-soon = La scadenza passa prima che si possa richiamare.
not-note-too-long = La nota è troppo lunga.
not-changed = Nulla è stato cambiato.
not-bulk-key = Con questa chiave è stata chiesta un’altra operazione in blocco, la { $id }.
not-names-number = La richiamata non è stata restituita: nel motivo non va scritto un numero di telefono.
not-offered = Questa richiamata non è più proposta alla postazione.
not-need-there = Una delle questioni mostrate non è più aperta: guarda la pagina aggiornata.
not-need-twice = Una questione non si può chiudere e tenere aperta insieme.
not-reason-any = { $what }: scrivine uno.
not-reason-of = { $what }: scegli uno di questi: { $known }.
not-seat = La postazione { $seat } non esiste.
not-operator = L’operatore { $operator } non esiste.
not-seat-taken = Alla postazione { $seat } lavora un’altra persona: prima deve finire il suo servizio.
not-operator-elsewhere = { $operator } è già in servizio alla postazione { $seat }: prima finisca lì.
not-skilled = { $operator } non ha le competenze che la coda { $queue } richiede.
not-authority = L’ASL { $tenant } non esiste.
not-queue = La coda { $queue } non esiste.
not-one-queue = Più ASL hanno una coda { $queue }: indica di quale ASL.
not-message = Il messaggio { $name } non esiste.
not-so-long = Il messaggio dura più di { $most } secondi.
not-unseen = La richiamata { $id } non è tra quelle da rivedere.
not-served-since = La persona della richiamata { $id } ha già parlato con noi dopo la chiusura: non verrà richiamata. Se vuole altro, inserisci una nuova richiamata.
not-closed-long = La richiamata { $id } è stata chiusa da più di una settimana: il posto non può tornare quello di allora. Inserisci una nuova richiamata.
not-number = La richiamata { $id } non ha più un numero.
not-more-marks = In elenco ci sono già { $most } numeri.
not-site = La sede { $site } non esiste.
not-site-out = La sede { $site } non è isolata.
not-callback = La richiamata { $id } non esiste o è chiusa.
not-task = L’attività { $id } non esiste o è chiusa.
not-task-offered = L’attività { $task } non è proposta alla postazione { $seat }.
not-task-at-work = Nessuno sta svolgendo l’attività { $id }.
not-while-at-work = L’attività { $id } è in corso: va restituita prima.
not-more-tasks = Ci sarebbero più di { $most } attività.
not-line = Nessun dialplan risponde al { $line }.
not-pause-reason = Motivo della pausa
not-decline-reason = Motivo per restituire la richiamata
not-taken = { $n ->
    [one] L’elenco ha { $n } voce da correggere.
   *[other] L’elenco ha { $n } voci da correggere.
}
not-empty-seat = Alla postazione { $seat } non c’è nessuno in servizio: prima entra in servizio.
not-conversation = La postazione { $seat } non ha una conversazione di cui dare l’esito.
not-open-already = È già aperta la richiamata { $id }.
not-key = Con questa chiave è stata aperta un’altra richiamata, la { $id }.
not-more-kept = Ci sarebbero più di { $most } prese in carico aperte.
not-now = La richiamata { $callback } è in corso: si può chiudere dopo.
not-need = La richiamata { $callback } non ha la richiesta aperta { $need }.

## The person at a seat

person-owed = { $number }, da richiamare da { $since } (tentativi della persona: { $attempts }, nostri a vuoto: { $tries })
person-promised = Le abbiamo detto che richiamiamo entro { $by }
person-chose = Ha chiesto di essere chiamata dal { $from } al { $until }
person-code = Parola d’ordine { $code }
person-declined = { $n ->
    [one] Già restituita una volta
   *[other] Già restituita { $n } volte
}
person-dials-in = Tra { $n } s la chiamata parte da sola
person-passes-in = Tra { $n } s passa a un’altra postazione
need-line = { $kind }: { $queue }, dal { $since }
need-no-queue = servizio non detto
need-by = entro { $by }
need-another-person = per un’altra persona a questo numero

## The page of a seat

seat-task-by = Entro { $by }
frame-lost = Collegamento perso: dati fermi alle { $time }. La pagina riprova da sola.
frame-rows = Ci sono righe nuove o tolte: usa «Aggiorna» per vederle.
frame-left = Non sei più in servizio a questa postazione.
frame-forms = È cambiato che cosa puoi fare: usa «Aggiorna» quando hai finito di scrivere.
person-settled = Chiuso con questa conversazione:
word-given-on = La persona è stata passata: che cosa le è dovuto lo vede chi l’ha adesso.
frame-ended = La sessione è finita: ricarica la pagina e accedi di nuovo. I dati sono fermi.
word-seat-called-back = in conversazione con chi è stato richiamato
word-seat-beside = in linea con un collega o con un numero della rubrica
word-seat-consults = consulta qualcuno, la persona sente la musica
word-then-counter = poi sportello
word-chosen-by = scelto da { $who }
wall-awaited = si sta leggendo
