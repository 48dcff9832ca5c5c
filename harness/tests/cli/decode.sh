# shellcheck shell=bash disable=SC2154
# Sourced by what decodes, after cli.sh: short runs, and what they came to. The script sets always, what each run is given.

# decode ARGUMENTS...
decode() {
    "$TERNBENCH" decode --no-roofs --baseline none -q "${always[@]}" "$@"
}

# hashes: those of tokens and logits in out
hashes() {
    grep -o 'tokens [0-9a-f]*, logits [0-9a-f]*' out
}

# same WHAT: they are $wanted
same() {
    [ "$(hashes)" = "$wanted" ] || fail "$1 gives $(hashes), not $wanted"
}
