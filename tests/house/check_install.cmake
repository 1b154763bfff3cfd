# SPDX-License-Identifier: Apache-2.0
# cmake -DBUILD=... -DCONSUMER=... -DWORK=... -DGENERATOR=... -DCXX=... -DGUI=... -P check_install.cmake
# Installs into an empty prefix, moves it (an installed tree must be relocatable), looks for what must be there, runs the
# installed `ulp`, and builds and runs a project outside the tree against the installed core.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/prefix)

set(expected bin/ulp share/ulpscope/samples/tiny-lm/config.json share/doc/ulpscope/LICENSE)
if(GUI)
  list(APPEND expected bin/ulpscope share/applications/org.ulpscope.Ulpscope.desktop
                       share/metainfo/org.ulpscope.Ulpscope.metainfo.xml
                       share/icons/hicolor/scalable/apps/org.ulpscope.Ulpscope.svg)
endif()
if(EXISTS ${BUILD}/bin/ulpscope-hdf5)
  list(APPEND expected libexec/ulpscope/ulpscope-hdf5)
endif()
foreach(path IN LISTS expected)
  if(NOT EXISTS ${WORK}/prefix/${path})
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endforeach()
run(${WORK}/prefix/bin/ulp decode 0xCECA --format float16)

run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)
