# shellcheck shell=bash
# Sourced by what bisects: a repository of two kernels whose commits are of given kinds. SOURCE is the folder of ternbench.

# history_project FOLDER: a project of two kernels, reference and scalar, entered; git knows who works on it.
history_project() {
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    unset GIT_DIR GIT_WORK_TREE
    mkdir -p "$1/kernels" && cd "$1" || exit 1
    cp "$SOURCE"/kernels/{*.h,reference.c,scalar.c} kernels/
    cat >kernels/CMakeLists.txt <<'CMAKE'
add_library(kernels STATIC)
target_include_directories(kernels PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
function(ternbench_kernel symbol source)
  target_sources(kernels PRIVATE ${source})
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -O3)
  set_property(GLOBAL APPEND PROPERTY TERNBENCH_KERNELS ${symbol})
endfunction()
ternbench_kernel(tern_kernel_reference reference.c)
ternbench_kernel(tern_kernel_scalar scalar.c)
CMAKE
}

# history_begin FOLDER SHARE: such a project as a new repository. Its kernel `scalar` has a toggle `direct`, without which it computes SHARE %
# of its rows twice.
history_begin() {
    history_project "$1"
    history_number=0 history_slow=no
    cat >twice.c <<C
#include "history.h"

static void run_twice(const tern_call *call, tern_slice rows)
{
    const tern_slice again = {rows.begin, rows.begin + (rows.end - rows.begin) * $2 / 100};

    run(call, rows);
    __asm__ volatile("" ::: "memory"); /* not to be merged */
    run(call, again);
}

static const tern_toggle toggles[] = {{"direct", "computes no row twice", NULL, 1, 0, 1}, {0}};

C
    python3 - <<'PY'
text = open("kernels/scalar.c").read()
extra = open("twice.c").read()
text = text.replace("static const char *bind(", extra + "static const char *bind(", 1)
text = text.replace(".run = run}", ".run = IS_DIRECT(problem) ? run : run_twice}", 1)
text = text.replace(".bind = bind,", ".bind = bind,\n    .toggles = toggles,", 1)
open("kernels/scalar.c", "w").write(text)
PY
    rm twice.c
    git init -q .
    printf '%s\n' out err drawn >.git/info/exclude
    history_commit harmless
    git tag good
}

# history_commit KIND: text (nothing in kernels/), words (a comment there), harmless (other code, as fast), broken (does not build), slow (the
# toggle is ignored from here on). Its hash is in history_commit.
history_commit() {
    history_number=$((history_number + 1))
    echo "$history_number" >notes
    [ "$1" != slow ] || history_slow=yes
    case $1 in
    text) ;;
    words) echo "/* $history_number */" >>kernels/history.h ;;
    *)
        {
            echo "static const int history __attribute__((used)) = $history_number;"
            [ "$history_slow" = yes ] && echo '#define IS_DIRECT(problem) ((problem)->toggle[0] < 0)' || echo '#define IS_DIRECT(problem) ((problem)->toggle[0] != 0)'
            [ "$1" != broken ] || echo '#error this does not build'
        } >kernels/history.h
        ;;
    esac
    git add -A && git commit -qm "$history_number: $1"
    # shellcheck disable=SC2034 # for who calls
    history_commit=$(git rev-parse HEAD)
}
