# SPDX-License-Identifier: Apache-2.0
# cmake -DCHECK=<check_layers.cmake> -DWORK=<folder> -P plant_violations.cmake
# Plants one forbidden include at a time in an otherwise clean tree and expects the layer check to fail on it; first
# shows that the clean tree passes, so that a check that always fails is noticed too.
function(run_check expectation what)
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CHECK} RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if((expectation STREQUAL "pass" AND NOT status EQUAL 0) OR (expectation STREQUAL "fail" AND status EQUAL 0))
    message(FATAL_ERROR "expected the layer check to ${expectation}: ${what}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/core/formats/clean.cpp
  "#include <vector>\n#include <tl/expected.hpp>\n#include <boost/multiprecision/cpp_int.hpp>\n#include \"core/base/result.h\"\n")
file(WRITE ${WORK}/widgets/plots/clean.cpp "#include <QWidget>\n#include <qcustomplot.h>\n#include \"core/base/result.h\"\n")
run_check(pass "clean tree")

set(planted
  "core/formats/a.h|<QString>" "core/formats/a.h|<QtWidgets>" "core/formats/a.cpp|<qstring.h>" "core/formats/a.cpp|<cublas_v2.h>"
  "core/formats/a.cpp|<hwy/highway.h>" "core/formats/a.h|<nlohmann/json.hpp>" "core/formats/a.h|<boost/multiprecision/cpp_int.hpp>"
  "core/formats/a.cpp|\"kernels/cpu/cpu_backend.h\"" "core/formats/a.cpp|\"widgets/theme/theme.h\"" "core/formats/a.cpp|\"core/analysis/histogram.h\""
  "core/formats/a.cpp|<iostream>" "core/base/a.cpp|<cstdio>" "core/report/a.cpp|<print>" "core/base/a.cpp|<stdio.h>"
  "core/base/a.h|\"core/formats/codec.h\"" "core/checkpoint/a.cpp|\"core/quantization/scheme.h\"" "core/formats/a.cpp|<sys/stat.h>"
  "kernels/cpu/a.h|<hwy/highway.h>" "kernels/cpu/a.cpp|<cuda_runtime.h>" "kernels/cpu/a.cpp|<QString>" "kernels/cpu/a.cpp|\"widgets/theme/theme.h\""
  "kernels/cuda/a.h|<cuda_runtime.h>" "kernels/cuda/a.cu|<QString>"
  "widgets/pages/a.cpp|<qcustomplot.h>" "widgets/pages/a.cpp|\"kernels/cpu/cpu_backend.h\"" "widgets/pages/a.cpp|<cuda_runtime.h>"
  "widgets/pages/a.cpp|\"app/gui/main.h\"" "widgets/plots/a.h|<qcustomplot.h>" "widgets/pages/a.cpp|<nlohmann/json.hpp>")
foreach(plant IN LISTS planted)
  string(REGEX MATCH "^([^|]*)\\|(.*)$" matched "${plant}")
  set(file ${WORK}/${CMAKE_MATCH_1})
  file(WRITE ${file} "#pragma once\n#include ${CMAKE_MATCH_2}\n")
  run_check(fail "${plant}")
  file(REMOVE ${file})
endforeach()
run_check(pass "clean again")
