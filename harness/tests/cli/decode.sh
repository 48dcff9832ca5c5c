# shellcheck shell=bash disable=SC2154
# Sourced by what decodes, after cli.sh: short runs, and what they came to. The script sets always, what each run is given; it begins with --prompt N.

# decode ARGUMENTS...: a prompt among them takes the place of the one of always
decode() {
    local usual=("${always[@]}")
    case " $* " in *" --prompt-ids "* | *" --prompt-text "*) usual=("${always[@]:2}") ;; esac
    "$TERNBENCH" decode --no-roofs --baseline none -q "${usual[@]}" "$@"
}

# hashes: those of tokens and logits in out
hashes() {
    grep -o 'tokens [0-9a-f]*, logits [0-9a-f]*' out
}

# same WHAT: they are $wanted
same() {
    [ "$(hashes)" = "$wanted" ] || fail "$1 gives $(hashes), not $wanted"
}
