# The administrator's pages.
admin-title = Amministrazione
admin-where = Dove sei
admin-menu = Pagine dell’amministrazione
admin-menu-first = Panoramica
admin-menu-people = Persone
admin-menu-lines = Telefoni e linee
admin-menu-calls = Chiamate
admin-menu-system = Sistema
admin-menu-oversight = Controllo e registro
admin-agreement = Accordo con chi lavora
admin-agreement-what = Che cosa permette l’accordo sindacale: dati per operatore, ascolto, registrazione
admin-agreement-no-day = Manca la data dell’accordo, o non si legge. Nulla è stato registrato: scrivi il giorno in cui è stato firmato.
admin-agreement-future = La data dell’accordo è nel futuro. Nulla è stato registrato: registralo dal giorno in cui vale.
admin-agreement-no-protocol = Manca il numero di protocollo. Nulla è stato registrato: scrivi quello del documento firmato.
admin-agreement-protocol = Il numero di protocollo ha più di 100 caratteri, o caratteri che non si stampano. Nulla è stato registrato: accorcialo.
admin-agreement-nothing = Un accordo che non permette nulla non cambia nulla. Nulla è stato registrato: spunta almeno una delle cose che permette; per spegnere tutto togli dal vigore quello che c’è.
admin-agreement-correct = Vai al campo da correggere
admin-failed = Non riuscito.
admin-fault-field = Da correggere:
admin-search = Cerca
admin-search-text = Cerca nel testo
admin-next = Le righe seguenti
admin-older = Le righe più vecchie
admin-tenant = ASL
admin-tenant-any = Tutte le ASL
admin-tenant-region = Tutta la regione
admin-nobodys = Di nessuna ASL
admin-never = Finché non la si toglie
admin-yes = Sì
admin-sure = Sì, ho letto che cosa succede
admin-not-sure = Manca la conferma. Nulla è stato cambiato: spunta la casella e riprova.
admin-import-go = Importa
admin-import-look = Prova senza cambiare nulla
admin-list = Elenco (CSV)
admin-list-file = Oppure scegli un file: viene letto nel campo qui sopra
admin-place = Punto del file
admin-what = Che cosa
admin-about = Di che cosa
admin-state = Stato
admin-state-any = Tutti gli stati
admin-kind = Tipo
admin-note = Nota
admin-line = Riga
admin-by = Da
admin-since = Dal
admin-ends = Fino a
admin-ends-hint = Lascia vuoto se vale finché qualcuno non la toglie.
admin-reason = Motivo
admin-reason-hint = Facoltativo. Resta scritto con il tuo nome.
admin-created = Creato
admin-created-by = Creato da
admin-no-moment = Una data non si legge. Nulla è stato cambiato: scrivila come 2026-12-03 10:30.

admin-not-yours = Non è tra le cose che puoi fare
admin-not-yours-what = Questa pagina è di chi ha un altro ruolo, un’altra ASL o un altro datore di lavoro. Nulla è stato cambiato: chiedi a chi amministra la regione.
admin-nothing-here = Qui non c’è nulla
admin-nothing-here-what = Quello che cerchi non esiste, non c’è più o non è della tua ASL. Torna all’elenco e cercalo lì.
admin-too-large = È troppo
admin-too-large-what = Quello che hai inviato supera il limite. Nulla è stato cambiato: dividilo in parti più piccole.
admin-not-understood = Non si capisce
admin-not-understood-what = La richiesta non si legge. Nulla è stato cambiato: torna alla pagina e usa i suoi moduli.
admin-not-now = Ora non è possibile
admin-not-now-what = La base dati o il centro non rispondono. Quello che era in vigore resta in vigore: riprova tra qualche secondo, e se continua guarda lo stato del sistema.

admin-list-not-taken = { $n ->
    [one] Una voce è da correggere.
   *[other] { $n } voci sono da correggere.
} Nulla è stato cambiato: correggi e invia di nuovo tutto.
admin-list-empty = L’elenco è vuoto. Nulla è stato cambiato: la prima riga dice le colonne, dalla seconda in poi ci sono le voci.
admin-list-lacks = Manca la colonna { $column }. Nulla è stato cambiato: la prima riga dice le colonne.
admin-list-unknown = La colonna { $column } non è conosciuta. Nulla è stato cambiato: toglila o correggila.
admin-list-open = Alla riga { $line } si aprono virgolette che non si chiudono. Nulla è stato cambiato.
admin-list-too-long = L’elenco ha troppe righe. Nulla è stato cambiato: dividilo.
admin-line-at-fault = Riga { $line }: { $what }
admin-entry-at-fault = { $which }: { $why }
admin-name-taken = Il nome { $name } c’è già. Nulla è stato cambiato: scegline un altro, o apri quello che c’è.
admin-line-no-name = manca il nome
admin-line-twice = Riga { $line }: { $name } c’è già alla riga { $first }
admin-line-name = il nome è troppo lungo o ha caratteri che non si stampano
admin-line-skills = le competenze si scrivono come prenotazioni:3 disdette:1, con livelli da 1 a 5
admin-line-number = non è un numero di telefono
admin-line-mark = il tipo è do_not_call o shared
admin-line-until = la data si scrive come 2026-12-03T10:30
admin-line-born = l’anno di nascita sono quattro cifre
admin-why-twice = compare due volte
admin-why-twin = c’è già { $what }, che cambia solo per le maiuscole o gli spazi: modifica quello, o scegli un altro nome
admin-why-over = è già finita
admin-why-no-employer = è una persona nuova: serve il datore di lavoro
admin-why-no-password = è una postazione nuova: serve la password del telefono
admin-why-no-site = è una postazione nuova: serve la sede
admin-why-no-extension = l’interno ha da 1 a 32 lettere, cifre, punti, - e _
admin-why-site = la sede { $what } non esiste; ci sono { $known }
admin-why-skill = nessuna coda chiede la competenza { $what }; ci sono { $known }
admin-why-tenant = l’ASL { $what } non esiste; ci sono { $known }
admin-why-lacks = mancano le competenze che la coda { $what } chiede
admin-why-bound = { $what }: da { $least } a { $most }
admin-why-half-a-break = la pausa vuole tutti e due: dopo quanti lavori, e quanto dura
admin-why-queue = la coda { $what } non esiste
admin-why-title = il titolo è vuoto o troppo lungo
admin-why-title-number = nel titolo non va scritto un numero di telefono
admin-why-operator = { $what } non lavora qui
admin-why-buddy = { $what } non può affiancare: serve un’altra persona che lavora qui
admin-why-level = { $what } al livello { $level }: i livelli vanno da 1 a 5

