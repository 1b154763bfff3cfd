# SPDX-License-Identifier: Apache-2.0
# cmake -DROOT=<source dir> -DCLANG_FORMAT=<clang-format-19> -P check_format.cmake
set(patterns "")
foreach(folder app core kernels tests widgets)
  foreach(ending h cpp cu cuh)
    list(APPEND patterns ${ROOT}/${folder}/*.${ending})
  endforeach()
endforeach()
file(GLOB_RECURSE files ${patterns})
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${files} RESULT_VARIABLE status ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${output}\nrun: script/format")
endif()
