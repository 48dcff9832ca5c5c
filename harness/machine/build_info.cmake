# Writes OUTPUT, a header with what is known of this build. Run at build time, so that the commit is that of the build; the
# file is touched only when something changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit ERROR_QUIET
                OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
# Records, plots and pages that a user keeps in the folder are no changes of the program.
execute_process(COMMAND git -C ${SOURCE} status --porcelain -- CMakeLists.txt kernels harness reports suites plots
                OUTPUT_VARIABLE changes ERROR_QUIET)
if(changes)
  set(dirty 1)
else()
  set(dirty 0)
endif()
execute_process(COMMAND git -C ${SOURCE} log -1 --format=%cs OUTPUT_VARIABLE date ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT date)
  string(TIMESTAMP date "%Y-%m-%d" UTC)
endif()
set(text "#define TERN_BUILD_VERSION \"${VERSION}\"
#define TERN_BUILD_COMMIT \"${commit}\"
#define TERN_BUILD_DIRTY ${dirty}
#define TERN_BUILD_DATE \"${date}\"
#define TERN_BUILD_TYPE \"${TYPE}\"
#define TERN_BUILD_COMPILER \"${COMPILER}\"
#define TERN_BUILD_COMPILER_MAJOR \"${COMPILER_MAJOR}\"
#define TERN_BUILD_FLAGS \"${FLAGS}\"
")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "${text}" @ONLY)