admin-guide = Prima di ricevere chiamate vere
admin-guide-so-far = { $done ->
    [one] Fatto un passo su { $all }.
   *[other] Fatti { $done } passi su { $all }.
} Il prossimo è evidenziato.
admin-guide-over = Tutti i { $all } passi sono fatti: il centro può lavorare.
admin-pages = Tutte le pagine
admin-todo-done = Fatto
admin-todo-next = Prossimo
admin-todo-later = Da fare
admin-todo-password = Scegli una password tua
admin-todo-password-note = Quella del primo avvio vale una volta sola.
admin-todo-password-go = Cambia la password
admin-todo-second = Fai entrare un secondo amministratore
admin-todo-second-note = Se uno solo perde la password, serve chi gestisce la macchina.
admin-todo-second-go = Aggiungi un utente
admin-todo-operators = Aggiungi gli operatori
admin-todo-operators-note = { $n ->
    [0] Non c’è ancora nessuno.
    [one] C’è un operatore.
   *[other] Ci sono { $n } operatori.
}
admin-todo-operators-example = { $n ->
    [one] C’è ancora un operatore di esempio ({ $names }): aggiungi i tuoi, poi toglilo con il passo qui sotto.
   *[other] Ci sono ancora { $n } operatori di esempio ({ $names } …): aggiungi i tuoi, poi toglili insieme con il passo qui sotto.
}
admin-todo-operators-go = Vedi gli operatori
admin-todo-example = Togli gli operatori e le postazioni dell’esempio
admin-todo-example-note = Tutti insieme, con una conferma: chi è in servizio resta, e viene detto chi.
admin-todo-example-go = Vedi che cosa se ne va
admin-todo-users = Fai entrare nelle pagine i tuoi operatori
admin-todo-users-note = { $n ->
    [0] Nessun operatore ha ancora un utente.
    [one] Un operatore ha un utente.
   *[other] { $n } operatori hanno un utente.
}
admin-todo-secrets = Cambia le password consegnate dei telefoni
admin-todo-secrets-note = Nessun telefono ha più una password consegnata.
admin-todo-secrets-example = { $n ->
    [one] Una postazione ({ $names }) ha ancora la password consegnata, che tutti conoscono: apri la sua pagina e cambiala, o togli la postazione.
   *[other] { $n } postazioni ({ $names } …) hanno ancora la password consegnata, che tutti conoscono: apri la pagina di ognuna e cambiala, importa un elenco con «cuptel import seats», o togli insieme quelle che non sono tue con il passo qui sotto.
}
admin-todo-secrets-go = Vedi le postazioni
admin-todo-queues = Controlla le code e la strada delle chiamate
admin-todo-queues-note = { $n ->
    [0] Nessuna coda è configurata: aggiungine una al file di configurazione.
    [one] Una coda è configurata.
   *[other] { $n } code sono configurate.
}
admin-todo-queues-example = { $n ->
    [one] Una linea ha ancora il numero di esempio ({ $names }): scrivi il tuo nel percorso (dialplan) e in cli, poi rileggi la configurazione.
   *[other] { $n } linee hanno ancora i numeri di esempio ({ $names } …): scrivi i tuoi nei percorsi (dialplan) e in cli, poi rileggi la configurazione.
}
admin-todo-queues-go = Vedi i percorsi
admin-todo-phones = Collega i telefoni
admin-todo-phones-note = { $n ->
    [0] Nessun telefono è collegato.
    [one] Un telefono è collegato.
   *[other] { $n } telefoni sono collegati.
}
admin-todo-phones-go = Vedi le postazioni
admin-todo-sign-in = Fai entrare in servizio un operatore
admin-todo-sign-in-note = { $n ->
    [0] Nessuno è in servizio. Ogni operatore entra con il suo nome e dice dove siede.
    [one] Una persona è in servizio.
   *[other] { $n } persone sono in servizio.
}
admin-todo-sign-in-go = Vedi chi lavora
admin-todo-trunk = Collega la linea dell’operatore telefonico
admin-todo-trunk-none = Nessun fascio è configurato: aggiungi [[trunk]] al file di configurazione.
admin-todo-trunk-note = Il fascio non risulta guasto. Il passo è fatto quando è arrivata una chiamata.
admin-todo-trunk-down = { $n ->
    [one] Un fascio non prende le nostre chiamate.
   *[other] { $n } fasci non prendono le nostre chiamate.
}
admin-todo-trunk-go = Vedi la configurazione
admin-todo-call = Fai una chiamata di prova
admin-todo-call-note = Da un telefono qualsiasi componi uno di questi numeri, scegli un servizio e parla con chi è in servizio: { $numbers }. Da un telefono di una postazione puoi prima provare la voce con il codice della prova d’eco, se è configurato.
admin-todo-call-go = Segui la chiamata

admin-operators = Operatori
admin-operators-what = Chi lavora, che cosa sa fare, per quale ASL
admin-operators-intro = Ogni modifica vale subito, anche per chi è in servizio.
admin-operators-caption = { $n ->
    [one] Un operatore
   *[other] { $n } operatori
}
admin-operators-empty = Nessun operatore corrisponde. Aggiungine uno qui sotto, o importa un elenco.
admin-operator = Operatore
admin-employer = Datore di lavoro
admin-home = ASL di appartenenza
admin-home-hint = Chi ha un’ASL può essere prestato alle altre entro i limiti configurati.
admin-skills = Competenze
admin-seat-now = Postazione ora
admin-not-at-work = non in servizio
admin-operator-add = Aggiungi un operatore
admin-operator-add-go = Aggiungi l’operatore
admin-operator-name = Nome e cognome
admin-operator-name-hint = È il nome con cui entra in servizio e con cui compare nelle pagine.
admin-operator-no-name = Manca il nome. Nulla è stato cambiato.
admin-operator-change = Modifica
admin-operator-change-go = Salva le modifiche
admin-operator-added = { $name } ora lavora qui. Per entrare nelle pagine serve anche un utente.
admin-operator-changed = Modifiche a { $name } salvate: valgono da subito.
admin-operator-remove = Non lavora più qui
admin-operator-remove-what = Non riceve più chiamate e non può entrare in servizio; una conversazione in corso arriva alla fine. La storia resta. Si può aggiungere di nuovo con lo stesso nome.
admin-operator-remove-go = Togli l’operatore
admin-operator-removed = { $name } non lavora più qui.
admin-operator-others = Questa persona è di tutta la regione o di un’altra ASL: la modifica chi amministra la regione.
admin-operators-import = Importa un elenco
admin-operators-import-what = Tutto l’elenco viene preso, o niente. Chi c’è già viene modificato; quello che non è scritto resta com’è.
admin-operators-import-hint = Colonne: operator, employer, skills (prenotazioni:3 disdette:1), home (nome breve dell’ASL), number e pin (per entrare in servizio da telefono).
admin-operators-imported = { $n ->
    [one] Un operatore importato.
   *[other] { $n } operatori importati.
}
admin-operators-looked = { $n ->
    [one] L’elenco si legge: una voce. Non è ancora stato importato nulla.
   *[other] L’elenco si legge: { $n } voci. Non è ancora stato importato nulla.
}
admin-level-none = Non la sa fare
admin-level = Livello { $n }

admin-profile = Profilo di accomodamento
admin-profile-of = Profilo di { $name }
admin-profile-open = Apri il profilo
admin-profile-who-sees = Lo vedono solo questa persona e chi ne cura l’accomodamento. Chi distribuisce le chiamate lo rispetta, nessun elenco e nessuna statistica lo mostra.
admin-profile-go = Salva il profilo
admin-profile-done = Profilo di { $name } salvato: vale da subito.
admin-profile-no-number = Un valore non è un numero. Nulla è stato cambiato.
admin-profile-ring-s = Squillo, almeno (secondi)
admin-profile-ring-s-hint = Da 1 a 300. Vuoto: come dice la coda.
admin-profile-wrap-up-s = Tempo dopo la chiamata, almeno (secondi)
admin-profile-wrap-up-s-hint = Fino a 3600. Vuoto: come dice la coda.
admin-profile-rest-s = Riposo dopo ogni lavoro (secondi)
admin-profile-rest-s-hint = Fino a 3600.
admin-profile-break-after = Pausa dopo quanti lavori
admin-profile-break-after-hint = Insieme alla durata della pausa.
admin-profile-break-s = Durata di quella pausa (secondi)
admin-profile-break-s-hint = Fino a 7200.
admin-profile-works-per-h = Lavori all’ora, al massimo
admin-profile-works-per-h-hint = Per chi sta imparando: da 1 a 60.
admin-profile-auto-answer = Il telefono risponde da solo
admin-profile-whisper = Sente chi chiama prima di essere collegato
admin-profile-not-kinds = Lavori da cui è esonerato
admin-profile-not-queues = Code da cui è esonerato
admin-profile-buddy = Lavora solo se c’è
admin-profile-buddy-hint = Chi affianca deve essere in servizio.
admin-profile-nobody = Nessuno
admin-kind-live = Chiamate in arrivo
admin-kind-callback = Richiamate
admin-kind-task = Attività senza chiamata
admin-own-profile = Il mio profilo
admin-own-profile-intro = Lo vedi solo tu, e chi ne cura l’accomodamento. Per cambiarlo rivolgiti a chi amministra.
admin-own-profile-empty = Non è scritto nulla: valgono le regole di tutti.
admin-own-profile-none = Il tuo utente non è di un operatore: non hai un profilo.

admin-example = Esempio consegnato
admin-example-intro = Gli operatori dell’esempio, e le postazioni il cui telefono ha ancora la password consegnata. Una postazione a cui hai dato un’altra password è tua e non è in elenco.
admin-example-gone = Dell’esempio non c’è più nessun operatore e nessuna postazione.
admin-example-none = Nessuno.
admin-example-goes = se ne va
admin-example-signed-in = resta: è in servizio
admin-example-taken = resta: ci lavora qualcuno
admin-example-busy = resta: il telefono è occupato
admin-example-refused = resta: non si è potuto togliere
admin-example-what = Gli operatori non possono più entrare in servizio, i telefoni non possono più collegarsi. La storia resta. Quello che resta si toglie da qui più tardi, quando non è più al lavoro.
admin-example-remove = Togli l’esempio
admin-example-removed = Tolti { $operators ->
    [one] un operatore
   *[other] { $operators } operatori
} e { $seats ->
    [one] una postazione
   *[other] { $seats } postazioni
} dell’esempio.
admin-example-left = { $n ->
    [one] Resta:
   *[other] Restano { $n }:
}

