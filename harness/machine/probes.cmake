# Each probe is compiled for its instruction set alone, and optimised in every build type: what it measures is a limit of
# the hardware.
set(avx512 -mavx512f;-mavx512bw;-mavx512dq;-mavx512vl)
set(probe_flags_scalar -O3)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(probe_flags_sse2 -O3)
  set(probe_flags_avx2 -O3 -mavx2)
  set(probe_flags_avxvnni -O3 -mavx2 -mavxvnni)
  set(probe_flags_avx512 -O3 ${avx512})
  set(probe_flags_avx512vnni -O3 ${avx512} -mavx512vnni)
  set(probe_flags_amx -O3 -mamx-tile -mamx-int8)
endif()
foreach(probe scalar sse2 avx2 avxvnni avx512 avx512vnni amx)
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/probe_${probe}.c PROPERTIES
    COMPILE_OPTIONS "${probe_flags_${probe}}")
endforeach()
