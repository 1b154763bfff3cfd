# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=<folder> -DENTRIES=a,b,c -P check_registry.cmake
# A file that defines an entry but is missing from the registry's list would silently not be compiled.
string(REPLACE "," ";" listed "${ENTRIES}")
set(defined "")
file(GLOB files ${FOLDER}/*.cpp)
foreach(file IN LISTS files)
  file(STRINGS ${file} entries REGEX "^const [A-Za-z]+& [a-z0-9_]+_entry\\(\\) *{")
  foreach(entry IN LISTS entries)
    string(REGEX REPLACE "^const [A-Za-z]+& ([a-z0-9_]+)_entry.*" "\\1" name "${entry}")
    list(APPEND defined ${name})
  endforeach()
endforeach()
list(SORT listed)
list(SORT defined)
if(NOT listed STREQUAL defined OR listed STREQUAL "")
  message(FATAL_ERROR "in the list:  ${listed}\nin the folder: ${defined}")
endif()