admin-seats = Postazioni
admin-seats-what = Telefoni: aggiungerli, configurarli, toglierli
admin-seats-intro = Una postazione è un interno con il suo telefono. Chi ci lavora lo dice entrando in servizio.
admin-seats-caption = { $n ->
    [one] Una postazione
   *[other] { $n } postazioni
}
admin-seats-empty = Nessuna postazione corrisponde.
admin-seat = Postazione
admin-seat-title = Postazione { $name }
admin-seat-nothing = Qui non puoi cambiare nulla: le postazioni le cambia chi amministra la regione.
admin-seat-others = Qui non puoi fare nulla: alla postazione lavora qualcuno che non è della tua ASL o del tuo datore di lavoro, e le postazioni le cambia chi amministra la regione.
admin-seat-region = Le postazioni le cambia chi amministra la regione: qui puoi far squillare il telefono per provarlo.
admin-site = Sede
admin-phone = Telefono
admin-phone-there = collegato
admin-phone-away = non collegato
admin-seat-add = Aggiungi una postazione
admin-seat-add-go = Aggiungi la postazione
admin-seat-name = Interno
admin-seat-name-hint = Da 1 a 32 lettere, cifre, punti, - e _. È il nome utente del telefono.
admin-seat-no-extension = L’interno ha da 1 a 32 lettere, cifre, punti, - e _. Nulla è stato cambiato.
admin-seat-password = Password del telefono
admin-seat-password-known = Il telefono ha ancora la password consegnata, che tutti conoscono: chiunque può registrarsi al suo posto. Cambiala qui sotto.
admin-seat-password-hint = Lascia vuoto per averne una casuale: è meglio. Viene mostrata una volta sola. Una tua ha almeno 12 caratteri.
admin-seat-password-short = La password del telefono ha meno di { $n } caratteri. Nulla è stato cambiato: allungala, o lascia vuoto per averne una casuale.
admin-seat-password-long = La password del telefono ha più di { $n } caratteri. Nulla è stato cambiato: accorciala.
admin-seat-password-sign = Nella password del telefono c’è un carattere ({ $sign }) che i file di alcuni telefoni non possono contenere. Nulla è stato cambiato: usa lettere senza accento, cifre e { $signs }
admin-seat-password-space = spazio
admin-seat-password-delivered = È una delle password dell’esempio consegnato, che tutti conoscono. Nulla è stato cambiato: scegline un’altra, o lascia vuoto per averne una casuale.
admin-seat-password-guessed = La password del telefono si indovina facilmente: le parole comuni, l’interno, una fila come 123456 e ciò che si ripete non contano. Nulla è stato cambiato: scegline un’altra, o lascia vuoto per averne una casuale.
admin-seat-added = Postazione { $name } aggiunta. Configura ora il telefono: la password non viene mostrata più.
admin-seat-change = Modifica
admin-seat-password-new = Un’altra password
admin-seat-password-new-what = Vale dalla prossima registrazione del telefono. Quella di prima non entra più.
admin-seat-password-go = Cambia la password del telefono
admin-seat-password-done = La password della postazione { $name } è cambiata. Scrivila ora nel telefono: non viene mostrata più.
admin-seat-move = Un’altra sede
admin-seat-move-go = Sposta la postazione
admin-seat-moved = Postazione { $name } spostata.
admin-seat-remove = Togli la postazione
admin-seat-remove-what = Il telefono non può più collegarsi, e chi ci lavora esce dal servizio. La storia resta.
admin-seat-remove-go = Togli la postazione
admin-seat-removed = La postazione { $name } non c’è più.
admin-phone-setup = Configura il telefono
admin-phones-nowhere = Nessun indirizzo per telefoni è configurato: aggiungi [[listener]] con role = "phones".
admin-phones-this-machine = L’indirizzo è di questa sola macchina: telefoni di altri computer non ci arrivano. Nel file di configurazione, alla voce [[listener]], metti l’indirizzo della rete e riavvia.
admin-phones-anywhere = Il server ascolta su tutti i suoi indirizzi: al posto di quello scritto qui metti nel telefono l’indirizzo con cui lo si raggiunge.
admin-phone-password-now = La password è scritta qui sotto questa volta soltanto.
admin-phone-password-hidden = Al posto della password ci sono asterischi: non si può rileggere, solo cambiare (più sotto).
admin-phone-try = Quando il telefono è collegato, in alto si legge «collegato». Dal telefono stesso si può provare la voce con il codice della prova d’eco, se è configurato.
admin-phone-generic = Zoiper e ogni altro telefono
admin-phone-generic-how = Scrivi questi valori nei campi dell’account SIP.
admin-phone-baresip = baresip
admin-phone-baresip-how = Una riga nel file accounts.
admin-phone-linphone = Linphone
admin-phone-linphone-how = Nel file linphonerc, o gli stessi valori nell’assistente «account SIP».
admin-phone-microsip = MicroSIP
admin-phone-microsip-how = Nel file MicroSIP.ini, a programma chiuso.
admin-phone-yealink = Yealink
admin-phone-yealink-how = Nel file di configurazione del telefono (MAC.cfg), o gli stessi valori nella sua pagina web.
admin-phone-snom = Snom
admin-phone-snom-how = Nel file di configurazione XML del telefono.
admin-phone-user = Utente, e utente di autenticazione
admin-phone-secret = Password
admin-phone-server = Server (dominio, registrar)
admin-phone-transport = Trasporto
admin-phone-codecs = Codec
admin-phone-dtmf = Toni (DTMF)

admin-users = Utenti
admin-users-what = Chi può accedere alle pagine, e come
admin-users-intro = Chi entra per la prima volta usa una password che vale una volta sola, entro 72 ore, e poi ne sceglie una sua.
admin-users-caption = { $n ->
    [one] Un utente
   *[other] { $n } utenti
}
admin-users-empty = Nessun utente corrisponde.
admin-user = Nome
admin-role = Ruolo
admin-role-hint = L’operatore lavora alla sua postazione; chi coordina segue operatori, code e richiamate; chi amministra configura; chi controlla guarda e non cambia nulla.
admin-role-operator = operatore
admin-role-supervisor = coordinatore
admin-role-tenant-administrator = amministratore di un’ASL
admin-role-region-administrator = amministratore della regione
admin-role-auditor = controllore
admin-password = Password
admin-password-own = scelta
admin-password-once = per una volta, da cambiare
admin-password-until = per una volta, entro il { $until }
admin-password-ended = per una volta, scaduta
admin-employer-only = Solo per gli operatori di
admin-employer-any = Tutti i datori di lavoro
admin-employer-only-hint = Uno di quelli degli operatori che ci sono.
admin-user-add = Aggiungi un utente
admin-user-add-what = La password per una volta viene mostrata dopo, una volta sola.
admin-user-add-go = Aggiungi l’utente
admin-user-name = Nome con cui accede
admin-user-name-hint = Per un operatore è più semplice lo stesso nome che ha tra gli operatori.
admin-user-operator = È l’operatore
admin-user-operator-hint = Per chi lavora anche a una postazione. Per un operatore, se non lo dici, è quello con lo stesso nome.
admin-user-no-operator = Nessuno, o quello con lo stesso nome
admin-user-no-role = Manca il ruolo. Nulla è stato cambiato.
admin-user-no-tenant = Chi amministra un’ASL ha bisogno di un’ASL. Nulla è stato cambiato: sceglila e riprova.
admin-user-of-region = Chi amministra la regione non ha né ASL né datore di lavoro. Nulla è stato cambiato: toglili e riprova.
admin-user-no-employer = Nessun operatore lavora per { $what }. Nulla è stato cambiato: scegli uno di questi: { $known }.
admin-user-unknown-operator = { $name } non è tra gli operatori. Nulla è stato cambiato: aggiungi prima l’operatore, o sceglilo dall’elenco.
admin-user-added = { $name } può accedere. La password per una volta è qui sotto: scrivila ora, non viene mostrata più.
admin-user-once = Password per una volta
admin-user-once-how = Dalla a voce o di persona. Vale 72 ore.
admin-user-password = Ha perso la password
admin-user-password-what = Le sue sessioni finiscono. Entra una volta con quella nuova e ne sceglie una sua.
admin-user-password-go = Dai un’altra password per una volta
admin-user-password-done = { $name } ha un’altra password per una volta: è qui sotto, e non viene mostrata più.
admin-user-remove = Non accede più
admin-user-remove-what = Le sue sessioni finiscono e non può più accedere. Se lavora a una postazione resta in servizio. La storia resta.
admin-user-remove-go = Togli l’utente
admin-user-removed = { $name } non accede più.
admin-user-role = Che cosa può fare
admin-user-role-what = Vale da subito: le sue sessioni finiscono, e rientra con la sua password. Il cambio resta nel registro degli accessi.
admin-user-role-go = Cambia il ruolo
admin-user-role-own = Il proprio ruolo non si cambia da sé: lo fa un altro amministratore.
admin-user-role-done = Il ruolo di { $name } è cambiato: vale dal prossimo accesso.
admin-tokens = Chiavi dei programmi
admin-tokens-what = Programmi che usano l’API
admin-tokens-intro = Un programma manda la sua chiave con ogni richiesta. Chi ha un ruolo più piccolo fa meno danni.
admin-tokens-caption = { $n ->
    [one] Una chiave
   *[other] { $n } chiavi
}
admin-tokens-empty = Nessun programma ha una chiave.
admin-token = Programma
admin-token-name = Nome del programma
admin-token-add = Aggiungi un programma
admin-token-add-go = Crea la chiave
admin-token-added = La chiave di { $name } è qui sotto: scrivila ora, non viene mostrata più.
admin-token-once = La chiave
admin-token-once-how = Il programma la manda così: Authorization: Bearer e la chiave.
admin-token-revoke = Ritira una chiave
admin-token-revoke-what = Il programma non può più chiedere nulla, da subito. Non si può annullare.
admin-token-revoke-go = Ritira la chiave
admin-token-revoked = La chiave di { $name } non vale più.

