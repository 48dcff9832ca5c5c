# shellcheck shell=bash
# Sourced by the cli_*.sh tests: a fresh folder, and what to expect of a command. TERNBENCH, SOURCE and WORK come from ctest.
set -u
rm -rf "$WORK" && mkdir -p "$WORK" && cd "$WORK" || exit 1
failures=0
export XDG_CACHE_HOME=$WORK/cache # what is kept between runs, of no other test and of no user
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
unset "${!OMP_@}" TERNBENCH_PLUGIN_PATH TERNBENCH_GGML
# Two CPUs that may be used; the second is empty where there is one.
read -r first_cpu second_cpu _ < <(awk '/^Cpus_allowed_list:/ { n = split($2, part, ","); for (i = 1; i <= n; i++) { split(part[i], end, "-"); last = end[2] == "" ? end[1] : end[2]; for (c = end[1]; c <= last; c++) printf "%d ", c } }' /proc/self/status; echo)

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

# expect_verdict COMMAND...: a timed comparison ends with some verdict. Which one is the machine's: not slower (0), slower (3), not to be told (4)
expect_verdict() {
    local got=0
    "$@" >out 2>err </dev/null || got=$?
    case $got in
    0 | 3 | 4) ;;
    *) fail "expected a verdict, got $got: $*" && sed 's/^/    /' out err ;;
    esac
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

# equals WHAT GOT WANTED
equals() {
    [ "$2" = "$3" ] || fail "$1: '$2' instead of '$3'"
}

# skip REASON: ends the test, and says why
skip() {
    echo "SKIPPED: $1"
    exit 77
}

# observations FILE: what makes each of them one, a line each
observations() {
    python3 - "$1" <<'PY'
import json, sys
for line in map(json.loads, open(sys.argv[1])):
    if line["type"] == "pair":
        print("pair", line["id"], line["second"], line["process"])
    elif line["type"] == "arm":
        print("arm", line["id"], line["side"], line["process"], line["on"] or "none", line["never_taken"])
PY
}

# twice FILE: none of them may stand in it twice
twice() {
    [ -z "$(observations "$1" | sort | uniq -d)" ] || { echo "FAILED: observations stand twice in $1" && failures=$((failures + 1)); }
}

# same_observations WHOLE RESUMED: a run that was cut off has those of one that was not, each once
same_observations() {
    twice "$2"
    diff <(observations "$1" | sort) <(observations "$2" | sort) >difference || {
        echo "FAILED: the resumed run has other observations:" && head difference && failures=$((failures + 1))
    }
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
}
