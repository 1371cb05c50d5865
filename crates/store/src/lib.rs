//! All SQL, the migrations and the one ordered writer.