admin-numbers = Numeri da non richiamare e condivisi
admin-numbers-what = Chi non vuole chiamate, e da quali numeri chiamano in molti
admin-numbers-intro = Un numero da non richiamare non viene composto da subito; chi chiama da lì viene servito come tutti. A chi chiama da un numero condiviso si chiede un altro numero. Le cifre non si rileggono.
admin-numbers-caption = { $n ->
    [one] Un numero
   *[other] { $n } numeri
}
admin-numbers-empty = Nessun numero è in elenco.
admin-number = Numero
admin-number-hint = Intero, come si compone: 0861123456 o +390861123456. Non i numeri brevi e di emergenza, come 118.
admin-mark = In elenco come
admin-mark-any = Tutti i tipi
admin-mark-do-not-call = da non richiamare
admin-mark-shared = condiviso da più persone
admin-mark-over = finito il { $at }
admin-mark-erased = cancellato
admin-mark-ended-too = Anche quelli finiti
admin-mark-add = Metti un numero in elenco
admin-mark-go = Metti in elenco
admin-mark-done = Il numero è in elenco.
admin-mark-release = Togli un numero dall’elenco
admin-mark-release-what = Torna come gli altri da subito. Scrivilo intero: l’elenco mostra le cifre coperte.
admin-mark-release-go = Togli dall’elenco
admin-mark-released = Il numero è di nuovo come gli altri.
admin-no-number = Non è un numero di telefono che si prende qui. Nulla è stato cambiato: scrivilo intero, con il prefisso, come 0861123456, 3331234567 o +390861123456. I numeri brevi e di emergenza (112, 118, 116117) non si prendono.
admin-marked-as = Questo numero è in elenco come «{ $mark }». Nulla è stato cambiato: scegli quello e riprova.
admin-no-mark = Manca il tipo. Nulla è stato cambiato.
admin-numbers-import = Importa un elenco di numeri
admin-numbers-import-what = Tutto l’elenco viene preso, o niente.
admin-numbers-import-hint = Colonne: number, mark (do_not_call o shared), reason, until. Senza mark: da non richiamare.
admin-numbers-imported = { $n ->
    [one] Un numero messo in elenco.
   *[other] { $n } numeri messi in elenco.
}
admin-numbers-looked = { $n ->
    [one] Un numero si può mettere in elenco. Non è ancora stato cambiato nulla.
   *[other] { $n } numeri si possono mettere in elenco. Non è ancora stato cambiato nulla.
}

admin-campaigns = Campagne
admin-campaigns-what = Elenchi di persone da chiamare: nuovi, in corso, risultati
admin-campaigns-intro = Una campagna chiama poche persone per volta, negli orari della sua coda, dopo chi è in attesa.
admin-campaigns-caption = Campagne, dalla più recente
admin-campaigns-empty = Nessuna campagna.
admin-campaign = Campagna
admin-campaign-new = Nuova campagna
admin-campaign-new-intro = Prima prova senza cambiare nulla: vedi chi resterebbe fuori. Creata la campagna, non si chiama nessuno finché non la avvii.
admin-queue = Coda
admin-people = Persone
admin-settled = Con un esito
admin-left-out = Lasciate fuori
admin-over-at = Finisce, di questo passo, il
admin-progress = A che punto è
admin-people-caption = Le persone, nell’ordine dell’elenco
admin-people-empty = Nessuno è in elenco.
admin-reference = Riferimento
admin-tries = Tentativi
admin-results-export = Scarica i risultati (CSV, numeri coperti)
admin-campaign-loading = in caricamento
admin-campaign-ready = pronta
admin-campaign-running = in corso
admin-campaign-paused = in pausa
admin-campaign-ended = finita
admin-campaign-recall = richiamata: parla un operatore
admin-campaign-reminder = promemoria: senza operatore
admin-campaign-do = Che cosa fare
admin-campaign-start = Avvia la campagna
admin-campaign-start-what = Le persone vengono chiamate da ora, poche per volta, negli orari della coda.
admin-campaign-pause = Metti in pausa
admin-campaign-pause-what = Nessuno viene più fatto squillare; le conversazioni in corso vanno avanti.
admin-campaign-resume = Riprendi
admin-campaign-resume-what = Va avanti da dove era.
admin-campaign-end = Termina la campagna
admin-campaign-end-what = Chi non è ancora stato chiamato non viene chiamato. Non si può riprendere.
admin-campaign-loading-what = L’elenco non è completo: se nessuno lo completa viene buttato via dopo mezz’ora.
admin-campaign-ended-what = La campagna è finita.
admin-campaign-started = La campagna è avviata.
admin-campaign-halted = La campagna è in pausa.
admin-campaign-resumed = La campagna va avanti.
admin-campaign-over = La campagna è finita.
admin-campaign-make = Crea la campagna
admin-campaign-made = Campagna creata: { $taken ->
    [one] una persona in elenco
   *[other] { $taken } persone in elenco
}, { $out ->
    [0] nessuna lasciata fuori
    [one] una lasciata fuori
   *[other] { $out } lasciate fuori
}. Ora avviala.
admin-campaign-looked = Prova: { $taken ->
    [one] una persona sarebbe in elenco
   *[other] { $taken } persone sarebbero in elenco
}, { $out ->
    [0] nessuna resterebbe fuori
    [one] una resterebbe fuori
   *[other] { $out } resterebbero fuori
}. Non è stato cambiato nulla.
admin-campaign-name = Nome
admin-campaign-name-hint = Lettere, cifre, spazi, punti, - e _; non un numero soltanto.
admin-campaign-kind-hint = Un promemoria fa sentire l’appuntamento e chiede di confermare o disdire.
admin-campaign-note-hint = Di che cosa si tratta, per l’operatore che chiama.
admin-campaign-due = Da raggiungere entro
admin-campaign-starts = Non prima di
admin-campaign-ends = Finisce da sola
admin-campaign-window = Orario
admin-campaign-window-hint = Come 09:00-13:00, dentro quello della coda. Vuoto: quello della coda.
admin-campaign-pace = Persone per volta
admin-campaign-pace-hint = Da 1 a 2000. Vuoto: 50.
admin-campaign-list-hint = Colonne: number, note, due, not_before, ref. Per un promemoria anche appointment (2026-12-03T10:30), born (anno) e place. Una riga che non si può prendere resta fuori, e viene detta con il motivo; le altre entrano.
admin-class = Classe di priorità
admin-class-none = Nessuna
admin-class-hint = Dice la scadenza, dove non c’è.
admin-no-queue = Manca la coda. Nulla è stato cambiato.
admin-no-pace = Le persone per volta sono un numero da 1 a 2000. Nulla è stato cambiato: correggilo, o lascia vuoto per averne 50.
admin-left-out-invalid = non è un numero di telefono
admin-left-out-not-callable = un numero di questo tipo non si chiama
admin-left-out-do-not-call = non vuole essere chiamato
admin-left-out-shared = numero condiviso da più persone
admin-left-out-twice = è già nell’elenco
admin-left-out-too-late = la scadenza passa prima che si possa chiamare
admin-left-out-too-long = la nota o il riferimento è troppo lungo
admin-left-out-no-appointment = manca l’appuntamento o l’anno di nascita
admin-left-out-past-appointment = l’appuntamento passa prima che si possa chiamare
admin-left-out-no-year = l’anno di nascita non è possibile
admin-left-out-no-place = nessuna voce dice questo luogo
admin-left-out-same-as = lo stesso numero della riga { $first }
admin-left-out-no-due = due non è una data: si scrive come 2026-12-03T10:30
admin-left-out-no-not-before = not_before non è una data: si scrive come 2026-12-03T10:30
admin-left-out-no-appointment-time = appointment non è una data: si scrive come 2026-12-03T10:30
admin-left-out-no-year-written = born non è un anno di nascita: si scrive come 1950
admin-campaign-no-line = Nessuna riga dell’elenco si può prendere. Nulla è stato cambiato: correggi le righe e riprova.
admin-left-out-more = e altre { $n }
admin-entry-waiting = da chiamare
admin-entry-not-called = non chiamate
admin-entry-released = da chiamare
admin-entry-reached = raggiunte
admin-entry-exhausted = tentativi finiti
admin-entry-expired = scadute
admin-entry-forbidden = da non chiamare
admin-entry-declined = non vogliono
admin-entry-withdrawn = ritirate
admin-entry-confirmed = confermati
admin-entry-cancelled = disdetti
admin-entry-to-move = da spostare

