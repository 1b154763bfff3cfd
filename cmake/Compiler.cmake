# SPDX-License-Identifier: Apache-2.0
# ulpscope_compile_options(<target>...): the flags of every target of ours. Applied PRIVATE, so they never leak to users
# of the installed core.
#
# -ffp-contract=off and --fmad=false: GCC, clang and nvcc all fuse a * b + c by default, which changes results; an
# intended fused operation is std::fma.

set(ULPSCOPE_SANITIZERS "" CACHE STRING "Comma-separated list for -fsanitize= (address, undefined, thread)")
if(ULPSCOPE_SANITIZERS)
  add_compile_options(-fsanitize=${ULPSCOPE_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ULPSCOPE_SANITIZERS})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Relative paths and no working directory in the key: a clone in another folder hits the same cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
               CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${launcher})
endif()

function(ulpscope_compile_options)
  set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # libstdc++ 12 calls its own deprecated std::get_temporary_buffer in std::stable_sort, and clang reports it to us.
    list(APPEND warnings -Wno-deprecated-declarations)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND warnings -Wno-restrict)  # fires on std::string's own operator+ at -O3 (GCC bug 105651)
  endif()
  set(cuda_host_warnings -Wall,-Wextra,-Wshadow)
  if(ULPSCOPE_WERROR)
    list(APPEND warnings -Werror)
    string(APPEND cuda_host_warnings ,-Werror)
  endif()
  foreach(target IN LISTS ARGN)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;${warnings}>"
      # One -Xcompiler per host flag: CMake de-duplicates repeated options unless they are SHELL: groups.
      "$<$<COMPILE_LANGUAGE:CUDA>:--fmad=false;SHELL:-Xcompiler=-ffp-contract=off;SHELL:-Xcompiler=${cuda_host_warnings}>")
  endforeach()
endfunction()
