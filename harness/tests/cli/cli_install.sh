#!/usr/bin/env bash
# An installed tree, moved elsewhere: it finds its suites and models, and a plug-in is built and checked against it, by CMake and by pkg-config. The
# manual and the completion hold every command and option, and tools that read such files have nothing to say.
. "$SOURCE/harness/tests/cli/cli.sh"

DESTDIR=$WORK/staged cmake --install "$(dirname "$TERNBENCH")" --prefix /usr >installed || fail "cmake --install"
mv staged/usr moved
root=$WORK/moved installed=$WORK/moved/bin/ternbench
[ -z "$(find staged -type f)" ] || fail "files outside the prefix: $(find staged -type f)"
mkdir elsewhere && cd elsewhere || exit 1

# What comes with the program is found by name, and a file of that name here goes first.
expect 0 "$installed" run quick.suite --list
says out "scalar/1024x4096x1/"
expect 0 "$TERNBENCH" run quick.suite --list
expect 2 "$installed" run quicker.suite --list
says err "quicker.suite"
expect 2 "$installed" run ./quick.suite --list
printf '[here]\nkernels = scalar\nshapes = 8x64x1\n' >quick.suite
expect 0 "$installed" run quick.suite --list
says out "scalar/8x64x1/"
expect 0 "$installed" model write --model tiny --out tiny.gguf
mv "$root/share/ternbench/suites/tiny.model" .
expect 2 "$installed" decode --model tiny
says err "$root/bin/../share/ternbench/suites/tiny.model"

flags=()
[ -z "${SANITIZE:-}" ] || flags+=("-fsanitize=$SANITIZE")
printf '[a]\nkernels = sample.columns\nshapes = 37x65x3\n' >sample.suite
cp "$root/share/doc/ternbench/examples/sample_plugin.c" .

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES C)
find_package(ternbench 0.1 REQUIRED)
add_library(mine MODULE sample_plugin.c)
target_link_libraries(mine PRIVATE ternbench::kernel)
END
expect 0 cmake -S . -B build -DCMAKE_PREFIX_PATH="$root" -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="${flags[*]}"
expect 0 cmake --build build
expect 0 "$installed" check sample.suite --plugin build/libmine.so
says out "EXACT"

read -ra contract < <(PKG_CONFIG_PATH=$root/share/pkgconfig pkg-config --cflags ternbench)
expect 0 "$CC" -std=c11 -O2 -shared -fPIC "${flags[@]}" "${contract[@]}" sample_plugin.c -o mine.so
expect 0 "$installed" check sample.suite --no-edges --plugin mine.so
says out "EXACT"
# A C file is compiled against the contract that was installed, and a side by the project that was.
expect 0 env XDG_CACHE_HOME="$PWD/cache" "$installed" kernels --plugin sample_plugin.c
says out "sample.columns"

manual=$root/share/man/man1/ternbench.1 completion=$root/share/bash-completion/completions/ternbench
for word in 'run SUITE...' '\-\-filter' '\-\-help' 'gate main .' 'model write' 'EXIT STATUS' 'fused'; do
    says "$manual" "$word"
done
if command -v man >/dev/null; then
    man --warnings -E UTF-8 -l "$manual" >page 2>complaints || fail "man $manual"
    [ ! -s complaints ] || fail "man: $(cat complaints)"
fi
if command -v mandoc >/dev/null; then
    mandoc -Tlint -Wwarning "$manual" >complaints || fail "mandoc: $(cat complaints)"
fi
if command -v shellcheck >/dev/null; then
    shellcheck "$completion" || fail "shellcheck $completion"
fi

# completes WORD... : LINE: what stands behind the words, the last of which is begun
completes() {
    local wanted=${!#} got
    set -- "${@:1:$#-2}"
    # shellcheck disable=SC2016 # the inner shell expands it
    got=$(bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ternbench; echo "${COMPREPLY[*]}"' "$completion" "$@")
    [ "$got" = "$wanted" ] || fail "$* is completed to '$got', not '$wanted'"
}
completes ternbench ru : run
completes ternbench mo : model
completes ternbench model w : write
completes ternbench model write --ty : --type
completes ternbench run --fi : --filter
completes ternbench run --format = lim : 'limits limits.csv limits.md limits.html limits.json'
completes ternbench help --format ma : man
completes ternbench report --out jso : 'json: jsonl:'
completes ternbench run suites/ : ''
for command in run check repro gate ablate bisect kernels decode machine report help; do
    [ "$(cd .. && "$installed" $command --help | grep -o -- '--[a-z0-9-]*' | sort -u)" = "$(bash -c '. "$0"; _ternbench_options "$1"' "$completion" $command |
        tr ' ' '\n' | sort -u)" ] || fail "$command --help and its completion differ"
done
finish
