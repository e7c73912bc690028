#!/bin/sh
# Tries the pages in a browser, on a small synthetic district that is made for it and thrown away.
set -eu
cd "$(dirname "$0")/.."
kepu=${KEPU:-target/debug/kepu}
[ -d web/e2e ] || exit 0

if [ -n "${KEPU_URL:-}" ]; then
    echo "trying the pages of $KEPU_URL"
    exec npm --prefix web run --silent e2e -- "$@"
fi

folder=$(mktemp -d)
server=""
finish() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        # It ends by itself within seconds, or not at all.
        (sleep 60 && kill -9 "$server") >/dev/null 2>&1 &
        wait "$server" 2>/dev/null || true
        kill $! 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Tests ask faster than people; DATABASE_URL would be that of other tests. They receive webhooks on this machine.
env -u DATABASE_URL -u KEPU_APP_DATABASE_URL KEPU_RATE=0 KEPU_WEBHOOK_HTTP=true KEPU_WEBHOOK_NETWORKS=127.0.0.0/8 \
    "$kepu" demo serve --size small --data-dir "$folder/data" --listen 127.0.0.1:0 >"$folder/log" 2>&1 &
server=$!
url=""
tries=0
while [ -z "$url" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 1200 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the synthetic district did not start:" >&2
        cat "$folder/log" >&2
        exit 1
    fi
    sleep 0.5
    url=$(sed -n 's|.*地址 address *\(http://[^ ]*[0-9]\)/.*|\1|p' "$folder/log")
done
status=0
KEPU_URL=$url KEPU_FAILURES=$folder/failures npm --prefix web run --silent e2e -- "$@" || status=$?
if [ "$status" -ne 0 ]; then
    # What failed comes last: of a log, often only the end is kept.
    echo "what the service warned of:" >&2
    grep -E ' (WARN|ERROR)' "$folder/log" | tail -n 20 | cut -c 1-400 >&2 || true
    cat "$folder/failures" >&2 || true
fi
exit "$status"
