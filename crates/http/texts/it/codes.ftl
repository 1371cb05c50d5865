# Chi lavora dal telefono soltanto.
codes-pin-set = { $operator } entra anche dal telefono.
codes-no-number = { $operator } non ha ancora un numero: da 1 a 8 cifre.
codes-number-taken = Il numero { $number } è di { $operator }: scegline un altro.
