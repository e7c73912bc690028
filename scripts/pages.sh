#!/bin/sh
# Builds the pages into web/dist, from where cargo takes them into the binary; does nothing when nothing has changed.
set -eu
cd "$(dirname "$0")/../web"
[ -f package.json ] || exit 0

# Whether $1 is missing, or older than one of the files that follow.
older() {
    made=$1
    shift
    [ ! -e "$made" ] && return 0
    [ -n "$(find "$@" -type f -newer "$made" -print -quit 2>/dev/null)" ]
}

# What package-lock.json names, in this folder and in the given one below it.
install() {
    older "$1/node_modules/.installed" "$1/package.json" "$1/package-lock.json" || return 0
    npm --prefix "$1" ci --no-audit --no-fund --loglevel=error
    touch "$1/node_modules/.installed"
}

install .
if [ "${1:-}" = all ]; then
    # Checks compare the client with openapi.json by a package of its own.
    if [ -f openapi/package.json ]; then install openapi; fi
fi
config=""
for file in index.html vite.config.ts tsconfig.json package-lock.json; do
    [ -e "$file" ] && config="$config $file"
done
# shellcheck disable=SC2086 # one word a file
if older dist/index.html src public $config; then
    npm run --silent build
    # Only now: files that the bundler copies keep their times.
    touch dist/index.html
fi