admin-closures = Chiusure straordinarie
admin-closures-what = Giorni e orari diversi da quelli di sempre
admin-directory = Rubrica
admin-directory-what = Nomi e numeri che gli operatori possono chiamare
admin-dispositions = Esiti
admin-dispositions-what = Che cosa si può dire alla fine di una conversazione

admin-dialplans = Percorsi delle chiamate
admin-dialplans-what = Che cosa sente chi chiama, e quanti sono dove, adesso
admin-dialplans-intro = Il percorso è scritto in un file, sotto controllo di versione: qui si guarda. In ogni riquadro il numero in alto a destra dice quante persone sono lì adesso.
admin-dialplans-empty = Nessun percorso è configurato.
admin-plan-numbers = Numeri
admin-plan-callers = Persone nel percorso adesso
admin-plan-taken = Dati del
admin-plan-drawing = Percorso delle chiamate: { $title }
admin-plan-drawing-about = Lo stesso contenuto è nella tabella qui sotto.
admin-plan-table = Lo stesso come tabella
admin-plan-caption = Passi del percorso: { $title }
admin-plan-start = { $name } (inizio)
admin-plan-in-emergency = { $name } (in emergenza)
admin-step = Passo
admin-ways = Dove porta
admin-callers = Persone adesso
admin-step-play = Messaggio
admin-step-hours = Orario
admin-step-menu = Scelta
admin-step-queue = Attesa
admin-step-callback = Richiamata
admin-step-verify = Verifica
admin-step-opt-out = Niente chiamate
admin-step-emergency = Emergenza
admin-step-hang-up = Fine
admin-way-then = poi
admin-way-otherwise = altrimenti
admin-way-open = aperto
admin-way-closed = chiuso
admin-way-timed-out = attesa finita
admin-way-yes = sì
admin-way-no = no
admin-way-instead = ci ripensa

admin-configuration = Configurazione
admin-configuration-what = Che cosa è in vigore, e rileggere i file
admin-configuration-intro = I file si modificano sulla macchina, sotto controllo di versione. Qui si vede quali sono in vigore e si fanno rileggere.
admin-configuration-since = Configurazione in vigore dal
admin-configuration-file = File
admin-configuration-hash = Impronta
admin-configuration-failed = L’ultima rilettura non è stata presa
admin-configuration-failed-what = { $at }: i file hanno errori. È rimasta in vigore la configurazione di prima. Correggi i punti qui sotto e rileggi.
admin-configuration-faults = { $n ->
    [one] Un errore
   *[other] { $n } errori
}
admin-configuration-doubts = Dubbi
admin-configuration-no-doubts = Nessuno: quello che è scritto è coerente.
admin-configuration-region = I dubbi sulla configurazione li vede chi amministra la regione, che cambia i file: riguardano operatori, postazioni e linee di tutte le ASL.
admin-configuration-doubts-caption = { $n ->
    [one] Un punto è permesso, ma forse non voluto
   *[other] { $n } punti sono permessi, ma forse non voluti
}
admin-trunks = Linee verso la rete
admin-trunks-caption = Fasci e limiti in vigore
admin-trunk = Fascio
admin-trunk-up = in funzione
admin-trunk-down = guasto dal { $since }
admin-channels = Canali
admin-answer-max = Risposte insieme
admin-notice-lines = Linee di avviso
admin-reload = Rileggi i file
admin-reload-what = Tutto viene preso, o niente e il perché. Le chiamate in corso non se ne accorgono.
admin-reload-go = Rileggi la configurazione
admin-reload-done = La nuova configurazione è in vigore.
admin-reload-same = Riletta: non è cambiato nulla.
admin-reload-busy = Un’altra rilettura è in corso. Nulla è stato cambiato: riprova tra qualche secondo.
admin-not-reloaded = I file hanno errori. È rimasta in vigore la configurazione di prima: correggi questi punti e rileggi.

admin-log = Registro degli accessi
admin-log-what = Chi è entrato, ha cambiato qualcosa o ha guardato un numero
admin-log-intro = Non si può modificare. Chi lo scarica lascia una riga.
admin-log-kept = Si conserva per { $days } giorni ([retention] access_log_days).
admin-log-caption = Dalla riga più recente
admin-log-empty = Nessuna riga corrisponde.
admin-log-export = Scarica quello che hai trovato (CSV)
admin-log-no-day = Una data non si legge: scrivila come 2026-11-25. Si vede tutto il registro.
admin-time = Quando
admin-who = Chi
admin-act = Che cosa ha fatto
admin-origin = Da dove
admin-from-day = Dal giorno
admin-to-day = Al giorno
admin-act-sign-in = è entrato
admin-act-wrong-sign-in = ha sbagliato nome o password
admin-act-sign-out = è uscito
admin-act-own-password = ha cambiato la sua password
admin-act-look-at-number = ha visto un numero intero
admin-act-look-at-contacts = ha visto i contatti di una persona
admin-act-look-at-profile = ha visto che cosa serve a un operatore
admin-act-look-for-number = ha chiesto se un numero ha una richiesta aperta
admin-act-find-by-number = ha cercato per numero
admin-came-of = Esito
admin-done = Fatto
admin-refused = Rifiutato
admin-only-refused = Solo ciò che è stato rifiutato

