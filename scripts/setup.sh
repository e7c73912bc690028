#!/bin/sh
# Installs what is missing to build, test and run kepu; on systems other than Debian and Ubuntu, says what to install.
set -eu

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

[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing:$missing. Install them with your system's packages (PostgreSQL 15 or newer; a C compiler)," >&2
    echo "or set PG_BIN to the folder that holds postgres and initdb, then try again." >&2
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
