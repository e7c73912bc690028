#!/bin/sh
# Installs what is missing to build and run kepu (and with `all`, to test it); on systems other than Debian and Ubuntu, says
# what to install.
set -eu
cd "$(dirname "$0")/.."

missing=""

if ! command -v cargo >/dev/null 2>&1; then
    echo "Rust is missing. Install the toolchain that Cargo.toml names in rust-version (https://rustup.rs), then try again." >&2
    exit 1
fi

# PostgreSQL 15 or newer: the programs, not a running server; kepu starts its own.
find_postgres() {
    [ -n "${PG_BIN:-}" ] && [ -x "$PG_BIN/postgres" ] && return 0
    command -v postgres >/dev/null 2>&1 && command -v initdb >/dev/null 2>&1 && return 0
    for version in 18 17 16 15; do
        [ -x "/usr/lib/postgresql/$version/bin/postgres" ] && return 0
    done
    return 1
}
find_postgres || missing="$missing postgresql"

# Some dependencies hold C.
command -v cc >/dev/null 2>&1 || missing="$missing build-essential"

# Node 20 or newer builds the pages. Debian's is tried first; if it is older, one of our own is put under .tools, which the
# Makefile puts in front of PATH.
OWN_NODE=.tools/node_modules/node/bin
PATH="$PWD/$OWN_NODE:$PATH"
has_node() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ]
}
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"

# The tests of the pages: a browser, and letters for what it shows.
if [ "${1:-}" = all ]; then
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    [ -d /usr/share/fonts/opentype/noto ] || missing="$missing fonts-noto-cjk"
fi

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Missing:$missing. Install them with your system's packages (PostgreSQL 15 or newer; Node 20 or newer; a C" >&2
        echo "compiler), or set PG_BIN to the folder that holds postgres and initdb, then try again." >&2
        exit 1
    fi
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    echo "Installing:$missing"
    # Debian's package would start a server of its own; kepu does not need it.
    $sudo mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    $sudo apt-get update -qq
    # shellcheck disable=SC2086 # one word a package
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing
fi

if ! has_node; then
    echo "Node $(node --version 2>/dev/null || echo 'that is missing') is too old for the pages; putting Node 22 under .tools"
    npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error node@22
    has_node || {
        echo "Node 20 or newer is needed to build the pages (https://nodejs.org)." >&2
        exit 1
    }
fi