admin-closures-intro = Qui si dicono i giorni in cui un’ASL è chiusa o ha orari diversi da quelli della configurazione: uno sciopero, un ponte, un sabato di apertura. Vale subito; chi è già in linea va avanti come prima.
admin-closures-caption = { $n ->
    [one] Una voce
   *[other] { $n } voci
}
admin-closures-empty = Nessun giorno diverso dal solito. Aggiungine uno qui sotto.
admin-closure-when = Giorni
admin-closure-days = dal { $first } al { $last }
admin-closure-hours = Orario
admin-closure-hours-hint = Come 08:00-12:00 15:00-17:00. Vuoto: chiuso tutto il giorno.
admin-closure-shut = chiuso
admin-closure-all = tutti
admin-closure-held = in vigore
admin-closure-removed-state = tolto
admin-closure-ended-too = Anche quelli passati o tolti
admin-closure-add = Aggiungi giorni di chiusura o con altri orari
admin-closure-add-go = Aggiungi i giorni
admin-closure-what = Se un giorno è già in elenco, vale quello che si dice per ultimo.
admin-closure-first = Primo giorno
admin-closure-last = Ultimo giorno
admin-closure-last-hint = Vuoto: un giorno solo.
admin-closure-added = Giorni aggiunti: valgono da subito.
admin-closure-remove = Torna all’orario di sempre
admin-closure-remove-what = In quei giorni vale di nuovo l’orario della configurazione, da subito.
admin-closure-remove-go = Togli i giorni
admin-closure-removed = In quei giorni vale di nuovo l’orario di sempre.
admin-calendar = Calendario
admin-calendar-hint = Il nome di un [[calendar]] dell’ASL. Vuoto: tutti.
admin-directory-intro = Uffici e numeri utili che gli operatori trovano quando chiamano o trasferiscono. Si vedono interi: non metterci numeri di persone.
admin-directory-caption = { $n ->
    [one] Una voce
   *[other] { $n } voci
}
admin-directory-empty = Nessuna voce corrisponde.
admin-directory-name = Nome
admin-directory-name-hint = Come lo cercherebbe un operatore: Radiologia Teramo, Guardia medica Giulianova.
admin-directory-note-hint = Facoltativo: orari, interno, quando usarlo.
admin-directory-add = Aggiungi una voce
admin-directory-add-go = Aggiungi alla rubrica
admin-directory-added = { $name } è in rubrica.
admin-directory-change = Modifica la voce
admin-directory-change-go = Salva la voce
admin-directory-changed = La voce { $name } è salvata: gli operatori la trovano così da subito.
admin-directory-remove = Togli una voce
admin-directory-remove-what = Gli operatori non la trovano più, da subito.
admin-directory-remove-go = Togli dalla rubrica
admin-directory-removed = La voce non è più in rubrica.
admin-dispositions-intro = Gli esiti fanno parte delle regole: da loro dipende se una persona viene ancora richiamata, e per questo sono uguali per tutti. I motivi qui sotto si scrivono nella configurazione ([people] pause_reasons e decline_reasons).
admin-dispositions-caption = Gli esiti di una conversazione
admin-disposition = Esito
admin-disposition-comes = Che cosa ne segue
admin-disposition-word = Nell’API
admin-disposition-done = risolta
admin-disposition-done-what = Chiude quello che era perso, chiesto o interrotto; quello che è stato preso in carico resta aperto se non lo chiude l’operatore.
admin-disposition-another-person = altra persona
admin-disposition-another-person-what = Era un’altra persona con lo stesso numero: la richiamata resta aperta.
admin-disposition-improper = non di nostra competenza
admin-disposition-improper-what = Non riguardava questo servizio: si chiude, e conta a parte.
admin-pause-reasons = Motivi di pausa
admin-pause-reasons-caption = I motivi tra cui si sceglie per una pausa
admin-decline-reasons = Motivi per restituire una richiamata
admin-decline-reasons-caption = I motivi tra cui si sceglie
admin-reasons-free = Nessun elenco: si scrive un motivo libero.
admin-once-over = La password per una volta sola è scaduta: chiedine un’altra a chi amministra.
admin-no-calendar = Il calendario { $calendar } non esiste; ci sono { $known }.
admin-closure-no-calendar = Nessun percorso e nessuna coda di { $tenant } guarda un calendario: le sue linee non hanno orari da cambiare.
admin-closure-no-day = Un giorno non si legge, o l’ultimo viene prima del primo.
admin-closure-backwards = L’ultimo giorno viene prima del primo. Nulla è stato cambiato: correggi uno dei due.
admin-closure-no-last = L’ultimo giorno non si legge. Nulla è stato cambiato: scrivilo come 2026-12-26, o lascia vuoto per un giorno solo.
admin-closure-no-first = Il primo giorno manca o non si legge. Nulla è stato cambiato: scrivilo come 2026-12-24.
admin-closure-too-long = Dal primo all’ultimo giorno al massimo un anno.
admin-closure-is-over = Questi giorni sono già passati.
admin-closure-no-hours = Gli orari si scrivono come 08:00-12:00 15:00-17:00.
admin-closure-overlap = Due fasce si sovrappongono. Nulla è stato cambiato: fai cominciare ognuna quando la precedente è finita.
admin-closure-too-many = Ci sono già troppi giorni straordinari.
admin-closure-no-entry = Questi giorni non sono più in elenco.
admin-skill = Competenza { $skill }

admin-result-told = Il risultato della postazione { $seat } è scritto.
admin-no-such-result = Le conversazioni di questo servizio non hanno il risultato { $code }. Nulla è stato scritto: scegline uno della pagina.
admin-own-results = Risultati di questo centro
admin-own-results-caption = Risultati di questo centro: { $n }
admin-own-results-what = Parole di questo centro: ognuna vale uno dei risultati di sopra, e così si sa che cosa resta dovuto. Si scrivono in [[disposition]] nel file di configurazione; chi lavora per telefono usa quelli di sopra. Un risultato tolto resta leggibile nelle conversazioni di prima.
admin-own-results-empty = Nessuno: si aggiungono con [[disposition]] nel file di configurazione.
admin-own-name = Nome
admin-own-means = Che cosa vale
admin-own-code = Codice
admin-own-where = Dove si usa
admin-own-everywhere = Ovunque
admin-own-class = { $means }, classe { $class }
admin-means-settled = chiuso
admin-means-call-again = da richiamare
admin-means-in-charge = preso in carico
admin-means-another-person = un’altra persona
admin-means-improper = non è per questa linea

admin-pin = Accesso da telefono
admin-pin-number = Numero da digitare
admin-pin-none = Nessuno: non entra in servizio da telefono
admin-pin-what = Chi lavora senza pagina compone il codice di accesso e digita numero, #, PIN, #. Il PIN di prima smette di valere subito.
admin-pin-number-hint = Da 1 a 8 cifre, di nessun altro.
admin-pin-pin = PIN nuovo
admin-pin-hint = Da 6 a 16 cifre, non in fila né ripetute (123456, 121212). Vuoto: ne viene fatto uno, mostrato una volta sola.
admin-pin-again = PIN nuovo, ancora
admin-pin-go = Dai numero e PIN
admin-pin-again-go = Cambia il PIN
admin-pin-once = PIN
admin-pin-once-how = Si vede questa volta sola: dallo a chi lavora, poi esci da questa pagina.
admin-pin-made = { $name } entra in servizio da telefono con il PIN qui sotto.
admin-pin-done = { $name } entra in servizio da telefono con il PIN che hai scritto.
admin-pin-guessable = Un PIN ha da 6 a 16 cifre, non in fila né ripetute (123456, 121212), e un numero da 1 a 8. Nulla è stato cambiato: scrivine un altro, o lascia vuoto il PIN.
admin-pin-no-number = Il numero da digitare ha da 1 a 8 cifre. Nulla è stato cambiato: correggilo; il PIN va riscritto.
admin-pin-differ = I due PIN non sono uguali. Nulla è stato cambiato: scrivili di nuovo.
admin-why-no-number = manca il numero da digitare: da 1 a 8 cifre
admin-why-no-pin = ha un numero e nessun PIN
admin-why-number-taken = il numero { $what } è di un altro
admin-line-pin = il numero ha da 1 a 8 cifre, il PIN da 6 a 16, non in fila né ripetute
admin-list-many-pins = L’elenco ha più di 200 PIN. Nulla è stato cambiato: dividilo.

admin-oversight = Controllo
admin-oversight-what = Da dove comincia chi controlla: promesse, accordo, registro, perché di una chiamata
admin-oversight-intro = Qui non si cambia nulla. I numeri di chi chiama restano coperti.
admin-audit = Le promesse sui dati salvati
admin-audit-what = La verifica legge tutto quello che è salvato: nessuno perso, nessuno chiamato due volte, nessuna postazione con due lavori.
admin-audit-go = Fai la verifica adesso
admin-audit-long = La verifica dura più di quanto una pagina aspetti. Nulla è stato cambiato: chiedi a chi gestisce il sistema di eseguire cuptel audit.
admin-audit-holds = ✓ Ogni promessa è mantenuta: verifica del { $at }.
admin-audit-broken = ✗ Verifica del { $at }: { $n ->
    [one] una regola non è rispettata.
   *[other] { $n } regole non sono rispettate.
}
admin-audit-caption = Regole non rispettate: { $n }
admin-audit-rule = Regola
admin-audit-promise = Promessa
admin-audit-count = Quante
admin-audit-meaning = Che cosa non va
admin-audit-rows = Quali, le prime
admin-audit-attempts = Chiamate ricevute
admin-audit-open = In corso
admin-audit-served = Servite
admin-audit-owed = Da richiamare o richiamate
admin-audit-not-owed = Non dovute, con il motivo
admin-audit-callbacks-open = Richiamate aperte
admin-audit-callbacks-closed = Richiamate chiuse
admin-audit-dials = Chiamate fatte da noi
admin-oversight-why = Perché una chiamata è andata così
admin-oversight-why-what = Il numero della chiamata o della richiamata, come lo danno gli elenchi e il registro.
admin-oversight-id = Numero della chiamata o della richiamata
admin-oversight-why-go = Mostra perché
admin-oversight-no-call = Non c’è una chiamata o una richiamata con questo numero. Controlla il numero e riprova.
admin-oversight-agreement = Apri l’accordo e quelli di prima
admin-oversight-log = Apri il registro e cerca

