# A PostgreSQL server of a test's own, in a folder of its own, that ends with the test: it
# obeys the words on its standard input and stops when that ends, however it ends.
# $1: password of the superuser "cuptel".
set -eu
umask 077
tools=$(dirname -- "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
folder=$(mktemp -d "${TMPDIR:-/tmp}/cuptel-postgres-XXXXXX")
log=$folder/log

server() {
    "$tools/pg_ctl" -D "$folder/data" -l "$log" -s -w "$@" </dev/null >>"$log" 2>&1
}

freeze() {
    # The children first: a postmaster that is stopped forks no more of them.
    master=$(head -n 1 "$folder/data/postmaster.pid")
    kill "-$1" $(cat "/proc/$master/task/$master/children") "$master"
}

trap 'freeze CONT 2>/dev/null || true; server -m immediate stop || true; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

printf '%s\n' "$1" >"$folder/password"
"$tools/initdb" -D "$folder/data" -U cuptel -A scram-sha-256 --pwfile="$folder/password" \
    -E UTF8 --no-locale --no-sync >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
cat >>"$folder/data/postgresql.conf" <<END
unix_socket_directories = '$folder'
listen_addresses = '127.0.0.1'
max_connections = 300
fsync = off
synchronous_commit = off
END

while read -r word value; do
    case $word in
    start) server -o "-p $value" start && echo done || echo failed ;;
    stop) server -m "$value" stop && echo done || echo failed ;;
    freeze) freeze STOP && echo done || echo failed ;;
    thaw) freeze CONT && echo done || echo failed ;;
    esac
done
