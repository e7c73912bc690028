#!/bin/sh
# Tries the pages in a browser, on small synthetic districts that are made for it and thrown away: two at a time, each with a
# service and a browser of its own, so that no story meets what another does at the same moment.
# KEPU: the binary. KEPU_URL: services that run already, parted by spaces. DISTRICTS: how many, where they are made here.
set -eu
cd "$(dirname "$0")/.."
kepu=${KEPU:-target/debug/kepu}
[ -d web/e2e ] || exit 0

if [ -n "${KEPU_URL:-}" ]; then
    echo "trying the pages of $KEPU_URL"
    exec npm --prefix web run --silent e2e -- "$@"
fi

folder=$(mktemp -d)
servers=""
finish() {
    for server in $servers; do
        kill "$server" 2>/dev/null || true
        # It ends by itself within seconds, or not at all.
        (sleep 60 && kill -9 "$server") >/dev/null 2>&1 &
        watch=$!
        wait "$server" 2>/dev/null || true
        kill "$watch" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

districts=$(seq "${DISTRICTS:-2}")
for district in $districts; do
    # Tests ask faster than people; DATABASE_URL would be that of other tests. They receive webhooks on this machine.
    env -u DATABASE_URL -u KEPU_APP_DATABASE_URL KEPU_RATE=0 KEPU_WEBHOOK_HTTP=true KEPU_WEBHOOK_NETWORKS=127.0.0.0/8 \
        "$kepu" demo serve --size small --data-dir "$folder/data-$district" --listen 127.0.0.1:0 >"$folder/log-$district" 2>&1 &
    servers="$servers $!"
done

# Where the service listens whose log is $1 and whose process is $2.
address() {
    tries=0
    while :; do
        url=$(sed -n 's|.*地址 address *\(http://[^ ]*[0-9]\)/.*|\1|p' "$1")
        [ -z "$url" ] || break
        tries=$((tries + 1))
        if [ "$tries" -gt 1200 ] || ! kill -0 "$2" 2>/dev/null; then
            echo "the synthetic district did not start:" >&2
            cat "$1" >&2
            return 1
        fi
        sleep 0.5
    done
    echo "$url"
}
urls=""
district=0
for server in $servers; do
    district=$((district + 1))
    url=$(address "$folder/log-$district" "$server")
    urls="$urls $url"
done
status=0
KEPU_URL=$urls KEPU_FAILURES=$folder/failures npm --prefix web run --silent e2e -- "$@" || status=$?
if [ "$status" -ne 0 ]; then
    # What failed comes last: of a log, often only the end is kept.
    for district in $districts; do
        echo "what the service of district $district warned of:" >&2
        grep -E ' (WARN|ERROR)' "$folder/log-$district" | tail -n 20 | cut -c 1-400 >&2 || true
    done
    cat "$folder/failures" >&2 || true
fi
exit "$status"
