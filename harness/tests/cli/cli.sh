# shellcheck shell=bash
# Sourced by the cli_*.sh tests: a fresh folder, and what to expect of a command. TERNBENCH, SOURCE and WORK come from ctest.
set -u
rm -rf "$WORK" && mkdir -p "$WORK" && cd "$WORK" || exit 1
failures=0

# fail WHAT...: notes a failure that is no other function's to see
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect STATUS COMMAND...: runs the command, leaves its output in out and err
expect() {
    local status=$1 got=0
    shift
    "$@" >out 2>err </dev/null || got=$?
    if [ "$got" -ne "$status" ]; then
        echo "FAILED: expected exit $status, got $got: $*"
        sed 's/^/    /' out err
        failures=$((failures + 1))
    fi
}

# says FILE TEXT: the file holds the text
says() {
    if ! grep -qF -- "$2" "$1"; then
        echo "FAILED: '$2' is not in $1:"
        sed 's/^/    /' "$1"
        failures=$((failures + 1))
    fi
}

# says_not FILE TEXT
says_not() {
    if grep -qF -- "$2" "$1"; then
        echo "FAILED: '$2' is in $1"
        failures=$((failures + 1))
    fi
}

# skip REASON: ends the test, and says why
skip() {
    echo "SKIPPED: $1"
    exit 77
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
}
