# Whoever works by phone alone.
codes-pin-set = { $operator } signs in from a phone too.
codes-no-number = { $operator } has no number yet: 1 to 8 digits.
codes-number-taken = Number { $number } is that of { $operator }: choose another.
