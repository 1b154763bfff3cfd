# SPDX-License-Identifier: Apache-2.0
# ulpscope_registry(<target> ACCESSOR <function> TYPE <C++ type> HEADER <header> ENTRIES <name>...)
#
# A registry is a list: each entry is one file <name>.cpp beside the calling CMakeLists.txt that defines
#   const TYPE& <name>_entry();
# in namespace ulpscope. The listed files are added to the target, and `std::span<const TYPE* const> ACCESSOR()`, declared
# in HEADER, is generated in the listed order. No static constructors, no registration at run time.
#
# The list is kept in the target's ULPSCOPE_REGISTRY_<ACCESSOR> property, and a test compares it with the folder: a file
# missing from the list would otherwise be silently left out.
function(ulpscope_registry target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "ACCESSOR;TYPE;HEADER" "ENTRIES")
  set(declarations "")
  set(rows "")
  foreach(entry IN LISTS ARG_ENTRIES)
    # The linker would take one of two functions of the same name for both, whatever they return.
    get_property(owner GLOBAL PROPERTY ULPSCOPE_ENTRY_${entry})
    if(owner)
      message(FATAL_ERROR "${ARG_ACCESSOR}: the entry ${entry} is one of ${owner} already; it needs another name")
    endif()
    set_property(GLOBAL PROPERTY ULPSCOPE_ENTRY_${entry} ${ARG_ACCESSOR})
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${entry}.cpp)
    string(APPEND declarations "const ${ARG_TYPE}& ${entry}_entry();\n")
    string(APPEND rows "      &${entry}_entry(),\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${ARG_ACCESSOR}.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT
"#include \"@ARG_HEADER@\"

namespace ulpscope {

@declarations@
std::span<const @ARG_TYPE@* const> @ARG_ACCESSOR@() {
  static const @ARG_TYPE@* const entries[] = {
@rows@  };
  return entries;
}

}  // namespace ulpscope
")
  target_sources(${target} PRIVATE ${generated})
  set_property(TARGET ${target} PROPERTY ULPSCOPE_REGISTRY_${ARG_ACCESSOR} "${ARG_ENTRIES}")
endfunction()
