# Floating-point work has one order and one rounding, whatever the compiler: a multiply and an add are fused where the
# source says so, and nowhere else. Seeded weights are optimised in every build type: there are 6 billion of them.
set(model ${CMAKE_CURRENT_LIST_DIR}/../model)
file(GLOB decode_sources CONFIGURE_DEPENDS ${model}/*.c ${CMAKE_CURRENT_LIST_DIR}/ops/*.c ${CMAKE_CURRENT_LIST_DIR}/loop/*.c)
set_property(SOURCE ${decode_sources} APPEND PROPERTY COMPILE_OPTIONS -ffp-contract=off)
set_property(SOURCE ${model}/seeded.c ${model}/blocks.c ${model}/gguf_matrix.c APPEND PROPERTY COMPILE_OPTIONS -O3)

# Where models are found by their names alone.
set_property(SOURCE ${model}/geometry.c APPEND PROPERTY COMPILE_DEFINITIONS
             TERN_SUITES_FOLDER="${CMAKE_SOURCE_DIR}/suites")