admin-frame-api = API (per i programmi)
admin-status = Stato del sistema
admin-status-what = Se il centro prende chiamate, che cosa non va e che cosa fare
admin-status-intro = Com’era quando hai aperto la pagina: ricaricala per vedere com’è adesso.
admin-status-ready = ✓ Il centro prende chiamate e tutto funziona.
admin-status-degraded = Il centro prende chiamate, ma qualcosa non va: leggi qui sotto che cosa fare.
admin-status-not-ready = Il centro non prende chiamate come dovrebbe: leggi qui sotto che cosa fare.
admin-status-stopping = Il centro si sta fermando: le conversazioni finiscono, chi aspetta viene richiamato.
admin-status-wrong = Che cosa non va
admin-status-wrong-caption = { $n ->
    [one] Una cosa che non va
   *[other] { $n } cose che non vanno
}
admin-status-do = Che cosa fare
admin-status-now = Adesso
admin-status-at = Guardato il
admin-status-calls = Chiamate in corso
admin-status-phones = Telefoni collegati
admin-status-phones-of = { $there } su { $all }
admin-status-sites = Sedi isolate
admin-status-no-site = nessuna
admin-status-faults = Errori del programma
admin-status-database-slow = Guarda che cosa occupa il disco della base dati: un salvataggio, un altro programma, un disco che si guasta.
admin-status-database-failing = Leggi il motivo nel registro di CupTel e in quello della base dati; controlla il disco.
admin-status-database-stalled = Guarda se un altro programma tiene la base dati, e se il suo disco risponde.
admin-status-database-gone = Avvia il server della base dati, o ripara la rete fino a lui.
admin-status-database-full = Sul disco della base dati fai spazio: il resto riprende da sé.
admin-status-database-read-only = Fai tornare scrivibile il server della base dati o il suo disco.
admin-status-storage-dead = Fai spazio per la base dati o per i file a parte (spill), poi avvia di nuovo CupTel.
admin-status-media-dead = Avvia di nuovo CupTel, che ci mette meno di un secondo, e manda il suo registro a chi lo scrive.
admin-status-programs = Per i programmi
admin-program-health = Stato, in JSON
admin-program-health-what = Per chi sorveglia il servizio: 200 quando il centro prende chiamate, 503 quando no.
admin-program-metrics = Misure, per Prometheus
admin-program-metrics-what = Senza numeri di telefono e senza nomi. Da questa macchina senza chiave; da altrove con una chiave dei programmi.
admin-program-api = Descrizione della API, in OpenAPI
admin-program-api-what = Per chi scrive programmi: la legge un lettore di OpenAPI. Le chiavi si danno in «Chiavi dei programmi».

admin-text-unfit = Il testo ha più di { $n } caratteri, o caratteri che non si stampano. Nulla è stato cambiato: accorcialo.
admin-no-name = Manca il nome. Nulla è stato cambiato: scrivilo.
admin-name-reserved = Questo nome serve al registro degli accessi (token, shell, start, unknown). Nulla è stato cambiato: scegline un altro.
admin-user-twin = C’è già l’utente { $name }, che cambia solo per le maiuscole o gli spazi. Nulla è stato cambiato: scegli un altro nome.
admin-token-over = La fine della chiave è già passata. Nulla è stato cambiato: scegli un momento che deve venire, o lascia vuoto.
admin-database-away = La base dati non risponde. Nulla è stato cambiato, e quello che hai scritto è ancora qui: riprova tra qualche secondo, e se continua guarda lo stato del sistema.
admin-send-again = Quello che hai scritto
admin-send-again-what = È ancora qui: premi il pulsante per inviarlo di nuovo. Le password vanno riscritte.
admin-send-again-go = Invia di nuovo
admin-campaign-gone = Questa campagna non c’è più, o è finita. Nulla è stato cambiato.
admin-campaign-no-name = Il nome di una campagna ha da 1 a 80 lettere, cifre, spazi, punti, - e _, e non è un numero soltanto. Nulla è stato cambiato: correggilo.
admin-campaign-state = La campagna { $name } non è in uno stato che lo permette: guarda qui sopra a che punto è. Nulla è stato cambiato.
admin-campaign-no-prompts = Mancano le voci registrate per questo tipo di campagna (promemoria_*.wav o chiamata_*.wav). Nulla è stato cambiato: chi gestisce la macchina le crea, «cuptel check» dice quali.
admin-campaign-no-window = Le ore si scrivono come 09:00-13:00. Nulla è stato cambiato: correggile.
admin-campaign-too-late = La fine passa prima che si possa chiamare qualcuno. Nulla è stato cambiato: spostala.
admin-campaign-due-over = La scadenza passa prima che si possa chiamare qualcuno. Nulla è stato cambiato: spostala avanti, o lascia vuoto.
admin-campaign-note-too-long = La nota ha più di 500 caratteri. Nulla è stato cambiato: accorciala.
admin-campaign-too-many = Sono già aperte { $n } campagne, quante se ne possono avere. Nulla è stato cambiato: chiudine una prima.
admin-campaign-too-many-people = Sull’elenco ci sarebbero più di { $n } persone. Nulla è stato cambiato: dividilo in due campagne.
admin-campaign-line-twice = Due righe hanno il numero { $n }. Nulla è stato cambiato.
admin-campaign-nobody = Sull’elenco di { $name } non c’è nessuno. Nulla è stato cambiato.
admin-campaign-refused = Le regole non permettono questa campagna. Nulla è stato cambiato: «cuptel import campaign --dry-run» dice perché.
admin-list-uneven = La riga { $line } ha { $has } colonne e non { $wants }. Nulla è stato cambiato: quello che contiene virgole o punti e virgola va tra virgolette.
admin-list-cut-short = Sono stati segnati i primi { $done } numeri su { $of }, poi il centro non ha più risposto. Invia di nuovo lo stesso elenco: quelli già segnati restano come sono, nessuno due volte.

## Lo stato, il registro e la configurazione, detti per intero
admin-status-held = Il centro prende chiamate, ma qualcosa è fermo, non è in vigore o non risponde: leggi qui sotto.
admin-status-held-heading = Che cosa è fermo o non è in vigore
admin-status-held-caption = { $n ->
    [one] Una cosa
   *[other] { $n } cose
}
admin-status-held-where = Dove si rimedia
admin-status-stop-go = Apri i pulsanti di arresto
admin-status-site-go = Apri la sala
admin-status-trunk-down = La linea { $trunk } non risponde dal { $since }.
admin-status-site-out = La sede { $site } è isolata dal { $since }.
admin-status-closed = Code chiuse adesso
admin-status-none-closed = nessuna

## Che cosa è stato fatto, come lo dice il registro
admin-log-did = Che cosa ha fatto
admin-log-did-any = qualsiasi cosa
admin-log-text = Parole che vi stanno
admin-log-export-all = Scarica il registro (CSV)
admin-about-operators = { $n ->
    [one] un operatore
   *[other] { $n } operatori
}
admin-about-seats = { $n ->
    [one] una postazione
   *[other] { $n } postazioni
}
admin-about-numbers = { $n ->
    [one] un numero
   *[other] { $n } numeri
}
admin-did-users = ha aggiunto un utente
admin-did-users-password = ha dato a un utente una password nuova
admin-did-users-remove = ha tolto un utente
admin-did-tokens = ha dato una chiave a un programma
admin-did-tokens-revoke = ha revocato la chiave di un programma
admin-did-operators = ha aggiunto o cambiato operatori
admin-did-operators-import = ha importato un elenco di operatori
admin-did-operators-remove = ha tolto un operatore
admin-did-operators-pin = ha dato un PIN a un operatore
admin-did-operators-profile = ha cambiato che cosa serve a un operatore
admin-did-seats = ha aggiunto o cambiato postazioni
admin-did-seats-password = ha cambiato la password di un telefono
admin-did-seats-site = ha spostato una postazione in un’altra sede
admin-did-seats-remove = ha tolto una postazione
admin-did-seats-test = ha fatto squillare un telefono per prova
admin-did-test = ha fatto squillare un telefono per prova
admin-did-numbers = ha segnato un numero
admin-did-numbers-import = ha importato un elenco di numeri segnati
admin-did-numbers-release = ha tolto il segno a un numero
admin-did-campaigns = ha creato una campagna
admin-did-campaigns-new = ha creato una campagna
admin-did-campaigns-check = ha provato l’elenco di una campagna
admin-did-campaigns-entries = ha aggiunto persone a una campagna
admin-did-campaigns-complete = ha completato l’elenco di una campagna
admin-did-campaigns-start = ha avviato una campagna
admin-did-campaigns-pause = ha sospeso una campagna
admin-did-campaigns-resume = ha ripreso una campagna
admin-did-campaigns-end = ha chiuso una campagna
admin-did-read-campaigns-results = ha scaricato i risultati di una campagna
admin-did-reload = ha fatto rileggere la configurazione
admin-did-configuration-reload = ha fatto rileggere la configurazione
admin-did-closures = ha aggiunto un giorno di chiusura
admin-did-closures-remove = ha tolto un giorno di chiusura
admin-did-directory = ha aggiunto o cambiato una voce della rubrica
admin-did-directory-remove = ha tolto una voce dalla rubrica
admin-did-agreement = ha registrato un accordo con chi lavora
admin-did-agreement-end = ha tolto dal vigore un accordo
admin-did-stops = ha premuto un pulsante di arresto
admin-did-stops-press = ha premuto un pulsante di arresto
admin-did-stops-announcements = ha messo in vigore un messaggio parlato
admin-did-stops-resume = ha rilasciato un pulsante di arresto
admin-did-stops-release = ha rilasciato un pulsante di arresto
admin-did-queues-close = ha chiuso una coda
admin-did-queues-open = ha aperto una coda
admin-did-queues-hours = ha rimesso una coda ai suoi orari
admin-did-sites-outage = ha detto che una sede è isolata
admin-did-sites-resume = ha detto che una sede è tornata
admin-did-attempts-import = ha importato chiamate perse
admin-did-attempts-withdraw = ha tolto dalla fila chi aspettava
admin-did-calls-withdraw = ha tolto dalla fila chi aspettava
admin-did-attempts-move = ha spostato chi aspettava in un’altra coda
admin-did-calls-move = ha spostato chi aspettava in un’altra coda
admin-did-attempts-ahead = ha fatto passare avanti chi aspettava
admin-did-calls-ahead = ha fatto passare avanti chi aspettava
admin-did-callbacks-ahead = ha fatto passare avanti una richiamata
admin-did-callbacks-assign = ha assegnato una richiamata
admin-did-callbacks-close = ha chiuso una richiamata
admin-did-callbacks-acknowledge = ha preso atto di una richiamata
admin-did-callbacks-reopen = ha riaperto una richiamata
admin-did-callbacks-number = ha chiesto il numero di una richiamata
admin-did-bulks = ha agito su molte richiamate
admin-did-bulk = ha agito su molte richiamate
admin-did-bulk-preview = ha guardato che cosa farebbe a molte richiamate
admin-did-bulks-undo = ha annullato un’azione su molte richiamate
admin-did-bulk-undo = ha annullato un’azione su molte richiamate
admin-did-tasks = ha aggiunto un lavoro
admin-did-tasks-assign = ha assegnato un lavoro
admin-did-tasks-withdraw = ha ritirato un lavoro
admin-did-seats-pause = ha messo in pausa una postazione
admin-did-seats-available = ha tolto dalla pausa una postazione
admin-did-seats-sign-out = ha fatto uscire chi era a una postazione
admin-did-users-role = ha cambiato il ruolo di un utente
admin-did-example-remove = ha tolto gli operatori e le postazioni dell’esempio
admin-did-example = ha tolto gli operatori e le postazioni dell’esempio
admin-did-seats-front-office = ha mandato allo sportello chi era a una postazione
admin-did-seats-one-more = ha fatto smettere dopo la prossima chiamata chi era a una postazione
admin-did-memos = ha scritto un avviso agli operatori
admin-did-memos-withdraw = ha ritirato un avviso agli operatori
admin-did-read-operators = ha guardato le giornate degli operatori
admin-did-read-log-export = ha scaricato il registro degli accessi

## Per chi guarda e non cambia
admin-operators-intro-read = Chi lavora qui, che cosa sa fare e per quale ASL.

## Passi della guida
admin-todo-sign-in-no-phone = { $n ->
    [one] Una persona è in servizio, ma il telefono della sua postazione non è collegato: nessuna chiamata le arriva.
   *[other] { $n } persone sono in servizio, ma nessun telefono delle loro postazioni è collegato: nessuna chiamata arriva.
}
admin-todo-trunk-heard = Il fascio non risulta guasto, ed è arrivata almeno una chiamata.

## Dubbi della configurazione
admin-technical = Testo tecnico (in inglese)
word-technical = Testo tecnico (in inglese):
word-place-in-file = { $file }, riga { $line }, colonna { $column }
admin-doubt-foreign-cli = Nessun percorso risponde a questo numero: chi richiama quello che vede sul telefono non ci raggiunge.
admin-doubt-foreign-cli-of = Nessun percorso di { $tenant } risponde a questo numero: chi richiama quello che vede sul telefono non ci raggiunge.
admin-doubt-idle-calendar = Nulla usa il calendario { $calendar } di { $tenant }.
admin-doubt-never-open = Il calendario { $calendar } non apre mai.
admin-doubt-unreachable-queue = Nessun percorso porta alla coda { $queue } di { $tenant }.
admin-doubt-unserved-queue = Nessuno in first-start.csv ha le competenze della coda { $queue } di { $tenant }.
admin-doubt-unpaid-debts = La coda { $queue } di { $tenant } non richiama nessuno dopo { $outcomes }: non hanno rinunciato, li abbiamo mandati via noi.
admin-doubt-in-clear = Da altre macchine le pagine si raggiungono senza TLS, e le password passano in chiaro: metti un certificato in [http.tls], o gli indirizzi di un proxy in trusted_proxies.
admin-doubt-open-peers = { $peer } lascia che quasi chiunque ci chiami come se fosse l’operatore telefonico, senza password: scrivi solo i suoi indirizzi.
admin-doubt-all-channels-answered = Il fascio { $trunk } risponde su tutti i suoi { $channels } canali: quando sono presi l’operatore telefonico rifiuta persone che non vediamo mai. Tienine qualcuno libero.
admin-doubt-all-channels-used = Il fascio { $trunk } nel momento peggiore usa tutti i suoi { $channels } canali ({ $answered } con risposta, { $notices } per gli avvisi, { $callbacks } per le richiamate): allora l’operatore telefonico rifiuta persone che non vediamo mai. Tienine qualcuno libero.
admin-doubt-no-outbound = Il fascio { $trunk } tiene { $channels } canali per le richiamate e non ha outbound per farle.
admin-doubt-few-ports = { $pairs } coppie di porte per la voce sono poche per { $channels } canali: ne servono { $needed } o più, due per ogni chiamata.
admin-doubt-delivered-passwords = Le password consegnate delle postazioni { $names }{ $more ->
    [0] {""}
    [one] {" "}e di un’altra
   *[other] {" "}e altre { $more }
} le conoscono tutti: prima del primo avvio cambiale qui, dopo con «cuptel seats set POSTAZIONE --new-password».
admin-doubt-delivered-operators = Gli operatori { $names }{ $more ->
    [0] {""}
    [one] {" "}e un altro
   *[other] {" "}e altri { $more }
} sono quelli di esempio: prima del primo avvio scrivi qui i tuoi, dopo «cuptel import operators FILE» e «cuptel operators remove NOME».
admin-doubt-emergency = Chi chiama { $tenant } sente il messaggio di emergenza, e le sue richiamate aspettano, finché qui non c’è scritto false.
admin-doubt-no-first-start = Il file non c’è: una base dati vuota comincia senza postazioni e senza operatori.
admin-doubt-seat-twin = La postazione { $seat } è un’altra rispetto a { $twin }, solo per le maiuscole.
admin-doubt-weak-password = La password della postazione { $seat } è corta, si indovina, o ha un segno che qualche telefono non può tenere.
admin-doubt-unasked-skill = Nessuna coda chiede la competenza { $skill }.
admin-doubt-password-in-url = url di [data] contiene una password: scrivi «env:NOME» o «file:PERCORSO», perché questo file lo legge più gente della base dati.
admin-doubt-certificate-early = Il certificato { $file } non vale prima del { $from }: fino ad allora i browser lo rifiutano.
admin-doubt-certificate-over = Il certificato { $file } è scaduto il { $until }: i browser lo rifiutano. Mettine uno nuovo e rileggi.
admin-doubt-certificate-ends = Il certificato { $file } scade il { $until }: mettine uno nuovo e rileggi.

## Piccole parole
admin-directory-none = La rubrica è ancora vuota.
